"""The limits that source 001 prints for radioembolization, each judged for this patient. None of them decides anything."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cards.bounds import holds
from cards.case import Case
from cards.current import Known
from cards.facts import Absent, Fact
from cards.rule import shown
from cards.staging.burden import vascular_invasion
from cards.verdict import Finding, Verdict, all_of, any_of, verdict_of
from cards.words import span

LABEL_MIN_CM, LABEL_MAX_CM = 1.0, 8.0
ACR_SMALL_BELOW_CM, ACR_HCC_CM, ACR_COLORECTAL_ABOVE_CM = 3.0, 5.0, 5.0
PARAMETER_ECOG_MAX, USUAL_ECOG_MAX, USUAL_HCC_ABOVE_CM = 1, 2, 3.0


class Part(NamedTuple):
    """One condition of a statement: how it stands in this patient; the facts that would tell it."""

    words: str
    verdict: Verdict
    missing: tuple[str, ...] = ()


def _judged(rule: str, parts: Sequence[Part], source: str, locator: str) -> Finding:
    """All parts together; the reason is that of the parts which decide."""
    verdict = all_of(p.verdict for p in parts)
    because = "; ".join(dict.fromkeys(p.words for p in parts if p.verdict is verdict))
    if verdict is Verdict.UNKNOWN and any(p.verdict is Verdict.MET for p in parts):
        because += "; the rest is met"
    missing = tuple(dict.fromkeys(n for p in parts for n in p.missing)) if verdict is Verdict.UNKNOWN else ()
    return Finding(rule, verdict, because, source, locator, (), missing)


def _is(known: Known, wanted: object) -> Part:
    """A yes/no or coded fact with the value that the statement asks for."""
    if isinstance(known, Absent):
        return Part(shown(known), Verdict.UNKNOWN, (known.name,))
    return Part(shown(known), verdict_of(known.value == wanted))


def _at_most(known: Known, limit: float) -> Part:
    verdict = verdict_of(holds(known, lambda value: value <= limit))
    return Part(shown(known), verdict, (known.name,) if verdict is Verdict.UNKNOWN else ())


def _child_pugh(case: Case, classes: frozenset[str]) -> Part:
    liver = case.child_pugh
    possible = set(liver.classes)
    verdict = verdict_of(True if possible <= classes else None if possible & classes else False)
    words = f"Child-Pugh {span(liver.low, liver.high)} ({' or '.join(liver.classes)})"
    return Part(words, verdict, liver.missing if verdict is Verdict.UNKNOWN else ())


def _solitary(case: Case) -> Part:
    b = case.burden
    verdict = verdict_of(True if b.count.high == 1 else False if b.count.low > 1 else None)
    return Part(b.text, verdict, b.missing if verdict is Verdict.UNKNOWN else ())


def _largest(case: Case, inside: Callable[[float, float], bool | None]) -> Part:
    """The largest nodule; `inside` answers for the smallest and the greatest size it can have."""
    b = case.burden
    verdict = verdict_of(inside(b.largest.low, b.largest.high))
    return Part(b.text, verdict, ("nodule_size",) if verdict is Verdict.UNKNOWN else ())


def _above(limit: float) -> Callable[[float, float], bool | None]:
    return lambda low, high: True if low > limit else False if high <= limit else None


def _in_label(low: float, high: float) -> bool | None:
    if low >= LABEL_MIN_CM and high <= LABEL_MAX_CM:
        return True
    return False if high < LABEL_MIN_CM or low > LABEL_MAX_CM else None


def _not_invaded(case: Case) -> Part:
    portal, hepatic = case.state.portal_vein_invasion, case.state.hepatic_vein_invasion
    verdict = ~vascular_invasion(case.state)
    stated = hepatic if isinstance(hepatic, Fact) and hepatic.value is True else portal
    return Part(shown(stated), verdict, (portal.name,) if verdict is Verdict.UNKNOWN else ())


def _liver_dominant(case: Case) -> Part:
    """As stated; a primary liver tumor without extrahepatic spread is confined to the liver."""
    known, spread = case.state.liver_dominant, case.state.extrahepatic_spread
    primary = case.facts.tumor.kind in ("hcc", "icc", "other-primary")
    if isinstance(known, Absent) and primary and isinstance(spread, Fact) and spread.value is False:
        return Part(shown(spread), Verdict.MET)
    return _is(known, True)


# The limits


def therasphere_label(case: Case) -> Finding:
    """TheraSphere label of 17 March 2021: unresectable HCC, solitary, 1 to 8 cm, Child-Pugh A, no macrovascular invasion.

    Result
        MET all of it; NOT_MET one of it excluded; UNKNOWN otherwise; both sizes are inside
    Not modelled
        "well-compensated liver function" and "good performance status", for which the source prints no limit
    Source
        therasphere-2021, in source-001
    """
    parts = (
        _is(case.state.unresectable, True),
        _solitary(case),
        _largest(case, _in_label),
        _child_pugh(case, frozenset({"A"})),
        _not_invaded(case),
    )
    return _judged("therasphere_label", parts, "therasphere-2021", "regulatory status")


def sir_spheres_label(case: Case) -> Finding:
    """SIR-Spheres label: unresectable colorectal metastases, together with floxuridine by hepatic artery infusion.

    Result
        NOT_MET resectable; else UNKNOWN: floxuridine by hepatic artery is not read
    Source
        sir-spheres, in source-001, which gives no date
    """
    parts = (_is(case.state.unresectable, True), Part("floxuridine by hepatic artery is not read", Verdict.UNKNOWN))
    return _judged("sir_spheres_label", parts, "sir-spheres", "regulatory status")


def acr_hcc(case: Case) -> Finding:
    """ACR appropriateness of radioembolization for HCC by number and size.

    Result
        MET      a rating is printed: solitary below 3 cm "may be appropriate"; solitary of 5 cm, or several with at least
                 one above 5 cm, "usually appropriate", particularly with portal vein thrombosis or extensive bilobar disease
        NOT_MET  no rating is printed for this number and size (a solitary one of 3 to 5 cm or above 5 cm; several up to 5 cm)
        UNKNOWN  number or size does not tell
    Source
        acr-hepatic-malignancy, in source-001
    """
    rating = _acr_hcc_rating(case)
    verdict = Verdict.UNKNOWN if rating is None else verdict_of(bool(rating))
    words = {None: case.burden.text, "": f"no rating is printed for {case.burden.text}"}.get(rating, rating or "")
    missing = (case.burden.missing or ("nodule_size",)) if verdict is Verdict.UNKNOWN else ()
    return Finding("acr_hcc", verdict, words, "acr-hepatic-malignancy", "primary HCC", (), missing)


def _acr_hcc_rating(case: Case) -> str | None:
    """The printed rating, "" where none is printed, None where number or size does not tell."""
    b, solitary = case.burden, _solitary(case).verdict
    low, high = b.largest.low, b.largest.high
    if solitary is Verdict.NOT_MET:
        several = _above(ACR_HCC_CM)(low, high)
        return None if several is None else "usually appropriate" if several else ""
    if solitary is Verdict.UNKNOWN:
        return None
    if high < ACR_SMALL_BELOW_CM:
        return "may be appropriate"
    if low == high == ACR_HCC_CM:
        return "usually appropriate"
    outside = low > ACR_HCC_CM or (low >= ACR_SMALL_BELOW_CM and high < ACR_HCC_CM)
    return "" if outside else None


def acr_colorectal(case: Case) -> Finding:
    """ACR: may be appropriate for liver-dominant colorectal metastases above 5 cm, or for a solitary one.

    Result
        MET solitary, or liver-dominant with the largest above 5 cm; NOT_MET neither; UNKNOWN otherwise
    Source
        acr-hepatic-malignancy, in source-001; survival benefit similar to TACE
    """
    large = (_liver_dominant(case), _largest(case, _above(ACR_COLORECTAL_ABOVE_CM)))
    solitary = _solitary(case)
    verdict = any_of((solitary.verdict, all_of(p.verdict for p in large)))
    deciding = [p for p in (solitary, *large) if p.verdict is verdict]
    because = "; ".join(dict.fromkeys(p.words for p in deciding))
    missing = tuple(dict.fromkeys(n for p in deciding for n in p.missing))
    return Finding("acr_colorectal", verdict, because, "acr-hepatic-malignancy", "colorectal", (), missing)


def acr_neuroendocrine(case: Case) -> Finding:
    """ACR: usually appropriate for symptomatic neuroendocrine metastases when medication fails to control symptoms.

    Result
        MET symptomatic, and systemic therapy failed to control symptoms; NOT_MET without symptoms, or a candidate for
        systemic therapy; UNKNOWN otherwise: "failed" does not say that symptoms were not controlled
    Source
        acr-hepatic-malignancy, in source-001
    """
    parts = (_is(case.state.symptomatic, True), _systemic(case, "failed-to-control-symptoms"))
    return _judged("acr_neuroendocrine", parts, "acr-hepatic-malignancy", "neuroendocrine")


def _systemic(case: Case, wanted: str) -> Part:
    known = case.state.systemic_therapy_status
    if isinstance(known, Absent):
        return Part(shown(known), Verdict.UNKNOWN, (known.name,))
    told = True if known.value == wanted else False if known.value == "candidate" else None
    return Part(shown(known), verdict_of(told), (known.name,) if told is None else ())


def nccn_colorectal(case: Case) -> Finding:
    """NCCN colon and rectal cancer: chemotherapy-refractory, no obvious systemic disease, predominantly hepatic.

    Result
        MET all three; NOT_MET one excluded; UNKNOWN otherwise
    Source
        nccn-colorectal-2022, category 2A, in source-001
    """
    parts = (_systemic(case, "failed"), _is(case.state.extrahepatic_spread, False), _liver_dominant(case))
    return _judged("nccn_colorectal", parts, "nccn-colorectal-2022", "metastatic colorectal cancer")


def practice_parameter(case: Case) -> Finding:
    """Joint practice parameter: unresectable, liver-dominant, ECOG 0–1 or Karnofsky 70 or more, 3 months of life expectancy.

    Result
        NOT_MET resectable, or not liver-dominant; else UNKNOWN: life expectancy and Karnofsky are not read
    Source
        sirt-parameter, in source-001; its list is not exhaustive
    """
    ecog = _at_most(case.state.ecog, PARAMETER_ECOG_MAX)
    if ecog.verdict is Verdict.NOT_MET:
        ecog = Part(f"{ecog.words}, Karnofsky is not read", Verdict.UNKNOWN)
    parts = (
        _is(case.state.unresectable, True),
        _liver_dominant(case),
        ecog,
        Part("life expectancy is not read", Verdict.UNKNOWN),
    )
    return _judged("practice_parameter", parts, "sirt-parameter", "indications")


def usual_candidate(case: Case) -> Finding:
    """Background, not a rule: ECOG 0–2, Child-Pugh A or B; metastases liver-dominant; HCC generally above 3 cm.

    Source
        source-001, background
    """
    parts = [_at_most(case.state.ecog, USUAL_ECOG_MAX), _child_pugh(case, frozenset({"A", "B"}))]
    if case.hcc:
        parts.append(_largest(case, _above(USUAL_HCC_ABOVE_CM)))
    if case.facts.tumor.is_metastasis:
        parts.append(_liver_dominant(case))
    return _judged("usual_candidate", parts, "source-001", "background")


JUDGED = (therasphere_label, sir_spheres_label, acr_hcc, acr_colorectal, acr_neuroendocrine, nccn_colorectal,
          practice_parameter, usual_candidate)  # fmt: skip
