"""Fund warnings (基金预警), coverages (四个全面覆盖), what patients get back: ratios, each with its bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.base.money import divide, total
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.reading import Budget, plain, read_budget
from drgcalc.settlement.office_findings import office_finding
from drgcalc.settlement.policy_reading import Number, Table
from drgcalc.settlement.rows import FundItem

RATE_PLACES, MONTH_PLACES = 2, 1
COVERAGES = ("region", "institution", "disease", "fund")


class Bounds(NamedTuple):
    """What an indicator must not fall below or exceed; None is no bound."""

    at_least: Number | None
    at_most: Number | None


class WarningRule(NamedTuple):
    """One pool: where its figures stand in the fund account, and the bounds of the three indicators."""

    income: Budget
    spending: Budget
    accumulated: Budget
    surplus_rate: Bounds
    accumulated_rate: Bounds
    months_of_cover: Bounds


class WatchRules(NamedTuple):
    """Warnings by pool, and the least share that each of the coverages must reach."""

    warnings: Mapping[str, WarningRule]
    coverage: Mapping[str, Number]


class Indicator(NamedTuple):
    """One figure, its bounds and whether it keeps them. unit: per cent, or months."""

    pool: str
    name: str
    chinese: str
    value: Decimal | None
    unit: str
    at_least: Decimal | None
    at_most: Decimal | None
    kept: bool
    working: str
    source: str


class Covered(NamedTuple):
    """What of a whole is paid by points: pools, hospitals, cases, or yuan of the fund."""

    name: str
    covered: Decimal
    whole: Decimal


class Benefit(NamedTuple):
    """What a patient got back, yuan and per cent with one decimal (报销待遇)."""

    total: Decimal
    reimbursed: Decimal
    patient: Decimal
    ratio: Decimal | None


def read_watch(table: Table) -> WatchRules:
    """[policy.watch]: warnings.<pool> and coverage, both optional."""
    pools = table.table("warnings") if table.has("warnings") else None
    coverage = table.table("coverage") if table.has("coverage") else None
    rules = WatchRules(
        warnings={pool: _read_warning(pools.table(pool)) for pool in pools.names()} if pools else {},
        coverage={name: coverage.number(name, "ratio") for name in coverage.names()} if coverage else {},
    )
    table.finish()
    for name in rules.coverage:
        if name not in COVERAGES:
            raise table.wrong("coverage", f"names {name!r}", f"the coverages are {', '.join(COVERAGES)}")
    return rules


def watch_items(rules: WatchRules | None) -> set[str]:
    """The items of the fund account that warnings look at."""
    rows = rules.warnings.values() if rules else ()
    return {item.item for row in rows for item in (row.income, row.spending, row.accumulated)}


def months_of_cover(accumulated: Decimal, spending: Decimal) -> Decimal:
    """For how many months the accumulated surplus lasts, one decimal: accumulated ÷ spending × 12.

    Any two amounts of the same unit do. Raises ZeroDivisionError when nothing is spent.
    """
    return divide(Fraction(accumulated) * 12, spending, MONTH_PLACES)


def patient_benefit(whole: Decimal, *reimbursed: Decimal) -> Benefit:
    """What is reimbursed of a cost, part by part (basic, serious illness, assistance), and what the patient bears."""
    back = total([ZERO, *reimbursed])
    return Benefit(whole, back, less(whole, back), divide(back * 100, whole, 1) if whole else None)


def warnings(rules: WatchRules, fund: Mapping[tuple[str, str], FundItem]) -> tuple[Indicator, ...]:
    """Surplus of the year, accumulated surplus and months of cover of every pool; `fund` by pool and item.

    Raises RulesError when the fund account lacks an item.
    """
    found: list[Indicator] = []
    for pool, rule in rules.warnings.items():
        income, spending, accumulated = (
            item.amount(fund, pool) for item in (rule.income, rule.spending, rule.accumulated)
        )
        surplus = less(income, spending)
        found += (
            _indicator(
                pool, "surplus_rate", "当期结余率", _percent(surplus, income), "per cent", rule.surplus_rate,
                f"({income:,} − {spending:,}) ÷ {income:,}",
            ),
            _indicator(
                pool, "accumulated_rate", "累计结余率", _percent(accumulated, income), "per cent",
                rule.accumulated_rate,
                f"{accumulated:,} ÷ {income:,}",
            ),
            _indicator(
                pool, "months_of_cover", "累计结余支付月数",
                months_of_cover(accumulated, spending) if spending else None, "months", rule.months_of_cover,
                f"{accumulated:,} ÷ {spending:,} × 12",
            ),
        )  # fmt: skip
    return tuple(found)


def coverages(rules: WatchRules, covered: Sequence[Covered]) -> tuple[Indicator, ...]:
    """The coverages, each against what the policy wants of it."""
    return tuple(
        _indicator(
            "",
            row.name,
            _COVERAGE_NAMES[row.name],
            _percent(row.covered, row.whole),
            "per cent",
            Bounds(rules.coverage.get(row.name), None),
            f"{row.covered:,} ÷ {row.whole:,}",
        )
        for row in covered
    )


def watch_findings(indicators: Sequence[Indicator]) -> tuple[Finding, ...]:
    """A warning for every indicator beyond its bounds."""
    return tuple(
        office_finding(
            "W003",
            f"{f'pool {row.pool}: ' if row.pool else ''}{row.name} {row.chinese} is {row.value} {row.unit}, "
            f"{_wanted(row)} ({row.source})",
            field=row.name,
            value=str(row.value),
        )
        for row in indicators
        if not row.kept
    )


_COVERAGE_NAMES = {
    "region": "统筹地区覆盖",
    "institution": "医疗机构覆盖",
    "disease": "病种覆盖",
    "fund": "基金覆盖",
}


def _indicator(
    pool: str, name: str, chinese: str, value: Decimal | None, unit: str, bounds: Bounds, working: str
) -> Indicator:
    scale = 100 if unit == "per cent" else 1
    least, most = (bound.value * scale if bound else None for bound in bounds)
    kept = value is None or ((least is None or value >= least) and (most is None or value <= most))
    source = "; ".join(dict.fromkeys(bound.source for bound in bounds if bound))
    return Indicator(pool, name, chinese, value, unit, least, most, kept, working, source)


def _wanted(row: Indicator) -> str:
    least = f"at least {plain(row.at_least)}" if row.at_least is not None else ""
    most = f"at most {plain(row.at_most)}" if row.at_most is not None else ""
    return " and ".join(filter(None, (least, most)))


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return divide(part * 100, whole, RATE_PLACES) if whole else None


def _read_warning(table: Table) -> WarningRule:
    rule = WarningRule(
        income=read_budget(table, "income"),
        spending=read_budget(table, "spending"),
        accumulated=read_budget(table, "accumulated"),
        surplus_rate=_read_bounds(table, "surplus_rate", "ratio"),
        accumulated_rate=_read_bounds(table, "accumulated_rate", "factor"),
        months_of_cover=_read_bounds(table, "months_of_cover", "months"),
    )
    table.finish()
    return rule


def _read_bounds(table: Table, key: str, unit: str) -> Bounds:
    if not table.has(key):
        return Bounds(None, None)
    entry = table.table(key)
    bounds = Bounds(*(entry.number(name, unit) if entry.has(name) else None for name in ("at_least", "at_most")))
    entry.finish()
    return bounds
