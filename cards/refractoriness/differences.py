"""Why the definitions disagree in this patient: what each asks for that another does not."""

from cards.case import Case
from cards.refractoriness.definitions import jsh_viable_over_half, lesion
from cards.refractoriness.verdict import Refractoriness
from cards.verdict import Verdict

_TWO = ("easl-2025-quoted", "source-003-steps")
_THREE = ("iasl-002", "zhang-2022-proposal")


def why_they_differ(case: Case, r: Refractoriness) -> tuple[str, ...]:
    """One sentence for each difference that shows between a definition that is met and one that is not; the plainest first.

    Source
        each definition's own text: jsh-lcsgj-2014, korean-criteria, iasl-criteria, european-criteria, easl-2025,
        source-003, source-002
    """
    said = (
        _by_number(case, r),
        _by_whole_liver(case, r),
        _by_sessions(r),
        _by_window(r),
        _by_intent(case, r),
        _by_half(case, r),
    )
    return tuple(words for words in said if words)


def _met(r: Refractoriness, *codes: str) -> bool:
    return any(r.definitions.get(code) is Verdict.MET for code in codes)


def _not_met(r: Refractoriness, *codes: str) -> bool:
    return any(r.definitions.get(code) is Verdict.NOT_MET for code in codes)


def _by_number(case: Case, r: Refractoriness) -> str:
    if not _met(r, *_TWO) or not _not_met(r, *_THREE):
        return ""
    progressed = any(o.category == "PD" for history in r.histories.values() for o in history)
    two = "two sessions without response" + (", the 2026 steps one progression" if progressed else "")
    return f"EASL 2025 as quoted and the 2026 steps ask for {two}; the same-area definition and Zhang 2022 for three"


def _by_whole_liver(case: Case, r: Refractoriness) -> str:
    """JSH and the Korean conditions take what the whole liver shows; Zhang 2022 the targeted lesions alone."""
    by_liver = _met(r, "jsh-lcsgj-2014") and not any(
        jsh_viable_over_half(lesion(case.facts, key)).verdict is Verdict.MET for key in r.per_lesion
    )
    if not by_liver or not _not_met(r, "zhang-2022-proposal", *_TWO):
        return ""
    return "JSH counts new lesions, markers, invasion and spread anywhere; the others count the response of what was treated"


def _by_sessions(r: Refractoriness) -> str:
    if not _met(r, "korean-002") or not _not_met(r, "iasl-002"):
        return ""
    return (
        "the Korean conditions count sessions, invasion and spread, not failures of a lesion (Zhang 2022 says that the "
        "International Association supports them; its table has only the same-area condition)"
    )


def _by_window(r: Refractoriness) -> str:
    if not _met(r, "zhang-2022-proposal") or not _not_met(r, "iasl-002"):
        return ""
    return "the same-area definition asks for three within six months, Zhang 2022 for three in a row"


def _by_intent(case: Case, r: Refractoriness) -> str:
    met = _met(r, *_TWO, *_THREE)
    if met and _not_met(r, "european-002"):
        return "the European definition calls stable disease effective under palliative intent"
    if _met(r, "european-002") and _not_met(r, *_TWO, *_THREE):
        return "the European definition takes one session without response under curative intent for failure"
    return ""


def _by_half(case: Case, r: Refractoriness) -> str:
    if not _met(r, *_TWO) or not _not_met(r, "jsh-lcsgj-2014"):
        return ""
    return "JSH asks for more than 50 % viable after adequate selective TACE with agent or feeder changed; mRECIST SD can be less"
