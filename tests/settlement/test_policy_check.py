"""Payment curves, and what a policy says that is worth a second look; known cliffs of real rules among it."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from settlement_cases import block, choice, number, policy_of

from drgcalc.report import curves as report
from drgcalc.report.policy_model import CurveShown, PieceShown, PolicyChecked
from drgcalc.settlement.payment_curve import Example, curves, level_coefficients
from drgcalc.settlement.point_policy import PointRules
from drgcalc.settlement.point_tables import Coefficient
from drgcalc.settlement.policy_check import Checked, policy_findings

EXAMPLE = Example(Decimal(900), Decimal(8000), Decimal(10), "a settlement")


def segment(name: str, start: object, slope: object, coefficient: str = "whole", **bound: object) -> dict[str, Any]:
    bounds = {key: number(value, "times") for key, value in bound.items()}
    numbers = {"start": number(start, "times"), "slope": number(slope, "times")}
    return {"name": name, "label": name, "coefficient": choice(coefficient), **numbers, **bounds}


FLAT = [segment("all", 1, 0)]
VERSION_2 = [segment("low", 0, 1, below=Decimal("0.5")), segment("normal", 1, 0, up_to=2), segment("high", 1, 1)]
JINING = [
    segment("low", 0, 1, "none", up_to=Decimal("0.5")),
    segment("normal", 1, 0, up_to=2),
    segment("high", 1, 1, "start", up_to=5),
    segment("extreme", 1, 0),
]


def found(checked: Checked = Checked(example=EXAMPLE), **changes: Any) -> list[tuple[str, str]]:  # noqa: B008
    return [(one.code, one.message) for one in policy_findings(policy_of(block(**changes)), checked=checked)]


def rules_of(**changes: Any) -> PointRules:
    return policy_of(block(**changes)).points


def test_the_cliff_of_450_to_900_points_at_half_the_mean_has_its_yuan() -> None:
    ((code, message),) = found(points__outliers=VERSION_2)
    assert code == "S015"
    assert "from 0.5000 to 1.0000 times the base at a cost of 0.5 times" in message
    assert "4,500.00 yuan for a group whose cases cost 8,000" in message


def test_the_drop_of_one_citys_rule_from_4_to_1_at_5_times_the_standard_is_found() -> None:
    codes, messages = zip(*found(points__outliers=JINING), strict=True)
    assert codes == ("S015", "S015")
    assert (
        "from 4.0000 to 1.0000 times the base at a cost of 5 times the reference (coefficient 1): 27,000.00"
        in messages[1]
    )


def test_each_bound_of_each_layer_is_told_once() -> None:
    wide = [segment("wide", 1, 0, up_to=3), segment("jumps", 2, 0)]
    messages = [message for _, message in found(points__outliers=VERSION_2, points__outliers_of={"core": wide})]
    assert [message.split(" points go")[0] for message in messages[1:]] == ["core groups:"]
    assert len(messages) == 2


def test_a_stretch_of_cost_that_earns_nothing_is_a_gap() -> None:
    rule = [segment("normal", 1, 0, up_to=5), segment("nothing", 0, 0)]
    codes = [code for code, _ in found(points__outliers=rule)]
    assert codes == ["S015", "S041"]


def test_bounds_in_days_are_told_with_the_yuan_of_a_day() -> None:
    readmission = {
        "days": number(15, "days"),
        "bound": choice("excluded"),
        "within": choice("hospital"),
        "kept": number(Decimal("0.5"), "ratio"),
    }
    messages = [
        message
        for code, message in found(
            points__outliers=FLAT,
            points__short_stay=number(2, "days"),
            points__long_stay=number(60, "days"),
            points__readmission=readmission,
        )
        if code == "S042"
    ]
    assert "a stay of 2 days has no points, one of 3 has all: 9,000.00 yuan" in messages[0]
    assert "a stay of 59 days has all its points, one of 60 none: 9,000.00 yuan" in messages[1]
    assert "begins 14 days after it, all of them a day later: 4,500.00 yuan" in messages[2]


def test_a_level_in_scores_and_in_coefficients_counts_twice() -> None:
    checked = Checked({"3": Decimal("1.2"), "2": Decimal(1)}, (), EXAMPLE)
    changes = {"points__outliers": FLAT, "points__score_by": choice("group_and_level")}
    ((code, message),) = found(checked, **changes)
    assert code == "S040"
    assert "1.2 at most: 1,800.00 yuan" in message
    assert found(checked, **changes, points__hospital_coefficient=choice("none")) == []
    by_group = Coefficient(None, None, "G1", None, Decimal("1.2"), date(2024, 1, 1), None, "x")
    by_level = by_group._replace(level="3")
    table = {**changes, "points__hospital_coefficient": choice("table")}
    assert found(Checked({}, (by_group,), EXAMPLE), **table) == []
    assert [code for code, _ in found(Checked({}, (by_level,), EXAMPLE), **table)] == ["S040"]


@pytest.mark.parametrize(("base", "codes"), [("pool", []), ("hospital", ["S043"])])
def test_a_quota_of_a_hospitals_discharges_is_on_a_wrong_base(base: str, codes: list[str]) -> None:
    special = {"quota": number(Decimal("0.005"), "ratio"), "base": choice(base)}
    assert [code for code, _ in found(points__outliers=FLAT, points__special_review=special)] == codes


def test_a_level_is_shown_at_its_largest_coefficient_and_equal_levels_share_a_curve() -> None:
    rows = [("3", Decimal("1.0")), ("3", Decimal("1.1")), ("2", Decimal("1.10")), ("1", Decimal("0.9"))]
    shown = curves(rules_of(), level_coefficients(rows))
    assert [(curve.levels, str(curve.coefficient)) for curve in shown] == [(("1",), "0.9"), (("2", "3"), "1.1")]


ratios = st.fractions(min_value=0, max_value=4)
places_4 = st.decimals(min_value=0, max_value=5, places=4)


@settings(deadline=None)
@given(ratios, st.lists(st.tuples(places_4, places_4), min_size=1, max_size=4), places_4)
def test_a_curve_is_the_rule_at_every_cost(
    ratio: Fraction, numbers: list[tuple[Decimal, Decimal]], coefficient: Decimal
) -> None:
    *first, (start, slope) = numbers
    parts = [segment(f"s{place}", *pair, up_to=place + 1) for place, pair in enumerate(first)]
    rules = rules_of(points__outliers=[*parts, segment("last", start, slope)])
    (curve,) = curves(rules, {"2": coefficient})
    own = next(one for one in rules.outliers if one.holds(ratio))
    assert curve.multiple(ratio) == own.multiple(ratio, coefficient.normalize())


def shown(example: Example | None) -> PolicyChecked:
    piece = PieceShown(
        "low", "费用偏低", Decimal(0), Decimal("0.5"), False, Decimal(0), Decimal("0.5"), None, None, None, None, ""
    )
    rest = piece._replace(
        segment="rest",
        from_ratio=Decimal("0.5"),
        to_ratio=Decimal("2.5"),
        is_open=True,
        from_multiple=Decimal(1),
        to_multiple=Decimal(3),
    )
    return PolicyChecked("t", "d", example, (CurveShown("all", ("2", "3"), Decimal("1.1"), (piece, rest)),), ())


@pytest.mark.parametrize("example", [None, EXAMPLE], ids=["without yuan", "with yuan"])
def test_the_picture_fits_80_columns_and_shows_the_jump(example: Example | None) -> None:
    screen = Console(file=io.StringIO(), width=80)
    for part in report.checked(shown(example)):
        screen.print(part)
    assert isinstance(screen.file, io.StringIO)
    assert max(len(line) for line in screen.file.getvalue().splitlines()) <= 80
    lines = list(report.picture(shown(example).curves[0].pieces, example))
    columns = {line.index(mark) for line in lines for mark in "*" if mark in line}
    assert len(columns) > 3
    drawn = "".join(line.partition("|")[2] for line in lines)
    assert ("." in drawn) == (example is not None)
