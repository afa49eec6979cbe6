"""A treatment that was planned in steps (one lobe, then the other) is one session."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from cards.facts import Session


def in_steps(sessions: Sequence[Session], parents: Mapping[str, tuple[str, ...]]) -> list[Session]:
    """Sessions oldest first, each second step joined to the TACE before it.

    parents   Procedure → what its partOf names: a TACE that is part of an earlier TACE is a step of it
    A step is only what the record says is one: no distance in time makes two sessions a plan.
    """
    found: list[Session] = []
    for session in sessions:
        before = next((n for n in reversed(range(len(found))) if _precedes(found[n], session)), None)
        part_of = next(
            (n for n, s in enumerate(found) if _precedes(s, session) and _is_part(session, s, parents)), None
        )
        at = part_of if part_of is not None else before if session.second_step else None
        if at is None:
            found.append(session)
        else:
            found[at] = _joined(found[at], session)
    return found


def _precedes(earlier: Session, session: Session) -> bool:
    both_tace = earlier.kind == session.kind == "tace"
    return both_tace and earlier.when is not None and session.when is not None and earlier.when < session.when


def _is_part(session: Session, of: Session, parents: Mapping[str, tuple[str, ...]]) -> bool:
    return any(parent in of.evidence for name in session.evidence for parent in parents.get(name, ()))


def _joined(first: Session, second: Session) -> Session:
    """From the first day to the last: responses are of the time after the last step."""
    return replace(
        first,
        evidence=tuple(dict.fromkeys((*first.evidence, *second.evidence))),
        latest=second.latest,
        lesions=tuple(dict.fromkeys((*first.lesions, *second.lesions))) if first.lesions and second.lesions else (),
        selective=_both(first.selective, second.selective),
        technical_success=_both(first.technical_success, second.technical_success),
        intent=first.intent or second.intent,
        steps=(*(first.steps or _day(first)), *_day(second)),
    )


def _day(session: Session) -> tuple[date, ...]:
    return (session.when,) if session.when is not None else ()


def _both(one: bool | None, other: bool | None) -> bool | None:
    """A treatment is adequate where each of its steps was."""
    if one is False or other is False:
        return False
    return True if one and other else None
