"""What one reading collects: the facts found, what could not be used and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cards.facts import FACTS, Fact, Scalar, Unusable
from service.fhir.read.codings import as_list, local, reference
from service.fhir.read.local_codes import LocalCodes
from service.fhir.read.validate import problem_of
from service.fhir.read.when import Clock

Resource = Mapping[str, Any]
COUNTED_STATUS = frozenset({"final", "amended", "corrected"})
PRELIMINARY_STATUS = frozenset({"preliminary", "registered"})
NEVER_STATUS = frozenset({"entered-in-error", "cancelled", "unknown"})


@dataclass(slots=True)
class Reading:
    """One patient's reading in progress.

    patient    bare id, "" where none is known; full_urls: full URL → "Type/id"
    """

    clock: Clock
    patient: str = ""
    full_urls: Mapping[str, str] = field(default_factory=dict)
    local_codes: LocalCodes | None = None
    series: dict[str, list[Fact[Scalar]]] = field(default_factory=dict)
    states: dict[str, Fact[Scalar]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    has_procedures: bool = False
    dialyses: list[tuple[date, str]] = field(default_factory=list)
    known_ours: set[str] = field(default_factory=set)  # references already found to be this patient

    def apart(self) -> "Reading":
        """A reading of the same record that has found nothing yet."""
        return Reading(
            self.clock, self.patient, self.full_urls, self.local_codes, has_procedures=self.has_procedures,
            known_ours=self.known_ours,
        )  # fmt: skip

    def take(
        self, series: Mapping[str, Sequence[Fact[Scalar]]], refused: Mapping[str, str], unusable: Mapping[str, str]
    ) -> None:
        """What was found apart comes after what this one has."""
        for name, facts in series.items():
            self.series.setdefault(name, []).extend(facts)
        for name, because in refused.items():
            self.refused.setdefault(name, because)
        for name, because in unusable.items():
            self.unusable.setdefault(name, because)

    def reject(self, resource: Resource, because: str, fact: str = "") -> None:
        """A resource that would have been evidence and is not."""
        name = name_of(resource)
        self.unusable.setdefault(name, because)
        if fact:
            label = FACTS[fact].label
            self.refused.setdefault(fact, f"{label} not usable: {name}: {because}")

    def valid(self, resource: Resource, fact: str = "") -> bool:
        """Whether a resource that becomes evidence is what it claims to be; reported where it is not."""
        problem = problem_of(resource, self.clock)
        if problem:
            self.reject(resource, problem, fact)
        return not problem

    def has_code(self, resource: Resource) -> bool:
        """Whether there is a code to tell what a resource is; one of another form is reported."""
        code = resource.get("code")
        if isinstance(code, dict):
            return True
        if code is not None:
            self.reject(resource, "code is not a CodeableConcept")
        return False

    def add(self, fact: Fact[Scalar]) -> None:
        self.series.setdefault(fact.name, []).append(fact)

    def is_ours(self, resource: Resource) -> bool:
        """Whether a resource is about this patient; one about somebody else is never used and is reported."""
        if self.names_patient(resource):
            return True
        self.reject(resource, "its subject is another patient")
        return False

    def names_patient(self, resource: Resource) -> bool:
        """Whether the subject, where one is stated, is this patient."""
        subject = resource.get("subject")
        ref = subject.get("reference") if isinstance(subject, dict) else None
        if isinstance(ref, str) and ref in self.known_ours:
            return True
        stated = (self.resolved(reference(s)) for s in as_list(subject or resource.get("patient")))
        ours = ("", self.patient, f"Patient/{self.patient}")
        is_ours = not self.patient or all(each in ours for each in stated)
        if is_ours and isinstance(ref, str):
            self.known_ours.add(ref)
        return is_ours

    def resolved(self, ref: str) -> str:
        """ "Type/id" of a reference, by the Bundle's full URLs where it has one."""
        return self.full_urls.get(ref) or local(ref)

    def unusables(self) -> tuple[Unusable, ...]:
        return tuple(Unusable(name, because) for name, because in self.unusable.items())


def name_of(resource: Resource) -> str:
    """ "Type/id" as evidence is named; only the type where there is no id."""
    kind, identifier = resource.get("resourceType"), resource.get("id")
    kind = kind if isinstance(kind, str) else "resource"
    name = f"{kind}/{identifier}" if isinstance(identifier, str) and identifier else f"{kind} without id"
    return name if name.isprintable() else "".join(c if c.isprintable() else "�" for c in name)


def status_of(resource: Resource) -> str:
    """The status, trailing blanks and case tolerated."""
    status = resource.get("status")
    return status.strip().lower() if isinstance(status, str) else ""
