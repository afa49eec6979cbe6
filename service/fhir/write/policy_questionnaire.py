"""A payer's policy as a questionnaire (SDC): its documents first, then its clauses, each question once and by the code that its
answer carries; and the response to it, prefilled from the record, each answer with where it came from (Da Vinci DTR).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from cards.case import Case
from cards.facts import FACTS, Fact, Scalar
from cards.prior_auth.documentation import EVIDENCE, FACTS_OF, latest
from cards.prior_auth.policy import CLAUSE, Clause, Item, Policy
from cards.prior_auth.predicates import PREDICATES
from cards.questions import question
from service.fhir.write.questionnaire import Json, canonical, item, questionnaire
from service.fhir.write.value_set import CODED, VERSION, answer_coding, value_set, value_set_url

DTR = "http://hl7.org/fhir/us/davinci-dtr/StructureDefinition"
CRD_TEMP = "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"
ORIGIN = f"{DTR}/information-origin"


def questionnaire_id(policy: Policy) -> str:
    return f"prior-auth-{policy.key}"


def versioned(policy: Policy) -> str:
    """canonical|version, as it is cited."""
    return f"{canonical(questionnaire_id(policy))}|{policy.version}"


def policy_questionnaire(policy: Policy) -> Json:
    asked: set[str] = set()
    groups = [_item_group(each, asked) for each in (*policy.documentation, *policy.expected)]
    groups += [_clause_group(policy, clause, asked) for clause in policy.clauses if clause.procedures]
    return questionnaire(
        questionnaire_id(policy),
        f"Prior authorization: {policy.name}, {policy.title}",
        groups,
        policy.version,
        f"What the policy {policy.name} requires, item by item and clause by clause. {policy.contract_language}",
    )


def _item_group(required: Item, asked: set[str]) -> Json:
    link = f"item-{required.item}"
    facts = _fresh(FACTS_OF.get(required.evidence, ()), asked)
    in_words = {"linkId": f"{link}.text", "text": f"In words: {required.label}", "type": "text"}
    return {
        "linkId": link,
        "prefix": required.item,
        "text": required.label,
        "type": "group",
        "item": [*facts, in_words],
    }


def _clause_group(policy: Policy, clause: Clause, asked: set[str]) -> Json:
    """The questions of one clause that were not asked before; the criteria in words, as a display."""
    link = f"clause-{clause.id}"
    names = [fact for predicate in policy.predicates(clause) for fact in PREDICATES[predicate].facts]
    display = {"linkId": f"{link}.criteria", "text": "; ".join(_in_words(policy, clause)), "type": "display"}
    text = f"Clause {clause.id}: {', '.join(clause.procedures)}"
    group = {"linkId": link, "prefix": clause.id, "text": text, "type": "group"}
    return group | {"item": [display, *_fresh(dict.fromkeys(names), asked)]}


def _in_words(policy: Policy, clause: Clause) -> Iterator[str]:
    for criterion in clause.all_of:
        yield _criterion(policy, criterion)
    if clause.any_of:
        yield " or ".join(_criterion(policy, each) for each in clause.any_of)
    yield from (f"not: {_criterion(policy, each)}" for each in clause.none_of)


def _criterion(policy: Policy, criterion: str) -> str:
    if criterion in PREDICATES:
        return PREDICATES[criterion].words
    part = policy.clause(criterion.removeprefix(CLAUSE))
    return f"{part.id} ({'; '.join(_in_words(policy, part))})"


def _fresh(names: Iterable[str], asked: set[str]) -> list[Json]:
    """Questions not asked before; a coded one names its value set instead of listing its answers."""
    found = []
    for name in names:
        if name not in asked:
            asked.add(name)
            wire = item(name)
            if name in CODED:
                wire = {key: value for key, value in wire.items() if key != "answerOption"}
                wire["answerValueSet"] = f"{value_set_url(name)}|{VERSION}"
            found.append(wire)
    return found


def asked_facts(policy: Policy) -> tuple[str, ...]:
    """Every fact the policy's questionnaire asks for, in its order."""
    documents = [name for each in (*policy.documentation, *policy.expected) for name in FACTS_OF.get(each.evidence, ())]
    clauses = [f for c in policy.clauses if c.procedures for p in policy.predicates(c) for f in PREDICATES[p].facts]
    return tuple(dict.fromkeys((*documents, *clauses)))


def value_sets(policy: Policy) -> list[Json]:
    return [value_set(name) for name in asked_facts(policy) if name in CODED]


# The response


def prefilled(
    policy: Policy,
    case: Case,
    *,
    authored: datetime,
    context: Sequence[str] = (),
    coverage: str = "",
    answered: Iterable[str] = (),
) -> Json:
    """The QuestionnaireResponse, in progress: what the record tells is answered and says so, the rest is left open.

    context   references of the orders; answered: ids of the questionnaire responses that answers came from
    """
    form = policy_questionnaire(policy)
    by_person = tuple(f"Observation/{each}." for each in answered)
    extensions: list[Json] = [{"url": f"{DTR}/qr-context", "valueReference": {"reference": ref}} for ref in context]
    if coverage:
        extensions.append({"url": f"{DTR}/qr-coverage", "valueReference": {"reference": coverage}})
    purpose = {"coding": [{"system": CRD_TEMP, "code": "withpa"}]}
    extensions.append({"url": f"{DTR}/intendedUse", "valueCodeableConcept": purpose})
    items = [filled for group in form["item"] if (filled := _filled(group, policy, case, by_person))]
    wire: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": f"{questionnaire_id(policy)}-response",
        "extension": extensions,
        "questionnaire": versioned(policy),
        "status": "in-progress",
        "authored": authored.isoformat(timespec="seconds"),
        "subject": {"reference": case.facts.patient or "Patient/unknown"},
    }
    return wire | ({"item": items} if items else {})


def _filled(group: Json, policy: Policy, case: Case, by_person: tuple[str, ...]) -> Json | None:
    """A group with those of its questions that can be answered; None where none can."""
    answers = [_answered(each, case, by_person) for each in group.get("item", ()) if each["type"] != "display"]
    items = [each for each in answers if each is not None]
    told = _told(group["prefix"], policy, case)
    if told and not items:  # what no question asks for (the order, a report) is answered in words
        link = f"{group['linkId']}.text"
        items.append(
            {"linkId": link, "text": _text_of(group, link), "answer": [{"valueString": told} | _origin("auto")]}
        )
    return {"linkId": group["linkId"], "text": group["text"], "item": items} if items else None


def _text_of(group: Json, link: str) -> str:
    return next(str(each["text"]) for each in group["item"] if each["linkId"] == link)


def _told(number: str, policy: Policy, case: Case) -> str:
    """What the record holds of a document that is found."""
    for required in (*policy.documentation, *policy.expected):
        if required.item == number:
            document = EVIDENCE[required.evidence](case)
            return document.words if document.status == "present" else ""
    return ""


def _answered(asked: Json, case: Case, by_person: tuple[str, ...]) -> Json | None:
    name = _NAMES.get(asked["linkId"])
    answers = list(_answers(name, asked, case, by_person)) if name else []
    return {"linkId": asked["linkId"], "text": asked["text"], "answer": answers} if answers else None


_NAMES = {question(name).link: name for name in (*FACTS, "tumor_type")}


def _answers(name: str, asked: Json, case: Case, by_person: tuple[str, ...]) -> Iterator[Json]:
    if name == "tumor_type":
        if case.facts.tumor.kind != "unknown":
            by = any(ref.startswith("QuestionnaireResponse/") for ref in case.facts.tumor.evidence)
            yield {"valueCoding": answer_coding(name, case.facts.tumor.kind)} | _origin("manual" if by else "auto")
    elif name == "nodule_size":
        for measured in case.state.sizes:
            yield _answer(measured.size, name, asked) | _origin(_source(measured.size, by_person))
    else:
        fact = latest(case, name)
        if fact is not None and not fact.comparator and fact.value in _possible(name, fact.value):
            yield _answer(fact, name, asked) | _origin(_source(fact, by_person))


def _possible(name: str, value: Scalar) -> tuple[Scalar, ...]:
    """A Condition "ascites" is no grade: only what the question offers is an answer."""
    return FACTS[name].values if FACTS[name].kind == "coded" else (value,)


def _answer(fact: Fact[Any], name: str, asked: Json) -> Json:
    spec = FACTS[name]
    if spec.kind == "boolean":
        return {"valueBoolean": bool(fact.value)}
    if spec.kind == "coded":
        return {"valueCoding": answer_coding(name, fact.value)}
    if spec.kind == "integer":
        return {"valueInteger": int(fact.value)}
    value = round(float(fact.value), 4)
    if asked["type"] == "decimal":
        return {"valueDecimal": value}
    return {
        "valueQuantity": {"value": value, "unit": spec.unit, "system": "http://unitsofmeasure.org", "code": spec.unit}
    }


def _source(fact: Fact[Any], by_person: tuple[str, ...]) -> str:
    """An answer that a person gave in an earlier form is manual; what was read from the record is automatic."""
    return "manual" if by_person and fact.evidence.startswith(by_person) else "auto"


def _origin(source: str) -> Json:
    return {"extension": [{"url": ORIGIN, "extension": [{"url": "source", "valueCode": source}]}]}
