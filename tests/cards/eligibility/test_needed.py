"""Facts that every verdict needs: what is said of one that is not there."""

from dataclasses import replace

import pytest

from cards.eligibility.needed import needed_facts
from cards.facts import NOT_TOLD, Tumor
from cards.verdict import Verdict
from tests.cards.build import candidate, case

UNKNOWN, MET = Verdict.UNKNOWN, Verdict.MET
SILENT = Tumor()
PROVISIONAL = Tumor("unknown", "only provisional (Condition/t)", ("Condition/t",), (), True)


def needed(name, tumor=None, **changes):
    patient = candidate(**changes)
    on = case(patient if tumor is None else replace(patient, tumor=tumor))
    return next(f for f in needed_facts(on) if f.rule == f"needed_{name}")


@pytest.mark.parametrize(
    ("tumor", "unreached", "because", "evidence"),
    [
        pytest.param(SILENT, {"Condition"}, "conditions could not be fetched", (), id="not fetched"),
        pytest.param(SILENT, {"Observation"}, SILENT.because, (), id="not recorded"),
        pytest.param(
            PROVISIONAL,
            {"Condition"},
            "only provisional (Condition/t)",
            ("Condition/t",),
            id="stated, others not fetched",
        ),
    ],
)
def test_tumor_type_that_is_not_known(tumor, unreached, because, evidence):
    found = needed("tumor_type", tumor, unreached=unreached)
    assert (found.verdict, found.because, found.evidence, found.missing) == (
        UNKNOWN,
        because,
        evidence,
        ("tumor_type",),
    )


@pytest.mark.parametrize(
    ("changes", "verdict", "because", "missing"),
    [
        pytest.param({}, MET, "2 nodules, largest 4 cm", (), id="all measured"),
        pytest.param({"sizes": (), "nodule_count": 0}, UNKNOWN,
                     "number of nodules not documented; size of nodules: not documented", ("nodule_count", "nodule_size"),
                     id="0 stated of a tumor"),
        pytest.param({"sizes": (), "nodule_count": None}, UNKNOWN,
                     "number of nodules: not documented; size of nodules: not documented", ("nodule_count", "nodule_size"),
                     id="neither"),
        pytest.param({"sizes": ((4.0, 10, NOT_TOLD),), "nodule_count": 2}, UNKNOWN, "not every nodule is measured",
                     ("nodule_size",), id="one of two measured"),
        pytest.param({"sizes": (), "nodule_count": 2, "refused": {"nodule_size": "size: unit not known (Observation/s)"}},
                     UNKNOWN, "size: unit not known (Observation/s)", ("nodule_size",), id="a size that is not usable"),
        pytest.param({"sizes": (12.0,), "nodule_count": 9}, MET, "9 nodules", (), id="one of nine, and every rule is decided"),
    ],
)  # fmt: skip
def test_number_and_size(changes, verdict, because, missing):
    found = needed("nodules", **changes)
    assert (found.verdict, found.missing) == (verdict, missing)
    assert found.because.startswith(because)
