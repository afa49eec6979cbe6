"""What the client sent, what it left out, and the fetching of the rest.

A key left out is fetched. A key that came null is an answer ("looked, nothing there") and never asked again. A key
that came as an OperationOutcome failed at the client and is fetched. What can neither way be had is a gap, in words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from cards.record import record
from service.errors import NotReached
from service.fhir import bundle
from service.fhir.bundle import Resource
from service.fhir.servers import Answer, Servers
from service.hooks.catalog import Need
from service.hooks.request import HookRequest
from service.memo import memo

NOT_SENT = "not sent, and no FHIR server to ask"
CLIENT_FAILED = "the client sent an error instead"
NOT_FHIR = "what was sent is not FHIR"
OTHER_KIND = "what was sent is something else"
MOST_RESOURCES = 5000  # a long record has hundreds; reading is to end in time whatever is sent
TOO_MANY = f"resources beyond the first {MOST_RESOURCES} were not read"


@record(frozen=True, slots=True)
class Gathered:
    """resources: all there is, in order; gaps: what could not be had, and why; unreached: the resource types of the
    gaps; reached: whether anything was; asked: whether a server was asked, so that what was sent is not all there is to it.
    """

    resources: list[Resource]
    gaps: tuple[str, ...]
    unreached: frozenset[str]
    full_urls: dict[str, str]
    reached: bool
    asked: bool = False


@record(frozen=True, slots=True)
class Sent:
    """What one prefetch key brought. problem: why it does not answer the need; next_page: where it goes on."""

    resources: list[Resource] = field(default_factory=list)
    full_urls: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    problem: str = ""
    next_page: str = ""


@record(frozen=True, slots=True)
class _Missing:
    """Something still to be fetched: a need, or the pages after the first."""

    need: Need
    query: str
    problem: str
    later_pages: bool = False


def gather(request: HookRequest, needs: tuple[Need, ...], client: Servers | None) -> Gathered:
    """Prefetch first, the FHIR server for the rest; client None: nothing is fetched.

    NotReached where nothing at all could be had.
    """
    sent = {key: _sent(value) for key, value in request.prefetch.items()}
    satisfied = _satisfied(sent, needs)
    missing = [*_absent(request.patient_id, needs, sent, satisfied), *_unfinished(satisfied, needs)]
    answers, refused = _fetched(request, missing, client)
    pages = [page for answer in answers for page in answer.pages]
    if needs and not satisfied and not pages and client is not None:
        raise NotReached(_gaps(missing, answers, refused), tuple(need.key for need in needs))
    fetched, fetched_urls = bundle.flatten(pages)
    given = [resource for each in sent.values() for resource in each.resources]
    resources = bundle.without_repetition([*given, *fetched, *request.companions])
    left_out = frozenset(str(resource["resourceType"]) for resource in resources[MOST_RESOURCES:])
    full_urls = {url: reference for each in sent.values() for url, reference in each.full_urls.items()}
    return Gathered(
        resources=resources[:MOST_RESOURCES],
        gaps=_gaps(missing, answers, refused) + ((TOO_MANY,) if left_out else ()),
        unreached=frozenset(each.need.kind for each, _ in _failed(missing, answers)) | left_out,
        full_urls=full_urls | fetched_urls | dict(request.order_urls),
        reached=bool(satisfied or pages),
        asked=bool(answers),
    )


def _satisfied(prefetch: Mapping[str, Sent], needs: tuple[Need, ...]) -> dict[str, Sent]:
    """Keys of the needs that were answered, by their own key, else by a key named as the type, else by what a key holds."""
    satisfied: dict[str, Sent] = {}
    own = {need.key: need for need in needs}
    for key in sorted(prefetch, key=lambda key: key not in own):
        sent = prefetch[key]
        for need in [own[key]] if key in own else _meant(key, sent, needs, satisfied):
            if not sent.problem and need.key not in satisfied and _answers(need, sent):
                satisfied[need.key] = sent
    return satisfied


def _meant(key: str, sent: Sent, needs: tuple[Need, ...], satisfied: Mapping[str, Sent]) -> list[Need]:
    named = [need for need in needs if _word(key) in (_word(need.kind), _word(need.key))]
    if named:
        return named
    if len(sent.kinds & {need.kind for need in needs}) > 1:
        return list(needs)  # a mix of types under a name that says nothing: the record as a whole
    # Its name says nothing: it stands for one need, not for every need of that type
    return [need for need in needs if sent.kinds == {need.kind} and need.key not in satisfied][:1]


@memo(512)
def _word(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha()).removesuffix("s")


def _answers(need: Need, sent: Sent) -> bool:
    """Whether what was sent can be the answer to a need: nothing at all, something of its type, or a whole record."""
    return not sent.kinds or need.kind in sent.kinds or len(sent.kinds) > 1


_LOOKED = Sent()  # and nothing was there


def _sent(value: Any) -> Sent:
    while bundle.is_wrapped(value):
        if _status(value)[:1] in ("4", "5"):
            return Sent(problem=CLIENT_FAILED)
        value = value.get("resource")
    if value is None:
        return _LOOKED
    if isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
        return Sent(problem=CLIENT_FAILED)
    if not (isinstance(value, list) or bundle.is_bundle(value) or bundle.is_resource(value)):
        return Sent(problem=NOT_FHIR)
    resources, full_urls = bundle.collected(value)
    kinds = frozenset([resource["resourceType"] for resource in resources])
    return Sent(resources, full_urls, kinds, next_page=bundle.next_link(value))


def _status(wrapped: Mapping[str, Any]) -> str:
    response = wrapped.get("response")
    return str(response.get("status", "")).strip() if isinstance(response, dict) else ""


def _absent(
    patient_id: str, needs: Iterable[Need], sent: Mapping[str, Sent], satisfied: Mapping[str, Sent]
) -> list[_Missing]:
    return [
        _Missing(need, need.query_for(patient_id), _problem(sent, need)) for need in needs if need.key not in satisfied
    ]


def _problem(sent: Mapping[str, Sent], need: Need) -> str:
    return sent[need.key].problem or OTHER_KIND if need.key in sent else NOT_SENT


def _unfinished(satisfied: Mapping[str, Sent], needs: tuple[Need, ...]) -> list[_Missing]:
    last = {sent.next_page: key for key, sent in satisfied.items() if sent.next_page}
    own = {need.key: need for need in needs} if last else {}
    return [_Missing(own[key], page, "", later_pages=True) for page, key in last.items()]


def _fetched(request: HookRequest, missing: list[_Missing], client: Servers | None) -> tuple[list[Answer], str]:
    """One answer for each that is missing; or none at all, and why nothing was asked."""
    if client is None or not request.fhir_server:
        return [], NOT_SENT
    refused = client.refusal(request.fhir_server)
    if refused or not missing:
        return [], refused
    queries = {str(number): each.query for number, each in enumerate(missing)}
    answers = client.fetch(request.fhir_server, request.token, queries)
    return [answers[name] for name in queries], ""


def _gaps(missing: list[_Missing], answers: list[Answer], refused: str) -> tuple[str, ...]:
    """ "conditions, procedures could not be fetched (timed out)": one gap for each reason."""
    by_reason: dict[str, list[str]] = {}
    for each, answer in _failed(missing, answers):
        if not each.need.clinical:
            continue
        named, reason = _gap(each, answer, refused)
        by_reason.setdefault(reason, []).append(named)
    return tuple(f"{_listed(named)} {reason}" for reason, named in by_reason.items())


def _failed(missing: list[_Missing], answers: list[Answer]) -> list[tuple[_Missing, Answer | None]]:
    """What could neither way be had."""
    pairs = [(each, answers[number] if answers else None) for number, each in enumerate(missing)]
    return [(each, answer) for each, answer in pairs if answer is None or answer.problem]


def _gap(each: _Missing, answer: Answer | None, refused: str) -> tuple[str, str]:
    if answer is not None:
        page = len(answer.pages) + (2 if each.later_pages else 1)
        named = f"page {page} of {each.need.label}" if page > 1 else each.need.label
        return named, f"could not be fetched ({answer.problem})"
    if each.later_pages:
        return f"page 2 of {each.need.label}", "was not sent"
    reason = each.problem if refused == NOT_SENT or each.problem != NOT_SENT else refused
    return each.need.label, f"could not be fetched ({reason})"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
