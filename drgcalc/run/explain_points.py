"""The points and the money of one record, out of a published version: factors with their sources, its share in yuan.

Everything is computed again from what the version was settled with (its cases, terms.json), and must come to what was
published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb

from drgcalc.base.errors import UnbalancedError
from drgcalc.base.money import MONEY_PLACES, round_half_up
from drgcalc.report.points_model import CaseMoney, PointsReason
from drgcalc.run.case_factors import factors_of
from drgcalc.run.closed import closed_before, standing_version
from drgcalc.run.database import connect, sql
from drgcalc.run.group import CASES_FILE
from drgcalc.run.period import Period, parse_period
from drgcalc.run.publish import periods
from drgcalc.run.published import read_allocations
from drgcalc.run.region import Region
from drgcalc.run.snapshot import TERMS_FILE, read_texts, region_of
from drgcalc.run.terms import terms_of
from drgcalc.run.workspace import workspace
from drgcalc.run.year import POINT_VALUES_FILE, read_values
from drgcalc.settlement.case_arithmetic import CaseWeight, SettledLine, case_shares, recomputed, worth
from drgcalc.settlement.ledger import less
from drgcalc.settlement.point_terms import segment_rows
from drgcalc.settlement.policy import PointValueRule, Policy
from drgcalc.settlement.rows import Allocation, HospitalTotals, PoolValue
from drgcalc.settlement.settle import month_value_rule
from drgcalc.settlement.totals import ALL_RECORDS

PAID = "paid"


class _Version(NamedTuple):
    """A published version and what it was settled with."""

    region: Region
    period: Period
    policy: Policy
    rule: PointValueRule
    values: Mapping[str, PoolValue]
    allocations: Mapping[tuple[str, str], Allocation]


def explain_points(region: Region, settlement_id: str, period: Period | None) -> PointsReason | None:
    """The record's points and money in the settled period that was asked for, else in its year, else in its month.

    None when no settled period has it. Raises UnbalancedError when the points are not what was published.
    """
    for version in _versions(region.out, period):
        with workspace() as work, connect(work) as con:
            con.read_parquet(str(version / CASES_FILE)).create_view("settled")
            con.execute(sql("drgcalc.run", "stays_of_record"), {"settlement_id": settlement_id}).complete()
            con.execute(sql("drgcalc.settlement", "refund_terms")).complete()
            found = con.execute(sql("drgcalc.run", "settled_lines"), {"settlement_id": settlement_id}).fetchall()
            lines = [SettledLine(*row) for row in found]
            if lines:
                with region_of(read_texts(version), closed_before(region.out, version.parent.name)) as terms:
                    made = _made_with(terms, version)
                    return PointsReason(
                        f"{version.parent.name}/{version.name}", tuple(_money(con, made, line) for line in lines)
                    )
    return None


def _versions(out: Path, period: Period | None) -> Iterator[Path]:
    """The versions that hold, years before months; those of an older program do not know their terms."""
    settled = [name for name in periods(out) if "/" not in name]
    names = [period.text] if period else sorted(settled, key=lambda name: (len(name), name))
    for name in names:
        folder = standing_version(out, name)
        if folder is not None and (folder / TERMS_FILE).is_file():
            yield folder


def _made_with(region: Region, version: Path) -> _Version:
    period = parse_period(version.parent.name)
    policy = terms_of(region, period).policy
    rule = policy.point_value
    if period.is_month and policy.month is not None:
        rule = month_value_rule(rule, policy.month)
    return _Version(
        region=region,
        period=period,
        policy=policy,
        rule=rule,
        values={row.pool: row for row in read_values(version / POINT_VALUES_FILE)},
        allocations={(row.pool, row.hospital_id): row for row in read_allocations(version)},
    )


def _money(con: duckdb.DuckDBPyConnection, made: _Version, line: SettledLine) -> CaseMoney:
    """One line of the record, its points proved."""
    rules = made.policy.points
    decided = next((row for row in made.region.decisions.special_cases if row.settlement_id == line.term_id), None)
    again = recomputed(rules, line, decided.points if decided else None)
    place = f"{line.source_file} row {line.source_row}"
    if again.points != line.case_points:
        raise UnbalancedError(
            f"{line.settlement_id} ({place}): the points come to {again.points}, published are {line.case_points}",
            hint="`drgcalc verify` says what was changed",
        )
    by_item = line.segment == "special_item" and not line.is_refund
    heirs = made.region.decisions.successors(made.period.last)
    account = made.allocations.get((line.pool, heirs.get(line.hospital_id, line.hospital_id)))
    paid = _paid_for_points(con, made, line, account, heirs) if account and line.method is None else _NOT_PAID
    return CaseMoney(
        place=place,
        hospital_id=line.hospital_id,
        pool=line.pool,
        factors=factors_of(made.region, rules, line, decided),
        words=again.words,
        points=again.points,
        decided=decided.amount if by_item and decided else None,
        notes=tuple(_notes(made, line)),
        **paid._asdict(),
    )


class _Paid(NamedTuple):
    worth: Decimal | None
    worth_words: str
    share: Decimal | None
    share_words: str


_NOT_PAID = _Paid(None, "", None, "")


def _paid_for_points(
    con: duckdb.DuckDBPyConnection,
    made: _Version,
    line: SettledLine,
    account: Allocation,
    heirs: Mapping[str, str],
) -> _Paid:
    """What the points are worth, and the case's share of its hospital's amount for points."""
    value = made.values[line.pool]
    if value.status != PAID:
        return _Paid(None, f"nobody is paid for points in pool {line.pool}: {value.status}", None, "")
    cases = _cases(con, made, line.pool, account.hospital_id, heirs)
    own = next(number for number, case in enumerate(cases) if case[:2] == (line.source_file, line.source_row))
    amount = less(account.payable, account.special_paid)
    shares = case_shares(made.rule, amount, cases)
    share_words = (
        f"its part of {amount:,} yuan, what {account.hospital_id} is owed for {account.points:,} points, to the fen by "
        f"largest remainder over {len(cases):,} cases"
    )
    if not shares:
        share_words = f"{account.hospital_id} has no points above zero in all: no share"
    paid_with = value.printed if made.rule.pay_with.value == "printed" else value.value
    amount_, words = worth(made.rule, cases[own], _totals(account), paid_with)
    if value.increment_value is not None:
        within = round_half_up(less(account.points, account.increment_points or Decimal(0)), 4)
        words = (
            f"values are elastic: {within} points of the hospital within its base × {value.value}, "
            f"{account.increment_points} beyond it × {value.increment_value}; a case is in neither class of its own"
        )
        return _Paid(None, words, shares[own] if shares else None, share_words)
    return _Paid(amount_, words, shares[own] if shares else None, share_words)


def _cases(
    con: duckdb.DuckDBPyConnection, made: _Version, pool: str, hospital_id: str, heirs: Mapping[str, str]
) -> list[CaseWeight]:
    """The cases that the hospital's amount for points is shared by, those of hospitals that became part of it too."""
    codes = [hospital_id, *(ended for ended, heir in heirs.items() if heir == hospital_id)]
    parameters = {
        "pool": pool,
        "hospitals": codes,
        "all_records": made.rule.amounts.value == ALL_RECORDS,
        "carrying": [row.name for row in segment_rows(made.policy.points) if row.carries_points],
    }
    rows = con.execute(sql("drgcalc.run", "hospital_points"), parameters).fetchall()
    return [CaseWeight(file, row, points, round_half_up(paid, MONEY_PLACES)) for file, row, points, paid in rows]


def _totals(row: Allocation) -> HospitalTotals:
    return HospitalTotals(
        row.pool, row.hospital_id, 0, row.cases, row.cases_without_points, row.points, row.total_fee, row.fund_booked,
        row.patient_paid,
    )  # fmt: skip


def _notes(made: _Version, line: SettledLine) -> Iterator[str]:
    """What else there is to know about a line."""
    if line.method is not None and made.policy.methods is not None:
        block = next((one for one in made.policy.methods.methods if one.id == line.method), None)
        if block is not None:
            law = f"policy methods {block.id} = {block.kind.value} · {block.kind.source}"
            yield f"paid by {block.label} ({law}): its hospital's amount is in methods.csv"
    if line.is_refund and line.method is None:
        reversed_ = f"{line.term_id} ({line.term_file} row {line.term_row})"
        fees = f"{line.fee_before} yuan before, {line.fee_after} after"
        terms = f"reverses {reversed_}: {fees}, on the terms of that line"
        yield terms if line.is_matched else "reverses no line of the period: it follows its own terms"
    if line.review:
        yield f"review: {line.review}; see review.csv"
