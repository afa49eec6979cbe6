"""The pages of a packet: one to print for the payer, and the coordinator's checklist."""

from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from cards.assess import Assessment
from cards.facts import FACTS
from cards.prior_auth.packet import Section
from cards.questions import asked, label
from cards.words import day
from service.packet.people import People

STATUS = {"present": "found", "missing": "missing", "not-applicable": "not applicable"}


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    made = Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape(default=True), trim_blocks=True)
    made.filters["day"] = _day
    return made


def _day(when: date | None) -> str:
    return day(when) if when is not None else ""


def packet_page(sections: tuple[Section, ...], who: People, title: str, on: date) -> str:
    """What the payer gets: facts and rationale."""
    return _environment().get_template("packet.html").render(sections=sections, who=who, title=title, on=on)


def checklist_page(a: Assessment, who: People, title: str) -> str:
    """What the coordinator gets: each document with its status, what would satisfy it, and what is still open."""
    p = a.prior_auth
    open_clauses = [f for f in p.findings if f.verdict.value == "unknown"]
    return (
        _environment()
        .get_template("checklist.html")
        .render(
            p=p,
            who=who,
            title=title,
            on=a.case.today,
            status=STATUS,
            open_clauses=open_clauses,
            questions=[asked(name) for name in p.wanted if name in FACTS or name == "tumor_type"],
            facts_named=lambda names: ", ".join(dict.fromkeys(label(name) for name in names)),
            unusable=a.case.facts.unusable,
            gaps=a.case.facts.gaps,
        )
    )
