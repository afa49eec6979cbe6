"""Lines of an export: whose they are, pieces of files, and what is broken."""

import gzip
from collections import Counter

import orjson
import pytest

from service.cohort.bulk import spill
from service.cohort.bulk.export import Line, files_of, lines_of, partition_of, pieces_of, place_of, read_line
from service.errors import NotUsable

OBSERVATION = {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "x"}}


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("Patient/p1", "p1"),
        (" Patient/p1 ", "p1"),
        ("Patient/p1/_history/3", "p1"),
        ("https://ehr.example.org/r4/Patient/p1", "p1"),
        ("https://ehr.example.org/r4/Patient/p1/_history/2", "p1"),
        ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"),
        ("Group/g1", ""),
        ("Device/d1", ""),
        ("", ""),
        (7, ""),
    ],
)
def test_the_patient_of_a_line_by_every_form_of_reference(reference, key):
    line = orjson.dumps(OBSERVATION | {"subject": {"reference": reference}})
    assert read_line(line) == Line("Observation", key)


def test_body_structures_name_their_patient_as_patient():
    assert read_line(b'{"resourceType":"BodyStructure","id":"b","patient":{"reference":"Patient/p1"}}').key == "p1"


def test_a_patient_is_its_own():
    assert read_line(b'{"resourceType":"Patient","id":"p1"}') == Line("Patient", "p1")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (b'{"resourceType":"Observation"', "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"id":"x"}', "no resourceType"),
        (b'{"resourceType":7}', "no resourceType"),
        (b'{"resourceType":"Patient"}', "Patient without id"),
        (b'{"resourceType":"Patient","id":"a\\tb"}', "an id with control characters"),
    ],
)
def test_broken_lines_have_a_cause_and_no_value(line, cause):
    assert read_line(line).broken == cause


def test_types_that_are_not_read_are_no_faults():
    assert read_line(b'{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/p1"}}') == Line("Encounter")


@pytest.mark.parametrize("size", [1, 7, 40, 41, 1000])
def test_pieces_of_any_size_hold_every_line_once(tmp_path, size):
    lines = [orjson.dumps({"n": n, "x": "y" * (n % 60)}) for n in range(40)]
    (tmp_path / "Observation.ndjson").write_bytes(b"\n".join(lines) + b"\n\n")
    found = [line.strip() for piece in pieces_of(tmp_path, size) for _, line in lines_of(tmp_path, piece) if line]
    assert found == lines


def test_plain_and_packed_files_are_found_in_every_folder(tmp_path):
    (tmp_path / "more").mkdir()
    for name in ("Condition.0001.ndjson", "more/Observation.0002.ndjson.gz"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "readme.txt").write_text("no")
    assert [f.name for f in files_of(tmp_path)] == ["Condition.0001.ndjson", "Observation.0002.ndjson.gz"]


def test_a_folder_without_an_export_is_said(tmp_path):
    with pytest.raises(NotUsable, match="ndjson"):
        files_of(tmp_path)


def _spilled(folder, tmp_path, partitions=3, size=200):
    files = []
    for piece in pieces_of(folder, size):
        target = tmp_path / f"spill-{piece.number}"
        spill.spill(folder, piece, partitions, target)
        files.append(target)
    return files


def test_lines_come_together_by_patient_whatever_the_pieces_and_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(spill, "BLOCK_BYTES", 300)
    folder = tmp_path / "export"
    folder.mkdir()
    rows = [OBSERVATION | {"id": f"o{n}", "subject": {"reference": f"Patient/p{n % 7}"}} for n in range(50)]
    (folder / "Observation.ndjson").write_bytes(b"".join(orjson.dumps(r) + b"\r\n" for r in rows))
    files = _spilled(folder, tmp_path)
    found = {}
    for partition in range(3):
        for key, lines in spill.patients(spill.stretches(files, partition)):
            assert partition == partition_of(place_of(key), 3)
            found[key] = sorted(orjson.loads(line)["id"] for line in lines)
    assert found == {f"p{p}": sorted(f"o{n}" for n in range(p, 50, 7)) for p in range(7)}


def test_broken_lines_are_counted_and_listed_by_file_and_line(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    good = orjson.dumps(OBSERVATION | {"subject": {"reference": "Patient/p1"}})
    (folder / "Observation.ndjson").write_bytes(b"\n".join([good, b"", b"{broken", good, good[:-9], b"[]", good]))
    tails = [spill.summary_of(file) for file in _spilled(folder, tmp_path, size=90)]
    assert [each for tail in tails for each in tail["broken"]] == [
        ["Observation.ndjson", 3, "not JSON"],
        ["Observation.ndjson", 5, "not JSON"],
        ["Observation.ndjson", 6, "not a JSON object"],
    ]
    counts = sum((Counter(tail["counts"]) for tail in tails), Counter())
    assert (counts["lines"], counts["broken"], counts["read Observation"]) == (6, 3, 3)


def test_a_gzip_file_that_ends_too_early_is_a_broken_line_and_the_rest_is_used(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    rows = [OBSERVATION | {"id": f"o{n}", "subject": {"reference": "Patient/p1"}} for n in range(5000)]
    packed = gzip.compress(b"".join(orjson.dumps(r) + b"\n" for r in rows))
    (folder / "Observation.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    (tail,) = [spill.summary_of(file) for file in _spilled(folder, tmp_path)]
    (found,) = tail["broken"]
    assert found[2] == "the gzip file is damaged or ends too early"
    assert found[1] == tail["counts"]["lines"] > 100


def test_a_byte_order_mark_is_no_fault(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Patient.ndjson").write_bytes(b'\xef\xbb\xbf{"resourceType":"Patient","id":"p1"}\n')
    (tail,) = [spill.summary_of(file) for file in _spilled(folder, tmp_path)]
    assert tail["counts"] == {"lines": 1, "read Patient": 1}


def test_places_are_evenly_spread_and_partitions_keep_their_order():
    keys = sorted((f"patient-{n}" for n in range(5000)), key=place_of)
    partitions = [partition_of(place_of(key), 16) for key in keys]
    assert partitions == sorted(partitions)
    assert min(Counter(partitions).values()) > 200
