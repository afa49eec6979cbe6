"""The edges of every limit: just below, at, just above, missing, too old; as the documents print the limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cards.combination.guidance import source_003_pitfall_child_pugh_b_or_c, source_003_systemic_precondition
from cards.combination.limits import child_pugh_at_most
from cards.eligibility.apart import values_apart
from cards.eligibility.cautions import (
    beyond_entry_rule,
    bilirubin_2_to_3,
    child_pugh_b7,
    creatinine_2_or_more,
    inr_beyond_puncture_limit,
    over_half_replaced,
    platelets_beyond_puncture_limit,
    tumor_10_cm_or_more,
)
from cards.eligibility.contraindications import (
    bilirubin_above_3,
    child_pugh_b8_or_worse,
    clinical_encephalopathy,
    massive_replacement_of_both_lobes,
)
from cards.eligibility.not_recommended import ecog_above_2
from cards.eligibility.y90_criteria import (
    acr_colorectal,
    acr_hcc,
    practice_parameter,
    therasphere_label,
    usual_candidate,
)
from cards.facts import Fact, LesionSize
from cards.liver.albi import albi_grade, modified_albi_grade
from cards.liver.child_pugh import child_pugh_class, cholestatic_total
from cards.liver.meld import meld3_score, meld_na_score, meld_score, meld_unrounded
from cards.refractoriness.advice import (
    ablation_of_residual_tumor,
    ramucirumab_by_afp,
    systemic_therapy_next,
    three_sessions_before_abandoning,
)
from cards.response.card import imaging_card
from cards.response.history import lesion_history
from cards.response.liver_course import art, liver_course
from cards.response.mrecist import mrecist
from cards.staging.bolondi import bolondi, substage
from cards.staging.burden import milan, six_and_twelve, source_000_downstaging, ucsf, unos_downstaging, up_to_seven
from cards.staging.hap import hap, mhap_ii
from cards.verdict import Verdict
from tests.cards.build import LESION, TODAY, ago, candidate, case, facts, liver, response, session
from tests.cards.refractoriness.course import FIRST, course, judged, step

MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"
Judge = Callable[[Any], object]


@dataclass(frozen=True)
class Edge:
    """One limit.

    limit     its key in cards.systems.LIMITS
    value     as the document prints it
    results   just below, at, just above it
    judge     the result for a value; for a fact also for None, (value, days ago) and a Fact as the reader makes it
    fact      the fact it is about: it is then also judged missing, too old and in its other units
    open      the result while that fact is missing or too old
    more      by how much the fact lies above the limit (a limit on a sum: minus the rest of it)
    why       why no fact is named
    """

    limit: str
    value: float
    results: tuple[object, object, object]
    judge: Judge
    step: float = 0.01
    fact: str = ""
    open: object = None
    more: float = 0
    why: str = ""

    @property
    def values(self) -> tuple[float, float, float]:
        """What is judged: just below, at, just above the limit."""
        at = self.value + self.more
        return tuple(round(v, 6) for v in (at - self.step, at, at + self.step))  # type: ignore[return-value]


def verdict(rule: Any, fact: str, **rest: Any) -> Judge:
    return lambda v: rule(case(candidate(**{**rest, fact: v}))).verdict.value


def points(item: str, fact: str) -> Judge:
    return lambda v: liver(**{fact: v}).points[item]


def nodules(judge: Callable[..., object], others: tuple[float, ...] = (), **rest: Any) -> Judge:
    """One nodule of the value among others of fixed size."""

    def of(size: Any) -> object:
        first = () if size is None else (LesionSize("segment-1", size) if isinstance(size, Fact) else size,)
        return judge(case(candidate(sizes=[*first, *others], nodule_count=len(others) + 1, **rest)))

    return of


def counted(judge: Callable[..., object], each_cm: float, first_cm: float | None = None) -> Judge:
    """As many nodules as the value, each of one size but the first; too old: so are the sizes."""

    def of(number: Any) -> object:
        n, days = number if isinstance(number, tuple) else (number, 10)
        sizes = [] if n is None else [(first_cm or each_cm, days), *[(each_cm, days)] * (int(n) - 1)]
        return judge(case(candidate(sizes=sizes, nodule_count=None if n is None else (int(n), days))))

    return of


def burden_of(rule: Any) -> Callable[..., object]:
    def judge(this: Any) -> object:
        found = rule(this.burden, this.state)
        return found.value if isinstance(found, Verdict) else found

    return judge


SCORED = {
    5: {}, 6: {"albumin": 3.0}, 7: {"albumin": 3.0, "bilirubin": 2.5}, 8: {"albumin": 3.0, "bilirubin": 2.5, "inr": 1.8},
    9: {"albumin": 3.0, "bilirubin": 2.5, "inr": 1.8, "ascites_grade": "mild"},
}  # fmt: skip


def of_score(rule: Any) -> Judge:
    """A patient of this Child-Pugh score; None: its INR is missing."""
    return lambda score: rule(case(candidate(**SCORED[int(score)])))


def cholestatic(bilirubin: Any) -> object:
    found = case(candidate(bilirubin=bilirubin))
    return cholestatic_total(found.child_pugh, found.state)


def scored(rule: Any, fact: str, **rest: Any) -> Judge:
    def judge(v: Any) -> object:
        this = case(
            facts(**{"albumin": 4.0, "bilirubin": 0.8, "afp": 10, "sizes": [4.0], "nodule_count": 1, **rest, fact: v})
        )
        found = rule(this.state, this.burden)
        return found.low, found.high

    return judge


def hap_size(v: Any) -> object:
    size = LesionSize("segment-1", v) if isinstance(v, Fact) else v
    return scored(hap, "sizes")([] if v is None else [size])


def hap_count(n: Any) -> object:
    number, days = n if isinstance(n, tuple) else (n, 10)
    return scored(mhap_ii, "sizes", nodule_count=None if number is None else (int(number), days))(
        [] if number is None else [(4.0, days)] * int(number)
    )


def hap_umol(v: float) -> object:
    return scored(hap, "bilirubin")(f"{v} umol/L")


def stages(this: Any) -> str:
    return "".join(this.bclc.candidates)


def by_tumor(this: Any) -> str:
    return "".join(this.bclc.by_tumor)


def of_ecog(judge: Callable[..., object], **rest: Any) -> Judge:
    return lambda v: judge(case(candidate(**rest, ecog=v if v is None or isinstance(v, tuple) else int(v))))


def pt_over_12(v: Any) -> object:
    return liver(pt=v, pt_control=12.0).points["inr"]


def measured_category(v: float) -> object:
    return mrecist(v, 100, 100)


def apart_from_imaging(days: float) -> object:
    """Whether a measurement so many days after a stated category is held against it."""
    treated = session(200, LESION)
    told = facts(sessions=[treated], responses=[response(treated, "PR", day=60)], sizes=[(5.0, 201, LESION)],
                 viable=[(5.0, 200 - 60 - int(days), LESION)])  # fmt: skip
    (found,) = lesion_history(told, LESION)
    return bool(found.disagreement)


def advised(rule: Any) -> Callable[[Any], object]:
    """The verdict of a statement about what follows failure, for so many failed sessions."""

    def of(v: float) -> object:
        patient = course(*["SD"] * int(v))
        found = rule(case(patient), judged(patient))
        return None if found is None else found.verdict.value

    return of


def ramucirumab(afp: Any) -> object:
    patient = course("SD", "SD", afp=afp)
    return ramucirumab_by_afp(case(patient), judged(patient)).verdict.value


def next_systemic(**values: Any) -> object:
    patient = course("SD", "SD", **{**SCORED_LIVER, "ecog": 0, **values})
    return systemic_therapy_next(case(patient), judged(patient)).verdict.value


SCORED_LIVER = {"bilirubin": 0.9, "albumin": 4.2, "inr": 1.0, "ascites_grade": "none", "encephalopathy_grade": 0}
A_SCORE = "a score: its items have their own rows"
A_FORMULA = "a bound inside a formula: a missing or old value bounds the score (test_meld, test_bounds_of_scores)"
DAYS = "days between two dates"
A_COUNT = "sessions are counted, they are history and do not age; a response not told leaves it open (test_definitions)"
SAME_VALUE = "the same value in the other unit: missing and too old stand with the limit in mg/dL"


def noted(v: Any) -> object:
    """Whether the other bilirubin limit is said."""
    this = case(facts(albumin=4.0, bilirubin=v, afp=10, sizes=[4.0], nodule_count=1))
    return bool(mhap_ii(this.state, this.burden).notes)


def albi_of(v: float) -> object:
    return albi_grade(v)


def days_after(v: float) -> object:
    """The response-imaging card so many days after the last TACE."""
    card = imaging_card(case(candidate(sessions=[session(int(v), LESION)])))
    return None if card is None else card.indicator


def response_on(v: float) -> object:
    """Whether a response on this day after the session counts, and whether it is called late."""
    treated = session(200, LESION)
    (found,) = lesion_history(facts(sessions=[treated], responses=[response(treated, "SD", day=int(v))]), LESION)
    return found.category != "", "late" in found.because


def art_days(v: float) -> object:
    this = facts(sessions=[session(ago(150)), session(ago(150 - int(v)))])
    return art(this, liver_course(this, TODAY)) is not None


def art_rise(percent: float) -> object:
    first = session(ago(120), LESION)
    after = 40 * (1 + percent / 100)
    this = candidate(
        sessions=[first, session(ago(60), LESION)], responses=[response(first, "PR")],
        **{name: [(what, 125), (what, 65)] for name, what in SAME.items()}, ast=[(40.0, 125), (after, 65)],
    )  # fmt: skip
    found = art(this, liver_course(this, TODAY))
    assert found is not None
    return found.value


SAME = {"bilirubin": 0.9, "albumin": 4.2, "inr": 1.0, "ascites_grade": "none", "encephalopathy_grade": 0}


def definition(code: str, make: Callable[[Any], Any]) -> Judge:
    return lambda v: judged(make(v)).definitions[code].value


def apart(days: Any) -> object:
    return bool(values_apart(case(candidate(bilirubin=(0.9, int(days)), albumin=(4.2, 0), inr=(1.0, 0), ascites_grade=("none", 0),
                                            encephalopathy_grade=(0, 0), creatinine=(1.0, 0)))))  # fmt: skip


def within_months(v: float) -> object:
    """The third of three sessions so many calendar months after the first, in days of 2026 (2 Feb to 2 Aug is six months)."""
    third = FIRST + timedelta(days=181 + round((v - 6) * 100))
    steps = (step("CR"), step("CR"), step("CR", when=third))
    return judged(course(*steps)).definitions["korean-002"].value


def afp_rise(percent: float) -> object:
    from tests.cards.refractoriness.course import AFTER, BEFORE, on

    made = course("PR", afp=on("afp", (100.0, BEFORE), (100.0 * (1 + percent / 100), AFTER)))
    return judged(made).definitions["ogasawara-afp-002"].value


ONE, TWO, THREE, ANY = (1, 1), (2, 2), (3, 3), (1, 3)
NA = "not-applicable (within Milan)"
CP, B, NO = "liver.child_pugh.", "staging.burden.", "eligibility.not_recommended."
C, X, Y = "eligibility.cautions.", "eligibility.contraindications.", "eligibility.y90_criteria."
BO, BC, H, R = "staging.bolondi.", "staging.bclc.", "staging.hap.", "refractoriness.definitions."
MELD, G, AD = "liver.meld.", "combination.", "refractoriness.advice."
SINGLE = {"unresectable": True}
CRC = {"tumor": "colorectal-metastasis", "liver_dominant": True, "unresectable": True}


def failures(code: str) -> Judge:
    return definition(code, lambda v: course(*["SD"] * int(v)))


def bolondi_of(this: Any) -> str:
    return " ".join(bolondi(this.state, this.child_pugh, this.burden, this.bclc).candidates)


A_CHANGE = (
    "a change between two measurements of the history, which do not age; a missing one gives no category (test_mrecist)"
)


def because_of(rule: Any, words: str, fact: str) -> Judge:
    return lambda v: words in rule(case(candidate(**{fact: v}))).because


EDGES = (
    # Child-Pugh
    Edge(CP + "BILIRUBIN_MIDDLE_MG_DL[0]", 2.0, (ONE, TWO, TWO), points("bilirubin", "bilirubin"), fact="bilirubin", open=ANY),
    Edge(CP + "BILIRUBIN_MIDDLE_MG_DL[1]", 3.0, (TWO, TWO, THREE), points("bilirubin", "bilirubin"), fact="bilirubin", open=ANY),
    Edge(CP + "BILIRUBIN_MIDDLE_UMOL_L[0]", 34.0, (ONE, TWO, TWO), lambda v: points("bilirubin", "bilirubin")(f"{v} umol/L"),
         why=SAME_VALUE),
    Edge(CP + "BILIRUBIN_MIDDLE_UMOL_L[1]", 51.0, (TWO, TWO, THREE), lambda v: points("bilirubin", "bilirubin")(f"{v} umol/L"),
         why=SAME_VALUE),
    Edge(CP + "BILIRUBIN_MIDDLE_CHOLESTATIC_MG_DL[0]", 4.0, ((5, 5), (6, 6), (6, 6)), cholestatic, fact="bilirubin", open=(5, 7)),
    Edge(CP + "BILIRUBIN_MIDDLE_CHOLESTATIC_MG_DL[1]", 10.0, ((6, 6), (6, 6), (7, 7)), cholestatic, fact="bilirubin",
         open=(5, 7)),
    Edge(CP + "ALBUMIN_MIDDLE_G_DL[0]", 2.8, (THREE, TWO, TWO), points("albumin", "albumin"), fact="albumin", open=ANY),
    Edge(CP + "ALBUMIN_MIDDLE_G_DL[1]", 3.5, (TWO, TWO, ONE), points("albumin", "albumin"), fact="albumin", open=ANY),
    Edge(CP + "INR_MIDDLE[0]", 1.7, (ONE, TWO, TWO), points("inr", "inr"), fact="inr", open=ANY),
    Edge(CP + "INR_MIDDLE[1]", 2.3, (TWO, TWO, THREE), points("inr", "inr"), fact="inr", open=ANY),
    Edge(CP + "PT_OVER_CONTROL_MIDDLE_S[0]", 4.0, (ONE, TWO, TWO), pt_over_12, fact="pt", open=ANY, more=12),
    Edge(CP + "PT_OVER_CONTROL_MIDDLE_S[1]", 6.0, (TWO, TWO, THREE), pt_over_12, fact="pt", open=ANY, more=12),
    Edge(CP + "ENCEPHALOPATHY_MIDDLE_MAX_GRADE", 2, (TWO, TWO, THREE), points("encephalopathy", "encephalopathy_grade"), 1,
         "encephalopathy_grade", ANY),
    Edge(CP + "CLASS_A_MAX", 6, ("A", "A", "B"), lambda v: child_pugh_class(int(v)), 1, why=A_SCORE),
    Edge(CP + "CLASS_B_MAX", 9, ("B", "B", "C"), lambda v: child_pugh_class(int(v)), 1, why=A_SCORE),
    Edge(X + "CHILD_PUGH_MIN", 8, (NOT_MET, MET, MET), of_score(lambda this: child_pugh_b8_or_worse(this).verdict.value), 1,
         why=A_SCORE),
    Edge(C + "CHILD_PUGH_B7", 7, (NOT_MET, MET, NOT_MET), of_score(lambda this: child_pugh_b7(this).verdict.value), 1,
         why=A_SCORE),
    # ALBI
    Edge("liver.albi.GRADE_1_MAX", -2.60, ("1", "1", "2"), albi_of, why=A_SCORE),
    Edge("liver.albi.GRADE_2_MAX", -1.39, ("2", "2", "3"), albi_of, why=A_SCORE),
    Edge("liver.albi.GRADE_2A_MAX", -2.27, ("2a", "2a", "2b"), modified_albi_grade, why=A_SCORE),
    # MELD: whether a value beyond the limit still moves the score
    Edge(MELD + "LAB_FLOOR", 1.0, (0, 0, 1), lambda v: int(meld_unrounded(v, 1, 1) > meld_unrounded(0.5, 1, 1)), why=A_FORMULA),
    Edge(MELD + "MELD_CREATININE_MAX_MG_DL", 4.0, (-1, 0, 0), lambda v: -int(meld_unrounded(1, 1, v) < meld_unrounded(1, 1, 9)),
         why=A_FORMULA),
    Edge(MELD + "MELD3_CREATININE_MAX_MG_DL", 3.0, (22, 23, 23), lambda v: meld3_score(2, 1.2, v, 137, 3.5, False), 0.2,
         why=A_FORMULA),
    Edge(MELD + "SODIUM_MIN", 125, (31, 31, 30), lambda v: meld_na_score(25, v), 1, why=A_FORMULA),
    Edge(MELD + "SODIUM_MAX", 137, (16, 15, 15), lambda v: meld_na_score(15, v), 1, why=A_FORMULA),
    Edge(MELD + "ALBUMIN_MIN_G_DL", 1.5, (10, 10, 9), lambda v: meld3_score(1, 1, 1, 137, v, False), 0.2, why=A_FORMULA),
    Edge(MELD + "ALBUMIN_MAX_G_DL", 3.5, (7, 6, 6), lambda v: meld3_score(1, 1, 1, 137, v, False), 0.3, why=A_FORMULA),
    Edge(MELD + "MELD_MIN", 6, (6, 6, 7), lambda v: meld3_score(1.0 if v <= 6 else 1.25, 1.0, 1.0, 137, 3.5, False), 1,
         why=A_FORMULA),
    Edge(MELD + "MELD_MAX", 40, (39, 40, 40), lambda v: meld_score(30.0, {39: 1.78, 40: 1.88, 41: 2.1}[int(v)], 4.0), 1,
         why=A_FORMULA),
    Edge(MELD + "SODIUM_TERM_ABOVE", 11, (10, 11, 23), lambda v: meld_na_score(int(v), 125), 1, why=A_FORMULA),
    Edge("response.liver_course.ART_WITHIN_DAYS", 90, (True, True, False), art_days, 1, why=DAYS),
    Edge("response.liver_course.ART_AST_RISE_PERCENT", 25, (0, 0, 4), art_rise, 0.1,
         why="a rise between two values, each of its session; missing ones bound it (test_liver_course)"),
    # ECOG
    Edge(NO + "ECOG_ABOVE", 2, (NOT_MET, NOT_MET, MET), verdict(ecog_above_2, "ecog"), 1, "ecog", UNKNOWN),
    Edge(BC + "ADVANCED_MIN_ECOG", 1, ("B", "C", "C"), of_ecog(stages), 1, "ecog", "BCD"),
    Edge(BC + "TERMINAL_MIN_ECOG", 3, ("C", "D", "D"), of_ecog(stages), 1, "ecog", "BCD"),
    Edge(BO + "B1_TO_B3_MAX_ECOG", 0, ("B1", "B1", "none"), lambda v: substage(7, True, int(v)), 1,
         why="no grade lies below 0: ECOG missing and too old stand with B4"),
    Edge(BO + "B4_MAX_ECOG", 1, ("B4", "B4", "none"), of_ecog(bolondi_of, **SCORED[8]), 1, "ecog", "B4 none"),
    Edge(BO + "B2_MAX_CHILD_PUGH", 6, ("B2", "B2", "B3"), lambda v: substage(int(v), False, 0), 1, why=A_SCORE),
    Edge(BO + "B4_MIN_CHILD_PUGH", 8, ("B3", "B4", "B4"), lambda v: substage(int(v), False, 0), 1, why=A_SCORE),
    Edge(BO + "B4_MAX_CHILD_PUGH", 9, ("B4", "B4", "none"), lambda v: substage(int(v), False, 0), 1, why=A_SCORE),
    # Size and number
    Edge(BC + "SINGLE_VERY_EARLY_MAX_CM", 2.0, ("0", "0", "A"), nodules(by_tumor), fact="nodule_size", open="0A"),
    Edge(BC + "EARLY_EACH_MAX_CM", 3.0, ("A", "A", "B"), nodules(by_tumor, (1.0,)), fact="nodule_size", open="AB"),
    Edge(BC + "EARLY_MAX_NODULES", 3, ("A", "A", "B"), counted(by_tumor, 1.0), 1, "nodule_count", "0AB"),
    Edge(BC + "OLDER_SINGLE_MAX_CM", 5.0, (0, 0, 1),
         nodules(lambda this: sum("older practice" in r for r in this.bclc.remarks)), fact="nodule_size", open=0),
    Edge(B + "MILAN_SINGLE_MAX_CM", 5.0, (MET, MET, NOT_MET), nodules(burden_of(milan)), fact="nodule_size", open=UNKNOWN),
    Edge(B + "MILAN_EACH_MAX_CM", 3.0, (MET, MET, NOT_MET), nodules(burden_of(milan), (1.0, 1.0)), fact="nodule_size",
         open=UNKNOWN),
    Edge(B + "MILAN_MAX_NODULES", 3, (MET, MET, NOT_MET), counted(burden_of(milan), 1.0), 1, "nodule_count", UNKNOWN),
    Edge(B + "UCSF_SINGLE_MAX_CM", 6.5, (MET, MET, NOT_MET), nodules(burden_of(ucsf)), fact="nodule_size", open=UNKNOWN),
    Edge(B + "UCSF_EACH_MAX_CM", 4.5, (MET, MET, NOT_MET), nodules(burden_of(ucsf), (1.0,)), fact="nodule_size", open=UNKNOWN),
    Edge(B + "UCSF_TOTAL_MAX_CM", 8.0, (MET, MET, NOT_MET), nodules(burden_of(ucsf), (4.0,)), fact="nodule_size", open=UNKNOWN,
         more=-4.0),
    Edge(B + "UCSF_MAX_NODULES", 3, (MET, MET, NOT_MET), counted(burden_of(ucsf), 1.0), 1, "nodule_count", UNKNOWN),
    Edge(B + "UP_TO_SEVEN_MAX", 7.0, (MET, MET, NOT_MET), nodules(burden_of(up_to_seven), (1.0,)), fact="nodule_size",
         open=UNKNOWN, more=-2),
    Edge(B + "SIX", 6.0, ("1", "1", "2"), nodules(lambda this: six_and_twelve(this.burden), (1.0,)), fact="nodule_size",
         open="unknown", more=-2),
    Edge(B + "TWELVE", 12.0, ("2", "2", "3"), nodules(lambda this: six_and_twelve(this.burden), (1.0,)), fact="nodule_size",
         open="unknown", more=-2),
    # Downstaging, as published and as source 000 prints it
    Edge(B + "DOWNSTAGING_SINGLE_ABOVE_CM", 5.0, (NA, NA, "within"), nodules(burden_of(unos_downstaging)), fact="nodule_size",
         open="unknown"),
    Edge(B + "DOWNSTAGING_SINGLE_MAX_CM", 8.0, ("within", "within", "beyond"), nodules(burden_of(unos_downstaging)),
         fact="nodule_size", open="unknown"),
    Edge(B + "DOWNSTAGING_FEW", 3, ("within", "within", "beyond"),
         counted(burden_of(unos_downstaging), 1.0, 4.0), 1, "nodule_count", "unknown"),
    Edge(B + "DOWNSTAGING_FEW_EACH_MAX_CM", 5.0, ("within", "within", "beyond"), nodules(burden_of(unos_downstaging), (2.0,)),
         fact="nodule_size", open="unknown"),
    Edge(B + "DOWNSTAGING_MANY", 5, ("within", "within", "beyond"), counted(burden_of(unos_downstaging), 1.0), 1, "nodule_count",
         "unknown"),
    Edge(B + "DOWNSTAGING_MANY_EACH_MAX_CM", 3.0, ("within", "within", "beyond"),
         nodules(burden_of(unos_downstaging), (1.0,) * 3), fact="nodule_size", open="unknown"),
    Edge(B + "DOWNSTAGING_TOTAL_MAX_CM", 8.0, ("within", "within", "beyond"),
         nodules(burden_of(unos_downstaging), (4.0,)), fact="nodule_size", open="unknown", more=-4.0),
    Edge(B + "PRINTED_SINGLE_MIN_CM", 5.0, (NA, "within", "within"), nodules(burden_of(source_000_downstaging)),
         fact="nodule_size", open="unknown"),
    Edge(B + "PRINTED_SINGLE_MAX_CM", 8.0, ("within", "within", "beyond"), nodules(burden_of(source_000_downstaging)),
         fact="nodule_size", open="unknown"),
    Edge(B + "PRINTED_FEW", 3, ("within", "within", "beyond"),
         counted(burden_of(source_000_downstaging), 1.0, 4.0), 1, "nodule_count", "unknown"),
    Edge(B + "PRINTED_FEW_ONE_MIN_CM", 3.0, (NA, "within", "within"), nodules(burden_of(source_000_downstaging), (2.0,)),
         fact="nodule_size", open="unknown"),
    Edge(B + "PRINTED_FEW_EACH_MAX_CM", 5.0, ("within", "within", "beyond"), nodules(burden_of(source_000_downstaging), (2.0,)),
         fact="nodule_size", open="unknown"),
    Edge(B + "PRINTED_MANY", 5, ("within", "within", "beyond"), counted(burden_of(source_000_downstaging), 1.0), 1,
         "nodule_count", "unknown"),
    Edge(B + "PRINTED_MANY_EACH_BELOW_CM", 3.0, ("within", "beyond", "beyond"),
         nodules(burden_of(source_000_downstaging), (1.0,) * 3), fact="nodule_size", open="unknown"),
    Edge(B + "PRINTED_TOTAL_BELOW_CM", 8.0, ("within", "beyond", "beyond"),
         nodules(burden_of(source_000_downstaging), (4.0,)), fact="nodule_size", open="unknown", more=-4.0),
    # HAP
    Edge(H + "ALBUMIN_BELOW_G_DL", 3.6, ((1, 1), (0, 0), (0, 0)), scored(hap, "albumin"), fact="albumin", open=(0, 1)),
    Edge(H + "BILIRUBIN_ABOVE_UMOL_L", 17.0, ((0, 0), (0, 0), (1, 1)), hap_umol,
         why="bilirubin in µmol/L; in mg/dL, missing and too old: test_hap"),
    Edge(H + "ABSTRACT_BILIRUBIN_ABOVE_MG_DL", 0.9, (False, False, True), noted, fact="bilirubin", open=False),
    Edge(H + "AFP_ABOVE_NG_ML", 400.0, ((0, 0), (0, 0), (1, 1)), scored(hap, "afp"), 1, "afp", (0, 1)),
    Edge(H + "SIZE_ABOVE_CM", 7.0, ((0, 0), (0, 0), (1, 1)), lambda v: hap_size(v), fact="nodule_size", open=(0, 1)),
    Edge(H + "MANY_FROM", 2, ((0, 0), (1, 1), (1, 1)), hap_count, 1, "nodule_count", (0, 2)),
    # Eligibility
    Edge(C + "ENTRY_MAX_NODULES", 3, (NOT_MET, NOT_MET, MET), counted(lambda this: beyond_entry_rule(this).verdict.value, 2.0), 1,
         "nodule_count", UNKNOWN),
    Edge(C + "ENTRY_SINGLE_BELOW_CM", 7.0, (NOT_MET, MET, MET), nodules(lambda this: beyond_entry_rule(this).verdict.value),
         fact="nodule_size", open=UNKNOWN),
    Edge(C + "BILIRUBIN_FROM_MG_DL", 2.0, (NOT_MET, MET, MET), verdict(bilirubin_2_to_3, "bilirubin"), fact="bilirubin",
         open=UNKNOWN),
    Edge(C + "BILIRUBIN_TO_MG_DL", 3.0, (MET, MET, NOT_MET), verdict(bilirubin_2_to_3, "bilirubin"), fact="bilirubin",
         open=UNKNOWN),
    Edge(X + "BILIRUBIN_ABOVE_MG_DL", 3.0, (NOT_MET, NOT_MET, MET), verdict(bilirubin_above_3, "bilirubin"), fact="bilirubin",
         open=UNKNOWN),
    Edge(C + "CREATININE_MIN_MG_DL", 2.0, (NOT_MET, MET, MET), verdict(creatinine_2_or_more, "creatinine"), fact="creatinine",
         open=UNKNOWN),
    Edge(X + "ENCEPHALOPATHY_MIN_GRADE", 2, (NOT_MET, MET, MET), verdict(clinical_encephalopathy, "encephalopathy_grade"), 1,
         "encephalopathy_grade", UNKNOWN),
    Edge(C + "INVOLVEMENT_ABOVE_PERCENT", 50.0, (NOT_MET, NOT_MET, MET),
         verdict(over_half_replaced, "liver_involvement_percent"), 1, "liver_involvement_percent", UNKNOWN),
    Edge(X + "INVOLVEMENT_ABOVE_PERCENT", 50.0, (NOT_MET, NOT_MET, MET),
         verdict(massive_replacement_of_both_lobes, "liver_involvement_percent", lobar_distribution="bilobar"), 1,
         "liver_involvement_percent", UNKNOWN),
    Edge(C + "TUMOR_MIN_CM", 10.0, (NOT_MET, MET, MET), nodules(lambda this: tumor_10_cm_or_more(this).verdict.value),
         fact="nodule_size", open=UNKNOWN),
    Edge(C + "INR_FEMORAL_BELOW", 1.8, (NOT_MET, MET, MET), verdict(inr_beyond_puncture_limit, "inr"), fact="inr", open=UNKNOWN),
    Edge(C + "INR_RADIAL_BELOW", 2.2, (False, True, True), because_of(inr_beyond_puncture_limit, "radial access too", "inr"),
         fact="inr", open=False),
    Edge(C + "PLATELETS_HIGH_RISK", 50.0, (MET, NOT_MET, NOT_MET), verdict(platelets_beyond_puncture_limit, "platelets"), 1,
         "platelets", UNKNOWN),
    Edge(C + "PLATELETS_LOW_RISK", 20.0, (True, False, False),
         because_of(platelets_beyond_puncture_limit, "low-risk access too", "platelets"), 1, "platelets", False),
    Edge("eligibility.apart.FAR_APART_DAYS", 30, (False, False, True), apart, 1, why=DAYS),
    # Radioembolization
    Edge(Y + "LABEL_MIN_CM", 1.0, (NOT_MET, MET, MET), nodules(lambda this: therasphere_label(this).verdict.value, **SINGLE),
         fact="nodule_size", open=UNKNOWN),
    Edge(Y + "LABEL_MAX_CM", 8.0, (MET, MET, NOT_MET), nodules(lambda this: therasphere_label(this).verdict.value, **SINGLE),
         fact="nodule_size", open=UNKNOWN),
    Edge(Y + "ACR_SMALL_BELOW_CM", 3.0, (MET, NOT_MET, NOT_MET), nodules(lambda this: acr_hcc(this).verdict.value),
         fact="nodule_size", open=UNKNOWN),
    Edge(Y + "ACR_HCC_CM", 5.0, (NOT_MET, MET, NOT_MET), nodules(lambda this: acr_hcc(this).verdict.value), fact="nodule_size",
         open=UNKNOWN),
    Edge(Y + "ACR_COLORECTAL_ABOVE_CM", 5.0, (NOT_MET, NOT_MET, MET),
         nodules(lambda this: acr_colorectal(this).verdict.value, (2.0,), **CRC), fact="nodule_size", open=UNKNOWN),
    Edge(Y + "PARAMETER_ECOG_MAX", 1, (False, False, True), because_of(practice_parameter, "Karnofsky", "ecog"), 1,
         "ecog", False),
    Edge(Y + "USUAL_ECOG_MAX", 2, (MET, MET, NOT_MET), verdict(usual_candidate, "ecog"), 1, "ecog", UNKNOWN),
    Edge(Y + "USUAL_HCC_ABOVE_CM", 3.0, (NOT_MET, NOT_MET, MET), nodules(lambda this: usual_candidate(this).verdict.value),
         fact="nodule_size", open=UNKNOWN),
    # Response and refractoriness
    Edge("response.card.DUE_FROM_DAY", 28, (None, "info", "info"), days_after, 1, why=DAYS),
    Edge("response.card.OVERDUE_AFTER_DAY", 42, ("info", "info", "warning"), days_after, 1, why=DAYS),
    Edge("response.history.COUNTS_FROM_DAY", 28, ((False, False), (True, False), (True, False)), response_on, 1, why=DAYS),
    Edge("response.history.LATE_AFTER_DAY", 92, ((True, False), (True, False), (True, True)), response_on, 1, why=DAYS),
    Edge("response.history.SAME_IMAGING_DAYS", 14, (True, True, False), apart_from_imaging, 1, why=DAYS),
    Edge("response.mrecist.FALL_PERCENT", 30.0, ("SD", "PR", "PR"), lambda v: measured_category(100 - v), why=A_CHANGE),
    Edge("response.mrecist.RISE_PERCENT", 20.0, ("SD", "PD", "PD"), lambda v: measured_category(100 + v), why=A_CHANGE),
    Edge(R + "VIABLE_ABOVE_PERCENT", 50.0, (NOT_MET, NOT_MET, MET),
         definition("jsh-lcsgj-2014", lambda v: course(step("SD", v), step("SD", v))), 0.1,
         why=A_COUNT),
    Edge(R + "WINDOW_MONTHS", 6, (MET, MET, NOT_MET), within_months, why=DAYS),
    Edge(R + "SESSIONS_IN_WINDOW", 3, (NOT_MET, MET, MET), definition("korean-002", lambda v: course(*["CR"] * int(v))), 1,
         why=A_COUNT),
    Edge(R + "AFP_RISE_PERCENT", 20.0, (NOT_MET, MET, MET), afp_rise, 0.1,
         why="a rise between two values of the history, which do not age; missing ones leave it open (test_definitions)"),
    Edge(R + "SAME_AREA_SESSIONS", 3, (NOT_MET, MET, MET), failures("iasl-002"), 1, why=A_COUNT),
    Edge(R + "EASL_SESSIONS", 2, (UNKNOWN, MET, MET), failures("easl-2025-quoted"), 1, why=A_COUNT),
    Edge(R + "STEPS_SESSIONS", 2, (NOT_MET, MET, MET), failures("source-003-steps"), 1, why=A_COUNT),
    Edge(R + "ZHANG_SESSIONS", 3, (NOT_MET, MET, MET), failures("zhang-2022-proposal"), 1, why=A_COUNT),
    Edge(R + "GEORGIADES_SESSIONS", 2, (NOT_MET, MET, MET), failures("georgiades-002"), 1, why=A_COUNT),
    Edge(AD + "FAILURES_OF_SEVERAL", 2, (None, UNKNOWN, UNKNOWN), advised(ablation_of_residual_tumor), 1, why=A_COUNT),
    Edge(AD + "SESSIONS_BEFORE_ABANDONING", 3, (MET, NOT_MET, NOT_MET), advised(three_sessions_before_abandoning), 1,
         why=A_COUNT),
    Edge(AD + "AFP_FOR_RAMUCIRUMAB", 400.0, (NOT_MET, MET, MET), ramucirumab, 1, "afp", UNKNOWN),
    Edge(AD + "ECOG_MAX", 1, (MET, MET, NOT_MET), lambda v: next_systemic(ecog=v), 1, "ecog", UNKNOWN),
    Edge(AD + "CHILD_PUGH_A_MAX", 6, (MET, MET, NOT_MET), lambda v: next_systemic(**SCORED[int(v)]), 1, why=A_SCORE),
    # Combination
    Edge(G + "guidance.ECOG_MAX", 1, (MET, MET, NOT_MET),
         lambda v: verdict(lambda this: source_003_systemic_precondition(this, ("sorafenib",)), "ecog")(
             v if v is None or isinstance(v, tuple) else int(v)), 1, "ecog", UNKNOWN),
    Edge(G + "limits.CHILD_PUGH_A_MAX", 6, (NOT_MET, NOT_MET, MET),
         of_score(lambda this: source_003_pitfall_child_pugh_b_or_c(this, ("sorafenib",)).verdict.value), 1, why=A_SCORE),
    Edge(G + "limits.CHILD_PUGH_B7", 7, (True, True, False),
         of_score(lambda this: "7 included" in source_003_pitfall_child_pugh_b_or_c(this, ("x",)).because
                  or child_pugh_at_most(this, 6) is Verdict.MET), 1, why=A_SCORE),
)  # fmt: skip
BY_LIMIT = {edge.limit: edge for edge in EDGES}
