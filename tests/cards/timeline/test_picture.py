"""The picture of the history: well formed, accessible, harmless, and no two texts of it overlap."""

import itertools
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cards.assess import assess
from cards.timeline.picture import timeline_svg
from cards.timeline.svg import FONT_PX, cut, width_of
from tests.cards.build import TODAY, response, session
from tests.cards.refractoriness.course import AFTER, BEFORE, FIRST, course, on, step

SVG = "{http://www.w3.org/2000/svg}"
LONG_NAME = "BodyStructure/a-lesion-with-a-name-longer-than-the-edge"


def liver(*dates):
    worse = range(len(dates))
    return {
        "bilirubin": [(0.8 + 0.4 * n, d) for n, d in zip(worse, dates, strict=True)],
        "albumin": [(4.2 - 0.2 * n, d) for n, d in zip(worse, dates, strict=True)],
        "inr": [(1.0, d) for d in dates],
        "ascites_grade": [("none", d) for d in dates],
        "encephalopathy_grade": [(0, d) for d in dates],
    }


def rising(*values, every=25):
    return on("afp", *((v, BEFORE + timedelta(days=every * n)) for n, v in enumerate(values)))


SIX = (step("PR", 30.0, gap=30), step("SD", 60.0, gap=30, on=("segment-8", LONG_NAME)), step("PD", 80.0, gap=30, day=20),
       step("CR", 0.0, gap=30), step("SD", 55.0, gap=30), step("PD", gap=30))  # fmt: skip
HISTORIES = {
    "one session, no AFP, no liver function": course("SD", afp=None),
    "two sessions": course("SD", "PR", **liver(BEFORE, FIRST + timedelta(50), AFTER)),
    "six sessions a month apart": course(
        *SIX, **liver(BEFORE, *(FIRST + timedelta(30 * n - 1) for n in range(1, 6)), AFTER),
        afp=rising(3.0, 8.0, 40.0, 300.0, 2500.0, 9000.0, 20000.0, 50000.0, 41000.0, 50000.0),
        portal_vein_invasion=on("portal_vein_invasion", ("none", BEFORE), ("vp2", AFTER)),
        extrahepatic_spread=on("extrahepatic_spread", (False, BEFORE), (True, AFTER)),
    ),
    "ten years": course(step("SD", when=date(2016, 3, 1)), step("CR", when=date(2019, 5, 1)),
                        step("SD", when=date(2026, 8, 1)), step("", when=date(2026, 8, 20)),
                        afp=on("afp", (0.5, date(2015, 1, 1)), ("<0.2", date(2019, 1, 1)), (90.0, AFTER)),
                        more=[session(date(2021, 1, 1), "segment-2", kind="y90")]),
    "today": course(step("", when=TODAY), afp=on("afp", (12.0, TODAY))),
    "AFP of zero": course("SD", afp=on("afp", (0.0, BEFORE), (0.0, AFTER))),
    "AFP in two units, and DCP": course("SD", afp_units=on("afp_units", (9.0, BEFORE), (12.0, AFTER)),
                                        dcp_units=on("dcp_units", (40.0, BEFORE), (900.0, AFTER))),
    "liver function bounded": course("SD", **{**liver(BEFORE, AFTER), "inr": None}),
    "nine lesions": course(*(step("SD", on=(f"segment-{n}",), about=f"segment-{n}", gap=14) for n in range(1, 10))),
    "seven lesions": course(*(step("SD", on=(f"segment-{n}",), about=f"segment-{n}", gap=14) for n in range(1, 8))),
    "bland": course("SD", more=[session(date(2026, 6, 1), "segment-8", kind="tae")]),
    "lesion not told": course(step("SD", on=()), step("SD", on=())),
}  # fmt: skip
every_history = pytest.mark.parametrize("patient", HISTORIES.values(), ids=HISTORIES)
widths = pytest.mark.parametrize("width", [320, 720])


def drawn(patient, **options):
    return timeline_svg(assess(patient, TODAY), **options)


def parsed(svg):
    return ElementTree.fromstring(svg)


def boxes(root):
    """Every text with the room it can take, estimated as the picture does."""
    for each in root.iter(f"{SVG}text"):
        x, y, wide = float(each.get("x")), float(each.get("y")), width_of(each.text)
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[each.get("text-anchor")]
        yield each.text, (left, y - FONT_PX, left + wide, y + 2)


def overlapping(root):
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes(root), 2)
        if a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1
    ]


def outside(root, width):
    height = float(root.get("height"))
    return [
        words
        for words, (left, top, right, bottom) in boxes(root)
        if left < -0.1 or right > width + 0.1 or top < -0.1 or bottom > height
    ]


@every_history
@widths
def test_no_two_texts_overlap_and_none_leaves_the_picture(patient, width):
    root = parsed(drawn(patient, width=width))
    assert overlapping(root) == []
    assert outside(root, width) == []


def test_overlap_is_found():
    svg = drawn(HISTORIES["two sessions"]).replace("</svg>", '<text x="0" y="16" text-anchor="start">over</text></svg>')
    assert overlapping(parsed(svg)) != []


@every_history
def test_picture_is_named_and_described(patient):
    root = parsed(drawn(patient, name="of-order-1"))
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root if each.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("aria-labelledby").split() == list(named)
    assert all(named.values())
    assert all(each.startswith("of-order-1-") for each in named)


def test_picture_has_a_name_of_its_own():
    assert parsed(drawn(HISTORIES["two sessions"])).get("aria-labelledby") == "timeline-title timeline-desc"


@every_history
def test_nothing_in_it_runs_or_is_fetched_and_its_text_takes_the_color_of_the_page(patient):
    root = parsed(drawn(patient))
    allowed = {f"{SVG}{name}" for name in ("svg", "title", "desc", "text", "line", "circle", "polyline")}
    assert {each.tag for each in root.iter()} <= allowed
    names = {name for each in root.iter() for name in each.attrib}
    assert [n for n in names if n.startswith("on") or n in ("style", "href", "src")] == []
    assert {each.get("fill") for each in root.iter(f"{SVG}text")} == {"currentColor"}


def test_text_of_the_record_is_escaped():
    lesion = 'BodyStructure/"><script>x</script>'
    svg = drawn(course(step("SD", on=(lesion,), about=lesion)))
    assert "<script" not in svg
    assert "<script" in "".join(parsed(svg).itertext())


def test_same_assessment_same_picture():
    assert drawn(HISTORIES["six sessions a month apart"]) == drawn(HISTORIES["six sessions a month apart"])


@pytest.mark.parametrize(
    "patient", [course(), course(more=[session(None, "segment-8")])], ids=["no session", "undated"]
)
def test_no_picture_without_a_dated_treatment(patient):
    assert drawn(patient) == ""


@pytest.mark.parametrize(
    ("patient", "said"),
    [
        pytest.param(course("SD", afp=None), "AFP: not documented", id="no AFP"),
        pytest.param(course("SD"), "Child-Pugh, ALBI: not known", id="no liver function"),
        pytest.param(course(""), "no response recorded", id="no response"),
        pytest.param(course(step("SD", day=20)), "SD (too early)", id="too early"),
        pytest.param(course(step("SD", day=100)), "SD (late)", id="late"),
        pytest.param(HISTORIES["nine lesions"], "3 more lesions: in the table", id="more lesions than rows"),
        pytest.param(HISTORIES["seven lesions"], "1 more lesion: in the table", id="one more"),
        pytest.param(HISTORIES["bland"], "TAE", id="bland embolization"),
        pytest.param(HISTORIES["ten years"], "Y-90", id="radioembolization"),
        pytest.param(HISTORIES["liver function bounded"], "5–7 (A or B)", id="Child-Pugh bounded"),
        pytest.param(HISTORIES["ten years"], "<0.2", id="a value below a limit"),
    ],
)
def test_what_is_said_in_the_picture(patient, said):
    assert said in [each.text for each in parsed(drawn(patient)).iter(f"{SVG}text")]


def test_value_below_a_limit_is_hollow():
    dots = [e for e in parsed(drawn(HISTORIES["ten years"])).iter(f"{SVG}circle") if e[0].text == "<0.2"]
    assert [e.get("fill") for e in dots] == ["none"]


def test_higher_afp_stands_higher_by_its_logarithm():
    svg = parsed(drawn(course("SD", afp=rising(1.0, 10.0, 100.0, 1000.0))))
    heights = [float(e.get("cy")) for v in ("1", "10", "100", "1,000") for e in svg.iter(f"{SVG}circle")
               if e[0].text == v and e.get("stroke") == "#2f7fd1"]  # fmt: skip
    steps = [a - b for a, b in itertools.pairwise(heights)]
    assert len(heights) == 4
    assert min(steps) > 0
    assert max(steps) - min(steps) < 0.2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    gaps=st.lists(st.integers(1, 900), min_size=1, max_size=7),
    afp=st.lists(st.floats(0, 1e7), max_size=12),
    width=st.integers(200, 1000),
    last=st.sampled_from(["CR", "PR", "SD", "PD", "NE"]),
)
@example(gaps=[30], afp=[2e7], width=320, last="SD")
def test_any_history_is_drawn_without_overlap(gaps, afp, width, last):
    when, treated = TODAY, []
    for gap in gaps:
        when -= timedelta(days=gap)
        treated.append(session(when, f"segment-{gap % 8 + 1}"))
    first = treated[-1].when
    values = on("afp", *((v, first + timedelta(days=n * 40)) for n, v in enumerate(afp)))
    patient = course(more=treated, responses=[response(t, last) for t in treated], afp=values or None)
    root = parsed(drawn(patient, width=width))
    assert overlapping(root) == []
    assert outside(root, max(width, 320)) == []


def test_text_is_cut_to_its_room():
    assert cut("segment 8", 200) == "segment 8"
    assert width_of(cut(LONG_NAME, 60)) <= 60
