"""What is remembered of a decision, and which of its cards are given: all, none (shadow), or those not suppressed.

Remembered are names, verdicts and ids: no value of the record, no word of a card, no address. The patient is a keyed
hash, and nothing without a key.
"""

import hmac
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from time import perf_counter, time_ns
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from cards.record import record
from cards.verdict import Finding, Verdict
from service.hooks.site import Site
from service.memo import memo
from service.store.tables import CARD, DECISION
from service.store.writer import Writer
from service.telemetry import Metrics, new_id, request_id
from service.version import rules_version, service_version

if TYPE_CHECKING:
    from cards.assess import Assessment

log = logging.getLogger(__name__)

Json = dict[str, Any]
_MET, _UNKNOWN, _NOT_MET = Verdict.MET, Verdict.UNKNOWN, Verdict.NOT_MET
SHOWN, SHADOW, SUPPRESSED = "shown", "shadow", "suppressed"
_AGE = re.compile(r" ?\(\d+ days? old\)")  # says the same thing in other words every day
_FINDINGS = {
    "eligibility": "eligibility",
    "refractoriness": "refractoriness",
    "combination": "combination",
    "prior-authorization": "prior_auth",
}


@record(frozen=True, slots=True)
class Asked:
    """Who asked for what, and how; patient_id stays here and goes no further than into a keyed hash."""

    service_id: str
    hook: str
    hook_instance: str
    patient_id: str
    site: Site
    began: float

    @property
    def shadow(self) -> bool:
        return self.service_id in self.site.shadow


class Audit:
    """Of one process. suppressed: keys of the cards not to be given again for now."""

    def __init__(self, writer: Writer, metrics: Metrics) -> None:
        self._writer = writer
        self._metrics = metrics
        self.suppressed: frozenset[str] = frozenset()

    def given(self, asked: Asked, assessments: "Sequence[Assessment]", cards: list[Json]) -> list[Json]:
        """The cards to answer with. What became of each is remembered; a failure of that costs no card."""
        keys = [_suppression_key(asked, assessments, card) for card in cards]
        ways = [SHADOW if asked.shadow else SUPPRESSED if key in self.suppressed else SHOWN for key in keys]
        try:
            self._remember(asked, assessments, list(zip(cards, ways, keys, strict=True)))
        except Exception as problem:  # whatever it is, it is not the physician's to wait for or to see
            log.error("a decision could not be audited: unexpected %s", type(problem).__name__)
            self._metrics.lost("decision", 1)
        return [card for card, way in zip(cards, ways, strict=True) if way == SHOWN]

    def _remember(
        self, asked: Asked, assessments: "Sequence[Assessment]", cards: Sequence[tuple[Json, str, str | None]]
    ) -> None:
        at, identifier = datetime.now(UTC), f"{time_ns():016x}{new_id()}"
        missing = _missing(assessments)
        rows = [_card(asked, assessments, card, way, key) for card, way, key in cards]
        decision = {
            "id": identifier,
            "at": at,
            "service": asked.service_id,
            "hook": asked.hook,
            "client": asked.site.name,
            "request_id": request_id(),
            "hook_instance": _uuid(asked.hook_instance),
            "patient_hash": patient_hash(asked.site.settings.patient_hash_key, asked.site.name, asked.patient_id),
            "service_version": service_version(),
            "rules_version": rules_version(),
            "configuration": asked.site.configuration,
            "shadow": asked.shadow,
            "latency_ms": round((perf_counter() - asked.began) * 1000, 2),
            "judged": [_judged(each) for each in assessments],
            "missing": missing,
        }
        found = {"decision": identifier, "at": at}
        self._writer.put("decision", (DECISION, decision), *((CARD, row | found) for row in rows))
        for row in rows:
            self._metrics.card(asked.service_id, row["topic"], row["verdict"], row["indicator"], row["given"])
        for name in missing:
            self._metrics.missing(name)


def patient_hash(key: str, client: str, patient_id: str) -> str | None:
    """The same patient of the same client gives the same hash; without the key it says nothing. None without a key."""
    return _keyed(key, client, patient_id) if key and patient_id else None


def _keyed(key: str, *parts: str) -> str:
    return hmac.digest(key.encode(), "\0".join(parts).encode(), sha256)[:16].hex()


@memo(1024)
def _uuid(text: str) -> str | None:
    """Only a UUID is remembered: it says nothing."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _judged(a: "Assessment") -> Json:
    """Verdicts by topic, and every rule's name by its verdict."""
    found = _all_findings(a)
    return {
        "order": a.order.kind if a.order is not None else "none",
        "eligibility": a.eligibility.verdict,
        "refractoriness": a.refractoriness.verdict,
        "combination": a.combination.verdict,
        "priorAuth": a.prior_auth.decision,
        "rules": {
            "met": [f.rule for f in found if f.verdict is _MET],
            "unknown": [f.rule for f in found if f.verdict is _UNKNOWN],
            "notMet": [f.rule for f in found if f.verdict is _NOT_MET],
        },
    }


def _all_findings(a: "Assessment") -> tuple[Finding, ...]:
    return (*a.eligibility.findings, *a.refractoriness.findings, *a.combination.findings, *a.prior_auth.findings)


def _missing(assessments: "Sequence[Assessment]") -> list[str]:
    """Names of the facts that left the verdict open."""
    open_ones = (f for a in assessments if a.eligibility.verdict == "indeterminate" for f in a.eligibility.deciding)
    return list(dict.fromkeys(name for finding in open_ones for name in finding.missing))


def _card(asked: Asked, assessments: "Sequence[Assessment]", card: Json, way: str, key: str | None) -> Json:
    topic = topic_of(card)
    about = _about(assessments, card)
    verdict, rules = _verdict(about[0], topic) if about else ("", ())
    return {
        "uuid": card["uuid"],
        "service": asked.service_id,
        "topic": topic,
        "verdict": verdict,
        "indicator": card["indicator"],
        "rules": list(rules),
        "given": way,
        "suppression_key": key,
    }


def topic_of(card: Json) -> str:
    return str(card.get("extension", {}).get("tace-cds.topic", "other"))


def _orders(card: Json) -> list[str]:
    return [each["reference"] for each in card.get("extension", {}).get("davinci-crd.associated-resource", ())]


def _about(assessments: "Sequence[Assessment]", card: Json) -> "list[Assessment]":
    """The assessments a card speaks of: those of its orders; without orders all."""
    orders = _orders(card)
    return [a for a in assessments if not orders or (a.order is not None and a.order.reference in orders)]


def _verdict(a: "Assessment", topic: str) -> tuple[str, Sequence[str]]:
    """What the topic's card says, and by which rules."""
    if topic == "eligibility":
        return a.eligibility.verdict, tuple(dict.fromkeys(f.rule for f in a.eligibility.deciding))
    if topic == "refractoriness":
        return a.refractoriness.verdict, _met(a.refractoriness.findings)
    if topic == "combination":
        return a.combination.verdict, _met(a.combination.findings)
    if topic == "prior-authorization":
        return a.prior_auth.decision, (f"{a.prior_auth.policy} {a.prior_auth.clause}".strip(),)
    return (a.eligibility.verdict if topic == "summary" else "stated"), ()


def _met(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.rule for f in findings if f.verdict is Verdict.MET))


# Suppression


def _suppression_key(asked: Asked, assessments: "Sequence[Assessment]", card: Json) -> str | None:
    """Equal for the same card about the same order on the same findings. None where it is not to be suppressed: what
    warns of harm, and what is about no order.
    """
    orders = _orders(card)
    if not asked.site.settings.suppress_hours or card["indicator"] == "critical" or not orders:
        return None
    topic = topic_of(card)
    findings = [_said(each) for a in _about(assessments, card) for each in _findings(a, topic)]
    documents = [[item.item, doc.status] for a in _about(assessments, card) for item, doc in a.prior_auth.documentation]
    said = sha256(orjson.dumps([card["indicator"], findings, documents])).hexdigest()
    parts = (asked.site.name, asked.patient_id, asked.service_id, topic, *sorted(orders), said)
    return _keyed(asked.site.settings.patient_hash_key, "suppression", *parts)


def _findings(a: "Assessment", topic: str) -> Sequence[Finding]:
    part = getattr(a, _FINDINGS[topic], None) if topic in _FINDINGS else None
    return part.findings if part is not None else _all_findings(a)


def _said(finding: Finding) -> Sequence[Any]:
    """With the reason, which holds values and dates: a value that was corrected in place is another finding."""
    because = _AGE.sub("", finding.because)
    return [finding.rule, finding.verdict.value, because, sorted(finding.evidence), sorted(finding.missing)]
