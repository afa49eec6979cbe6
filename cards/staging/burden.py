"""How much tumor there is: number and size of nodules, known or bounded, and the size-and-number rules."""

import math
from collections.abc import Callable
from functools import lru_cache

from cards.bounds import Bounds, bounds
from cards.current import State
from cards.facts import NOT_TOLD, Absent, Fact, LesionSize
from cards.record import record
from cards.verdict import Verdict, all_of, any_of, verdict_of
from cards.words import span

MILAN_SINGLE_MAX_CM, MILAN_EACH_MAX_CM, MILAN_MAX_NODULES = 5.0, 3.0, 3
UCSF_SINGLE_MAX_CM, UCSF_EACH_MAX_CM, UCSF_TOTAL_MAX_CM, UCSF_MAX_NODULES = 6.5, 4.5, 8.0, 3
UP_TO_SEVEN_MAX = 7.0
SIX, TWELVE = 6.0, 12.0
DOWNSTAGING_SINGLE_ABOVE_CM, DOWNSTAGING_SINGLE_MAX_CM = 5.0, 8.0
DOWNSTAGING_FEW, DOWNSTAGING_FEW_EACH_MAX_CM = 3, 5.0
DOWNSTAGING_MANY, DOWNSTAGING_MANY_EACH_MAX_CM = 5, 3.0
DOWNSTAGING_TOTAL_MAX_CM = 8.0
PRINTED_SINGLE_MIN_CM, PRINTED_SINGLE_MAX_CM = 5.0, 8.0  # as source-000 prints the same limits
PRINTED_FEW, PRINTED_FEW_ONE_MIN_CM, PRINTED_FEW_EACH_MAX_CM = 3, 3.0, 5.0
PRINTED_MANY, PRINTED_MANY_EACH_BELOW_CM = 5, 3.0
PRINTED_TOTAL_BELOW_CM = 8.0


@record(frozen=True, slots=True)
class Burden:
    """Nodules of today.

    count    lowest and highest possible number
    largest  lowest and highest possible largest diameter, cm
    total    lowest and highest possible sum of diameters, cm
    sizes    measured diameters, cm, largest first
    missing  names of facts that would settle number and size
    """

    count: Bounds
    largest: Bounds
    total: Bounds
    sizes: tuple[float, ...] = ()
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return _in_words(self.count, self.largest)


@lru_cache(maxsize=64)
def _in_words(count: Bounds, largest: Bounds) -> str:
    """Asked a dozen times for each patient."""
    if count.low == 0:
        return "number and size of nodules not documented"
    number = span(count.low, None if math.isinf(count.high) else count.high)
    nodules = "nodule" if count.high == 1 else "nodules"
    if largest.low == 0:
        return f"{number} {nodules}, size not documented"
    return f"{number} {nodules}, largest {span(largest.low, None if math.isinf(largest.high) else largest.high, 'cm')}"


def burden(state: State) -> Burden:
    """Number and size of nodules of today's imaging.

    Inputs
        nodule_count   as stated; else distinct lesions measured, when each names its lesion
        nodule_size    longest diameter of each measured lesion, cm
    Result
        the largest measured diameter is the size; when more nodules are stated than measured, the others can have any size
    Source
        bclc-2022 and the size rules count nodules and take the longest diameter
    """
    measured = sorted(state.sizes, key=lambda m: -float(m.size.value))
    sizes = tuple(bounds(m.size) for m in measured)
    count, missing, notes, count_evidence = _count(state, state.sizes)
    if not sizes or math.isinf(count.high) or len(sizes) < count.high:
        open_size = not sizes or len(sizes) < count.low or math.isinf(count.high)
        missing = (*missing, "nodule_size") if open_size else missing
    all_measured = bool(sizes) and len(sizes) >= count.high
    some_low = max((s.low for s in sizes), default=0.0)
    return Burden(
        count=count,
        largest=Bounds(some_low, max(s.high for s in sizes)) if all_measured else Bounds(some_low, math.inf),
        total=Bounds(sum(s.low for s in sizes), sum(s.high for s in sizes) if all_measured else math.inf),
        sizes=tuple(float(m.size.value) for m in measured),
        evidence=(*count_evidence, *(m.size.evidence for m in measured)),
        missing=tuple(dict.fromkeys(missing)),
        notes=(*notes, "size is given as a limit") if sizes and not sizes[0].known else notes,
    )


def _count(
    state: State, sizes: tuple[LesionSize, ...]
) -> tuple[Bounds, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Number of nodules with what is missing, notes and evidence."""
    stated = state.nodule_count
    told_apart = {m.lesion for m in sizes if m.lesion != NOT_TOLD}
    if isinstance(stated, Fact) and int(stated.value) > 0:
        number = int(stated.value)
        if len(told_apart) > number:
            note = f"{number} nodules stated, {len(told_apart)} measured: the larger number is used"
            return Bounds(len(told_apart), len(told_apart)), (), (note,), (stated.evidence,)
        return Bounds(number, number), (), (), (stated.evidence,)
    if isinstance(stated, Fact):
        return Bounds(0, math.inf), ("nodule_count",), ("0 nodules stated",), (stated.evidence,)
    one_study = len({m.size.when for m in sizes}) == 1
    if told_apart and one_study and len(told_apart) == len(sizes):
        note = f"{len(told_apart)} counted from the lesions measured in one study"
        return Bounds(len(told_apart), len(told_apart)), (), (note,), ()
    return Bounds(max(len(told_apart), 1 if sizes else 0), math.inf), ("nodule_count",), (), ()


def vascular_invasion(state: State) -> Verdict:
    """Invasion of portal vein, hepatic vein or vena cava: what size-and-number rules exclude."""
    portal = state.portal_vein_invasion
    hepatic = state.hepatic_vein_invasion
    in_portal = verdict_of(None if isinstance(portal, Absent) else portal.value != "none")
    # The hepatic vein is rarely stated when it is free: its silence does not leave a size rule open, its presence decides.
    in_hepatic = verdict_of(isinstance(hepatic, Fact) and hepatic.value is True)
    return any_of((in_portal, in_hepatic))


def spread(state: State) -> Verdict:
    """Extrahepatic spread."""
    known = state.extrahepatic_spread
    return verdict_of(None if isinstance(known, Absent) else bool(known.value))


def confined(state: State) -> Verdict:
    """No vascular invasion and no extrahepatic spread."""
    return all_of((~vascular_invasion(state), ~spread(state)))


def _at_ends(low: bool, high: bool) -> Verdict:
    """A rule that more or larger nodules can only break: inside at the high end, or outside already at the low end."""
    if high:
        return Verdict.MET
    return Verdict.UNKNOWN if low else Verdict.NOT_MET


def milan(b: Burden, state: State) -> Verdict:
    """Milan: one nodule up to 5 cm, or up to three each up to 3 cm, no invasion, no spread; limits inclusive.

    Source: aasld-2023-t4
    """
    return all_of((_size_in_milan(b), confined(state)))


def _size_in_milan(b: Burden) -> Verdict:
    return _at_ends(_in_milan(b.count.low, b.largest.low), _in_milan(b.count.high, b.largest.high))


def _in_milan(count: float, largest: float) -> bool:
    if count <= 1:
        return largest <= MILAN_SINGLE_MAX_CM
    return count <= MILAN_MAX_NODULES and largest <= MILAN_EACH_MAX_CM


def ucsf(b: Burden, state: State) -> Verdict:
    """UCSF: one nodule up to 6.5 cm, or up to three, the largest up to 4.5 cm, 8 cm in total. Source: ucsf."""
    inside = _at_ends(
        _in_ucsf(b.count.low, b.largest.low, b.total.low), _in_ucsf(b.count.high, b.largest.high, b.total.high)
    )
    return all_of((inside, confined(state)))


def _in_ucsf(count: float, largest: float, total: float) -> bool:
    if count <= 1:
        return largest <= UCSF_SINGLE_MAX_CM
    return count <= UCSF_MAX_NODULES and largest <= UCSF_EACH_MAX_CM and _cm(total) <= UCSF_TOTAL_MAX_CM


def up_to_seven(b: Burden, state: State) -> Verdict:
    """Up-to-seven: largest diameter in cm plus number of nodules at most 7, no vascular invasion; 7.0 is in.

    Source: mazzaferro-2009
    """
    low, high = _cm(b.count.low + b.largest.low), _cm(b.count.high + b.largest.high)
    return all_of((_at_ends(low <= UP_TO_SEVEN_MAX, high <= UP_TO_SEVEN_MAX), ~vascular_invasion(state)))


def six_and_twelve(b: Burden) -> str:
    """Largest diameter plus number: 1 up to 6, 2 up to 12, 3 above; "unknown" where it can be more than one.

    Source: wang-2019; the table prints "7–12", read as above 6
    """
    low, high = (
        _six_twelve_group(_cm(total)) for total in (b.count.low + b.largest.low, b.count.high + b.largest.high)
    )
    return str(low) if low == high else "unknown"


def _six_twelve_group(total: float) -> int:
    if total <= SIX:
        return 1
    return 2 if total <= TWELVE else 3


def unos_downstaging(b: Burden, state: State) -> str:
    """UNOS downstaging as published: one nodule above 5 and up to 8 cm; two or three each up to 5 cm, total up to 8;
    four or five each up to 3 cm, total up to 8; no invasion, no spread. Within Milan it does not apply.

    Source: aasld-2023-t4
    """
    return _downstaging(b, state, _in_unos)


def source_000_downstaging(b: Burden, state: State) -> str:
    """Downstaging as source 000 prints it: one nodule 5–8 cm; two or three, at least one 3–5 cm, total below 8;
    four or five, all below 3 cm, total below 8.

    Within Milan what it prints still counts (one nodule of 5.0 cm); what it does not print does not apply.

    Source: source-000; differs from the published rule at 3, 5 and 8 cm
    """
    return _downstaging(b, state, _in_source_000, unless_milan=False)


def _in_unos(count: int, sizes: tuple[float, ...]) -> bool:
    largest, total = sizes[0], _cm(sum(sizes))
    if count == 1:
        return DOWNSTAGING_SINGLE_ABOVE_CM < largest <= DOWNSTAGING_SINGLE_MAX_CM
    if count <= DOWNSTAGING_FEW:
        return largest <= DOWNSTAGING_FEW_EACH_MAX_CM and total <= DOWNSTAGING_TOTAL_MAX_CM
    few_enough = count <= DOWNSTAGING_MANY
    return few_enough and largest <= DOWNSTAGING_MANY_EACH_MAX_CM and total <= DOWNSTAGING_TOTAL_MAX_CM


def _in_source_000(count: int, sizes: tuple[float, ...]) -> bool:
    largest, total = sizes[0], _cm(sum(sizes))
    if count == 1:
        return PRINTED_SINGLE_MIN_CM <= largest <= PRINTED_SINGLE_MAX_CM
    if count <= PRINTED_FEW:
        one = any(PRINTED_FEW_ONE_MIN_CM <= s <= PRINTED_FEW_EACH_MAX_CM for s in sizes)
        return one and largest <= PRINTED_FEW_EACH_MAX_CM and total < PRINTED_TOTAL_BELOW_CM
    return count <= PRINTED_MANY and largest < PRINTED_MANY_EACH_BELOW_CM and total < PRINTED_TOTAL_BELOW_CM


def _downstaging(
    b: Burden, state: State, rule: Callable[[int, tuple[float, ...]], bool], unless_milan: bool = True
) -> str:
    exclusions = confined(state)
    in_milan = all_of((_size_in_milan(b), exclusions))
    if unless_milan and in_milan is Verdict.MET:
        return _WITHIN_MILAN
    too_many = b.count.low > max(DOWNSTAGING_MANY, PRINTED_MANY)
    too_large = max(_cm(b.total.low), b.largest.low) > max(DOWNSTAGING_SINGLE_MAX_CM, DOWNSTAGING_TOTAL_MAX_CM)
    too_much = too_many or too_large
    if exclusions is Verdict.NOT_MET or (too_much and in_milan is Verdict.NOT_MET):
        return "beyond"
    if not b.count.known or len(b.sizes) < b.count.low or not b.largest.known:
        return "unknown"
    if rule(int(b.count.low), b.sizes):
        return "unknown" if exclusions is Verdict.UNKNOWN else "within"
    return {Verdict.MET: _WITHIN_MILAN, Verdict.NOT_MET: "beyond", Verdict.UNKNOWN: "unknown"}[in_milan]


_WITHIN_MILAN = "not-applicable (within Milan)"


def _cm(total: float) -> float:
    """A sum of centimetres without the noise of binary fractions (1.1 + 2.2 + … is compared with 8.0)."""
    return total if math.isinf(total) else round(total, 6)
