"""How codes are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_digits_of_other_scripts_are_no_codes() -> None:
    assert not codes.is_diagnosis("K٨٠.302")
    assert not codes.is_procedure("47.01٠٠")


@pytest.mark.parametrize("normalise", [codes.normalise_diagnosis, codes.normalise_procedure])
@given(text=st.text(alphabet="AIXOx019.+*†Ｘｘ１ａa \u3000", max_size=8))
def test_a_code_that_has_its_spelling_is_read_as_any_other(normalise: Callable[[str], str], text: str) -> None:
    assert normalise(text) == normalise(f" {text}")
