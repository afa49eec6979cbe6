"""Every limit on a laboratory value or a size, sent in the other units that the reader converts: the same on each side."""

import pytest

from cards.facts import FACTS
from service.fhir.read.units import convert
from tests.cards.boundaries import EDGES
from tests.fhir.build import lab, quantity, read

CODES = {
    "mass": {"bilirubin": "1975-2", "albumin": "1751-7", "creatinine": "2160-0", "afp": "1834-1"},
    "moles": {"bilirubin": "14631-6", "albumin": "54347-0", "creatinine": "14682-9"},
    "": {"platelets": "777-3", "nodule_size": "33728-7", "inr": "6301-6"},
}
OTHER_UNITS = {
    "bilirubin": ("umol/L", "mg/L", "mmol/L"),
    "albumin": ("g/L", "mg/dL", "umol/L"),
    "creatinine": ("umol/L", "mg/L", "mmol/L"),
    "platelets": ("10*3/uL", "/uL", "10*4/uL"),
    "afp": ("ug/L", "ng/L", "mg/L"),
    "nodule_size": ("mm",),
    "inr": (),  # has one unit, as have the part of the liver in % and seconds
    "pt": (),
    "liver_involvement_percent": (),
}
SENT = [
    (edge, unit)
    for edge in EDGES
    if edge.fact and FACTS[edge.fact].kind == "quantity"
    for unit in OTHER_UNITS[edge.fact]
]
# A limit that the source prints in µmol/L too: there the printed band decides, which test_child_pugh holds.
ALSO_PRINTED_IN_UMOL = {"liver.child_pugh.BILIRUBIN_MIDDLE_MG_DL[0]", "liver.child_pugh.BILIRUBIN_MIDDLE_MG_DL[1]"}


def sent_as(fact, value, unit):
    """The Fact that the reader makes of this value in that unit."""
    factor = convert(fact, 1.0, unit).factor
    measured = next(kind for kind, codes in CODES.items() if fact in codes and (kind in kind_of(unit)))
    resource = lab(CODES[measured][fact], quantity(round(value / factor, 9), unit))
    found = read(resource)
    if fact == "nodule_size":
        return found.sizes[0].size
    return found.series[fact][0]


def kind_of(unit):
    return ("moles",) if "mol" in unit else ("mass", "")


@pytest.mark.parametrize(("edge", "unit"), SENT, ids=[f"{edge.limit} in {unit}" for edge, unit in SENT])
@pytest.mark.parametrize("side", [0, 1, 2], ids=["just below", "at", "just above"])
def test_edge_in_another_unit(edge, unit, side):
    found = sent_as(edge.fact, edge.values[side], unit)
    assert found.value == pytest.approx(edge.values[side])
    if edge.limit in ALSO_PRINTED_IN_UMOL and unit == "umol/L":
        assert edge.judge(found)[0] >= edge.results[side][0]
    else:
        assert edge.judge(found) == edge.results[side]


def test_every_fact_with_more_than_one_unit_is_among_them():
    assert {edge.fact for edge, _ in SENT} == {fact for fact, units in OTHER_UNITS.items() if units}
