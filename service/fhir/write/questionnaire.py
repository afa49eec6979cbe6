"""Questionnaires (SDC) whose answers service/fhir/read reads back: a linkId is the code that the answer carries.

The worksheet asks for every fact that a criterion looks at; a payer's questionnaire is in `policy_questionnaire`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cards.facts import FACTS
from cards.questions import Question, question
from service.fhir.read import codes
from service.fhir.write.value_set import BASE, answer_coding

Json = dict[str, Any]

WORKSHEET = "tace-worksheet"
VERSION = "1.0.0"
SEGMENTS = tuple(range(1, 9))
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_LAB_CODES = {"bilirubin": "lab.bilirubin_total", "albumin": "lab.albumin", "inr": "lab.inr", "creatinine": "lab.creatinine",
              "sodium": "lab.sodium", "platelets": "lab.platelets", "afp": "lab.afp"}  # fmt: skip
_UNITS = {"bilirubin": ("mg/dL", "umol/L"), "albumin": ("g/dL", "g/L"), "creatinine": ("mg/dL", "umol/L"),
          "platelets": ("10*9/L", "10*3/uL"), "nodule_size": ("cm", "mm")}  # fmt: skip

# What the worksheet asks, in the order in which a record is gone through.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tumor", "Tumor", ("tumor_type",)),
    ("laboratory", "Laboratory", ("bilirubin", "albumin", "inr", "creatinine", "sodium", "platelets", "afp")),
    ("clinical", "Clinical findings",
     ("ecog", "ascites_grade", "ascites_controlled", "encephalopathy_grade", "encephalopathy_controlled", "jaundice",
      "hepatorenal_syndrome", "varices_at_risk", "active_bleeding", "active_infection", "anticoagulated",
      "biliary_obstruction", "bilioenteric_anastomosis", "dialysis_twice_weekly", "tumor_rupture")),
    ("imaging", "Imaging",
     ("nodule_count", "nodule_size", "lobar_distribution", "growth_pattern", "liver_involvement_percent",
      "portal_vein_invasion", "hepatic_vein_invasion", "bile_duct_invasion", "portal_flow", "extrahepatic_spread",
      "selective_access", "liver_dominant", "diffuse", "progressive")),
    ("decisions", "What was decided",
     ("unresectable", "bridge_to_transplant", "transplant_listed", "systemic_therapy_status", "symptomatic")),
)  # fmt: skip
_SESSION = ("selective_session", "technique_changed", "technical_success")
_RESPONSE = ("mrecist_response", "viable_percent", "new_intrahepatic_lesion")
_DATES = {"laboratory": "Date of these values", "clinical": "Date of these findings", "imaging": "Date of the imaging"}
ASKED = tuple(name for _, _, names in GROUPS for name in names) + _SESSION + _RESPONSE


def canonical(name: str, kind: str = "Questionnaire") -> str:
    """The canonical URL of what this service publishes."""
    return f"{BASE}{kind}/{name}"


def worksheet() -> Json:
    """The clinical worksheet: every question optional, what is left open stays unknown."""
    groups = [_group(name, title, names) for name, title, names in GROUPS]
    return questionnaire(WORKSHEET, "TACE worksheet", [*groups, _sessions()], VERSION,
                         "Facts that the TACE CDS service looks at. A question left open stays unknown.")  # fmt: skip


def questionnaire(name: str, title: str, items: Iterable[Json], version: str, description: str) -> Json:
    return {
        "resourceType": "Questionnaire",
        "id": name,
        "url": canonical(name),
        "version": version,
        "name": "".join(word.capitalize() for word in name.replace("_", "-").split("-")),
        "title": title,
        "status": "active",
        "experimental": False,
        "subjectType": ["Patient"],
        "description": description,
        "item": list(items),
    }


def _group(name: str, title: str, names: Iterable[str]) -> Json:
    dated = [_date(f"{name}.date", _DATES[name])] if name in _DATES else []
    return {"linkId": name, "text": title, "type": "group", "item": [*dated, *(item(each) for each in names)]}


def _date(link: str, text: str) -> Json:
    return {"linkId": link, "text": text, "type": "date"}


def _sessions() -> Json:
    """One group a TACE session; what imaging said afterward stands in a group of its own, with its own date."""
    segment = {"linkId": "tace-session.segment", "text": "Couinaud segment treated", "type": "choice",
               "answerOption": [{"valueInteger": number} for number in SEGMENTS]}  # fmt: skip
    after = {
        "linkId": "tace-response",
        "text": "Imaging after this session",
        "type": "group",
        "item": [_date("tace-response.date", "Date of the imaging"), *(item(name) for name in _RESPONSE)],
    }
    return {
        "linkId": "tace-session",
        "text": "TACE session",
        "type": "group",
        "repeats": True,
        "item": [_date("tace-session.date", "Date of the session"), segment, *(item(n) for n in _SESSION), after],
    }


def item(name: str) -> Json:
    """One fact as a question."""
    q = question(name)
    coded = [coding] if (coding := _coding(name)) else []
    wire: Json = {"linkId": q.link, "text": _capital(q.text), "type": _TYPES[q.kind]}
    if coded:
        wire["code"] = coded
    if q.kind == "choice" or (q.kind == "integer" and q.answers):
        wire |= {"type": "choice", "answerOption": [_option(name, value) for value in q.answers]}
    if name == "nodule_size":
        wire["repeats"] = True
    if q.kind == "quantity":
        return _measured(wire, name, q)
    extension = _limits(name, "Integer") if wire["type"] == "integer" else []
    return {"extension": extension, **wire} if extension else wire


_TYPES = {"boolean": "boolean", "choice": "choice", "integer": "integer", "quantity": "quantity", "text": "text"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _coding(name: str) -> Mapping[str, str] | None:
    """The code of the Observation that the answer stands for."""
    spec = FACTS.get(name)
    if name in _LAB_CODES:
        row = codes.preferred(_LAB_CODES[name])
        return {"system": row.system, "code": row.code, "display": row.label}
    if name == "ecog":
        return {"system": codes.LOINC, "code": "89247-1"}
    code = spec.code if spec is not None else question(name).link
    return {"system": codes.OWN_SYSTEM, "code": code} if code else None


def _option(name: str, value: object) -> Json:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"valueInteger": value}
    return {"valueCoding": answer_coding(name, value)}


def _measured(wire: Json, name: str, q: Question) -> Json:
    """A number with its unit; without one (INR) a plain decimal."""
    units = _UNITS.get(name, (q.unit,) if q.unit else ())
    if not units:
        return {"extension": _limits(name, "Decimal"), **wire, "type": "decimal"}
    options = [
        {
            "url": f"{_EXTENSION}questionnaire-unitOption",
            "valueCoding": {"system": "http://unitsofmeasure.org", "code": unit, "display": unit},
        }
        for unit in units
    ]
    return {"extension": options, **wire}


def _limits(name: str, kind: str) -> list[Json]:
    spec = FACTS.get(name)
    if spec is None:
        return []
    low, high = spec.limits if kind == "Decimal" else (int(spec.limits[0]), int(spec.limits[1]))
    return [
        {"url": f"{_EXTENSION}minValue", f"value{kind}": low},
        {"url": f"{_EXTENSION}maxValue", f"value{kind}": high},
    ]


def suggested_answer(name: str, value: object) -> Json:
    """A value as the answer that the worksheet's question takes."""
    q = question(name)
    if q.kind == "quantity":
        unit = _UNITS.get(name, (q.unit,))[0]
        return {"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}}
    if q.kind == "choice":
        return _option(name, value)
    return {"valueInteger": value}
