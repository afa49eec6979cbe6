"""Every figure of the report, as tables of counts: from here on nothing is looked at but these."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from cards.facts import FACTS
from cards.prior_auth.policy_file import med140
from cards.record import record
from cards.refractoriness.definitions import CONTEXT, COUNTING, names
from service.cohort.patient.counted import TOPICS, Counts
from service.cohort.report import suppression

VERDICTS = ("contraindicated", "not-recommended", "indeterminate", "caution", "candidate", "not-applicable")
INDICATORS = ("critical", "warning", "info", "none")


@record(frozen=True, slots=True)
class Row:
    """One line of a table. of: what the share is of; None where there is no share, or it is withheld."""

    label: str
    number: int | None
    of: int | None = None
    note: str = ""

    @property
    def share(self) -> float | None:
        if self.number is None or not self.of:
            return None
        return self.number / self.of

    @property
    def percent(self) -> str:
        return "" if self.share is None else f"{100 * self.share:.1f}"

    @property
    def interval(self) -> str:
        """95 % (Wilson)."""
        if self.share is None or not self.of:
            return ""
        low, high = wilson(self.number or 0, self.of)
        return f"{100 * low:.1f}–{100 * high:.1f}"

    @property
    def shown(self) -> str:
        return "withheld" if self.number is None else str(self.number)


@record(frozen=True, slots=True)
class Table:
    """key: in the CSV; unit: what is counted; total: how many there are, None where withheld."""

    key: str
    title: str
    unit: str
    rows: tuple[Row, ...]
    total: int | None = None
    says: str = ""
    published: str = ""
    band: tuple[float, float] | None = None  # the published share, from and to
    picture: str = ""
    matrix: tuple[tuple[str, ...], ...] = ()


@record(frozen=True, slots=True)
class Section:
    title: str
    intro: str
    tables: tuple[Table, ...] = field(default=())


def wilson(number: int, of: int) -> tuple[float, float]:
    """95 % confidence interval of a share.

    >>> [round(end, 3) for end in wilson(10, 100)]
    [0.055, 0.174]
    """
    z, p = 1.959963984540054, number / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


class Tables:
    """Counts → sections. protect: small cells are withheld."""

    def __init__(self, counts: Counts, replay: bool, protect: bool = True) -> None:
        self.counts, self.replay, self.protect = counts, replay, protect
        self._linked: dict[str, suppression.Shown] = {}
        for group in (_OF_ORDERS, tuple(("definition", code) for code in COUNTING | CONTEXT)):
            cells = {"/".join(key): self._under(*key) for key in group}
            self._linked |= suppression.linked(cells) if protect else {}

    def sections(self) -> list[Section]:
        orders = "orders" if self.replay else "patients, as if TACE were considered on that day, or as drafted"
        return [
            Section("Alerts", f"What would have fired. Counted are {orders}.", (self._orders(), *self._cards(),
                    *self._verdicts())),
            Section("What is missing", "Facts that are not recorded, too old or not usable, and what they leave open.",
                    self._missing()),
            Section("Who the patients are", f"Counted are {orders}; not decided: the record leaves more than one open.",
                    self._stages()),
            Section("Refractory to TACE, by whose definition", "Ten definitions, each by its own name, on the last day "
                    "of the data.", self._definitions()),
            Section("TACE after a definition was met", self._after_intro(), self._after()),
            Section("After each TACE", "Counted are TACE sessions with a date.", self._quality()),
            Section("Downstaging", "Patients with HCC whose first TACE was within published downstaging criteria.",
                    self._downstaging()),
            Section("Documentation a payer asks for", "Policy of source 001, item by item; orders on record only.",
                    self._documents()),
        ]  # fmt: skip

    # Building blocks

    def _under(self, *key: str) -> dict[str, int]:
        """The last part of every key that begins so → its number."""
        found: Counter[str] = Counter()
        for each, number in self.counts.items():
            if len(each) == len(key) + 1 and each[:-1] == key:
                found[each[-1]] += number
        return dict(found)

    def _parts(
        self, key: Sequence[str], order: Iterable[str], labels: Mapping[str, str] | None = None
    ) -> tuple[Row, ...]:
        """A partition in a given order; what the order does not name comes after."""
        return self._rows(self._under(*key), order, labels, self._linked.get("/".join(key)))

    def _rows(
        self,
        cells: dict[str, int],
        order: Iterable[str],
        labels: Mapping[str, str] | None = None,
        shown: Mapping[str, int | None] | None = None,
    ) -> tuple[Row, ...]:
        shown = shown or self._shown(cells)
        of = suppression.total(cells, shown)
        wanted = dict.fromkeys((*order, *sorted(cells)))
        return tuple(Row((labels or {}).get(name, name), shown.get(name, 0), of) for name in wanted)

    def _shown(self, cells: Mapping[str, int]) -> Mapping[str, int | None]:
        return suppression.partition(cells) if self.protect else dict(cells)

    def _total(self, *key: str) -> int | None:
        cells = self._under(*key)
        return suppression.total(cells, self._linked.get("/".join(key)) or self._shown(cells))

    def _number(self, number: int) -> int | None:
        """A total that stands alone."""
        return None if self.protect and suppression.is_small(number) else number

    def _share(self, label: str, number: int, of: int, note: str = "") -> Row:
        shown = suppression.share(number, of) if self.protect else number
        return Row(label, shown, self._number(of), note)

    # The sections

    def _orders(self) -> Table:
        rows = self._parts(("order",), ("tace", "tae", "y90", "embolization", "systemic"), _KINDS)
        return Table("orders", "What was ordered" if self.replay else "What was asked about", "orders", rows,
                     self._total("order"))  # fmt: skip

    def _cards(self) -> list[Table]:
        tables = []
        for topic in TOPICS:
            if topic == "response-imaging" and self.replay:
                continue  # shown when a chart is opened, not when an order is signed
            rows = self._parts(("card", topic), INDICATORS, {"none": "no card"})
            tables.append(Table(f"cards:{topic}", f"Cards on {topic.replace('-', ' ')}", "orders", rows,
                                self._total("card", topic), picture="stack"))  # fmt: skip
        return tables

    def _verdicts(self) -> list[Table]:
        return [
            Table("verdict:eligibility", "Eligibility verdict", "orders", self._parts(("eligibility",), VERDICTS),
                  self._total("eligibility"), picture="bars"),
            Table("verdict:refractoriness", "Refractoriness verdict", "orders",
                  self._parts(("refractoriness",), ("met-by-all", "met-by-some", "not-met", "indeterminate",
                                                    "not-applicable")), self._total("refractoriness")),
            Table("verdict:combination", "Combination verdict", "orders",
                  self._parts(("combination",), ("concurrent", "sequential", "none", "not-applicable")),
                  self._total("combination")),
            Table("verdict:prior-authorization", "Prior authorization", "orders",
                  self._parts(("prior-auth",), ("may-be-medically-necessary", "investigational", "unknown",
                                                "not-applicable")), self._total("prior-auth")),
        ]  # fmt: skip

    def _missing(self) -> tuple[Table, ...]:
        tables = []
        for what in ("eligibility", "Child-Pugh class", "BCLC stage", "refractoriness"):
            of = self.counts[("open", what)]
            blocks = {k[1]: n for k, n in self.counts.items() if k[0] == "blocks" and k[2] == what}
            rows = []
            for name in sorted(blocks, key=lambda n: (-blocks[n], n)):
                shown = self._share(_fact(name), blocks[name], of)
                alone = self._share("", self.counts[("blocks-alone", name, what)], blocks[name])
                note = "" if shown.number is None else f"alone: {alone.shown}"
                rows.append(replace(shown, note=note))
            title = f"{what[0].upper()}{what[1:]} left open, and by what"
            tables.append(Table(f"missing:{what}", title, "orders left open", tuple(rows), self._number(of),
                                "Several can be missing at once. Alone: it is all that is missing.",
                                picture="bars" if what == "eligibility" else ""))  # fmt: skip
        return tuple(tables)

    def _stages(self) -> tuple[Table, ...]:
        wanted = (
            ("bclc", "BCLC stage", ("0", "A", "B", "C", "D", "not decided", "not HCC")),
            ("child-pugh", "Child-Pugh class", ("A", "B", "C", "not decided")),
            ("albi", "Modified ALBI grade", ("1", "2a", "2b", "3", "not decided")),
        )
        return tuple(
            Table(key, title, "orders", self._parts((key,), order), self._total(key), picture="bars")
            for key, title, order in wanted
        )

    def _definitions(self) -> tuple[Table, ...]:
        of = self.counts[("patient-with-tace",)]
        met = {code: self._parts(("definition", code), _THREE) for code in COUNTING | CONTEXT}
        rows = tuple(
            Row(f"{names([code])}: {part.label}", part.number, part.of, "context" if code in CONTEXT else "")
            for code, parts in met.items() for part in parts
        )  # fmt: skip
        shown = {code: met[code][0].number for code in COUNTING}
        matrix = tuple((names([one]), *(self._both(one, other, shown) for other in COUNTING)) for one in COUNTING)
        shown_of = self._number(of)
        return (
            Table("definitions", "Each definition at the end of the data", "patients with TACE", rows, shown_of,
                  picture="definitions", matrix=(("", *_THREE), *self._by_verdict(met))),
            Table("overlap", "How many meet both", "patients with TACE", (), shown_of,
                  "Row and column: both met; on the diagonal: met at all.",
                  matrix=(("", *(names([c]) for c in COUNTING)), *matrix)),
            Table("disagreement", "Do the definitions that decide agree?", "patients with TACE",
                  self._parts(("definitions",), ("agree", "differ", "all open")), shown_of),
        )  # fmt: skip

    def _by_verdict(self, met: Mapping[str, Sequence[Row]]) -> tuple[tuple[str, ...], ...]:
        context = dict.fromkeys(CONTEXT, " (context)")
        return tuple((names([c]) + context.get(c, ""), *(part.shown for part in parts)) for c, parts in met.items())

    def _both(self, one: str, other: str, shown: Mapping[str, int | None]) -> str:
        if one == other:
            number = shown[one]
        else:
            both = self.counts[("both", one, other)] + self.counts[("both", other, one)]
            number = suppression.overlap(both, shown[one], shown[other]) if self.protect else both
        return "withheld" if number is None else str(number)

    def _after_intro(self) -> str:
        if not self.replay:
            return "Not asked: run with --replay, which asks what each definition said on the day of each TACE."
        return "Counted are TACE sessions after an earlier one: what each definition said on that day."

    def _after(self) -> tuple[Table, ...]:
        if not self.replay:
            return ()
        of = self.counts[("tace-done", "after an earlier one")]
        anywhere, treated = [], []
        for code in COUNTING | CONTEXT:
            anywhere.append(self._share(names([code]), self.counts[("tace-while", code, "met")], of))
            cells = self._under("tace-of-lesion-while", code)
            treated.append(self._share(names([code]), cells.get("met", 0), sum(cells.values())))
        shown = self._number(of)
        return (
            Table("tace-while-met", "TACE while the definition was met for some lesion", "repeated TACE sessions",
                  tuple(anywhere), shown, picture="bars"),
            Table("tace-of-refractory-lesion", "TACE of a lesion that met the definition", "sessions whose lesion is told",
                  tuple(treated), None),
        )  # fmt: skip

    def _quality(self) -> tuple[Table, ...]:
        imaging = self._under("imaging")
        recent = imaging.pop("too recent", 0)
        rows = self._rows(imaging, _IMAGING)
        shown_recent = self._number(recent)
        success = self._under("technical-success")
        told = success.get("yes", 0) + success.get("no", 0)
        return (
            Table("response-imaging", "First response imaging that counts", "sessions", rows,
                  rows[0].of, f"Left out: {_some(shown_recent)} sessions too recent to tell.",
                  "Source 003, step 3: 4–6 weeks; JSH: 1–3 months (day 28 to 92)", picture="bars"),
            self._deterioration("child-pugh", "Child-Pugh class A before, afterwards", "ABC", "A becomes B in 9–14 %",
                                (0.09, 0.14)),
            self._deterioration("albi", "ALBI grade 1 before, afterwards", "123", "grade 1 becomes 2 in 18–21 %",
                                (0.18, 0.21)),
            Table("technical-success", "Technical success, where recorded", "sessions with a record",
                  (self._share("technical success", success.get("yes", 0), told),), self._number(told),
                  f"Recorded for {self._recorded(told, success)} of the sessions.",
                  "Source 000: at least 98 % (Society of Interventional Radiology)", (0.98, 1.0), picture="rate"),
        )  # fmt: skip

    def _recorded(self, told: int, success: Mapping[str, int]) -> str:
        row = self._share("", told, sum(success.values()))
        return f"{row.percent} %" if row.percent else "a withheld share"

    def _deterioration(self, key: str, title: str, grades: str, says: str, band: tuple[float, float]) -> Table:
        cells = self._under(f"{key}-after", grades[0])
        open_ = cells.pop("unknown", 0)
        rows = self._rows({grade: cells.get(grade, 0) for grade in grades}, grades)
        left_out = _some(self._number(open_))
        return Table(f"after-tace:{key}", title, "sessions known before and after", rows, rows[0].of,
                     f"After recovery (day 29 to 90, or the next session). Left out: {left_out} without a value then.",
                     f"Source 003: {says}", band, picture="rate")  # fmt: skip

    def _downstaging(self) -> tuple[Table, ...]:
        published = {
            "unos": "Source 000: 21 of 30 by any minimally invasive method (Yao); 34 of 62 in another study",
            "source-000": "Source 000: 21 of 30 (Yao), by whichever minimally invasive method was best",
        }
        labels = {"yes": "came within Milan", "no": "stayed beyond Milan", "unknown": "not known"}
        tables = []
        for key, title in (
            ("unos", "Criteria as published (UNOS)"),
            ("source-000", "Criteria as source 000 prints them"),
        ):
            rows = self._parts(("downstaging", key), labels, labels)
            of = sum(self._under("downstaging", key).values())
            more = self._share("transplanted", self.counts[("downstaging-transplanted", key)], of, "of all of them")
            tables.append(Table(f"downstaging:{key}", title, "patients", (*rows, more), self._total("downstaging", key),
                                published=published[key]))  # fmt: skip
        return tuple(tables)

    def _documents(self) -> tuple[Table, ...]:
        rows = []
        for item in med140().documentation:
            cells = self._under("document", item.item)
            needed = cells.get("present", 0) + cells.get("missing", 0)
            rows.append(self._share(f"{item.item} {item.label}", cells.get("present", 0), needed))
        whole = self._parts(("documents",), ("complete", "incomplete"))
        return (
            Table("documentation", "Documented, where it is asked for", "orders that need it", tuple(rows), None,
                  picture="bars"),
            Table("documentation-complete", "All items together", "orders", whole, self._total("documents")),
        )  # fmt: skip


def _some(number: int | None) -> str:
    return "some" if number is None else str(number)


_OF_ORDERS = (("order",), *(("card", topic) for topic in TOPICS), ("eligibility",), ("refractoriness",), ("combination",),
              ("prior-auth",), ("bclc",), ("child-pugh",), ("albi",))  # fmt: skip
_KINDS = {"tace": "TACE", "tae": "bland embolization", "y90": "Y-90", "embolization": "embolization, kind not told",
          "systemic": "systemic therapy"}  # fmt: skip
_THREE = ("met", "not-met", "unknown")
_IMAGING = ("week 4 to 6", "later, up to day 92", "after day 92", "only before day 28", "none")


def _fact(name: str) -> str:
    return FACTS[name].label if name in FACTS else name.replace("_", " ")
