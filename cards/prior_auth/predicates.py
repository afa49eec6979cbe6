"""The named predicates a policy's criteria may use: each three-valued, each on facts that are documented."""

from collections.abc import Callable, Mapping

from cards.case import Case
from cards.current import Known
from cards.facts import Absent
from cards.verdict import Verdict, verdict_of


def _tumor(*kinds: str) -> Callable[[Case], Verdict]:
    def is_kind(case: Case) -> Verdict:
        kind = case.facts.tumor.kind
        return Verdict.UNKNOWN if kind == "unknown" else verdict_of(kind in kinds)

    return is_kind


def _yes(name: str) -> Callable[[Case], Verdict]:
    def says(case: Case) -> Verdict:
        known: Known = case.state[name]
        return Verdict.UNKNOWN if isinstance(known, Absent) else verdict_of(bool(known.value))

    return says


def _systemic(value: str, unless: tuple[str, ...] = ()) -> Callable[[Case], Verdict]:
    """A status of systemic therapy; `unless`: the statuses that do not tell it."""

    def says(case: Case) -> Verdict:
        known = case.state.systemic_therapy_status
        if isinstance(known, Absent) or known.value in unless:
            return Verdict.UNKNOWN
        return verdict_of(known.value == value)

    return says


def _site_other_than_liver(case: Case) -> Verdict:
    """Orders reach a policy only for the liver; a stated liver tumor decides it."""
    return verdict_of(False if case.facts.tumor.stated else None)


PREDICATES: Mapping[str, Callable[[Case], Verdict]] = {
    "site_other_than_liver": _site_other_than_liver,
    "hcc": _tumor("hcc"),
    "intrahepatic_cholangiocarcinoma": _tumor("icc"),
    "neuroendocrine_metastasis": _tumor("neuroendocrine-metastasis"),
    "colorectal_metastasis": _tumor("colorectal-metastasis"),
    "melanoma_metastasis": _tumor("melanoma-metastasis"),
    "unresectable": _yes("unresectable"),
    "bridge_to_transplant": _yes("bridge_to_transplant"),
    "liver_dominant": _yes("liver_dominant"),
    "diffuse": _yes("diffuse"),
    "progressive": _yes("progressive"),
    "symptomatic": _yes("symptomatic"),
    # "Failed" does not show that symptoms were not controlled, nor the other way round: it leaves open.
    "systemic_failed_to_control_symptoms": _systemic("failed-to-control-symptoms", unless=("failed",)),
    "systemic_failed": _systemic("failed", unless=("failed-to-control-symptoms",)),
    "not_a_systemic_candidate": _systemic("not-candidate"),
}
