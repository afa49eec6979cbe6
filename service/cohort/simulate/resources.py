"""FHIR R4 resources of one simulated patient, as an export holds them."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

Json = dict[str, Any]
OWN = "https://tace-cds.example.org/fhir/CodeSystem/tace"
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
RXNORM, ICD10 = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/icd-10-cm"
TARGET = "http://hl7.org/fhir/StructureDefinition/procedure-targetBodyStructure"
SERVER = "https://ehr.example.org/fhir/r4"
SEGMENTS = ("71133005", "277956007", "277957003", "277958008", "277959000", "277960005", "277961009", "277962002")
LABORATORY = {  # name → LOINC, unit, decimals, SI unit and factor
    "bilirubin": ("1975-2", "mg/dL", 1, "umol/L", 17.104),
    "albumin": ("1751-7", "g/dL", 1, "g/L", 10.0),
    "inr": ("6301-6", "{INR}", 2, "", 1.0),
    "creatinine": ("2160-0", "mg/dL", 2, "umol/L", 88.42),
    "sodium": ("2951-2", "mmol/L", 0, "", 1.0),
    "platelets": ("777-3", "10*3/uL", 0, "", 1.0),
    "alt": ("1742-6", "U/L", 0, "", 1.0),
    "ast": ("1920-8", "U/L", 0, "", 1.0),
    "afp": ("1834-1", "ng/mL", 0, "", 1.0),
}
OTHER = (("718-7", "Hemoglobin", "g/dL", 9, 16), ("2823-3", "Potassium", "mmol/L", 3.4, 5.2),
         ("2345-7", "Glucose", "mg/dL", 75, 190), ("3094-0", "Urea nitrogen", "mg/dL", 8, 32),
         ("6690-2", "Leukocytes", "10*3/uL", 2.5, 9.5), ("6768-6", "Alkaline phosphatase", "U/L", 50, 260))  # fmt: skip
DRUGS = {"sorafenib": "495881", "lenvatinib": "1603296", "atezolizumab": "1792776", "bevacizumab": "253337"}
TUMORS = {
    "hcc": ("C22.0", "Hepatocellular carcinoma"),
    "icc": ("C22.1", "Intrahepatic cholangiocarcinoma"),
    "colorectal-metastasis": ("C78.7", "Liver metastasis"),
    "neuroendocrine-metastasis": ("C7B.02", "Neuroendocrine liver metastasis"),
}


class Record:
    """The resources of one patient, as they are made, with the faults that real data has."""

    def __init__(self, patient: str, rng: Random, faults: Json) -> None:
        self.patient, self.rng, self.faults = patient, rng, faults
        self.resources: list[Json] = []
        self.si = rng.random() < faults["si_units"]
        self.subject = {"reference": self._reference(rng.random())}

    def _reference(self, draw: float) -> str:
        if draw < self.faults["absolute_reference"]:
            return f"{SERVER}/Patient/{self.patient}"
        if draw < self.faults["absolute_reference"] + self.faults["urn_reference"]:
            return f"urn:uuid:{self.patient}"
        return f"Patient/{self.patient}"

    def add(self, kind: str, **members: Any) -> str:
        """One resource; its reference."""
        identifier = f"{self.patient}-{len(self.resources)}"
        resource: Json = {"resourceType": kind, "id": identifier, **members}
        resource["patient" if kind == "BodyStructure" else "subject"] = self.subject
        self.resources.append(resource)
        if self.rng.random() < self.faults["repeated"]:
            self.resources.append({**resource, "meta": {"versionId": "2"}} if self.rng.random() < 0.5 else resource)
        return f"{kind}/{identifier}"

    def happens(self, share: float) -> bool:
        return self.rng.random() < share

    def laboratory(self, name: str, value: float, when: date) -> None:
        loinc, unit, decimals, si_unit, factor = LABORATORY[name]
        if self.si and si_unit:
            value, unit, decimals = value * factor, si_unit, 0 if factor > 1 else decimals
        number = round(value, decimals) if decimals else round(value)
        quantity: Json = {"value": number}
        if not self.happens(self.faults["unit_missing"]):
            quantity |= {"unit": unit, "system": UCUM, "code": unit}
        self.observation(LOINC, loinc, when, {"valueQuantity": quantity}, faulty=True)

    def observation(self, system: str, code: str, when: date, value: Json, faulty: bool = False, **more: Any) -> None:
        draw = self.rng.random() if faulty else 1.0
        wrong = self.faults["entered_in_error"]
        status = "entered-in-error" if draw < wrong else "final"
        if wrong <= draw < wrong + self.faults["preliminary"]:
            status = "preliminary"
        dated = {"effectiveDateTime": f"{when.isoformat()}T08:{self.rng.randrange(10, 60)}:00Z"}
        if faulty and self.happens(self.faults["undated"]):
            dated = {}
        code_of = {"coding": [{"system": system, "code": code}]}
        self.add("Observation", status=status, code=code_of, **dated, **value, **more)

    def word(self, code: str, value: str, when: date, **more: Any) -> None:
        self.observation(
            OWN, code, when, {"valueCodeableConcept": {"coding": [{"system": OWN, "code": value}]}}, **more
        )

    def yes_no(self, code: str, value: bool, when: date, **more: Any) -> None:
        self.observation(OWN, code, when, {"valueBoolean": value}, **more)

    def whole(self, system: str, code: str, value: int, when: date, **more: Any) -> None:
        self.observation(system, code, when, {"valueInteger": value}, **more)

    def size(self, lesion: str, segment: int, centimeters: float, when: date) -> None:
        quantity = {"value": round(centimeters * 10), "unit": "mm", "system": UCUM, "code": "mm"}
        code = {"coding": [{"system": LOINC, "code": "33728-7"}]}
        self.observation(LOINC, "21889-1", when, {"component": [{"code": code, "valueQuantity": quantity}]},
                         focus=[{"reference": lesion}], bodySite=_segment(segment))  # fmt: skip

    def other_laboratory(self, when: date, number: int) -> None:
        for place in range(number):
            code, _, unit, low, high = OTHER[place % len(OTHER)]
            value = round(self.rng.uniform(low, high), 1)
            self.observation(LOINC, code, when, {"valueQuantity": {"value": value, "unit": unit}})

    def tumor(self, kind: str, when: date) -> None:
        code, text = TUMORS[kind]
        concept: Json = {"text": text}
        if not self.happens(self.faults["diagnosis_as_text"]):
            concept["coding"] = [{"system": ICD10, "code": code}]
        self._condition(concept, when)
        if kind == "colorectal-metastasis":
            self._condition({"coding": [{"system": ICD10, "code": "C18.9"}]}, when - timedelta(days=400))

    def _condition(self, code: Json, when: date) -> None:
        clinical, verified = "condition-clinical", "condition-ver-status"
        self.add("Condition", clinicalStatus=_status(clinical, "active"), verificationStatus=_status(verified, "confirmed"),
                 code=code, recordedDate=when.isoformat())  # fmt: skip

    def lesion(self, segment: int) -> str:
        return self.add("BodyStructure", location=_segment(segment))

    def order(self, when: date, lesions: list[str], words: str) -> str:
        targets = [{"url": TARGET, "valueReference": {"reference": x}} for x in lesions]
        more = {"extension": targets} if targets else {}
        return self.add("ServiceRequest", status="completed", intent="order", code={"text": f"TACE{words}"},
                        authoredOn=f"{when.isoformat()}T10:00:00Z", **more)  # fmt: skip

    def procedure(self, code: str, when: date, lesions: list[str], order: str, **more: Any) -> str:
        targets = [{"url": TARGET, "valueReference": {"reference": x}} for x in lesions]
        if targets:
            more["extension"] = targets
        if order:
            more["basedOn"] = [{"reference": order}]
        return self.add("Procedure", status="completed", code={"coding": [{"system": SNOMED, "code": code}]},
                        performedDateTime=f"{when.isoformat()}T13:00:00Z", **more)  # fmt: skip

    def drug(self, name: str, when: date, until: date | None) -> None:
        members: Json = {"status": "completed" if until else "active", "intent": "order"}
        if until:
            members["dispenseRequest"] = {"validityPeriod": {"start": when.isoformat(), "end": until.isoformat()}}
        concept = {"coding": [{"system": RXNORM, "code": DRUGS[name]}], "text": name}
        self.add("MedicationRequest", medicationCodeableConcept=concept, authoredOn=when.isoformat(), **members)

    def person(self, sex: str, born: date) -> Iterator[Json]:
        yield {"resourceType": "Patient", "id": self.patient, "gender": sex, "birthDate": born.isoformat()}


def _segment(number: int) -> Json:
    return {"coding": [{"system": SNOMED, "code": SEGMENTS[number - 1]}]}


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}
