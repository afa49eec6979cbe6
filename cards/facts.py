"""What is known of a patient: every value with its unit, its date, and where it came from.

`FACTS` is the one vocabulary: the reader fills these names, rules read them, cards ask for them,
and the published CodeSystem lists those that have no standard code.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import Enum
from typing import Generic, TypeVar

from cards.record import record

T_co = TypeVar("T_co", covariant=True)

Scalar = float | int | bool | str


class Window(Enum):
    """Which age limit a fact of the current state has (days are in cards.current.Windows)."""

    LABORATORY = "laboratory"
    CLINICAL = "clinical"
    IMAGING = "imaging"
    NONE = "none"


class After(Enum):
    """What a value must come after when the patient has had TACE or Y-90, to count as today's."""

    RECOVERY = "recovery"  # later than the recovery period: liver function
    SESSION = "session"  # later than the day of the last session: imaging, performance status
    ANY = "any"


@record(frozen=True, slots=True)
class FactSpec:
    """One fact: how it is named, which values it can have, which of two values is the more cautious, how long it holds.

    kind     quantity (float in `unit`) | integer | boolean | coded (one of `values`)
    values   the permitted words of a coded fact, mildest first; (lowest, highest) of an integer
    worse    "high" or "low": the more cautious of two values at the same time
    limits   outside these a quantity is taken for an entry error and not used; our own wide guard, not a clinical limit
    code     code in the project's CodeSystem, where no standard code exists
    question the question that would supply it, as the card asks it
    """

    name: str
    label: str
    kind: str
    window: Window
    after: After = After.ANY
    unit: str = ""
    values: tuple[Scalar, ...] = ()
    worse: str = "high"
    limits: tuple[float, float] = (0.0, 1e9)
    code: str = ""
    question: str = ""


def _lab(
    name: str, label: str, unit: str, limits: tuple[float, float], worse: str = "high", after: After = After.ANY
) -> FactSpec:
    return FactSpec(name, label, "quantity", Window.LABORATORY, after, unit, (), worse, limits, "", f"{label}, {unit}")


def _yes_no(
    code: str, label: str, window: Window, question: str, after: After = After.ANY, worse: str = "high"
) -> FactSpec:
    return FactSpec(
        code.replace("-", "_"), label, "boolean", window, after, "", (), worse, (0, 1), code, f"{question} (yes, no)"
    )


def _coded(
    code: str,
    label: str,
    values: tuple[str, ...],
    window: Window,
    after: After = After.ANY,
    worse: str = "high",
) -> FactSpec:
    question = f"{label} ({', '.join(values)})"
    return FactSpec(code.replace("-", "_"), label, "coded", window, after, "", values, worse, (0, 0), code, question)


_SPECS = (
    # Laboratory
    _lab("bilirubin", "total bilirubin", "mg/dL", (0.01, 100), after=After.RECOVERY),
    _lab("albumin", "albumin", "g/dL", (0.5, 10), "low", After.RECOVERY),
    _lab("inr", "INR", "1", (0.3, 30), after=After.RECOVERY),
    _lab("pt", "prothrombin time", "s", (3, 300), after=After.RECOVERY),
    _lab("pt_control", "prothrombin time control", "s", (3, 60), "low"),
    _lab("creatinine", "creatinine", "mg/dL", (0.05, 40)),
    _lab("sodium", "sodium", "mmol/L", (80, 220), "low"),
    _lab("platelets", "platelets", "10*9/L", (0.5, 5000), "low"),
    _lab("alt", "ALT", "U/L", (0, 50000), after=After.RECOVERY),
    _lab("ast", "AST", "U/L", (0, 50000), after=After.RECOVERY),
    _lab("afp", "AFP", "ng/mL", (0, 1e8)),
    _lab("afp_units", "AFP", "IU/mL", (0, 1e8)),
    _lab("afp_l3", "AFP-L3", "%", (0, 100)),
    _lab("dcp", "DCP (PIVKA-II)", "ng/mL", (0, 1e8)),
    _lab("dcp_units", "DCP (PIVKA-II)", "mAU/mL", (0, 1e8)),
    # Clinical
    FactSpec("ecog", "ECOG performance status", "integer", Window.CLINICAL, After.SESSION, "", (0, 5), "high",
             (0, 5), "", "ECOG performance status (0, 1, 2, 3, 4)"),
    _coded("ascites-grade", "ascites", ("none", "mild", "moderate-severe", "refractory"), Window.CLINICAL,
           After.RECOVERY),
    _yes_no("ascites-controlled", "ascites controlled by diuretics", Window.CLINICAL,
            "ascites controlled by diuretics", After.RECOVERY),
    FactSpec("encephalopathy_grade", "encephalopathy", "integer", Window.CLINICAL, After.RECOVERY, "", (0, 4), "high",
             (0, 4), "encephalopathy-grade", "encephalopathy, West Haven grade (0, 1, 2, 3, 4)"),
    _yes_no("encephalopathy-controlled", "encephalopathy controlled by medication", Window.CLINICAL,
            "encephalopathy controlled by medication", After.RECOVERY),
    _yes_no("jaundice", "jaundice", Window.CLINICAL, "jaundice"),
    _yes_no("hepatorenal-syndrome", "hepatorenal syndrome", Window.CLINICAL, "hepatorenal syndrome"),
    _yes_no("varices-at-risk", "untreated varices at risk of bleeding", Window.CLINICAL,
            "untreated varices at high risk of bleeding"),
    _yes_no("biliary-obstruction", "biliary obstruction", Window.CLINICAL, "biliary obstruction"),
    _yes_no("active-infection", "active infection", Window.CLINICAL, "active infection"),
    _yes_no("active-bleeding", "active bleeding", Window.CLINICAL, "active gastrointestinal bleeding"),
    _yes_no("anticoagulated", "anticoagulation", Window.CLINICAL, "anticoagulation"),
    _yes_no("dialysis-twice-weekly", "dialysis", Window.CLINICAL, "dialysis at least twice in the last week"),
    _yes_no("bilioenteric-anastomosis", "bilioenteric anastomosis", Window.NONE, "bilioenteric anastomosis or Whipple"),
    _yes_no("tumor-rupture", "rupture or hemorrhage of the tumor", Window.CLINICAL, "tumor rupture or hemorrhage"),
    _yes_no("transplant-listed", "listed for transplant", Window.CLINICAL, "listed for liver transplant", worse="low"),
    # Imaging
    FactSpec("nodule_count", "number of nodules", "integer", Window.IMAGING, After.SESSION, "", (0, 999), "high",
             (0, 999), "nodule-count", "number of nodules"),
    FactSpec("nodule_size", "size of the largest nodule", "quantity", Window.IMAGING, After.SESSION, "cm", (), "high",
             (0.05, 40), "", "largest diameter of each nodule, cm"),
    _coded("portal-vein-invasion", "portal vein invasion", ("none", "vp1", "vp2", "vp3", "vp4"), Window.IMAGING,
           After.SESSION),
    _yes_no("hepatic-vein-invasion", "hepatic vein or caval invasion", Window.IMAGING,
            "hepatic vein or caval invasion", After.SESSION),
    _yes_no("bile-duct-invasion", "bile duct tumor thrombus", Window.IMAGING, "bile duct tumor thrombus",
            After.SESSION),
    _coded("portal-flow", "portal flow", ("preserved", "reduced", "hepatofugal", "absent"), Window.IMAGING,
           After.SESSION),
    _yes_no("extrahepatic-spread", "extrahepatic spread", Window.IMAGING, "extrahepatic spread", After.SESSION),
    _coded("growth-pattern", "growth pattern", ("nodular", "confluent-multinodular", "massive", "infiltrative"),
           Window.IMAGING, After.SESSION),
    _coded("lobar-distribution", "lobes involved", ("unilobar", "bilobar"), Window.IMAGING, After.SESSION),
    FactSpec("liver_involvement_percent", "liver volume replaced by tumor", "quantity", Window.IMAGING, After.SESSION,
             "%", (), "high", (0, 100), "liver-involvement-percent", "liver volume replaced by tumor, %"),
    _yes_no("selective-access", "selective catheterization feasible", Window.IMAGING,
            "selective catheterization feasible", After.SESSION, "low"),
    # What was decided or judged about the patient
    _yes_no("unresectable", "not a candidate for resection, ablation or transplant", Window.CLINICAL,
            "curative treatment excluded: not a surgical candidate or unresectable", worse="low"),
    _yes_no("bridge-to-transplant", "bridge to transplant", Window.CLINICAL, "treatment as a bridge to transplant",
            worse="low"),
    _coded("systemic-therapy-status", "systemic therapy",
           ("not-candidate", "failed", "failed-to-control-symptoms", "candidate"), Window.CLINICAL),
    _coded("unresectable-reason", "reason why not a surgical candidate",
           ("anatomic-location", "size-or-number", "other-liver-disease", "hepatic-reserve"), Window.NONE),
    _yes_no("treatment-naive", "no prior treatment of the tumor", Window.NONE,
            "no treatment of the tumor so far", worse="low"),
    _yes_no("symptomatic", "tumor-related symptoms", Window.CLINICAL, "tumor-related symptoms"),
    _yes_no("liver-dominant", "liver-dominant disease", Window.IMAGING, "liver-dominant disease"),
    _yes_no("diffuse", "diffuse disease", Window.IMAGING, "diffuse disease (tumor throughout the organ)"),
    _yes_no("progressive", "progressive disease", Window.IMAGING, "progressive disease"),
    # About one session or one lesion: history, no window
    _yes_no("selective-session", "session was selective", Window.NONE, "was the session selective", worse="low"),
    _yes_no("technique-changed", "agent or feeder changed", Window.NONE, "was the agent or feeding artery changed"),
    _yes_no("technical-success", "technical success", Window.NONE, "technical success", worse="low"),
    _yes_no("planned-second-step", "second step of a planned treatment", Window.NONE,
            "was the session the planned second step of the treatment before it"),
    _coded("mrecist-response", "mRECIST response", ("CR", "PR", "SD", "PD", "NE"), Window.NONE),
    FactSpec("viable_percent", "viable part of the lesion", "quantity", Window.NONE, After.ANY, "%", (), "high",
             (0, 100), "viable-percent", "viable part of the lesion, %"),
    FactSpec("viable_diameter", "viable diameter of the lesion", "quantity", Window.NONE, After.ANY, "cm", (), "high",
             (0, 40), "viable-diameter", "longest viable (enhancing) diameter of the lesion, cm"),
    _yes_no("new_intrahepatic_lesion".replace("_", "-"), "new intrahepatic lesion", Window.NONE,
            "new intrahepatic lesion"),
    # What the clinic itself stated: shown beside the derived value, never instead of it
    FactSpec("child_pugh_score", "Child-Pugh score as stated", "integer", Window.CLINICAL, After.RECOVERY, "", (5, 15),
             "high", (5, 15), "child-pugh-score", "Child-Pugh score"),
    _coded("child-pugh-class", "Child-Pugh class as stated", ("A", "B", "C"), Window.CLINICAL, After.RECOVERY),
    FactSpec("bclc_stage", "BCLC stage as stated", "coded", Window.IMAGING, After.SESSION, "",
             ("0", "A", "B", "C", "D"), "high", (0, 0), "", "BCLC stage"),
)  # fmt: skip

FACTS: Mapping[str, FactSpec] = {spec.name: spec for spec in _SPECS}


@record(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """One usable value.

    value       in the unit of FACTS[name]
    when        the day in the site's time zone (the earliest, where only month or year was given);
                None for a Condition that is present: a state, which does not age
    evidence    FHIR reference
    shown       as it came, the converted value in brackets: "34 umol/L (1.99 mg/dL)"
    comparator  "", "<", "<=", ">" or ">=" as sent
    sent        (value, unit) as sent
    notes       what a reader must know: conversion, conflict, local code, preliminary
    state       True for a Condition: present until it is said to be over
    """

    name: str
    value: T_co
    when: date | None
    evidence: str
    shown: str = ""
    comparator: str = ""
    sent: tuple[float, str] | None = None
    notes: tuple[str, ...] = ()
    preliminary: bool = False
    state: bool = False
    partial_date: bool = False
    normal_high: float | None = None


class Why(Enum):
    """Why a fact is not there to be used."""

    NOT_DOCUMENTED = "not documented"
    TOO_OLD = "too old"
    RECOVERY = "in the recovery period after treatment"
    BEFORE_SESSION = "from before the last treatment"
    UNDATED = "undated"
    UNUSABLE = "not usable"
    UNREACHABLE = "could not be fetched"


@record(frozen=True, slots=True)
class Absent:
    """A fact that cannot be used, and why, in words with dates."""

    name: str
    why: Why = Why.NOT_DOCUMENTED
    because: str = "not documented"
    evidence: str = ""


@record(frozen=True, slots=True)
class Tumor:
    """The liver tumor, as coded.

    kind      hcc | icc | neuroendocrine-metastasis | colorectal-metastasis | melanoma-metastasis | other-metastasis |
              other-primary | unknown
    because   why it is unknown, or how it was told
    """

    kind: str = "unknown"
    because: str = "no liver tumor diagnosis is documented"
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stated: bool = False  # some liver tumor is stated, even where its kind is not settled

    @property
    def is_hcc(self) -> bool:
        return self.kind == "hcc"

    @property
    def is_metastasis(self) -> bool:
        return self.kind.endswith("-metastasis")


NOT_TOLD = "not told"
OVERALL = "overall"
TREATMENT_HISTORY = "treatment_history"  # in PatientFacts.refused: a treatment is recorded that cannot be read


@record(frozen=True, slots=True)
class LesionSize:
    """One measured lesion: longest diameter in cm. lesion: "BodyStructure/x", "segment-8", or NOT_TOLD."""

    lesion: str
    size: Fact[float]


@record(frozen=True, slots=True)
class Session:
    """One treatment session (procedures of one day are one session).

    kind      tace | tae | y90 | embolization (37243 without a word about which)
    when      earliest day it can have been; latest: the last day it can have been; None: undated
    lesions   the targets; empty where not told
    selective, technique_changed, technical_success   None where not told
    intent    "curative", "palliative" or ""
    second_step   whether it is the planned second step of the treatment before it; steps: the days of one in steps
    """

    evidence: tuple[str, ...]
    kind: str
    when: date | None
    latest: date | None
    lesions: tuple[str, ...] = ()
    selective: bool | None = None
    technique_changed: bool | None = None
    technical_success: bool | None = None
    intent: str = ""
    second_step: bool | None = None
    steps: tuple[date, ...] = ()


@record(frozen=True, slots=True)
class Response:
    """What imaging said of one lesion or of the whole liver: mRECIST category or viable percent, as stated.

    lesion    lesion key, or OVERALL
    session   evidence of the session it names (Observation.partOf), or ""
    """

    lesion: str
    when: date | None
    evidence: str
    category: str = ""
    viable_percent: float | None = None
    session: str = ""
    notes: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Treatment:
    """Another treatment of the tumor. kind: ablation, resection, transplant, radiotherapy, systemic."""

    kind: str
    label: str
    when: date | None
    evidence: str
    active: bool = False


@record(frozen=True, slots=True)
class Paper:
    """A report or document of the record, by what it is about; read for documentation only, never for a criterion.

    kind   imaging | pathology | tumor-board | surgery | oncology | transplant | mapping | procedure | note, or "policy:item"
           for an answer in words to a payer's questionnaire
    text   what it says, as far as it is told in the record; patient text: escape before showing
    """

    kind: str
    label: str
    when: date | None
    evidence: str
    text: str = ""


@record(frozen=True, slots=True)
class Order:
    """A draft order that is ours.

    kind      tace | tae | y90 | embolization (which of the three is not told) | systemic
    lesions   its targets; empty where not told
    text      what the order says of itself (for documentation items), patient text: escape before showing
    drugs     systemic drugs by ingredient name
    subject_matches   False where the order names another patient
    authored  the day it was written, where told; billing: CPT and HCPCS codes that it carries
    """

    reference: str
    kind: str
    label: str
    lesions: tuple[str, ...] = ()
    text: str = ""
    drugs: tuple[str, ...] = ()
    body_site: str = ""
    approach: str = ""
    agent: str = ""
    code: str = ""
    subject_matches: bool = True
    notes: tuple[str, ...] = ()
    authored: date | None = None
    billing: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Unusable:
    """A resource that would have been evidence and cannot be used. because never carries a patient's value."""

    resource: str
    because: str


@record(frozen=True, slots=True)
class PatientFacts:
    """Everything read for one patient; nothing is judged here.

    series       name → values newest first (dated ones first, undated last)
    states       name → a Condition that is present now
    refused      name → why candidates for it could not be used
    sizes        lesion sizes newest first; viable_sizes: of the part that still enhances
    sessions     TACE, bland embolization and Y-90, oldest first, undated last
    responses    oldest first
    segments     lesion key → segment, for lesions whose location is told
    papers       reports and documents, newest first, undated last
    gaps         what could not be fetched, in words; unreached: the FHIR resource types of it
    awaits       something recorded is dated later than the moment asked, and was left out
    """

    patient: str = ""
    sex: str = ""
    birth_date: date | None = None
    tumor: Tumor = Tumor()
    series: Mapping[str, tuple[Fact[Scalar], ...]] = field(default_factory=dict)
    states: Mapping[str, Fact[Scalar]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    sizes: tuple[LesionSize, ...] = ()
    viable_sizes: tuple[LesionSize, ...] = ()
    sessions: tuple[Session, ...] = ()
    responses: tuple[Response, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    papers: tuple[Paper, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    remarks: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    unreached: frozenset[str] = frozenset()
    awaits: bool = False
