"""The course of one simulated patient: tumor, liver, sessions with their responses, and what of it was recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from service.cohort.simulate.parameters import Parameters
from service.cohort.simulate.resources import LABORATORY, LOINC, OWN, Json, Record

ECOG, TACE, TRANSPLANT = "89247-1", "441525007", "18027006"
RESPONSES = ("CR", "PR", "SD", "PD")


@dataclass(slots=True)
class Liver:
    """What laboratory and examination would find."""

    bilirubin: float
    albumin: float
    inr: float
    ascites: str = "none"
    encephalopathy: int = 0


@dataclass(slots=True)
class Lesion:
    segment: int
    size: float
    reference: str = ""


@dataclass(slots=True)
class Disease:
    kind: str
    liver: Liver
    usual: Liver
    lesions: list[Lesion]
    more_nodules: int
    ecog: int
    invasion: str = "none"
    spread: bool = False
    afp: float = 20.0
    responses: list[str] = field(default_factory=list)


def patient_of(number: int, seed: int, parameters: Parameters) -> list[Json]:
    """All resources of patient `number`: the same for the same seed, whoever makes it."""
    rng = Random(seed * 1_000_003 + number)  # made-up patients are no secrets # nosec B311
    record = Record(f"sim-{seed}-{number:07d}", rng, parameters["faults"])
    age = max(20.0, rng.gauss(parameters["patients"]["age_mean"], parameters["patients"]["age_sd"]))
    sex = "male" if rng.random() < parameters["patients"]["male"] else "female"
    last: date = parameters["last_day"]
    first = last - timedelta(days=rng.randrange(20, parameters["years"] * 365 + 21))
    disease = _disease(rng, parameters)
    record.tumor(disease.kind, first - timedelta(days=rng.randrange(20, 60)))
    for lesion in disease.lesions:
        lesion.reference = record.lesion(lesion.segment)
    _Course(record, disease, parameters, last).sessions(first)
    born = first - timedelta(days=round(age * 365.25))
    return [*record.person(sex, born), *record.resources]


def _choice(rng: Random, weights: Mapping[str, float] | Sequence[float]) -> Any:
    names = list(weights) if isinstance(weights, Mapping) else list(range(len(weights)))
    return rng.choices(names, [weights[name] for name in names])[0]  # type: ignore[index]


def _disease(rng: Random, parameters: Parameters) -> Disease:
    burden = parameters["burden"]
    number = _choice(rng, burden["nodules"]) + 1
    largest = min(14.0, max(1.0, burden["largest_median_cm"] * rng.lognormvariate(0, burden["largest_log_sd"])))
    sizes = [largest, *(max(0.8, largest * rng.uniform(0.3, 0.95)) for _ in range(min(number, 5) - 1))]
    segments = rng.sample(range(1, 9), len(sizes))
    liver = _liver(rng, parameters["liver"])
    invasion = rng.choice(("vp1", "vp2", "vp2", "vp3", "vp4")) if rng.random() < burden["vascular_invasion"] else "none"
    return Disease(
        kind=_choice(rng, parameters["tumor"]),
        liver=liver,
        usual=Liver(liver.bilirubin, liver.albumin, liver.inr, liver.ascites, liver.encephalopathy),
        lesions=[Lesion(s, c) for s, c in zip(segments, sizes, strict=True)],
        more_nodules=max(0, number - 5),
        ecog=_choice(rng, burden["ecog"]),
        invasion=invasion,
        spread=rng.random() < burden["extrahepatic_spread"],
        afp=rng.lognormvariate(3.4, 1.7),
    )


def _liver(rng: Random, liver: Mapping[str, float]) -> Liver:
    cls = _choice(rng, {"A": liver["class_a"], "B": liver["class_b"], "C": liver["class_c"]})
    if cls == "A":
        return Liver(
            min(1.8, rng.lognormvariate(-0.15, 0.35)), min(4.9, max(3.6, rng.gauss(3.95, 0.35))), rng.uniform(1.0, 1.3)
        )
    if cls == "B":
        ascites = "mild" if rng.random() < 0.5 else "none"
        return Liver(rng.uniform(2.0, 2.9), rng.uniform(2.8, 3.4), rng.uniform(1.2, 1.6), ascites)
    return Liver(
        rng.uniform(3.2, 6.0), rng.uniform(2.2, 2.7), rng.uniform(1.7, 2.2), "moderate-severe", rng.choice((0, 1, 2))
    )


class _Course:
    """Session after session until the patient is through with TACE or the data end."""

    def __init__(self, record: Record, disease: Disease, parameters: Parameters, last: date) -> None:
        self.record, self.disease, self.last = record, disease, last
        self.rng, self.p, self.missing = record.rng, parameters, parameters["missing"]

    def sessions(self, day: date) -> None:
        targets = sorted(self.disease.lesions, key=lambda x: -x.size)[: self.rng.choice((1, 1, 2))]
        for place in range(self.p["session"]["most"]):
            ordered = day - timedelta(days=self.rng.randrange(2, 15))
            if day > self.last:
                if ordered <= self.last and targets:
                    self._before(ordered)
                    self._order(ordered, targets)
                return
            self._before(ordered)
            self._treat(day, ordered, targets, place)
            responses, imaged = self._after(day, targets)
            again = self._again(targets, responses)
            if not again or imaged > self.last:
                self._then(imaged, responses)
                return
            targets, day = again, imaged + timedelta(days=self.rng.randrange(10, 45))

    def _recorded(self, what: str) -> bool:
        return self.rng.random() >= self.missing[what]

    def _before(self, when: date) -> None:
        """What is looked at before TACE is ordered."""
        day = when - timedelta(days=self.rng.randrange(1, 10))
        self._liver(day)
        self.record.other_laboratory(day, self.p["size"]["other_laboratory"])
        record, disease = self.record, self.disease
        if self._recorded("clinical"):
            record.whole(LOINC, ECOG, disease.ecog, day)
        if not disease.responses:
            self._imaging(day)
        for code, value in (("unresectable", True), ("bridge-to-transplant", False), ("liver-dominant", True),
                            ("progressive", False), ("diffuse", False)):  # fmt: skip
            if self._recorded("rationale"):
                record.yes_no(code, value, day)
        if self._recorded("rationale"):
            record.word("systemic-therapy-status", self.rng.choice(("not-candidate", "candidate")), day)

    def _laboratory(self, day: date) -> None:
        liver = self.disease.liver
        values = {
            "bilirubin": liver.bilirubin, "albumin": liver.albumin, "inr": liver.inr,
            "creatinine": self.rng.uniform(0.6, 1.4), "sodium": self.rng.uniform(133, 143),
            "platelets": self.rng.uniform(60, 240), "alt": self.rng.uniform(18, 80), "ast": self.rng.uniform(20, 95),
            "afp": self.disease.afp,
        }  # fmt: skip
        for name in LABORATORY:
            if self._recorded("laboratory"):
                self.record.laboratory(name, values[name], day)

    def _liver(self, day: date) -> None:
        self._laboratory(day)
        if self._recorded("clinical"):
            self.record.word("ascites-grade", self.disease.liver.ascites, day)
        if self._recorded("clinical"):
            self.record.whole(OWN, "encephalopathy-grade", self.disease.liver.encephalopathy, day)

    def _imaging(self, day: date) -> None:
        record, disease = self.record, self.disease
        for lesion in disease.lesions:
            if self._recorded("imaging"):
                record.size(lesion.reference, lesion.segment, lesion.size, day)
        if self._recorded("imaging"):
            record.whole(OWN, "nodule-count", len(disease.lesions) + disease.more_nodules, day)
        words = {"portal-vein-invasion": disease.invasion, "portal-flow": "preserved", "growth-pattern": "nodular",
                 "lobar-distribution": "unilobar" if len(disease.lesions) < 3 else "bilobar"}  # fmt: skip
        for code, value in words.items():
            if self._recorded("imaging"):
                record.word(code, value, day)
        for code, told in (("extrahepatic-spread", disease.spread), ("selective-access", True)):
            if self._recorded("imaging"):
                record.yes_no(code, told, day)

    def _order(self, when: date, targets: Sequence[Lesion]) -> str:
        lesions = [x.reference for x in targets] if self._recorded("lesion_of_order") else []
        words = f", superselective, {self.rng.choice(('doxorubicin-eluting beads', 'epirubicin in lipiodol', 'doxorubicin'))}"
        return self.record.order(when, lesions, words if self._recorded("rationale") else "")

    def _treat(self, day: date, ordered: date, targets: Sequence[Lesion], place: int) -> None:
        record = self.record
        order = self._order(ordered, targets) if self._recorded("order") else ""
        session = record.procedure(TACE, day, [x.reference for x in targets], order)
        part = {"partOf": [{"reference": session}]}
        if self._recorded("selective_flag"):
            record.yes_no("selective-session", record.happens(self.p["session"]["selective"]), day, **part)
        if self._recorded("technical_success_flag"):
            record.yes_no("technical-success", record.happens(self.p["session"]["technical_success"]), day, **part)
        if place and self._recorded("selective_flag"):
            record.yes_no("technique-changed", record.happens(0.5), day, **part)
        early = day + timedelta(days=self.rng.randrange(1, 4))
        if early <= self.last:  # the recovery, which is no liver function
            liver = self.disease.liver
            record.laboratory("bilirubin", liver.bilirubin * self.rng.uniform(1.1, 2.2), early)
            record.laboratory("ast", self.rng.uniform(80, 600), early)
            record.laboratory("alt", self.rng.uniform(80, 500), early)
        self._hurt()

    def _hurt(self) -> None:
        """The liver after a session: class A becomes B, ALBI grade 1 becomes 2, or neither; some recover."""
        liver, usual, p, draw = self.disease.liver, self.disease.usual, self.p["liver"], self.rng.random()
        if liver.albumin != usual.albumin and self.rng.random() < p["recovers"]:
            liver.bilirubin, liver.albumin = usual.bilirubin, usual.albumin
        elif liver.albumin >= 3.6 and liver.bilirubin < 2 and draw < p["a_becomes_b"]:
            liver.bilirubin, liver.albumin = self.rng.uniform(2.1, 2.8), self.rng.uniform(2.9, 3.4)
        elif liver.albumin >= 3.6 and draw < p["albi_1_becomes_2"]:
            liver.albumin = 3.6
            liver.bilirubin = max(liver.bilirubin, 1.2)

    def _after(self, day: date, targets: Sequence[Lesion]) -> tuple[list[str], date]:
        """Responses of the targets and the day they were imaged, or would have been."""
        p = self.p["session"]
        weights = (p["complete_response"], p["partial_response"], p["stable_disease"], p["progressive_disease"])
        responses = [RESPONSES[_choice(self.rng, weights)] for _ in targets]
        self.disease.responses += responses
        when = _choice(self.rng, self.p["imaging"])
        days = {"on_time": (28, 43), "later": (43, 93), "late": (93, 151), "too_early": (10, 28), "none": (60, 91)}[
            when
        ]
        imaged = day + timedelta(days=self.rng.randrange(*days))
        self._changed(targets, responses)
        if when != "none" and imaged <= self.last:
            for lesion, response in zip(targets, responses, strict=True):
                self.record.word("mrecist-response", response, imaged, focus=[{"reference": lesion.reference}])
            self._imaging(imaged)
            if self.record.happens(0.4):
                self._liver(imaged + timedelta(days=1))
        return responses, imaged

    def _changed(self, targets: Sequence[Lesion], responses: Sequence[str]) -> None:
        disease, p = self.disease, self.p["session"]
        for lesion, response in zip(targets, responses, strict=True):
            lesion.size = max(0.6, lesion.size * {"CR": 0.55, "PR": 0.7, "SD": 1.0, "PD": 1.2}[response])
        disease.afp *= {True: 1.9, False: 0.6}["PD" in responses]
        disease.more_nodules += self.record.happens(p["new_lesion"])
        if self.record.happens(p["new_invasion"]) and disease.invasion == "none":
            disease.invasion = self.rng.choice(("vp2", "vp3"))
        disease.spread = disease.spread or self.record.happens(p["new_spread"])
        disease.ecog = min(3, disease.ecog + self.record.happens(0.05))

    def _again(self, targets: Sequence[Lesion], responses: Sequence[str]) -> list[Lesion]:
        """The targets of the next session; none: no further TACE."""
        p = self.p["session"]
        worst = max(responses, key=RESPONSES.index)
        share = {"CR": p["repeated_after_complete"], "PR": p["repeated_after_partial"],
                 "SD": p["repeated_after_stable"], "PD": p["repeated_after_progression"]}[worst]  # fmt: skip
        if not self.record.happens(share):
            return []
        if worst == "CR":
            return [x for x in self.disease.lesions if x not in targets][:1]
        return [x for x, r in zip(targets, responses, strict=True) if r != "CR"]

    def _then(self, day: date, responses: Sequence[str]) -> None:
        """After the last session: systemic therapy, a transplant, or nothing that is recorded."""
        p, disease = self.p["session"], self.disease
        start = day + timedelta(days=self.rng.randrange(7, 35))
        if self.record.happens(p["systemic_concurrent"]):
            start = day - timedelta(days=40)
        elif not self.record.happens(p["systemic_after_the_last"]):
            small = set(responses) <= {"CR", "PR"} and self.record.happens(p["transplant_after_downstaging"])
            if small and disease.kind == "hcc" and start <= self.last:
                self.record.procedure(TRANSPLANT, start, [], "")
            return
        if start > self.last or disease.kind != "hcc":
            return
        end = start + timedelta(days=self.rng.randrange(60, 400))
        for drug in self.rng.choice((("atezolizumab", "bevacizumab"), ("lenvatinib",), ("sorafenib",))):
            self.record.drug(drug, start, end if end <= self.last else None)
