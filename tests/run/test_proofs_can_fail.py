"""Faults planted into the program: whatever pays, prices or sums wrongly ends unbalanced, and nothing is settled."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from drgcalc.base.errors import ExitCode, UnbalancedError
from drgcalc.run import points as run_points
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.settlement import fund, point_value
from drgcalc.settlement import settle as settlement

ZERO = Decimal("0.00")
Parts = dict[str, Decimal]


def doubled(parts: Parts) -> Parts:
    return {key: 2 * part for key, part in parts.items()}


def without_the_largest(parts: Parts) -> Parts:
    return parts | {max(parts, key=lambda key: parts[key]): ZERO}


def swapped(parts: Parts) -> Parts:
    one, other, *_ = sorted(parts, key=lambda key: -parts[key])
    return parts | {one: parts[other], other: parts[one]}


def a_fen_moved(parts: Parts) -> Parts:
    one, other, *_ = sorted(parts, key=lambda key: -parts[key])
    return parts | {one: parts[one] + Decimal("0.01"), other: parts[other] - Decimal("0.01")}


def nothing(parts: Parts) -> Parts:
    return dict.fromkeys(parts, ZERO)


def settle_again(region: Path, **options: Any) -> UnbalancedError:
    """Settle a region that must not balance; the message says what was expected and found.

    Its published year is taken away: a year whose inputs did not change would be read back, not settled.
    """
    shutil.rmtree(region / "out" / "2024")
    before = sorted((region / "out").rglob("*"))
    with pytest.raises(UnbalancedError) as raised:
        settle(region, parse_period("2024"), **options)
    assert raised.value.exit_code is ExitCode.UNBALANCED
    assert sorted((region / "out").rglob("*")) == before
    return raised.value


@pytest.mark.parametrize("fault", [doubled, without_the_largest, swapped, nothing])
@pytest.mark.parametrize("name", ["_round_each", "allocate_signed"])
def test_payments_that_are_not_the_entitlements_are_found(
    settled: Path, monkeypatch: pytest.MonkeyPatch, name: str, fault: Callable[[Parts], Parts]
) -> None:
    convention = {"_round_each": "leave_in_fund", "allocate_signed": "rescale"}[name]
    settings = settled / "region.toml"
    settings.write_text(settings.read_text("utf-8").replace('"rescale", source', f'"{convention}", source'), "utf-8")
    whole = getattr(point_value, name)
    monkeypatch.setattr(point_value, name, lambda *args: fault(whole(*args)))
    assert "entitled" in settle_again(settled).message


@pytest.mark.parametrize("fault", [doubled, without_the_largest, swapped, nothing])
def test_an_exact_split_that_is_wrong_is_found(
    settled: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Parts], Parts]
) -> None:
    pay_by(settled, "fund_plus_patient")
    whole = point_value._split
    monkeypatch.setattr(point_value, "_split", lambda *args: fault(whole(*args)))
    assert "entitled" in settle_again(settled).message


def test_a_fen_from_one_hospital_to_another_is_within_an_exact_split_but_not_two(
    settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_by(settled, "fund_only")
    whole = point_value._split
    monkeypatch.setattr(point_value, "_split", lambda *args: a_fen_moved(a_fen_moved(whole(*args))))
    assert "entitled" in settle_again(settled).message


def test_a_part_of_the_pool_that_nobody_gets_is_found(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pay_by(settled, "fund_only")
    whole = point_value._split
    monkeypatch.setattr(point_value, "_split", lambda *args: {k: v - Decimal("0.01") for k, v in whole(*args).items()})
    assert "kept" in settle_again(settled).message


@pytest.mark.parametrize("column", ["retained", "unretained"])
def test_a_month_that_pays_otherwise_than_it_posts_is_found(
    settled: Path, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    whole = settlement._allocations
    monkeypatch.setattr(
        settlement,
        "_allocations",
        lambda *args: tuple(row._replace(**{column: row.payable + 1}) for row in whole(*args)),
    )
    with pytest.raises(UnbalancedError, match=column):
        settle(settled, parse_period("2024-05"))


def test_a_pool_that_is_not_what_its_lines_say_is_found(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fund.apply_limits
    monkeypatch.setattr(
        fund,
        "apply_limits",
        lambda *args: {pool: done._replace(final=2 * done.final) for pool, done in whole(*args).items()},
    )
    assert "waterfall" in settle_again(settled).message


QUERY_FAULTS = [
    ("point_terms", "WHERE g.status = 'grouped'", "WHERE g.status = 'grouped' AND g.seq <> 2", "priced"),
    ("create_stays", "WHERE NOT is_refund", "WHERE NOT is_refund AND MONTH(decided_on) <> 5", "belong together"),
    (
        "create_line_points",
        "c.decided_on <= t.last_day",
        "c.decided_on <= t.last_day AND MONTH(c.decided_on) <> 5",
        "priced",
    ),
    ("hospital_sums", "GROUP BY s.pool", "WHERE MONTH(s.decided_on) <> 5 GROUP BY s.pool", "total_fee"),
    ("hospital_sums", "SUM(s.total_fee)", "2 * SUM(s.total_fee)", "total_fee"),
    ("hospital_sums", "SUM(s.patient_paid)", "0 * SUM(s.fund_booked)", "patient_paid"),
    ("hospital_sums", "SUM(s.fund_booked)", "SUM(s.patient_paid)", "fund_booked"),
    ("hospital_sums", "SUM(s.case_points)", "2 * SUM(s.case_points)", "points"),
    ("hospital_sums", "COUNT(*) AS records", "COUNT(*) + 1 AS records", "records"),
]


@pytest.mark.parametrize(("query", "sound", "faulty", "found"), QUERY_FAULTS)
def test_cases_that_get_lost_or_change_on_the_way_are_found(
    settled: Path, monkeypatch: pytest.MonkeyPatch, query: str, sound: str, faulty: str, found: str
) -> None:
    text_of = run_points.sql

    def with_fault(package: str, name: str) -> str:
        text = text_of(package, name)
        if name != query:
            return text
        assert sound in text
        return text.replace(sound, faulty)

    monkeypatch.setattr(run_points, "sql", with_fault)
    if found == "belong together":
        shutil.rmtree(settled / "out" / "2024")
        with pytest.raises(ValueError, match=found):
            settle(settled, parse_period("2024"))
    else:
        assert found in settle_again(settled).message


def pay_by(region: Path, convention: str) -> None:
    """A convention that leaves nothing over instead of the template's."""
    settings = region / "region.toml"
    lines = settings.read_text("utf-8").splitlines(keepends=True)
    kept: Iterable[str] = (line for line in lines if not line.startswith("closing ="))
    text = "".join(kept).replace('convention = { value = "total_cost"', f'convention = {{ value = "{convention}"')
    settings.write_text(text, "utf-8")
