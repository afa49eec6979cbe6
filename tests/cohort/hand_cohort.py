"""The twelve patients of test_hand_checked."""

from datetime import date

from service.cohort.simulate.resources import LOINC, OWN, Json, Record
from tests.cohort.build import record, whole

ORDERED, TREATED, LOOKED = date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 5)
BASE = ((8, 4.0), (5, 3.0), (6, 2.0))


def patient(number: int, nodules: tuple[tuple[int, float], ...] = BASE) -> tuple[Record, list[str]]:
    """A patient with HCC and its lesions."""
    made = record(f"p{number:02d}")
    made.tumor("hcc", date(2026, 2, 20))
    return made, [made.lesion(segment) for segment, _ in nodules]


def liver(made: Record, day: date, bilirubin: float = 0.8, albumin: float = 4.2, inr: float | None = 1.0) -> None:
    made.laboratory("bilirubin", bilirubin, day)
    made.laboratory("albumin", albumin, day)
    if inr is not None:
        made.laboratory("inr", inr, day)
    made.word("ascites-grade", "none", day)
    made.whole(OWN, "encephalopathy-grade", 0, day)


def imaging(made: Record, lesions: list[str], day: date, nodules: tuple[tuple[int, float], ...] = BASE,
            invasion: str = "none", spread: bool = False) -> None:  # fmt: skip
    for lesion, (segment, size) in zip(lesions, nodules, strict=True):
        made.size(lesion, segment, size, day)
    made.whole(OWN, "nodule-count", len(nodules), day)
    made.word("portal-vein-invasion", invasion, day)
    made.yes_no("extrahepatic-spread", spread, day)
    made.word("portal-flow", "preserved", day)
    made.word("growth-pattern", "nodular", day)
    made.yes_no("selective-access", True, day)


def work_up(made: Record, lesions: list[str], day: date = LOOKED, inr: float | None = 1.0, **seen: object) -> None:
    liver(made, day, inr=inr)
    made.laboratory("creatinine", 0.9, day)
    made.whole(LOINC, "89247-1", 0, day)
    imaging(made, lesions, day, **seen)  # type: ignore[arg-type]


def response(made: Record, lesion: str, word: str, day: date) -> None:
    made.word("mrecist-response", word, day, focus=[{"reference": lesion}])


def cohort() -> list[Json]:
    return [r for made in _patients() for r in whole(made)]


def _patients() -> list[Record]:
    patients = []

    made, lesions = patient(1)  # everything recorded, ordered, not treated
    work_up(made, lesions)
    for code, value in (("unresectable", True), ("bridge-to-transplant", False), ("liver-dominant", True),
                        ("progressive", False), ("diffuse", False)):  # fmt: skip
        made.yes_no(code, value, LOOKED)
    made.word("systemic-therapy-status", "not-candidate", LOOKED)
    made.order(ORDERED, lesions[:1], ", superselective, doxorubicin-eluting beads")
    patients.append(made)

    made, lesions = patient(2)  # treated, succeeded, PR on day 35, liver unchanged on day 39
    work_up(made, lesions)
    session = made.procedure("441525007", TREATED, lesions[:1], made.order(ORDERED, lesions[:1], ""))
    made.yes_no("technical-success", True, TREATED, partOf=[{"reference": session}])
    response(made, lesions[0], "PR", date(2026, 4, 16))
    liver(made, date(2026, 4, 20))
    patients.append(made)

    made, lesions = patient(3)  # treated, failed, SD on day 60, liver worse on day 39
    work_up(made, lesions)
    session = made.procedure("441525007", TREATED, lesions[:1], made.order(ORDERED, lesions[:1], ""))
    made.yes_no("technical-success", False, TREATED, partOf=[{"reference": session}])
    liver(made, date(2026, 4, 20), bilirubin=2.5, albumin=3.2)
    response(made, lesions[0], "SD", date(2026, 5, 11))
    patients.append(made)

    made, lesions = patient(4)  # treated, nothing since
    work_up(made, lesions)
    made.procedure("441525007", TREATED, lesions[:1], made.order(ORDERED, lesions[:1], ""))
    patients.append(made)

    made, lesions = patient(5)  # treated 32 days before the end
    work_up(made, lesions, date(2026, 10, 10))
    made.procedure("441525007", date(2026, 10, 20), lesions[:1], made.order(date(2026, 10, 15), lesions[:1], ""))
    patients.append(made)

    made, lesions = patient(6)  # main portal trunk
    work_up(made, lesions, invasion="vp4")
    made.order(ORDERED, lesions[:1], "")
    patients.append(made)

    made, lesions = patient(7)  # extrahepatic spread
    work_up(made, lesions, spread=True)
    made.order(ORDERED, lesions[:1], "")
    patients.append(made)

    made, lesions = patient(8)  # no INR
    work_up(made, lesions, inr=None)
    made.order(ORDERED, lesions[:1], "")
    patients.append(made)

    made, lesions = patient(9)  # SD, SD, and a third order
    work_up(made, lesions)
    made.procedure("441525007", TREATED, lesions[:1], made.order(ORDERED, lesions[:1], ""))
    response(made, lesions[0], "SD", date(2026, 4, 16))
    work_up(made, lesions, date(2026, 4, 24))
    made.procedure("441525007", date(2026, 5, 5), lesions[:1], made.order(date(2026, 4, 28), lesions[:1], ""))
    response(made, lesions[0], "SD", date(2026, 6, 9))
    work_up(made, lesions, date(2026, 6, 15))
    made.order(date(2026, 6, 20), lesions[:1], "")
    patients.append(made)

    made, _ = patient(10)  # systemic therapy, nothing else recorded
    made.drug("lenvatinib", date(2026, 5, 1), None)
    patients.append(made)

    single = ((8, 6.0),)
    made, lesions = patient(11, single)  # 6.0 cm becomes 4.5 cm
    work_up(made, lesions, nodules=single)
    made.procedure("441525007", TREATED, lesions, made.order(ORDERED, lesions, ""))
    response(made, lesions[0], "PR", date(2026, 4, 16))
    imaging(made, lesions, date(2026, 4, 16), nodules=((8, 4.5),))
    patients.append(made)

    made = record("p12")  # no liver tumor
    made.laboratory("bilirubin", 0.5, LOOKED)
    patients.append(made)
    return patients
