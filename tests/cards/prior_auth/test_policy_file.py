"""A policy file is read whole, and one that cannot be used is refused in one line that names file, clause and cause."""

from datetime import date

import pytest

from cards.prior_auth.policy import Clause, Item, Otherwise, Policy
from cards.prior_auth.policy_file import PolicyError, load

FULL = """
key = " own "
name = "LIV-1"
payer = "Plan"
title = "Embolization"
source = "source-001"
contract_language = "The contract governs."
effective_from = 2026-01-01
effective_to = 2026-01-01
codes = ["37243", "79445"]
authorization_codes = ["37243"]

[[link]]
label = "LIV-1"
url = "https://plan.example.org/liv-1"

[[any_indication]]
procedure = "tae"
clause = "A.0"

[[clause]]
id = "A.1"
procedures = ["tace"]
all = ["hcc", "clause B.1"]
any = ["unresectable", "bridge_to_transplant"]
none = ["ascites"]
remark = "Once a year."

[[clause]]
id = "A.2"
procedures = ["tace"]
decision = "investigational"
all = ["clause B.1"]

[[clause]]
id = "B.1"
all = ["ecog_0_or_1"]

[[otherwise]]
procedures = ["tace"]
clause = "C.9"

[[otherwise]]
procedures = ["radioembolization"]
clause = "C.10"
decision = "not-medically-necessary"
reminder = "A notice is asked for."

[[documentation]]
item = "D1"
label = "tumor type, told"
short = "tumor type"
evidence = "tumor_type"
procedures = ["tace"]
hint = "a pathology report"

[[expected]]
item = "E1"
label = "imaging"
evidence = "imaging_report"
"""
POLICY = Policy(
    key="own",
    name="LIV-1",
    title="Embolization",
    contract_language="The contract governs.",
    codes=("37243", "79445"),
    any_indication={"tae": "A.0"},
    clauses=(
        Clause("A.1", ("tace",), ("hcc", "clause B.1"), ("unresectable", "bridge_to_transplant"), ("ascites",),
               "may-be-medically-necessary", "Once a year."),
        Clause("A.2", ("tace",), ("clause B.1",), decision="investigational"),
        Clause("B.1", (), ("ecog_0_or_1",)),
    ),
    otherwise={
        "tace": Otherwise("C.9", "investigational"),
        "radioembolization": Otherwise("C.10", "not-medically-necessary", "A notice is asked for."),
    },
    documentation=(Item("D1", "tumor type, told", "tumor_type", ("tace",), "a pathology report", "tumor type"),),
    expected=(Item("E1", "imaging", "imaging_report", short="imaging"),),
    payer="Plan",
    source="source-001",
    effective_from=date(2026, 1, 1),
    effective_to=date(2026, 1, 1),
    authorization_codes=("37243",),
    links=(("LIV-1", "https://plan.example.org/liv-1"),),
)  # fmt: skip
LEAST = """
key = "own"
name = "LIV-1"
title = "Embolization"
contract_language = ""
codes = []
documentation = []

[[any_indication]]
procedure = "tace"
clause = "A.0"
"""
# what is replaced by what → what is said; None: it is read
WRONG = {
    "no key": (('key = " own "\n', ""), "key 'key' is missing"),
    "no name": (('name = "LIV-1"\n', ""), "key 'name' is missing"),
    "no title": (('title = "Embolization"\n', ""), "key 'title' is missing"),
    "no contract language": (('contract_language = "The contract governs."\n', ""), "key 'contract_language' is missing"),
    "no codes": (('codes = ["37243", "79445"]\n', ""), "key 'codes' is missing"),
    "no documents": (("[[documentation]]", "[[expected]]"), "key 'documentation' is missing"),
    "empty key": ((" own ", " "), "key 'key' is empty"),
    "empty name": (('name = "LIV-1"', 'name = ""'), "key 'name' is empty"),
    "empty title": (('title = "Embolization"', 'title = " "'), "key 'title' is empty"),
    "unknown key": (('payer = "Plan"', 'player = "Plan"'), "unknown key 'player' in the policy"),
    "name that is no text": (('name = "LIV-1"', "name = 1"), "key 'name' is not a text"),
    "codes that are no list": (('codes = ["37243", "79445"]', 'codes = "37243"'), "key 'codes' is not a list of texts"),
    "codes that are numbers": (('codes = ["37243", "79445"]', 'codes = ["a", 37243]'), "key 'codes' is not a list of texts"),
    "date in words": (("effective_from = 2026-01-01", 'effective_from = "2026"'),
                      "key 'effective_from' is not a date such as 2026-01-01"),
    "date with a time": (("effective_to = 2026-01-01", "effective_to = 2026-01-01T00:00:00"),
                         "key 'effective_to' is not a date such as 2026-01-01"),
    "ends before it begins": (("effective_to = 2026-01-01", "effective_to = 2025-12-31"),
                              "effective_to is before effective_from"),
    "unknown source": (('"source-001"', '"source-9"'), "unknown source 'source-9'"),
    "link by http": (("https://", "http://"), "link 'LIV-1': a label and an https address are needed"),
    "link without a label": (('label = "LIV-1"', 'label = ""'), "link '': a label and an https address are needed"),
    "one link, no list": (("[[link]]", "[link]"), "'link' is not written as [[link]]"),
    "links that are texts": (('[[link]]\nlabel = "LIV-1"\nurl = "https://plan.example.org/liv-1"\n', 'link = ["LIV-1"]\n'),
                             "'link' is not written as [[link]]"),
    "any indication with more": (('clause = "A.0"', 'clause = "A.0"\nany = ["hcc"]'), "unknown key 'any' in any_indication"),
    "any indication of what": (('procedure = "tae"', 'procedure = "rfa"'), "clause A.0: unknown procedure 'rfa'"),
    "any indication and a clause": (('procedure = "tae"', 'procedure = "tace"'),
                                    "clause A.0: tace is for any indication, and other clauses decide about it too"),
    "any indication and otherwise": (
        ('procedure = "tae"', 'procedure = "radioembolization"'),
        "clause A.0: radioembolization is for any indication, and other clauses decide about it too",
    ),
    "otherwise with more": (('clause = "C.9"', 'clause = "C.9"\nany = ["hcc"]'), "unknown key 'any' in otherwise"),
    "otherwise of what": (('["radioembolization"]', '["rfa"]'), "clause C.10: unknown procedure 'rfa'"),
    "otherwise allows": (('decision = "not-medically-necessary"', 'decision = "may-be-medically-necessary"'),
                         "clause C.10: unknown decision 'may-be-medically-necessary'"),
    "clause without id": (('id = "A.1"', 'id = ""'), "a clause has no id"),
    "clause with more": (('remark = "Once', 'note = "Once'), "clause A.1: unknown key 'note' in it"),
    "clause with a text": (('none = ["ascites"]', 'none = "ascites"'), "clause A.1: key 'none' is not a list of texts"),
    "clause twice": (('id = "A.2"', 'id = "A.1"'), "clause A.1: stands twice"),
    "clause of what": (('procedures = ["tace"]\nall = ["hcc"', 'procedures = ["rfa"]\nall = ["hcc"'),
                       "clause A.1: unknown procedure 'rfa'"),
    "clause that decides what": (('"investigational"', '"perhaps"'), "clause A.2: unknown decision 'perhaps'"),
    "clause without a criterion": (('all = ["ecog_0_or_1"]', ""), "clause B.1: no criterion"),
    "unknown predicate": (("ecog_0_or_1", "ecog_one"), "clause B.1: unknown predicate 'ecog_one'"),
    "missing clause": (('all = ["clause B.1"]', 'all = ["clause B.7"]'), "clause A.2: refers to clause B.7, which is missing"),
    "refers to itself": (('all = ["ecog_0_or_1"]', 'all = ["clause B.1"]'),
                         "clause B.1: refers to itself (B.1 → B.1)"),
    "refers in a circle": (('all = ["ecog_0_or_1"]', 'all = ["ecog_0_or_1", "clause A.2"]'),
                           "clause B.1: refers to itself (B.1 → A.2 → B.1)"),
    "clause for nothing": (('procedures = ["tace"]\ndecision', "decision"),
                           "clause A.2: decides about no procedure, and no clause refers to it"),
    "item without a number": (('item = "D1"', 'item = ""'), "item ?: key 'item' is missing"),
    "item without a label": (('label = "imaging"', 'label = ""'), "item E1: key 'label' is missing"),
    "item without evidence": (('evidence = "tumor_type"', ""), "item D1: key 'evidence' is missing"),
    "item with more": (('hint = "a', 'note = "a'), "unknown key 'note' in item D1"),
    "item of what": (('procedures = ["tace"]\nhint', 'procedures = ["rfa"]\nhint'), "item D1: unknown procedure 'rfa'"),
    "unknown evidence": (('"imaging_report"', '"film"'), "item E1: unknown evidence 'film'"),
    "item twice": (('[[expected]]\nitem = "E1"', '[[documentation]]\nitem = "D1"'), "item D1: stands twice"),
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def of(text: str) -> Policy:
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
        return load(tmp_path / "own.toml")

    return of


def test_every_member_is_read(read):
    assert read(FULL) == POLICY


def test_what_may_be_left_out(read):
    assert read(LEAST) == Policy("own", "LIV-1", "Embolization", "", (), {"tace": "A.0"}, (), {}, ())


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_line(read, case):
    (old, new), line = WRONG[case]
    assert FULL.count(old) >= 1
    with pytest.raises(PolicyError) as refused:
        read(FULL.replace(old, new, 1))
    assert str(refused.value) == f"own.toml: {line}"


CLAUSE = '[[clause]]\nid = "A.1"\nprocedures = ["tace"]\nall = ["hcc"]\n'
OTHERWISE = '[[otherwise]]\nprocedures = ["tace"]\nclause = "C.9"\n'


@pytest.mark.parametrize("clauses", [CLAUSE, OTHERWISE, CLAUSE + OTHERWISE], ids=["a clause", "otherwise", "both"])
def test_a_policy_of_one_kind_of_clause(read, clauses):
    assert read(LEAST.partition("[[")[0] + clauses).covers("tace")


def test_any_indication_beside_a_clause_alone(read):
    with pytest.raises(
        PolicyError, match=r"^own\.toml: clause A\.0: tace is for any indication, and other clauses decide"
    ):
        read(LEAST + CLAUSE)


def test_an_empty_list_of_codes_is_a_list(read):
    assert read("authorization_codes = []\n" + LEAST).authorization_codes == ()


def test_a_policy_about_nothing(read):
    with pytest.raises(PolicyError, match=r"^own\.toml: no clause about any procedure$"):
        read(LEAST.partition("[[")[0])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"key = ", "own.toml: not TOML: Invalid value"),
        (b"\xff", "own.toml: not text in UTF-8"),
        (b"#" * 1_000_001, "own.toml: larger than 1000000 bytes"),
        (None, "own.toml: cannot be read (No such file or directory)"),
    ],
    ids=["no TOML", "no text", "too large", "no file"],
)
def test_a_file_that_is_no_policy(tmp_path, content, line):
    if content is not None:
        (tmp_path / "own.toml").write_bytes(content)
    with pytest.raises(PolicyError) as refused:
        load(tmp_path / "own.toml")
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_the_largest_file_is_still_read(tmp_path):
    (tmp_path / "own.toml").write_text(LEAST + "#" * (1_000_000 - len(LEAST)), encoding="utf-8")
    assert load(tmp_path / "own.toml").key == "own"
