"""The kinds of procedures that ship: every category of ICD-9-CM-3 has one, and no row is idle."""

import re

import pytest

from drgcalc.base.dip_columns import PROCEDURE_KINDS
from drgcalc.tables.kinds import kind_of, shipped_procedure_kinds

ROWS = shipped_procedure_kinds()
KINDS = {row.prefix: row.kind for row in ROWS}


def test_every_category_has_a_kind() -> None:
    assert {f"{number:02}" for number in range(100)} <= set(KINDS)


def test_prefixes_are_sorted_and_stand_once() -> None:
    assert [row.prefix for row in ROWS] == sorted(KINDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.prefix)
def test_a_row_is_complete_and_differs_from_what_it_stands_under(row: object) -> None:
    prefix, kind, name, source = row  # type: ignore[misc]
    assert re.fullmatch(r"\d\d(\.\d\d?)?", prefix)
    assert kind in PROCEDURE_KINDS
    assert name.strip()
    assert source.strip()
    if len(prefix) > 2:
        assert kind_of(prefix[:-1].rstrip("."), KINDS) != kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("47.0100", "surgical"),
        ("36.0600", "interventional"),
        ("36.1000", "surgical"),
        ("51.2300", "surgical"),
        ("45.2300", "diagnostic"),
        ("45.4200", "surgical"),
        ("39.9500", "therapeutic"),
        ("50.1100", "diagnostic"),
        ("50.1200", "surgical"),
        ("17.912A0", "therapeutic"),
        ("74.1x00", "surgical"),
        ("88.0100", "diagnostic"),
        ("93.9000", "therapeutic"),
    ],
)
def test_the_longest_prefix_decides(code: str, kind: str) -> None:
    assert kind_of(code, KINDS) == kind


def test_a_code_outside_the_classification_has_no_kind() -> None:
    assert kind_of("AB1", KINDS) == ""
