"""One packet: what is written, and under which names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from cards.assess import Assessment
from cards.prior_auth.packet import packet
from cards.prior_auth.verdict import NAMES
from service.fhir.bundle import reference_to
from service.fhir.write.document import document, is_valid
from service.packet.page import checklist_page, packet_page
from service.packet.people import People, people

Resource = Mapping[str, Any]


def packets(
    assessments: Sequence[Assessment], resources: Iterable[Resource], orders: Iterable[Resource], asked: datetime
) -> Iterator[tuple[str, bytes]]:
    """(file name, content): packet.json and packet.html for the payer, checklist.html for the coordinator.

    With several orders each has its number in the name.
    """
    resources, orders = list(resources), list(orders)
    concerned = [a for a in assessments if a.prior_auth.decision != "not-applicable" and _is_ours(a)]
    for place, a in enumerate(concerned, start=1):
        suffix = f"-{place}" if len(concerned) > 1 else ""
        for name, content in _one(a, resources, orders, asked):
            stem, _, ending = name.partition(".")
            yield f"{stem}{suffix}.{ending}", content


def _is_ours(a: Assessment) -> bool:
    return a.order is None or a.order.subject_matches


def _one(
    a: Assessment, resources: list[Resource], orders: list[Resource], asked: datetime
) -> Iterator[tuple[str, bytes]]:
    order = next((o for o in orders if a.order is not None and reference_to(o) == a.order.reference), None)
    payer = a.prior_auth.applied.payer if a.prior_auth.applied is not None else ""
    who = people(resources, a.case.facts.patient, order, payer)
    title = NAMES.get(a.prior_auth.procedure, "embolization of a liver tumor")
    sections = packet(a.case, a.prior_auth)
    made = document(sections, [*resources, *orders], _patient(a, resources, who), title, asked)
    yield "packet.json", orjson.dumps(made, option=orjson.OPT_INDENT_2)
    yield "packet.html", packet_page(sections, who, title, a.case.today).encode()
    yield "checklist.html", checklist_page(a, who, title).encode()


def _patient(a: Assessment, resources: list[Resource], who: People) -> Resource:
    """The Patient as it came; one that is not there or not valid is made from what is known."""
    own = next((r for r in resources if reference_to(r) == a.case.facts.patient), None)
    if own is not None and is_valid(own):
        return own
    made: dict[str, Any] = {"resourceType": "Patient", "id": a.case.facts.patient.removeprefix("Patient/") or "patient"}
    return made | ({"name": [{"text": who.name}]} if who.name else {})
