"""The form every liver score has."""

from cards.record import record


@record(frozen=True, slots=True)
class Score:
    """A score, known or bounded.

    low, high   lowest and highest possible result; None where it cannot be bounded
    missing     names of facts that would decide it
    notes       variants, assumptions and conversions that a reader must know
    """

    name: str
    low: float | None
    high: float | None
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        if self.low is None or self.high is None:
            return "unknown"
        return "known" if self.low == self.high else "bounded"

    @property
    def value(self) -> float | None:
        return self.low if self.status == "known" else None
