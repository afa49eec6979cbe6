"""A policy of another shape works without a change to Python; versions by date; an operator's folder; no policy on file."""

from datetime import date
from pathlib import Path

import pytest

from cards.assess import assess
from cards.prior_auth.card import prior_auth_card
from cards.prior_auth.policy import Policies
from cards.prior_auth.policy_file import POLICIES, PolicyError, load_all, med140
from cards.prior_auth.verdict import prior_auth
from tests.cards.build import LESION, TODAY, candidate, case, order

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "policies"
KEY = "northern-lakes-liver"
NECESSARY, NOT_NECESSARY = "may-be-medically-necessary", "not-medically-necessary"
FULL = order("tace", LESION, approach="selective", agent="doxorubicin", authored=date(2026, 11, 1), billing=("37243",))


@pytest.fixture(scope="module")
def policies() -> Policies:
    return load_all(EXAMPLES)


@pytest.fixture
def policy(policies):
    return policies.in_force(KEY, TODAY)


B7 = {"ascites_grade": "mild", "albumin": 3.2}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"unresectable": True}, (NECESSARY, "A.1"), id="unresectable"),
        pytest.param({"bridge_to_transplant": True}, (NECESSARY, "A.1"), id="bridge"),
        pytest.param({}, ("unknown", ""), id="neither stated"),
        pytest.param({"unresectable": False, "bridge_to_transplant": False}, (NOT_NECESSARY, "C.9"), id="neither"),
        pytest.param({"unresectable": True, "ecog": 2}, (NOT_NECESSARY, "C.9"), id="ECOG 2"),
        pytest.param({"unresectable": True, "ecog": None}, ("unknown", ""), id="ECOG not stated"),
        pytest.param({"unresectable": True, "extrahepatic_spread": True}, (NOT_NECESSARY, "C.9"), id="spread"),
        pytest.param({"unresectable": True, **B7}, (NECESSARY, "A.1"), id="Child-Pugh B7"),
        pytest.param({"unresectable": True, "portal_vein_invasion": "vp4"}, (NOT_NECESSARY, "C.1"), id="main trunk"),
        pytest.param({"unresectable": True, "portal_vein_invasion": "vp3"}, (NECESSARY, "A.1"), id="branch"),
        pytest.param({"unresectable": True, "portal_vein_invasion": None}, ("unknown", ""), id="vein not stated"),
        pytest.param({"unresectable": True, "encephalopathy_grade": 1}, (NOT_NECESSARY, "C.1"), id="encephalopathy"),
        pytest.param({"tumor": "icc", "unresectable": True}, (NOT_NECESSARY, "C.9"), id="cholangiocarcinoma"),
    ],
)
def test_tace_by_criteria_and_limitations(policy, changes, expected):
    found = prior_auth(case(candidate(**changes), FULL), policy)
    assert (found.decision, found.clause) == expected


def test_its_documents_are_its_own(policy):
    found = prior_auth(case(candidate(), FULL), policy)
    status = {item.item: doc.status for item, doc in found.documentation}
    assert status == {
        "D1": "present",
        "D2": "missing",
        "D3": "present",
        "D4": "present",
        "D5": "missing",
        "D7": "present",
    }
    y90 = prior_auth(case(candidate(), order("y90")), policy)
    assert "D6" in {item.item for item, _ in y90.documentation}


def test_its_card_names_payer_policy_and_dates(policy):
    a = assess(candidate(unresectable=True), TODAY, FULL, policies=Policies((policy,)), policy=KEY)
    card = prior_auth_card(a.case, a.prior_auth)
    assert card.source_label == "Northern Lakes Health Plan"
    assert "Policy LIV-7 (from 2026-01-01), clause A.1" in card.detail
    assert "MED140" not in card.detail + card.summary
    assert "on the payer's list of codes that need authorization" in card.detail
    assert "[Policy LIV-7](https://northern-lakes.example.org/policies/liv-7)" in card.detail


@pytest.mark.parametrize(
    ("authored", "version"),
    [
        pytest.param(date(2024, 6, 30), "", id="the day before the first"),
        pytest.param(date(2024, 7, 1), "2024-07-01", id="first day"),
        pytest.param(date(2025, 12, 31), "2024-07-01", id="last day of the first"),
        pytest.param(date(2026, 1, 1), "2026-01-01", id="first day of the second"),
    ],
)
def test_the_version_in_force_on_the_day_of_the_order(policies, authored, version):
    ordered = order("tace", LESION, authored=authored)
    found = assess(candidate(unresectable=True, **B7), TODAY, ordered, policies=policies, policy=KEY).prior_auth
    if not version:
        assert (found.applied, found.decision, found.policy) == (None, "unknown", "")
        return
    assert found.applied.version == version
    assert found.decision == (NECESSARY if version == "2026-01-01" else NOT_NECESSARY)  # 2024 asked for Child-Pugh A


def test_without_a_day_of_the_order_the_day_asked_counts(policies):
    found = assess(candidate(), TODAY, order("tace"), policies=policies, policy=KEY).prior_auth
    assert found.applied.version == "2026-01-01"


def test_no_policy_on_file_is_said_and_nothing_guessed(policies):
    ordered = order("tace", LESION, authored=date(2020, 1, 1))
    a = assess(candidate(), TODAY, ordered, policies=policies, policy=KEY)
    card = prior_auth_card(a.case, a.prior_auth)
    assert card.summary == f"Prior authorization: no policy on file: {KEY} on 1 Jan 2020."
    assert (a.prior_auth.documentation, a.prior_auth.findings) == ((), ())
    assert not card.suggestions


def test_a_policy_without_dates_is_in_force_on_every_day():
    assert Policies((med140(),)).in_force("med140", date(1990, 1, 1)) is med140()


@pytest.mark.parametrize(
    ("codes", "billing", "expected"),
    [
        pytest.param(None, ("37243",), "unknown", id="no list configured"),
        pytest.param(("37243",), ("37243",), "needed", id="on the list"),
        pytest.param(("79445",), ("37243",), "not-needed", id="not on the list"),
        pytest.param((), ("37243",), "not-needed", id="empty list"),
        pytest.param(("37243",), (), "unknown", id="order without code"),
        pytest.param(("37243",), ("75894", "37243"), "needed", id="one of two"),
    ],
)
def test_whether_authorization_is_needed_at_all(policy, codes, billing, expected):
    from dataclasses import replace

    found = prior_auth(case(candidate(), order("tace", billing=billing)), replace(policy, authorization_codes=codes))
    assert found.authorization == expected


# The operator's folder


def folder(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


WHOLE = (EXAMPLES / "northern-lakes-2026.toml").read_text(encoding="utf-8")


def test_package_and_folder_together(policies):
    assert policies.keys == ("med140", KEY)


def test_overlapping_dates_name_both_files(tmp_path):
    with pytest.raises(PolicyError) as refused:
        load_all(folder(tmp_path, a=WHOLE, b=WHOLE.replace("2026-01-01", "2026-06-01")))
    assert str(refused.value) == f"b.toml: overlapping dates: a.toml is policy '{KEY}' on the same days"


def test_versions_that_follow_each_other_do_not_overlap(tmp_path):
    ended = WHOLE.replace("effective_from = 2026-01-01", "effective_to = 2026-05-31")
    found = load_all(folder(tmp_path, a=ended, b=WHOLE.replace("2026-01-01", "2026-06-01")))
    assert len(found.all) == 3
    assert found.in_force(KEY, date(2026, 5, 31)) is not found.in_force(KEY, date(2026, 6, 1))


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_versions_that_share_one_day_overlap(tmp_path, first, second):
    ended = WHOLE.replace("effective_from = 2026-01-01", "effective_to = 2026-06-01")
    with pytest.raises(PolicyError, match="overlapping dates"):
        load_all(folder(tmp_path, **{first: ended, second: WHOLE.replace("2026-01-01", "2026-06-01")}))


def test_the_packaged_policy_is_not_replaced_in_silence(tmp_path):
    text = (POLICIES / "med140.toml").read_text(encoding="utf-8")
    with pytest.raises(PolicyError, match=r"own\.toml: overlapping dates: med140\.toml"):
        load_all(folder(tmp_path, own=text))


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_policies_is_refused(tmp_path, name):
    if name == "empty":
        (tmp_path / name).mkdir()
    with pytest.raises(PolicyError, match="no policy"):
        load_all(tmp_path / name)
