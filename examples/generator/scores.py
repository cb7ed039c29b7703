"""Scores of an example's groups from its own history, and from the clinical patterns where history is thin."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from drgcalc.base.columns import SCORES
from drgcalc.base.money import divide, total
from drgcalc.grouping.engine import Engine
from drgcalc.grouping.scheme import DrgRow, Scheme
from drgcalc.records.intake import HospitalSpan, Intake, read_parts
from drgcalc.records.sources import expand
from generator.plan import Pattern, Plan, World

ENOUGH = 20
FEW = 3  # for a group that no pattern leads to, a few cases tell more than its neighbours do


class Mean(NamedTuple):
    """A group's mean cost in yuan and where it comes from."""

    fee: Decimal
    source: str


class Sum(NamedTuple):
    """Cases of a group in history and their cost, yuan."""

    cases: int
    fee: Decimal


def write_scores(region: Path, plan: Plan, world: World, scheme: Scheme) -> None:
    """The scores of a region whose discharges are written: score and mean cost of every group of the scheme."""
    history = _history(region, plan, scheme) if plan.score_years else {}
    years = plan.score_years or (plan.scores_from.year,)
    price = sum((Fraction(str(plan.years[year].price)) for year in years), Fraction(0)) / len(years)
    patterns = _pattern_means(world, price)
    means = {row.code: _mean(row, history, patterns, scheme, plan) for row in scheme.drg}
    every = _mean_of_all(history, world, price)
    path = region / "scores" / f"{plan.scores_from.year}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [name for name in SCORES.names() if name != "level"]
        writer.writerow(names)
        for code, mean in means.items():
            score = divide(Fraction(mean.fee) * plan.group_scale, Fraction(every), 4)
            writer.writerow([code, score, mean.fee, plan.scores_from, "", mean.source])


def _history(region: Path, plan: Plan, scheme: Scheme) -> dict[str, Sum]:
    """Cases and cost by group over the score years, grouped by the engine that settles."""
    sums: dict[str, Sum] = {}
    with tempfile.TemporaryDirectory() as work, duckdb.connect() as con:
        con.execute("SET threads = 1").complete()
        engine = Engine(scheme)
        for part in read_parts(con, _intake(region, plan, Path(work))):
            _, records, codes = part.accepted()
            grouped = engine.group(records, codes).select("status", "group_code").with_columns(_fees(records))
            of_groups = grouped.filter(pl.col("status") == "grouped").group_by("group_code")
            for code, cases, fee in of_groups.agg(pl.len(), pl.col("total_fee").sum()).rows():
                before = sums.get(code, Sum(0, Decimal("0.00")))
                sums[code] = Sum(before.cases + cases, total((before.fee, fee)))
    return sums


def _fees(records: pa.Table) -> pl.Series:
    return pl.Series("total_fee", records["total_fee"])


def _intake(region: Path, plan: Plan, work: Path) -> Intake:
    return Intake(
        sources=expand(region, ["discharges/history"]).sources,
        work=work,
        salt=bytes(32),
        hospitals=tuple(HospitalSpan(span.hospital_id, span.first, span.last) for span in plan.spans),
        pools={code: code for level in plan.levels.values() for code in level.fund_ratio},
        first=date(min(plan.score_years), 1, 1),
        last=date(max(plan.score_years), 12, 31),
        date_basis="settlement",
        today=plan.scores_from,
    )


def _pattern_means(world: World, price: Fraction) -> dict[str, Decimal]:
    """Expected cost of the groups that patterns lead to, weighted by how often they occur."""
    weighted: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for pattern in world.patterns:
        weighted.setdefault(pattern.group_code, []).append(_weighted(pattern))
    return {code: _weighted_mean(parts, price) for code, parts in weighted.items()}


def _weighted(pattern: Pattern) -> tuple[Fraction, Fraction]:
    weight = Fraction(str(pattern.weight))
    return weight, weight * Fraction(str(pattern.mean_fee))


def _weighted_mean(parts: Iterable[tuple[Fraction, Fraction]], price: Fraction) -> Decimal:
    weights, fees = map(sum, zip(*parts, strict=True))
    return divide(Fraction(fees) * price, Fraction(weights), 2)


def _mean(row: DrgRow, history: Mapping[str, Sum], patterns: Mapping[str, Decimal], scheme: Scheme, plan: Plan) -> Mean:
    """History where it is enough; else the group's patterns; else groups beside it, then those of its MDC, then all."""
    seen = history.get(row.code, Sum(0, Decimal(0)))
    if seen.cases >= (ENOUGH if row.code in patterns else FEW):
        years = f"{min(plan.score_years)}—{max(plan.score_years)}年"
        source = f"{plan.scores_source}：{years}历史病例{seen.cases}例均值"
        return Mean(divide(seen.fee, Decimal(seen.cases), 2), source)
    if row.code in patterns:
        return Mean(patterns[row.code], f"{plan.scores_source}：病种画像均值（历史病例不足{ENOUGH}例）")
    for name, beside in (
        ("同核心病组", [other.code for other in scheme.drg if other.adrg == row.adrg]),
        ("同大类", [other.code for other in scheme.drg if other.mdc == row.mdc]),
        ("全部病组", [other.code for other in scheme.drg]),
    ):
        if known := [patterns[code] for code in beside if code in patterns]:
            return Mean(_middle(known), f"{plan.scores_source}：{name}中位均值（无病例）")
    raise ValueError(f"no pattern leads to any group of scheme {scheme.id}")


def _middle(fees: Sequence[Decimal]) -> Decimal:
    return sorted(fees)[len(fees) // 2]


def _mean_of_all(history: Mapping[str, Sum], world: World, price: Fraction) -> Decimal:
    """Mean cost of all grouped cases of history, or of all patterns."""
    if history:
        cases = sum(row.cases for row in history.values())
        return divide(total(row.fee for row in history.values()), Decimal(cases), 2)
    return _weighted_mean(map(_weighted, world.patterns), price)
