"""The services offered, and what each asks the client to send along. Rows, and nothing else.

Templates keep to what CDS Hooks 2.0 calls safe: read and search by type, token parameters by equality, _sort, _count.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from cards.facts import FACTS
from cards.record import record
from service.crd.options import service_extension

CDS_HOOKS_VERSION = "2.0.1"
PATIENT_TOKEN = "{{context.patientId}}"  # noqa: S105 - a template token # nosec B105


@record(frozen=True, slots=True)
class Need:
    """One prefetch key. label: how a gap is named; kind: the resource type its query answers with.

    clinical   False: only documentation for the payer rests on it, so that a gap is the payer card's business
    """

    key: str
    label: str
    kind: str
    template: str
    clinical: bool = True

    def query_for(self, patient_id: str) -> str:
        return self.template.replace(PATIENT_TOKEN, quote(patient_id, safe=""))


@record(frozen=True, slots=True)
class Service:
    """crd: by Da Vinci CRD, offered only where the operator was told something of a payer."""

    id: str
    hook: str
    title: str
    description: str
    usage: str
    crd: bool = False


_USAGE = (
    "Works from prefetch alone. What prefetch lacks is read from fhirServer, where the operator allows that server. "
    "Findings without a standard code are sent with the codes of the CodeSystem published at /fhir/CodeSystem/tace."
)

SERVICES = (
    Service(
        "tace-patient-view",
        "patient-view",
        "TACE: summary for a patient with a liver tumor",
        "Liver function, stage, eligibility for TACE and TACE refractoriness in one line each, and response imaging "
        "that is due. No card for a patient without a liver tumor.",
        _USAGE,
    ),
    Service(
        "tace-order-select",
        "order-select",
        "TACE: advice while choosing the order",
        "Eligibility, refractoriness and combination with systemic therapy for the selected order of TACE, bland "
        "embolization, radioembolization or systemic therapy of a liver tumor. No card for any other order.",
        _USAGE,
    ),
    Service(
        "tace-order-sign",
        "order-sign",
        "TACE: advice before signing the order",
        "Eligibility, refractoriness, combination with systemic therapy, and what prior authorization still needs, for "
        "a draft order of TACE, bland embolization, radioembolization or systemic therapy of a liver tumor. "
        "No card for any other order.",
        _USAGE,
    ),
)


_CRD_USAGE = (
    "For members of the payer that the operator has configured: their Coverage is asked for. Without one that matches, only "
    "what the policy requires is said, and nothing is asserted of coverage. " + _USAGE
)

CRD_SERVICES = (
    Service(
        "tace-order-sign-crd",
        "order-sign",
        "TACE: coverage information before signing the order",
        "By Da Vinci CRD, for a draft order of TACE, bland embolization or radioembolization: whether it is covered and needs "
        "authorization as far as the payer told, and which documentation is missing. No card for any other order.",
        _CRD_USAGE,
        crd=True,
    ),
    Service(
        "tace-order-dispatch-crd",
        "order-dispatch",
        "TACE: coverage information when the order is dispatched",
        "By Da Vinci CRD, for a dispatched order of TACE, bland embolization or radioembolization: whether it is covered and "
        "needs authorization as far as the payer told, and which documentation is missing. No card for any other order.",
        _CRD_USAGE,
        crd=True,
    ),
)


def offered(crd: bool) -> tuple[Service, ...]:
    """crd: whether a payer is configured."""
    return (*SERVICES, *CRD_SERVICES) if crd else SERVICES


_BY_ID = {crd: {each.id: each for each in offered(crd)} for crd in (False, True)}


def service(service_id: str, crd: bool = False) -> Service | None:
    return _BY_ID[crd].get(service_id)


def more_needs(service: Service) -> tuple[Need, ...]:
    """What a service asks for beside what all ask for."""
    if not service.crd:
        return ()
    coverage = Need("coverage", "coverages", "Coverage", f"Coverage?patient={PATIENT_TOKEN}&_count=50", clinical=False)
    orders = _search("serviceRequests", "ServiceRequest", label="orders")
    return (coverage, orders) if service.hook == "order-dispatch" else (coverage,)


@cache
def needs(local: tuple[str, ...] = ()) -> tuple[Need, ...]:
    """What is asked for. local: the operator's codes as "system|code", which no EHR would send unasked."""
    laboratory = ",".join(_measured())
    own = ",".join((*(spec.code for spec in FACTS.values() if spec.code), *map(_token, local)))
    return (
        Need("patient", "patient", "Patient", f"Patient/{PATIENT_TOKEN}"),
        _search("conditions", "Condition"),
        _search("observations", "Observation", f"&code={laboratory}&_sort=-date&_count=500"),
        _search("findings", "Observation", f"&code={own}&_sort=-date&_count=200"),
        _search("procedures", "Procedure"),
        _search("medicationRequests", "MedicationRequest", label="medication requests"),
        _search("medicationAdministrations", "MedicationAdministration", label="medication administrations"),
        _search("medicationStatements", "MedicationStatement", label="medication statements"),
        _search("bodyStructures", "BodyStructure", label="body structures"),
        _search("diagnosticReports", "DiagnosticReport", "&_sort=-date&_count=100", label="diagnostic reports"),
        Need(
            "documentReferences",
            "documents",
            "DocumentReference",
            f"DocumentReference?patient={PATIENT_TOKEN}&_sort=-date&_count=100",
            clinical=False,
        ),
        _search("questionnaireResponses", "QuestionnaireResponse", label="questionnaire responses"),
    )


def _search(key: str, kind: str, more: str = "&_count=200", label: str = "") -> Need:
    return Need(key, label or key, kind, f"{kind}?patient={PATIENT_TOKEN}{more}")


def _token(code: str) -> str:
    """ "system|code" as a search parameter's value: a comma would start the next value."""
    return quote(code.replace("\\", "\\\\").replace(",", "\\,"), safe=":/|.-_~")


def _measured() -> list[str]:
    from service.fhir.read.codes import codes_for_prefetch  # the code table is read when first asked for

    return codes_for_prefetch()


def discovery(asked: tuple[Need, ...], crd: bool = False) -> Mapping[str, Any]:
    return {
        "services": [
            {
                "hook": each.hook,
                "title": each.title,
                "description": each.description,
                "id": each.id,
                "prefetch": {need.key: need.template for need in (*asked, *more_needs(each))},
                "usageRequirements": each.usage,
                "version": CDS_HOOKS_VERSION,
                **({"extension": service_extension()} if each.crd else {}),
            }
            for each in offered(crd)
        ]
    }
