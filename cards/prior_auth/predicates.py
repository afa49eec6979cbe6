"""The named predicates a policy's criteria may use: each three-valued, each on facts that are documented."""

from collections.abc import Callable, Mapping

from cards.bounds import holds
from cards.case import Case
from cards.current import Known
from cards.facts import Absent
from cards.record import record
from cards.staging.burden import milan, up_to_seven
from cards.verdict import Verdict, verdict_of


@record(frozen=True, slots=True)
class Predicate:
    """words: as a card says it; facts: names of the facts (cards.facts, or tumor_type) that would settle it."""

    words: str
    facts: tuple[str, ...]
    says: Callable[[Case], Verdict]


LIVER_FUNCTION = ("bilirubin", "albumin", "inr", "ascites_grade", "encephalopathy_grade")
CHILD_PUGH_A_MAX, CHILD_PUGH_B7, CHILD_PUGH_B_MAX = 6, 7, 9


def _tumor(words: str, *kinds: str) -> Predicate:
    def is_kind(case: Case) -> Verdict:
        kind = case.facts.tumor.kind
        return Verdict.UNKNOWN if kind == "unknown" else verdict_of(kind in kinds)

    return Predicate(words, ("tumor_type",), is_kind)


def _yes(name: str) -> Predicate:
    def says(case: Case) -> Verdict:
        known: Known = case.state[name]
        return Verdict.UNKNOWN if isinstance(known, Absent) else verdict_of(bool(known.value))

    return Predicate(name.replace("_", " "), (name,), says)


def _other_than(words: str, name: str, absent: object) -> Predicate:
    """A graded finding is there when it has any value but the one that says it is not."""

    def says(case: Case) -> Verdict:
        known: Known = case.state[name]
        return Verdict.UNKNOWN if isinstance(known, Absent) else verdict_of(known.value != absent)

    return Predicate(words, (name,), says)


def _is(words: str, name: str, *values: object) -> Predicate:
    def says(case: Case) -> Verdict:
        known: Known = case.state[name]
        return Verdict.UNKNOWN if isinstance(known, Absent) else verdict_of(known.value in values)

    return Predicate(words, (name,), says)


def _at_most(words: str, name: str, limit: float) -> Predicate:
    return Predicate(words, (name,), lambda case: verdict_of(holds(case.state[name], lambda value: value <= limit)))


def _child_pugh(words: str, highest: int) -> Predicate:
    """A score of which only the range is known decides where both ends are on one side."""

    def says(case: Case) -> Verdict:
        score = case.child_pugh
        if score.high <= highest:
            return Verdict.MET
        return Verdict.UNKNOWN if score.low <= highest else Verdict.NOT_MET

    return Predicate(words, LIVER_FUNCTION, says)


def _nodules_at_most(words: str, highest: int) -> Predicate:
    def says(case: Case) -> Verdict:
        count = case.burden.count
        if count.low > 0 and count.high <= highest:
            return Verdict.MET
        return Verdict.NOT_MET if count.low > highest else Verdict.UNKNOWN

    return Predicate(words, ("nodule_count",), says)


def _systemic(words: str, value: str, unless: tuple[str, ...] = ()) -> Predicate:
    """A status of systemic therapy; `unless`: the statuses that do not tell it."""

    def says(case: Case) -> Verdict:
        known = case.state.systemic_therapy_status
        if isinstance(known, Absent) or known.value in unless:
            return Verdict.UNKNOWN
        return verdict_of(known.value == value)

    return Predicate(words, ("systemic_therapy_status",), says)


def _site_other_than_liver(case: Case) -> Verdict:
    """Orders reach a policy only for the liver; a stated liver tumor decides it."""
    return verdict_of(False if case.facts.tumor.stated else None)


_MAIN_TRUNK = "vp4"

PREDICATES: Mapping[str, Predicate] = {
    "site_other_than_liver": Predicate("site other than the liver", ("tumor_type",), _site_other_than_liver),
    # Tumor
    "hcc": _tumor("hepatocellular carcinoma", "hcc"),
    "intrahepatic_cholangiocarcinoma": _tumor("intrahepatic cholangiocarcinoma", "icc"),
    "other_primary_tumor": _tumor("another primary liver tumor", "other-primary"),
    "neuroendocrine_metastasis": _tumor("neuroendocrine metastasis", "neuroendocrine-metastasis"),
    "colorectal_metastasis": _tumor("colorectal metastasis", "colorectal-metastasis"),
    "melanoma_metastasis": _tumor("melanoma metastasis", "melanoma-metastasis"),
    "other_metastasis": _tumor("metastasis of another tumor", "other-metastasis"),
    # Extent
    "liver_dominant": _yes("liver_dominant"),
    "diffuse": _yes("diffuse"),
    "progressive": _yes("progressive"),
    "extrahepatic_spread": _yes("extrahepatic_spread"),
    "portal_vein_invasion": _other_than("portal vein invasion", "portal_vein_invasion", "none"),
    "main_portal_vein_invasion": _is("invasion of the main portal vein", "portal_vein_invasion", _MAIN_TRUNK),
    "preserved_portal_flow": _is("preserved portal flow", "portal_flow", "preserved"),
    "single_nodule": _nodules_at_most("a single nodule", 1),
    "up_to_three_nodules": _nodules_at_most("at most three nodules", 3),
    "within_milan": Predicate("within Milan", ("nodule_count", "nodule_size"), lambda c: milan(c.burden, c.state)),
    "within_up_to_seven": Predicate(
        "within up-to-seven", ("nodule_count", "nodule_size"), lambda c: up_to_seven(c.burden, c.state)
    ),
    # Patient
    "ecog_0_or_1": _at_most("ECOG 0 or 1", "ecog", 1),
    "ecog_0_to_2": _at_most("ECOG 0 to 2", "ecog", 2),
    "child_pugh_a": _child_pugh("Child-Pugh A", CHILD_PUGH_A_MAX),
    "child_pugh_a_or_b7": _child_pugh("Child-Pugh A or B7", CHILD_PUGH_B7),
    "child_pugh_a_or_b": _child_pugh("Child-Pugh A or B", CHILD_PUGH_B_MAX),
    "bilirubin_at_most_2_mg_dl": _at_most("bilirubin at most 2 mg/dL", "bilirubin", 2.0),
    "bilirubin_at_most_3_mg_dl": _at_most("bilirubin at most 3 mg/dL", "bilirubin", 3.0),
    "ascites": _other_than("ascites", "ascites_grade", "none"),
    "encephalopathy": _other_than("encephalopathy", "encephalopathy_grade", 0),
    "symptomatic": _yes("symptomatic"),
    # Decisions
    "unresectable": _yes("unresectable"),
    "bridge_to_transplant": _yes("bridge_to_transplant"),
    "transplant_listed": _yes("transplant_listed"),
    # "Failed" does not show that symptoms were not controlled, nor the other way round: it leaves open.
    "systemic_failed_to_control_symptoms": _systemic(
        "systemic therapy failed to control symptoms", "failed-to-control-symptoms", unless=("failed",)
    ),
    "systemic_failed": _systemic("systemic therapy failed", "failed", unless=("failed-to-control-symptoms",)),
    "not_a_systemic_candidate": _systemic("not a candidate for systemic therapy", "not-candidate"),
}
