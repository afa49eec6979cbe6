"""What is remembered of texts is bounded in bytes: of a caller's long text nothing stays."""

import functools
import gc
from datetime import UTC, datetime

import pytest

from service.app import create_app
from service.fhir.read import codings
from service.fhir.read.codings import segments_in
from service.fhir.read.observation import candidate
from service.fhir.read.reading import Reading
from service.fhir.read.words import TACE, tells
from service.memo import LONGEST, memo
from service.settings import Settings
from tests.golden import request_of

LOINC = {"system": "http://loinc.org", "code": "1975-2"}


def test_a_short_text_is_worked_out_once_and_a_long_one_each_time():
    worked_out = []

    @memo(2)
    def length(text: str) -> int:
        worked_out.append(text)
        return len(text)

    for text in ("short", "short", "x" * LONGEST, "x" * LONGEST, "x" * (LONGEST + 1), "x" * (LONGEST + 1)):
        assert length(text) == len(text)
    assert [len(text) for text in worked_out] == [5, LONGEST, LONGEST + 1, LONGEST + 1]


def test_a_long_text_is_answered_alike():
    words = "TACE of segment 8"
    long = f"{words}; {'seen before ' * 100}"
    assert segments_in(long) == segments_in(words)
    assert tells(TACE, long) == tells(TACE, words)


def test_a_code_longer_than_any_is_none():
    assert codings.codings({"coding": [LOINC, {"code": "9" * (LONGEST + 1)}]}) == [(LOINC["system"], LOINC["code"])]
    assert codings.codings({"coding": [LOINC | {"system": "x" * (LONGEST + 1)}]}) == []


def test_many_codes_are_read_alike_and_not_remembered_together():
    others = [{"system": "urn:oid:2.999", "code": str(number)} for number in range(50)]
    reading = Reading(datetime(2026, 11, 22, tzinfo=UTC))  # type: ignore[arg-type]  # not asked for the time here
    candidate._facts_told.cache_clear()
    few, many = ({"code": {"coding": each}} for each in ([LOINC], [LOINC, *others]))
    assert candidate.facts_of(many, reading) == candidate.facts_of(few, reading)
    assert candidate._facts_told.cache_info().currsize == 1


def lengthened(found, name):
    """Every text called so is 5,000 characters longer, and says the same first."""
    if isinstance(found, dict):
        return {key: f"{value} {'zyx ' * 1250}" if key == name and isinstance(value, str) else lengthened(value, name)
                for key, value in found.items()}  # fmt: skip
    return [lengthened(each, name) for each in found] if isinstance(found, list) else found


def remembered():
    """Every text that an lru_cache holds, of whatever module."""
    gc.unfreeze()  # a server that another test began in this process had them out of the collector's sight
    caches = [each for each in gc.get_objects() if type(each) is functools._lru_cache_wrapper]
    seen, found, around = (
        set(),
        [],
        [each for cache in caches for each in gc.get_referents(cache) if type(each) is dict],
    )
    while around:
        each = around.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, (dict, list, tuple)) or type(each).__name__ in ("_lru_list_elem", "_HashedSeq"):
            around += gc.get_referents(each)
    return found


@pytest.mark.parametrize("name", ["text", "display", "code", "system", "unit", "hookInstance", "valueString", "a key"])
def test_no_cache_keeps_a_long_text_of_a_call(tmp_path, name):
    client = create_app(Settings(mode="sandbox", store=f"sqlite:///{tmp_path}/store.sqlite3")).test_client()
    body = lengthened(request_of("third-tace-segment-8-jsh-refractory"), name)
    if name == "a key":
        body["prefetch"] = {f"{key} {'zyx ' * 1250}": value for key, value in body["prefetch"].items()}
    assert client.post("/cds-services/tace-order-sign", json=body).status_code in (200, 412)
    texts = remembered()
    assert len(texts) > 50
    assert not [text[:50] for text in texts if "zyx zyx zyx" in text]
