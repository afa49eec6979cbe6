"""What the readers look at where no table of theirs says it, written by hand.

Tests hold every element named here to FHIR R4, every value[x] to what is read of it, and what the readers ask for to these
tables.
"""

from collections.abc import Mapping

from cards.facts import FactSpec
from cards.record import record
from service.fhir.read.paper import BY_CODE

Elements = Mapping[str, tuple[str, ...]]  # resource type → its elements

# Observations

OF_EVERY_OBSERVATION = ("status", "code", "subject", "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued",
                        "dataAbsentReason", "hasMember")  # fmt: skip
_VALUES = {  # by the kind of a fact
    "quantity": ("valueQuantity", "valueString", "valueCodeableConcept"),
    "integer": ("valueInteger", "valueQuantity", "valueString", "valueCodeableConcept"),
    "boolean": ("valueBoolean", "valueString", "valueCodeableConcept"),
    "coded": ("valueCodeableConcept", "valueString"),
}


def values_of(spec: FactSpec) -> tuple[str, ...]:
    """The value[x] that are read of a fact: a bare number only where the fact has no unit."""
    bare = ("valueInteger",) if spec.unit == "1" else ()
    return (*_VALUES[spec.kind], *bare)


_LESION = ("focus", "bodySite")
_SIZE = ("component", "method", *_LESION)
_OF_A_SESSION = ("selective_session", "technique_changed", "technical_success", "planned_second_step")
BESIDE_THE_VALUE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("afp", "afp_units", "afp_l3", "dcp", "dcp_units"), ("referenceRange",)),
    **dict.fromkeys(("nodule_size", "viable_diameter"), _SIZE),
    **dict.fromkeys(("mrecist_response", "viable_percent"), (*_LESION, "partOf")),
    **dict.fromkeys(_OF_A_SESSION, ("partOf",)),
    "ecog": ("interpretation",),
}
IN_ANOTHER_UNIT = {"afp_units": "afp", "dcp_units": "dcp"}  # the same codes; the unit tells which of the two it is

# Facts that other resources tell too; a Condition tells what the reader's FINDINGS say, and a yes/no by its own code

NO_CONDITION = frozenset({*_OF_A_SESSION, "treatment_naive"})  # of these a state that is present is not asked for

_PERFORMED = ("status", "code", "performedDateTime", "performedPeriod")
_MEDICATION = ("status", "medicationCodeableConcept", "medicationReference")
OTHER_RESOURCES: Mapping[str, Elements] = {
    **{fact: {"Procedure": ("extension",)} for fact in _OF_A_SESSION},
    "bilioenteric_anastomosis": {"Procedure": _PERFORMED},
    "dialysis_twice_weekly": {"Procedure": _PERFORMED},
    "anticoagulated": {"MedicationRequest": _MEDICATION, "MedicationStatement": (*_MEDICATION, "effectivePeriod")},
    "bclc_stage": {"Condition": ("stage",)},
}

# Facts that no rule and no payer's document needs, and what becomes of them

NO_RULE = {
    "alt": "shown among the values, with what was derived from what",
    "planned_second_step": "joins two sessions to one before any definition of refractoriness counts them",
    "child_pugh_score": "shown beside the derived score",
    "child_pugh_class": "shown beside the derived class",
    "bclc_stage": "shown beside the derived stage, and in the payer's packet",
}

# What is no fact


@record(frozen=True, slots=True)
class Element:
    """codes: by which it is recognized; needed: by which rules (in code type), documents and pages."""

    name: str
    reads: Elements
    codes: str
    needed: str


_REPORTS = "words of its type, category and title; LOINC " + ", ".join(
    code for system, code in BY_CODE if system == "http://loinc.org"
)
_GIVEN = (*_MEDICATION, "contained", "subject")
ELEMENTS = (
    Element(
        "Sex and birth date",
        {"Patient": ("gender", "birthDate", "name", "identifier")},
        "`male`, `female` of administrative-gender",
        "`meld3_score` (sex); all of it, with name and number, in the payer's packet",
    ),
    Element(
        "Liver tumor and its primary",
        {
            "Condition": (
                "clinicalStatus", "verificationStatus", "code", "subject", "recordedDate", "onsetDateTime",
                "abatementDateTime", "abatementPeriod", "abatementString", "abatementAge", "abatementRange", "stage",
                "extension",
            )
        },
        "concepts `tumor.*`; extension mCODE related-primary-cancer-condition",
        "every rule on HCC only (`bclc`, `up_to_seven`, `hap`, `combination`), `systemic_therapy_comes_first`; document "
        "`tumor_type`; the payer's clauses by tumor",
    ),
    Element(
        "Portal vein thrombosis of which kind is not told",
        {"Condition": ("clinicalStatus", "verificationStatus", "code", "subject", "recordedDate", "onsetDateTime")},
        "concept `tumor.portal_vein_thrombosis`",
        "no rule: the eligibility card asks whether it is tumor, where `portal_vein_invasion` is not documented",
    ),
    Element(
        "TACE, bland embolization, Y-90",
        {"Procedure": (*_PERFORMED, "subject", "partOf", "bodySite", "note", "usedCode", "extension")},
        "concepts `proc.tace`, `proc.bland_tae`, `proc.y90_tare`, `proc.embolization_*`, `proc.pcs_*`; extensions "
        "procedure-targetBodyStructure, mcode-procedure-intent",
        "whether a value is today's; every definition of refractoriness; `liver_course`, `art`, `imaging_card`, "
        "`easl_2025_other_therapy`, `combination`; document `prior_treatments`",
    ),
    Element(
        "Ablation, resection, transplant, radiotherapy",
        {"Procedure": (*_PERFORMED, "subject")},
        "concepts `proc.ablation`, `proc.pei`, `proc.hepatectomy`, `proc.total_hepatectomy`, `proc.liver_transplant`, "
        "`proc.sbrt`",
        "document `prior_treatments`",
    ),
    Element(
        "Systemic drugs and anticoagulants that are given",
        {
            "MedicationRequest": (*_GIVEN, "intent", "doNotPerform", "authoredOn"),
            "MedicationStatement": (*_GIVEN, "effectiveDateTime", "effectivePeriod", "dateAsserted"),
            "MedicationAdministration": (*_GIVEN, "effectiveDateTime", "effectivePeriod"),
            "Medication": ("code", "ingredient"),
        },
        "concepts `drug.*`, else the name of the drug",
        "`combination`, `systemic_therapy_comes_first`; document `prior_treatments`",
    ),
    Element(
        "Draft order of an embolization",
        {
            "ServiceRequest": (
                "status", "doNotPerform", "code", "subject", "authoredOn", "bodySite", "orderDetail", "note",
                "patientInstruction", "reasonCode", "reasonReference", "supportingInfo", "requester", "extension",
            )
        },
        "concepts `proc.*` of the code, else its words; CPT and HCPCS, also in extension ext-billing-options; extension "
        "procedure-targetBodyStructure",
        "whether there is a card at all, and of which lesion; `combination`, `y90_lines`; documents `planned_therapy`, "
        "`surgical_rationale`, `systemic_rationale`; the payer's clauses by procedure",
    ),
    Element(
        "Draft order of a systemic drug",
        {
            "MedicationRequest": (
                *_GIVEN, "doNotPerform", "authoredOn", "note", "reasonCode", "reasonReference",
            ),
            "Medication": ("code", "ingredient"),
        },
        "concepts `drug.*`, else the name of the drug",
        "`combination` and what stands with it",
    ),
    Element(
        "Where a lesion lies",
        {"BodyStructure": ("location",)},
        "Couinaud segments by SNOMED CT, else in words",
        "definitions about one lesion (`jsh_viable_over_half`, `iasl_same_area`, `zhang_2022_proposal`); document "
        "`extent_and_location`",
    ),
    Element(
        "Reports",
        {
            "DiagnosticReport": (
                "status", "code", "category", "subject", "effectiveDateTime", "effectivePeriod", "issued",
                "result", "conclusion", "presentedForm", "contained",
            )
        },
        _REPORTS,
        "the date of Observations that state none; documents `imaging_report`, `pathology_report`, `mapping`, "
        "`tumor_board`; suggestions of the worksheet, which a person confirms",
    ),
    Element(
        "Notes and letters",
        {"DocumentReference": ("status", "type", "category", "subject", "date", "description", "content")},
        _REPORTS,
        "documents `surgical_rationale`, `systemic_rationale`, `curative_evaluation`, `tumor_board`, `imaging_report`, "
        "`pathology_report`, `mapping`",
    ),
    Element(
        "Completed questionnaire",
        {"QuestionnaireResponse": ("status", "questionnaire", "subject", "authored", "basedOn", "item")},
        "linkId: the facts above, `tumor-type`, `ordered-procedure`, group `tace-session`; of a payer's questionnaire "
        "`item-….text`",
        "what the fact, the tumor, the order or the session it tells is needed by; documents in words",
    ),
    Element(
        "Coverage",
        {
            "Coverage": ("status", "beneficiary", "period", "payor", "subscriberId", "identifier", "contained"),
            "Organization": ("name", "identifier"),
        },
        "names, references and identifiers of the payer, as the operator configured them",
        "`tace-order-sign-crd`, `tace-order-dispatch-crd`; the member's number in the payer's packet",
    ),
)  # fmt: skip
