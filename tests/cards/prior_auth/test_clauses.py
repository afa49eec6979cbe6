"""The payer's criteria I–IV (source-001), and how a policy that cannot be used is refused."""

from itertools import product

import pytest

from cards.prior_auth.policy_file import POLICIES, PolicyError, load, med140
from cards.prior_auth.verdict import prior_auth
from cards.verdict import Verdict
from tests.cards.build import EMPTY, case, facts, order

NECESSARY, INVESTIGATIONAL, UNKNOWN = "may-be-medically-necessary", "investigational", "unknown"


def y90(tumor, **values):
    found = prior_auth(case(facts(tumor=tumor, **values), order("y90")))
    return found.decision, found.clause


def without(values, name):
    return {each: what for each, what in values.items() if each != name}


NET = {"unresectable": True, "liver_dominant": True, "diffuse": True, "symptomatic": True,
       "systemic_therapy_status": "failed-to-control-symptoms"}  # fmt: skip
CRC = {"unresectable": True, "liver_dominant": True, "progressive": True, "diffuse": True,
       "systemic_therapy_status": "failed"}  # fmt: skip
MELANOMA = {"unresectable": True, "liver_dominant": True, "progressive": True, "diffuse": True}
CLAUSES = {
    "I.B.1": ("hcc", {"unresectable": True}),
    "I.B.2": ("hcc", {"unresectable": False, "bridge_to_transplant": True}),
    "I.B.3.a": ("neuroendocrine-metastasis", NET),
    "I.B.3.b": ("colorectal-metastasis", CRC),
    "I.B.3.c": ("melanoma-metastasis", MELANOMA),
    "I.B.4": ("icc", {"unresectable": True}),
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_clause_that_is_met_decides(clause):
    tumor, values = CLAUSES[clause]
    assert y90(tumor, **values) == (NECESSARY, clause)


@pytest.mark.parametrize(("clause", "name"), [(c, n) for c, (_, values) in CLAUSES.items() for n in values])
def test_criterion_that_is_not_documented_leaves_it_open(clause, name):
    tumor, values = CLAUSES[clause]
    expected = (NECESSARY, clause) if (clause, name) == ("I.B.2", "unresectable") else (UNKNOWN, "")
    assert y90(tumor, **without(values, name)) == expected


@pytest.mark.parametrize(
    ("clause", "name"),
    [(c, n) for c, (t, values) in CLAUSES.items() for n in values if t != "hcc" and n != "systemic_therapy_status"],
)
def test_criterion_that_is_decided_false_is_investigational(clause, name):
    tumor, values = CLAUSES[clause]
    assert y90(tumor, **{**values, name: False}) == (INVESTIGATIONAL, "IV")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"unresectable": False, "bridge_to_transplant": False}, (INVESTIGATIONAL, "IV"), id="both false"),
        pytest.param({"unresectable": False}, (UNKNOWN, ""), id="bridge not stated"),
        pytest.param({"bridge_to_transplant": False}, (UNKNOWN, ""), id="resectability not stated"),
        pytest.param({"unresectable": True, "bridge_to_transplant": True}, (NECESSARY, "I.B.1"), id="both: the first"),
        pytest.param({"unresectable": (True, 91), "bridge_to_transplant": False}, (UNKNOWN, ""), id="too old"),
    ],
)
def test_hcc_is_investigational_only_when_both_of_its_clauses_are_decided_false(values, expected):
    assert y90("hcc", **values) == expected


@pytest.mark.parametrize(
    ("clause", "status", "expected"),
    [
        pytest.param(
            "I.B.3.a", "failed-to-control-symptoms", (NECESSARY, "I.B.3.a"), id="NET: failed to control symptoms"
        ),
        pytest.param("I.B.3.a", "not-candidate", (NECESSARY, "I.B.3.a"), id="NET: not a candidate"),
        pytest.param("I.B.3.a", "failed", (UNKNOWN, ""), id="NET: failed does not tell of symptoms"),
        pytest.param("I.B.3.a", "candidate", (INVESTIGATIONAL, "IV"), id="NET: a candidate"),
        pytest.param("I.B.3.b", "failed", (NECESSARY, "I.B.3.b"), id="colorectal: failed"),
        pytest.param("I.B.3.b", "not-candidate", (NECESSARY, "I.B.3.b"), id="colorectal: not a candidate"),
        pytest.param("I.B.3.b", "failed-to-control-symptoms", (UNKNOWN, ""), id="colorectal: symptoms do not tell"),
        pytest.param("I.B.3.b", "candidate", (INVESTIGATIONAL, "IV"), id="colorectal: a candidate"),
    ],
)
def test_failed_is_not_failed_to_control_symptoms(clause, status, expected):
    tumor, values = CLAUSES[clause]
    assert y90(tumor, **{**values, "systemic_therapy_status": status}) == expected


@pytest.mark.parametrize("tumor", ["other-metastasis", "other-primary"])
def test_other_tumors_are_investigational(tumor):
    assert y90(tumor, unresectable=True, liver_dominant=True, diffuse=True, progressive=True) == (INVESTIGATIONAL, "IV")


def test_unknown_tumor_leaves_every_clause_open():
    found = prior_auth(case(facts(tumor="unknown"), order("y90")))
    assert found.decision == UNKNOWN
    assert {f.verdict for f in found.findings if f.locator != "I.A"} == {Verdict.UNKNOWN}


def test_no_liver_tumor_stated_leaves_the_site_open():
    found = prior_auth(case(EMPTY, order("y90")))
    assert {f.locator: f.verdict for f in found.findings}["I.A"] is Verdict.UNKNOWN


@pytest.mark.parametrize("clause", CLAUSES)
def test_decision_is_open_exactly_where_completions_disagree(clause):
    tumor, values = CLAUSES[clause]
    rest = {n: what for n, what in values.items() if n == "systemic_therapy_status"}
    names = [*dict.fromkeys([*(n for n in values if n not in rest), "bridge_to_transplant"])]

    def decision(answers):
        return y90(tumor, **rest, **dict(zip(names, answers, strict=True)))[0]

    for told in product((True, False, None), repeat=len(names)):
        completed = {decision(each) for each in product(*((True, False) if t is None else (t,) for t in told))}
        assert decision(told) == (completed.pop() if len(completed) == 1 else UNKNOWN)


def test_melanoma_says_that_the_policys_summary_differs():
    said = prior_auth(case(facts(tumor="melanoma-metastasis"), order("y90"))).remarks
    assert any("diffuse and symptomatic" in remark for remark in said)
    assert len(prior_auth(case(facts(tumor="hcc"), order("y90"))).remarks) == 1


# TACE and bland embolization: any indication

TUMORS = ["hcc", "icc", "neuroendocrine-metastasis", "other-metastasis", "unknown", ""]


@pytest.mark.parametrize(("kind", "clause"), [("tace", "III"), ("tae", "II")])
@pytest.mark.parametrize("tumor", TUMORS)
@pytest.mark.parametrize(
    "values", [{}, {"unresectable": False, "systemic_therapy_status": "candidate", "bilirubin": 9.0}]
)
def test_tace_and_bland_embolization_are_never_not_met(kind, clause, tumor, values):
    found = prior_auth(case(facts(tumor=tumor, **values), order(kind)))
    assert (found.procedure, found.decision, found.clause) == (kind, NECESSARY, clause)
    assert [f.verdict for f in found.findings] == [Verdict.MET]


def test_without_an_order_tace_is_considered():
    assert prior_auth(case(facts())).clause == "III"


def test_37243_alone_leaves_the_procedure_open_and_still_lists_the_documents():
    found = prior_auth(case(facts(), order("embolization", code="37243")))
    assert (found.procedure, found.decision, found.findings) == ("", UNKNOWN, ())
    assert len(found.documentation) == 8
    assert "which is ordered is not told" in found.remarks[0]


def test_systemic_order_is_not_the_policys():
    assert prior_auth(case(facts(), order("systemic"))).decision == "not-applicable"


def test_contract_language_is_always_said():
    for kind in ("tace", "tae", "y90", "embolization"):
        assert "Contract language takes precedence over the policy." in prior_auth(case(facts(), order(kind))).remarks


# The policy as data


def test_clauses_are_those_of_the_policy():
    policy = med140()
    parts = {"I.B.3", "I.B.3.a.i", "I.B.3.a.ii", "I.B.3.b.i", "I.B.3.b.ii"}
    assert {c.id for c in policy.clauses} == {"I.A", *CLAUSES} | parts
    assert [c.id for c in policy.deciding("radioembolization")] == ["I.A", *CLAUSES]
    assert policy.any_indication == {"tace": "III", "tae": "II"}
    assert {name: o.clause for name, o in policy.otherwise.items()} == {"radioembolization": "IV"}
    assert (policy.dates, policy.payer, policy.authorization_codes) == ("", "", None)


WHOLE = (POLICIES / "med140.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param('key = "med140"', 'key = "med140', "policy.toml: ", id="not TOML"),
        pytest.param('key = "med140"', "", "key 'key' is missing", id="no key"),
        pytest.param('key = "med140"', 'key = " "', "key 'key' is empty", id="empty key"),
        pytest.param('key = "med140"', "key = 140", "key 'key' is not a text", id="key is no text"),
        pytest.param('key = "med140"', 'key = "med140"\ncolour = 1', "unknown key 'colour' in the policy", id="unknown key"),
        pytest.param('source = "source-001"', 'source = "source-009"', "unknown source 'source-009'", id="unknown source"),
        pytest.param('all = ["hcc", "unresectable"]', "", "clause I.B.1: no criterion", id="clause without criteria"),
        pytest.param('all = ["hcc", "unresectable"]', 'all = "hcc"', "clause I.B.1: key 'all' is not a list of texts",
                     id="criteria are a text"),
        pytest.param('all = ["hcc", "unresectable"]', 'anny = ["hcc"]', "clause I.B.1: unknown key 'anny'",
                     id="mistyped key of a clause"),
        pytest.param('all = ["hcc", "unresectable"]', "all = []", "clause I.B.1: no criterion",
                     id="clause with an empty list"),
        pytest.param('all = ["hcc", "unresectable"]', 'all = ["hcc", "unresectible"]',
                     "clause I.B.1: unknown predicate 'unresectible'", id="unknown predicate"),
        pytest.param('any = ["systemic_failed", ', 'any = ["systemic_fail", ', "unknown predicate 'systemic_fail'",
                     id="unknown predicate among alternatives"),
        pytest.param('all = ["hcc", "unresectable"]', 'none = ["hepatoma"]', "clause I.B.1: unknown predicate 'hepatoma'",
                     id="unknown predicate among exclusions"),
        pytest.param('all = ["hcc", "unresectable"]', 'all = ["clause I.B.9"]',
                     "clause I.B.1: refers to clause I.B.9, which is missing", id="missing clause"),
        pytest.param('all = ["unresectable"]', 'all = ["clause I.B.3.a"]',
                     "refers to itself (I.B.3 → I.B.3.a → I.B.3)", id="cycle"),
        pytest.param('all = ["unresectable"]', 'all = ["clause I.B.3"]',
                     "clause I.B.3: refers to itself (I.B.3 → I.B.3)", id="clause within itself"),
        pytest.param('id = "I.B.2"', 'id = "I.B.1"', "clause I.B.1: stands twice", id="clause twice"),
        pytest.param('id = "I.B.2"', 'id = ""', "a clause has no id", id="clause without id"),
        pytest.param('id = "I.B.4"\nprocedures = ["radioembolization"]', 'id = "I.B.4"',
                     "clause I.B.4: decides about no procedure, and no clause refers to it", id="clause without use"),
        pytest.param('evidence = "bridge"', 'evidence = "bridges"', "item 6: unknown evidence 'bridges'",
                     id="unknown evidence"),
        pytest.param('item = "6"', 'item = "5"', "item 5: stands twice", id="item twice"),
        pytest.param('evidence = "bridge"', "", "item 6: key 'evidence' is missing", id="item without evidence"),
        pytest.param('procedure = "tace"', 'procedure = "tase"', "clause III: unknown procedure 'tase'",
                     id="unknown procedure"),
        pytest.param('procedure = "tace"', 'procedure = "radioembolization"',
                     "clause III: radioembolization is for any indication, and other clauses", id="two kinds of clauses"),
        pytest.param('id = "I.B.4"\nprocedures = ["radioembolization"]', 'id = "I.B.4"\nprocedures = ["y-90"]',
                     "clause I.B.4: unknown procedure 'y-90'", id="unknown procedure of a clause"),
        pytest.param('decision = "investigational"', 'decision = "denied"', "clause IV: unknown decision 'denied'",
                     id="unknown decision"),
        pytest.param('codes = ["37242"', "codes = 37243 #", "key 'codes' is not a list of texts", id="codes are no list"),
        pytest.param('key = "med140"', 'key = "med140"\neffective_from = "2026"', "is not a date such as 2026-01-01",
                     id="date is a text"),
        pytest.param('key = "med140"', 'key = "med140"\neffective_from = 2026-01-02\neffective_to = 2026-01-01',
                     "effective_to is before effective_from", id="dates end before they begin"),
        pytest.param('key = "med140"', 'key = "med140"\nlink = [{label = "x", url = "javascript:x"}]',
                     "link 'x': a label and an https address", id="link that is no address"),
        pytest.param('[[any_indication]]\nprocedure = "tace"', '[any_indication]\nprocedure = "tace"',
                     "policy.toml: ", id="table instead of tables"),
    ],
)  # fmt: skip
def test_policy_that_cannot_be_used_is_one_clear_line(tmp_path, old, new, words):
    assert old in WHOLE
    file = tmp_path / "policy.toml"
    file.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load(file)
    message = str(refused.value)
    assert "Traceback" not in message
    assert message.startswith("policy.toml: ")
    assert words in message
    assert "\n" not in message


def test_policy_that_is_not_text_or_not_there_is_one_clear_line(tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes('key = "é"'.encode("latin-1"))
    for each in (file, tmp_path / "none.toml"):
        with pytest.raises(PolicyError, match=f"^{each.name}: "):
            load(each)


def test_procedure_without_any_clause_is_never_investigational(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(WHOLE.replace('[[any_indication]]\nprocedure = "tae"\nclause = "II"', ""), encoding="utf-8")
    assert prior_auth(case(facts(), order("tae")), load(file)).decision == UNKNOWN
