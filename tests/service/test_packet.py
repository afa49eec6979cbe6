"""The packet: facts and rationale for the payer, the gaps for the coordinator alone."""

import json
import re
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.bundle import Bundle

from cards.assess import assess
from cards.facts import Paper
from cards.prior_auth.packet import KEPT_BACK, may_go_out, packet
from service.cli import commands
from service.hooks.case import case_of
from service.settings import Settings
from tests.cards.build import LESION, TODAY, ago, candidate, drug, order, response, session, value
from tests.golden import FIXTURES, cases, request_of

SIGNED = [case for case in cases() if request_of(case)["hook"] == "order-sign"]
FORBIDDEN = ("contraindicated", "refractory", "not recommended", "criteria not met", "missing", "not documented",
             "not shown", "unknown", "eligible", "investigational")  # fmt: skip


class Words(HTMLParser):
    """The text a reader of the page sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag, attrs):
        self.hidden = tag in ("style", "script")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.seen.append(data)


def words_of(page: str) -> str:
    parser = Words()
    parser.feed(page)
    return " ".join(" ".join(parser.seen).split())


def run(*arguments: str):
    return CliRunner().invoke(commands, ["packet", *arguments])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Every order-sign fixture's packet, where it has one."""
    folder = tmp_path_factory.mktemp("packets")
    for case in SIGNED:
        result = run(str(FIXTURES / case / "request.json"), "--out", str(folder / case))
        assert result.exit_code in (0, 1), case
    return folder


def test_packets_are_written(written):
    assert len([case for case in SIGNED if (written / case / "packet.json").exists()]) > 40


def payer_pages(folder):
    return sorted(folder.glob("*/packet*.html"))


def test_a_payer_gets_no_verdict_and_no_gap(written):
    for page in payer_pages(written):
        said = words_of(page.read_text(encoding="utf-8")).lower()
        said = re.sub(r"\b[a-z]+/[\w.-]+", "", said)  # the references: ids are the record's
        assert [word for word in FORBIDDEN if word in said] == [], page
        assert KEPT_BACK.search(said) is None, page


def test_the_documents_narrative_neither(written):
    for file in sorted(written.glob("*/packet*.json")):
        composition = json.loads(file.read_text(encoding="utf-8"))["entry"][0]["resource"]
        for section in composition["section"]:
            said = re.sub(r"\b[A-Z]\w+/[\w.-]+", "", words_of(section["text"]["div"]))
            assert KEPT_BACK.search(said) is None, (file, said)


def test_every_document_is_valid_r4(written):
    for file in sorted(written.glob("*/packet*.json")):
        bundle = Bundle.model_validate_json(file.read_text(encoding="utf-8"))
        kinds = [entry.resource.get_resource_type() for entry in bundle.entry]
        assert kinds[:3] == ["Composition", "Patient", "Device"]
        urls = [entry.fullUrl for entry in bundle.entry]
        assert len(urls) == len(set(urls))


def test_every_entry_of_a_section_is_in_the_document(written):
    for file in sorted(written.glob("*/packet*.json")):
        body = json.loads(file.read_text(encoding="utf-8"))
        there = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in body["entry"]}
        named = {ref["reference"] for s in body["entry"][0]["resource"]["section"] for ref in s.get("entry", ())}
        assert named <= there
        assert body["entry"][0]["resource"]["subject"]["reference"] in there


def test_the_checklist_holds_the_gaps(written):
    page = words_of((written / "third-tace-segment-8-jsh-refractory" / "checklist.html").read_text(encoding="utf-8"))
    assert "5 of 7 found" in page
    assert "For the practice, not for the payer" in page
    assert "missing" in page


# Content


def sections(patient, ordered, policy=None):
    a = assess(patient, TODAY, ordered)
    return {s.title: {r.label: r for r in s.rows} for s in packet(a.case, a.prior_auth)}


FULL = order("tace", LESION, approach="selective", agent="doxorubicin", billing=("37243",), authored=ago(1))


def test_what_a_reviewer_reads():
    treated = session(100, LESION)
    patient = candidate(unresectable=True, systemic_therapy_status="not-candidate", bridge_to_transplant=False,
                        sessions=[treated], responses=[response(treated, "SD", viable=60)], treatments=[drug()],
                        bilirubin=(0.9, 5), albumin=(4.2, 5), inr=(1.0, 5), ascites_grade=("none", 5),
                        encephalopathy_grade=(0, 5), ecog=(0, 5))  # fmt: skip
    found = sections(patient, FULL)
    assert list(found) == ["Order", "Disease", "Stage", "Prior treatments and response",
                           "Liver function and performance status", "Rationale"]  # fmt: skip
    assert found["Order"]["Policy"].value == "MED140, clause III"
    assert found["Order"]["Target"].value == "segment 8"
    assert found["Stage"]["BCLC 2022"].value == "B"
    assert found["Prior treatments and response"]["TACE, segment 8"].value.startswith("response SD (mRECIST)")
    assert found["Liver function and performance status"]["Child-Pugh"].value == "A, 5 points"
    assert found["Rationale"]["No initial or continued systemic therapy"].value == "not candidate"


def test_what_is_not_stated_has_no_row():
    found = sections(candidate(bilirubin=None, liver_dominant=None, nodule_count=None, sizes=()), FULL)
    assert "Total bilirubin" not in found["Liver function and performance status"]
    assert "Child-Pugh" not in found["Liver function and performance status"]
    assert "Liver-dominant disease" not in found["Disease"]
    assert "Number of nodules" not in found["Disease"]


def test_an_open_decision_names_no_clause():
    assert "Policy" not in sections(candidate(), order("y90"))["Order"]
    assert sections(candidate(unresectable=True), order("y90"))["Order"]["Policy"].value == "MED140, clause I.B.1"


def test_an_investigational_reading_stays_with_the_coordinator():
    found = sections(candidate(unresectable=False, bridge_to_transplant=False), order("y90"))
    assert "Policy" not in found["Order"]


def test_ascites_that_diuretics_do_not_control():
    row = sections(candidate(ascites_grade="refractory"), FULL)["Liver function and performance status"]["Ascites"]
    assert row.value == "not controlled by diuretics"


def test_a_rationale_in_words_that_are_kept_back_is_cited():
    text = "HCC, refractory to sorafenib"
    found = sections(candidate(), order("tace", LESION, text=text))
    row = found["Rationale"]["No initial or continued systemic therapy"]
    assert (row.value, row.sources) == ("stated in the record", ("ServiceRequest/tace",))


def test_a_rationale_is_quoted():
    found = sections(candidate(), order("tace", LESION, text="Tumor is unresectable for bilobar disease"))
    assert (
        found["Rationale"]["Not a surgical candidate, or unresectable"].value
        == "Tumor is unresectable for bilobar disease"
    )


def test_what_is_stated_and_why_stand_together():
    ordered = order("tace", LESION, text="Tumor is unresectable for bilobar disease")
    a = assess(candidate(unresectable=True), TODAY, ordered)
    rationale = next(s for s in packet(a.case, a.prior_auth) if s.title == "Rationale")
    assert [row.value for row in rationale.rows] == ["stated", "Tumor is unresectable for bilobar disease"]


def test_a_report_whose_name_is_kept_back_is_named_by_kind():
    from dataclasses import replace

    papers = (Paper("tumor-board", "Board: contraindicated?", ago(3), "DocumentReference/1"),)
    found = sections(replace(candidate(), papers=papers), FULL)
    assert found["Reports in the record"]["tumor board"].value == "tumor-board"


@pytest.mark.parametrize("word", [*FORBIDDEN, "Contra-indicated", "criterion is not met", "refractoriness"])
def test_words_that_are_kept_back(word):
    assert not may_go_out(f"this is {word} here")


@pytest.mark.parametrize("text", ["not a candidate for surgery", "systemic therapy failed", "no prior treatment", "PD"])
def test_rationale_goes_out(text):
    assert may_go_out(text)


def test_limits_keep_their_sign():
    row = sections(candidate(bilirubin=value("bilirubin", "<0.3")), FULL)["Liver function and performance status"]
    assert row["Total bilirubin"].value == "<0.3 mg/dL"


# Command line


def test_bundle_without_an_order(tmp_path):
    file = tmp_path / "bundle.json"
    body = request_of("third-tace-segment-8-jsh-refractory")
    resources = [r for bundle in body["prefetch"].values() if bundle for r in (
        [e["resource"] for e in bundle.get("entry", [])] if bundle["resourceType"] == "Bundle" else [bundle])]  # fmt: skip
    file.write_text(json.dumps(resources), encoding="utf-8")
    result = run(str(file), "--out", str(tmp_path / "out"), "--as-of", "2026-10-26")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "checklist.html",
        "packet.html",
        "packet.json",
    ]


def test_order_that_no_policy_is_about(tmp_path):
    body = request_of("first-tace-bclc-b-entry-criteria-met")
    body["context"]["draftOrders"]["entry"][0]["resource"]["code"] = {"text": "Chest X-ray"}
    (tmp_path / "x.json").write_text(json.dumps(body), encoding="utf-8")
    result = run(str(tmp_path / "x.json"), "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_several_orders_are_numbered(tmp_path):
    body = request_of("first-tace-bclc-b-entry-criteria-met")
    entries = body["context"]["draftOrders"]["entry"]
    entries.append(json.loads(json.dumps(entries[0])))
    entries[1]["resource"]["id"] = "second"
    (tmp_path / "x.json").write_text(json.dumps(body), encoding="utf-8")
    assert run(str(tmp_path / "x.json"), "--out", str(tmp_path / "out")).exit_code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"packet-1.json", "packet-2.json", "checklist-2.html"} <= names


def test_patient_text_is_escaped(tmp_path):
    body = request_of("first-tace-bclc-b-entry-criteria-met")
    body["prefetch"]["patient"]["name"] = [{"text": "<script>alert(1)</script>"}]
    (tmp_path / "x.json").write_text(json.dumps(body), encoding="utf-8")
    assert run(str(tmp_path / "x.json"), "--out", str(tmp_path / "out")).exit_code == 0
    for name in ("packet.html", "checklist.html"):
        assert "<script>" not in (tmp_path / "out" / name).read_text(encoding="utf-8")


def test_packet_of_a_patient_without_record(tmp_path):
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    assert run(str(tmp_path / "x.json"), "--out", str(tmp_path / "out")).exit_code == 0
    Bundle.model_validate_json((tmp_path / "out" / "packet.json").read_text(encoding="utf-8"))
    assert case_of([], Settings(mode="sandbox")).patient == ""
