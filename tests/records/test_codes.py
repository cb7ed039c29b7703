"""How codes are written."""

from __future__ import annotations

import pytest

from drgcalc.records import codes


@pytest.mark.parametrize(
    "code",
    ["I63.900x001", "I10.x05", "K80.302", "A18.300x009+K93.0*", "X59.900x001", "E10.300x051+H42.0*", "A01.002+G01*"],
)
def test_diagnoses_of_the_insurance_edition_are_well_formed(code: str) -> None:
    assert codes.is_diagnosis(codes.normalise_diagnosis(code))


@pytest.mark.parametrize("code", ["47.0100", "51.2300x004", "33.6x00", "17.912A0", "03.1x00x001", "17.91100"])
def test_procedures_of_the_insurance_edition_are_well_formed(code: str) -> None:
    assert codes.is_procedure(codes.normalise_procedure(code))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" i63.900X001 ", "I63.900x001"),
        ("Ｋ８０．３０２", "K80.302"),
        ("x59.900X001", "X59.900x001"),
        ("a18.300x009 + k93.0＊", "A18.300x009+K93.0*"),
    ],
)
def test_diagnoses_have_one_spelling(text: str, code: str) -> None:
    assert codes.normalise_diagnosis(text) == code


@pytest.mark.parametrize(
    ("text", "code"), [("51.2300X004", "51.2300x004"), ("17.912a0", "17.912A0"), (" ４７．０１００", "47.0100")]
)
def test_procedures_have_one_spelling(text: str, code: str) -> None:
    assert codes.normalise_procedure(text) == code


@pytest.mark.parametrize(
    ("code", "proposal"),
    [("6.3100", "06.3100"), ("47.01", "47.0100"), ("47.O100", "47.0100"), ("33.6", "33.6x00"), ("?", "")],
)
def test_damaged_procedures_get_a_proposal(code: str, proposal: str) -> None:
    assert codes.propose_procedure(code) == proposal


@pytest.mark.parametrize(
    ("code", "proposal"),
    [("I1O.x00", "I10.x00"), ("I10", "I10.x00"), ("K80.3", "K80.300"), ("K80302", "K80.302"), ("?", "")],
)
def test_damaged_diagnoses_get_a_proposal(code: str, proposal: str) -> None:
    assert codes.propose_diagnosis(code) == proposal
