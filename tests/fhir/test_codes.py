"""The code table: check digits, what each code says and must not say, spellings of systems and codes, names."""

import re

import pytest

from cards.facts import FACTS
from service.fhir.read import codes
from service.fhir.read.codes import (
    CPT,
    HCPCS,
    ICD10,
    ICD10CM,
    ICD10GM,
    ICD10PCS,
    LOINC,
    NCIT,
    OWN_SYSTEM,
    ROWS,
    RXNORM,
    SNOMED,
    agent_in,
    anticoagulant_in,
    codes_for_prefetch,
    codes_of,
    drug_in,
    lookup,
    own,
    preferred,
    unverified,
    value_of,
)

VERHOEFF_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
VERHOEFF_MOVE = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def mod_10(code: str) -> int:
    """LOINC's check digit: every second place from the right doubled; the letters of LA and LL count 10 to 35."""
    values = (int(sign, 36) * (2 - place % 2) for place, sign in enumerate(reversed(code)))
    return -sum(int(digit) for value in values for digit in str(value)) % 10


def verhoeff(code: str) -> int:
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = VERHOEFF_TIMES[check][VERHOEFF_MOVE[place % 8][int(digit)]]
    return check


def row_id(row: codes.Row) -> str:
    return f"{row.concept} {row.code}"


@pytest.mark.parametrize("row", [row for row in ROWS if row.system == LOINC], ids=row_id)
def test_loinc_check_digit(row):
    code, check = row.code.split("-")
    assert mod_10(code) == int(check)


@pytest.mark.parametrize("row", [row for row in ROWS if row.system == SNOMED], ids=row_id)
def test_snomed_check_digit(row):
    assert verhoeff(row.code) == 0


SHAPES = {
    ICD10CM: r"[A-Z]\d[\dA-Z](\.[\dA-Z]{1,4})?",
    ICD10: r"[A-Z]\d\d(\.\d)?",
    ICD10PCS: r"[0-9A-HJ-NP-Z]{5}([0-9A-HJ-NP-Z]{2})?",
    CPT: r"\d{5}",
    HCPCS: r"[A-Z]\d{4}",
    RXNORM: r"\d{1,8}",
    NCIT: r"C\d+",
    codes.DICOM: r"\d{6}",
    OWN_SYSTEM: r"[a-z0-9]+(-[a-z0-9]+)*",
    LOINC: r"(L[AL])?\d+-\d",
    SNOMED: r"\d{6,18}",
}


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_row_is_whole(row):
    assert re.fullmatch(SHAPES[row.system], row.code)
    assert row.label
    assert row.source
    assert not (row.below or row.excluded) or row.prefix
    assert not row.who or row.system in (ICD10CM, ICD10)


def test_no_row_twice():
    keys = [(row.concept, row.system, row.code) for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_american_spelling_of_concepts():
    assert not [row.concept for row in ROWS if re.search("tumour|haemo|oesoph", row.concept)]


def test_prefixes_are_within_the_lengths_that_are_searched():
    lengths = {len(row.code.replace(".", "")) for row in ROWS if row.prefix}
    assert lengths <= set(range(codes._SHORTEST_PREFIX, codes._LONGEST_PREFIX + 1))


@pytest.mark.parametrize("row", [row for row in ROWS if row.system == CPT], ids=row_id)
def test_cpt_has_only_a_short_label_of_our_own(row):
    assert re.fullmatch(r"[A-Za-z ,-]{1,45}\d{5}(, [a-z]+)?( \([a-z ]{1,20}\))?", row.label)
    assert row.code in row.label


def test_every_fact_code_is_an_own_row_and_vice_versa():
    assert {row.code: row.concept for row in ROWS if row.system == OWN_SYSTEM} == {
        spec.code: f"own.{name}" for name, spec in FACTS.items() if spec.code
    }


def test_own():
    assert own("ascites-grade")
    assert not own("ascites")
    assert not own("none")
    assert not own("ASCITES-GRADE")


@pytest.mark.parametrize("row", [row for row in ROWS if row.verified and not row.below], ids=row_id)
def test_every_verified_row_says_its_concept_in_each_of_its_systems(row):
    for system in row.systems:
        assert row.concept in lookup(system, row.code)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.verified], ids=row_id)
def test_unverified_rows_never_decide(row):
    assert row.concept not in lookup(row.system, row.code)
    assert row.concept in unverified(row.system, row.code)
    assert row.code not in codes_for_prefetch()


def test_what_must_never_be_read_as_the_other_says_nothing_else():
    for row in ROWS:
        if "EXCLUDE" in row.concept or "_NOT_" in row.concept:
            assert lookup(row.system, row.code) in ((row.concept,), ())


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD10CM, "C22.0"),
        (ICD10CM, "C220"),
        (ICD10CM, " c22.0 "),
        ("http://hl7.org/fhir/sid/icd-10-cm/", "C22.0"),
        ("https://hl7.org/fhir/sid/icd-10-cm", "C22.0"),
        ("HTTP://HL7.org/fhir/sid/ICD-10-CM ", "C22.0"),
        ("http://hl7.org/fhir/sid/icd-10-cm|2026", "C22.0"),
        ("urn:oid:2.16.840.1.113883.6.90", "C22.0"),
        ("https://twcore.mohw.gov.tw/ig/twcore/CodeSystem/icd-10-cm-2023-tw", "C22.0"),
        (ICD10, "C22.0"),
        ("urn:oid:2.16.840.1.113883.6.3", "C22.0"),
        (ICD10GM, "C22.0"),
        (ICD10GM, "C22.0 G"),
        ("http://fhir.de/CodeSystem/dimdi/icd-10-gm", "C22.0"),
        (SNOMED, "109841003"),
        ("https://snomed.info/sct", "109841003 "),
        ("http://snomed.info/sct/731000124108", "109841003"),
        ("http://snomed.info/sct/731000124108/version/20250301", "109841003"),
        ("urn:oid:2.16.840.1.113883.6.96", "109841003"),
    ],
)
def test_hcc_in_every_spelling(system, code):
    assert lookup(system, code) == ("tumor.hcc",)


@pytest.mark.parametrize(
    ("system", "code", "concept"),
    [
        ("urn:oid:2.16.840.1.113883.6.1", "1975-2", "lab.bilirubin_total"),
        ("https://loinc.org/", "1975-2", "lab.bilirubin_total"),
        ("http://loinc.org", "la9624-3", "score.ecog_answers_loinc"),
        ("urn:oid:2.16.840.1.113883.6.12", "37243", "proc.embolization_37243"),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "c2616", "proc.y90_tare"),
        ("urn:oid:2.16.840.1.113883.6.285", "C2616", "proc.y90_tare"),
        ("urn:oid:2.16.840.1.113883.6.88", "495881", "drug.sorafenib"),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "3e05305", "proc.pcs_chemo"),
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C115134", "score.bclc"),
        (OWN_SYSTEM + "/", "ascites-grade ", "own.ascites_grade"),
    ],
)
def test_other_spellings(system, code, concept):
    assert lookup(system, code) == (concept,)


SPREAD, SITE_NOT_TOLD = "tumor.extrahepatic_spread", "tumor.metastasis_site_not_told"


@pytest.mark.parametrize(
    ("system", "code", "concepts"),
    [
        (ICD10CM, "C78.7", {"tumor.liver_metastasis"}),
        (ICD10, "C78.7", {"tumor.liver_metastasis"}),
        (ICD10CM, "C787", {"tumor.liver_metastasis"}),
        (ICD10CM, "C78.00", {SPREAD}),
        (ICD10CM, "C78.6", {SPREAD}),
        (ICD10CM, "C78.89", {SPREAD}),
        (ICD10, "C78.0", {SPREAD}),
        (ICD10GM, "C78.6", {SPREAD}),
        (ICD10CM, "C78", {SITE_NOT_TOLD}),
        (ICD10CM, "C77.2", {SPREAD}),
        (ICD10CM, "C77", {SPREAD}),
        (ICD10CM, "C79.51", {SPREAD}),
        (ICD10, "C79.5", {SPREAD}),
        (ICD10CM, "C79.9", {SPREAD, SITE_NOT_TOLD}),
        (SNOMED, "128462008", {SPREAD, SITE_NOT_TOLD}),
        (ICD10CM, "C7B.02", {"tumor.net_liver_metastasis"}),
        (ICD10CM, "C7B02", {"tumor.net_liver_metastasis"}),
        (ICD10CM, "C7B.03", {SPREAD}),
        (ICD10CM, "C7B.8", {SPREAD, SITE_NOT_TOLD, "tumor.net_metastasis_other"}),
        (ICD10CM, "C7B", {SITE_NOT_TOLD}),
        (ICD10CM, "C18.9", {"tumor.colorectal_primary"}),
        (ICD10, "C18", {"tumor.colorectal_primary"}),
        (ICD10CM, "C20", {"tumor.colorectal_primary"}),
        (ICD10CM, "C21.0", set()),
        (ICD10CM, "C69.30", {"tumor.uveal_melanoma"}),
        (ICD10CM, "C69.50", set()),
        (ICD10CM, "C7A.012", {"tumor.neuroendocrine"}),
        (ICD10CM, "D3A.00", {"tumor.neuroendocrine"}),
        (ICD10CM, "C74.10", {"tumor.neuroendocrine"}),
        (ICD10CM, "E31.21", {"tumor.neuroendocrine"}),
        (ICD10CM, "E34.00", {"finding.carcinoid_syndrome"}),
        (ICD10, "E34.0", {"finding.carcinoid_syndrome"}),
        (ICD10PCS, "04L33CZ", {"proc.pcs_occlusion"}),
        (ICD10PCS, "04V33ZZ", {"proc.pcs_occlusion"}),
        (ICD10PCS, "04L33", set()),
        (ICD10PCS, "04L43ZZ", set()),
    ],
)
def test_categories_and_their_exceptions(system, code, concepts):
    assert set(lookup(system, code)) == concepts


@pytest.mark.parametrize(
    ("code", "cm", "who"),
    [
        pytest.param("R18", (), ("finding.ascites",), id="R18 is ascites only where it is not divided"),
        pytest.param("R18.8", ("finding.ascites",), (), id="R18.8 is ICD-10-CM"),
        pytest.param("R18.0", ("finding.ascites_malignant",), (), id="malignant ascites is ICD-10-CM"),
        pytest.param("K76.82", ("finding.hepatic_encephalopathy",), (), id="K76.82 is ICD-10-CM"),
        pytest.param("C7A.1", ("tumor.neuroendocrine",), (), id="C7A is ICD-10-CM"),
        pytest.param("C7B.02", ("tumor.net_liver_metastasis",), (), id="C7B is ICD-10-CM"),
        pytest.param("D3A.00", ("tumor.neuroendocrine",), (), id="D3A is ICD-10-CM"),
        pytest.param("C25.4", ("tumor.neuroendocrine",), ("tumor.neuroendocrine",), id="C25.4 is shared"),
        pytest.param("I85.0", (), ("finding.varices", "finding.varices_bleeding"), id="I85.0 bleeds only in WHO"),
        pytest.param("I85.00", ("finding.varices",), (), id="I85.00 is ICD-10-CM"),
        pytest.param("I85.01", ("finding.varices", "finding.varices_bleeding"), (), id="I85.01 is ICD-10-CM"),
        pytest.param("C22.8", ("tumor.liver_primary_type_not_told",), (), id="C22.8 is ICD-10-CM"),
        pytest.param("I81", ("tumor.portal_vein_thrombosis",), ("tumor.portal_vein_thrombosis",), id="I81 is shared"),
        pytest.param("K76.7", ("finding.hepatorenal",), ("finding.hepatorenal",), id="K76.7 is shared"),
        pytest.param("R17", ("finding.jaundice",), ("finding.jaundice",), id="R17 is shared"),
        pytest.param("R17.9", (), (), id="R17.9 says there is no mention of jaundice"),
        pytest.param("C43.9", ("tumor.cutaneous_melanoma",), ("tumor.cutaneous_melanoma",), id="C43 is shared"),
    ],
)
def test_icd_10_cm_and_who(code, cm, who):
    assert lookup(ICD10CM, code) == cm
    assert lookup(ICD10, code) == who
    assert lookup(ICD10GM, code) == who


def test_icd_10_cm_rows_are_in_the_classification():
    cm = pytest.importorskip("simple_icd_10_cm")
    for row in ROWS:
        if row.system == ICD10CM:
            assert cm.is_valid_item(row.code), row.code


def test_who_rows_are_in_the_who_classification():
    who = pytest.importorskip("simple_icd_10")
    for row in ROWS:
        if row.who:
            assert who.is_valid_item(row.code), row.code


@pytest.mark.parametrize(
    ("system", "code", "concepts"),
    [
        pytest.param(LOINC, "89262-0", ("score.ecog_interpretation",), id="interpretation is not the score"),
        pytest.param(LOINC, "LL529-9", ("score.ecog_answer_list",), id="an answer list is no observation"),
        pytest.param(LOINC, "1968-7", ("lab.bilirubin_direct_EXCLUDE",), id="direct bilirubin is not total"),
        pytest.param(
            ICD10CM,
            "K72.90",
            ("finding.hepatic_failure_unspecified", "finding.hepatic_failure"),
            id="K72.90 is neither encephalopathy nor its absence",
        ),
        pytest.param(ICD10CM, "K75.1", ("finding.pylephlebitis",), id="pylephlebitis is not thrombosis"),
        pytest.param(ICD10CM, "I82.0", ("finding.hepatic_vein_or_ivc_thrombosis",), id="Budd-Chiari is not invasion"),
        pytest.param(SNOMED, "32764006", ("site.portal_vein",), id="a body site is no finding"),
        pytest.param(ICD10CM, "C22.7", ("tumor.liver_primary_other",), id="C22.7 is one thing"),
        pytest.param(CPT, "75894", ("proc.y90_ancillary",), id="shared code never decides Y-90"),
        pytest.param(CPT, "79445", ("proc.y90_tare",), id="intra-arterial radioactive particles"),
        pytest.param(SNOMED, "441525007", ("proc.tace",), id="chemoembolization"),
        pytest.param(LOINC, "21889-1", ("obs.tumor_size",), id="size, main code"),
        pytest.param(LOINC, "33728-7", ("obs.tumor_size_longest",), id="size, longest"),
        pytest.param(LOINC, "33729-5", ("obs.tumor_size_other",), id="size, other"),
        pytest.param(ICD10CM, "Z76.82", ("status.awaiting_organ_transplant",), id="waiting for any organ"),
        pytest.param(SNOMED, "268910001", ("obs.disease_status_value",), id="a trend is a value"),
        pytest.param("http://example.org/local", "C22.0", (), id="unknown system"),
        pytest.param(ICD10CM, "", (), id="no code"),
        pytest.param("", "C22.0", (), id="no system"),
    ],
)
def test_splits(system, code, concepts):
    assert lookup(system, code) == concepts


def test_37243_says_neither_kind():
    assert lookup(CPT, "37243") == ("proc.embolization_37243",)


def test_answers():
    assert [value_of(LOINC, code) for code in ("LA9622-7", "LA9627-6")] == ["0", "5"]
    assert [value_of(SNOMED, code) for code in ("425389002", "423409001")] == ["0", "5"]
    assert [value_of(SNOMED, row.code) for row in codes_of("obs.liver_segment")] == [
        f"segment-{number}" for number in range(1, 9)
    ]
    assert value_of(SNOMED, "10200004") == ""
    assert value_of(SNOMED, "373808002") == "curative"


def test_what_is_emitted():
    assert preferred("tumor.hcc").code == "109841003"
    assert preferred("lab.bilirubin_total").code == "1975-2"
    assert preferred("score.ecog").code == "89247-1"
    assert preferred("own.ascites_grade").system == OWN_SYSTEM
    with pytest.raises(KeyError):
        preferred("no such concept")


def test_prefetch_codes_are_those_that_decide():
    found = codes_for_prefetch()
    assert len(found) == len(set(found))
    assert {"1975-2", "1751-7", "6301-6", "2160-0", "89247-1", "21889-1", "33728-7", "98153-0", "89262-0"} <= set(found)
    assert not {"1968-7", "LL529-9", "LA9622-7", "33729-5", "42800-3"} & set(found)


def test_memo_is_bounded():
    codes.lookup.cache_clear()
    for number in range(codes._MEMO_SIZE + 10):
        lookup("urn:x", str(number))
    assert codes.lookup.cache_info().currsize <= codes._MEMO_SIZE
    assert lookup(LOINC, "1975-2") == ("lab.bilirubin_total",)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("sorafenib 200 MG Oral Tablet [Nexavar]", ("sorafenib",)),
        ("LENVIMA 12 mg", ("lenvatinib",)),
        ("Stivarga", ("regorafenib",)),
        ("Cabometyx", ("cabozantinib",)),
        ("Cyramza", ("ramucirumab",)),
        ("atezolizumab 1200 mg + bevacizumab-awwb 15 mg/kg", ("atezolizumab", "bevacizumab")),
        ("tremelimumab-actl (Imjudo) and Imfinzi", ("tremelimumab", "durvalumab")),
        ("Opdivo/Yervoy", ("nivolumab", "ipilimumab")),
        ("Keytruda", ("pembrolizumab",)),
        ("Avastin, Tecentriq", ("bevacizumab", "atezolizumab")),
        ("nivolumab-hyaluronidase-nvhy", ("nivolumab",)),
        ("sorafenibum", ()),
        ("aspirin", ()),
        ("", ()),
    ],
)
def test_drugs(text, drugs):
    assert drug_in(text) == drugs


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Warfarin sodium 5 mg", ("warfarin",)),
        ("Eliquis", ("apixaban",)),
        ("rivaroxaban (Xarelto)", ("rivaroxaban",)),
        ("dabigatran etexilate", ("dabigatran",)),
        ("edoxaban", ("edoxaban",)),
        ("Lovenox 40 mg", ("enoxaparin",)),
        ("dalteparin", ("dalteparin",)),
        ("fondaparinux", ("fondaparinux",)),
        ("Marcumar", ("phenprocoumon",)),
        ("acenocoumarol", ("acenocoumarol",)),
        ("heparin 25,000 units in D5W infusion", ("heparin",)),
        ("heparin lock flush 100 units/mL", ()),
        ("Heparin, porcine (PF), 10 unit/mL intravenous flush", ()),
        ("flush line with heparin", ()),
        ("heparin-induced thrombocytopenia", ()),
        ("heparin infusion; saline flush", ("heparin",)),
        ("heparinized saline", ()),
        ("non-heparin", ()),
        ("enoxaparin; heparin lock", ("enoxaparin",)),
    ],
)
def test_anticoagulants(text, drugs):
    assert anticoagulant_in(text) == drugs


@pytest.mark.parametrize(
    ("text", "agents"),
    [
        ("cTACE: doxorubicin 50 mg, Lipiodol 10 mL", ("doxorubicin", "ethiodized oil")),
        ("iodised oil", ("ethiodized oil",)),
        ("epirubicin/mitomycin", ("epirubicin", "mitomycin")),
        ("cisplatin", ("cisplatin",)),
        ("idarubicin, miriplatin", ("idarubicin", "miriplatin")),
        ("DC Beads", ("drug-eluting beads",)),
        ("DC-Bead", ("drug-eluting beads",)),
        ("LC Bead LUMI", ("drug-eluting beads",)),
        ("drug eluting bead TACE", ("drug-eluting beads",)),
        ("doxorubicin-eluting", ("doxorubicin",)),
        ("Embosphere 300-500", ("microspheres",)),
        ("microspheres", ("microspheres",)),
        ("gelatin sponge", ("gelatin sponge",)),
        ("Gelfoam slurry", ("gelatin sponge",)),
        ("PVA 150-250", ("PVA particles",)),
        ("polyvinyl alcohol", ("PVA particles",)),
        ("coil", ()),
    ],
)
def test_agents(text, agents):
    assert agent_in(text) == agents
