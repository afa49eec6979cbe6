"""Response imaging due or overdue after the last TACE."""

from cards.card import Card
from cards.case import Case
from cards.response.history import tace_sessions
from cards.response.readings import readings
from cards.words import day

DUE_FROM_DAY, OVERDUE_AFTER_DAY = 28, 42


def imaging_card(case: Case) -> Card | None:
    """Due from week 4 to 6 after the last TACE, overdue later, while no response that counts is recorded.

    Inputs
        day of the last session; mrecist_response or viable_percent after it
    Source
        source-003, step 3 (4–6 weeks)
    """
    sessions = tace_sessions(case.facts)
    if not sessions or sessions[-1].latest is None:
        return None
    last = sessions[-1]
    after = (case.today - sessions[-1].latest).days
    if after < DUE_FROM_DAY or any(r.counts and r.session is last for r in readings(case.facts)):
        return None
    overdue = after > OVERDUE_AFTER_DAY
    word = "overdue" if overdue else "due"
    last_day = day(sessions[-1].latest if last.steps else last.when)
    summary = f"Response imaging {word}: day {after} after the TACE of {last_day}, no response recorded."
    detail = (
        f"**What decides.** The last TACE was on {last_day}; no mRECIST response at day 28 or later is recorded. "
        f"Assessed {day(case.today)}.\n\nConsider contrast-enhanced CT or MRI, read by mRECIST, at 4–6 weeks (unreviewed "
        "2026 summary quoting EASL 2025, step 3); JSH 1–3 months."
    )
    return Card("response-imaging", "clinical-reminder", "warning" if overdue else "info", summary, detail,
                "source-003", patient=case.facts.patient)  # fmt: skip
