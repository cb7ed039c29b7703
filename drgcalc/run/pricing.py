"""What mending records would be worth: findings_priced.csv, the most yuan first, and at_stake.csv, the sums by pool.

The records are those of if_mended.parquet, already grouped. They get points by the settlement's own queries, among the
settled cases of the same persons, and yuan from the pools as they are settled. Nothing of the settlement depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, groupby, islice, takewhile
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from drgcalc.base.columns import MONEY, Column, Table
from drgcalc.base.money import round_half_up, total
from drgcalc.base.pricing_columns import AT_STAKE, FINDINGS_PRICED, NO_POINTS
from drgcalc.run.database import connect, sql
from drgcalc.run.mended_points import fetched, mended_cases
from drgcalc.run.period import Period
from drgcalc.run.points import rows
from drgcalc.run.published_csv import read_rows
from drgcalc.run.region import Region
from drgcalc.run.terms import with_bases
from drgcalc.run.writing import arrow_table, write_csv
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.mending import AtStake, PricedFinding, PricedRecord, Stakes, price
from drgcalc.settlement.point_value import PAID
from drgcalc.settlement.policy import PointValueRule, Policy
from drgcalc.settlement.rows import Allocation, HospitalTotals, PoolValue
from drgcalc.settlement.settle import VALUE_PLACES, month_value_rule
from drgcalc.settlement.stakes import Change, PoolStakes, together
from drgcalc.settlement.totals import ALL_RECORDS

LARGEST = 10
PRICED_FILE, STAKES_FILE = "findings_priced.csv", "at_stake.csv"
RUN = "drgcalc.run"

_STAKES = Table(
    "stakes",
    "one priced record, and what it adds to whose totals",
    (
        *FINDINGS_PRICED.columns,
        Column("is_refund", "BOOLEAN", "", "", ""),
        Column("paid_hospital", "VARCHAR", "", "", ""),
        *(Column(f"added_{name}", MONEY, "yuan", "", "") for name in ("fee", "booked", "patient")),
    ),
)


class SettledPools(NamedTuple):
    """What prices are taken from: the settlement's rows, and the settled cases on disk."""

    allocations: Sequence[Allocation]
    values: Sequence[PoolValue]
    cases: Path


class Sum(NamedTuple):
    """A row of sql/stake_sums.sql."""

    pool: str | None
    kind: str
    paid_hospital: str | None
    records: int
    priced: int
    alternatives: int
    points: Decimal
    yuan_at_value: Decimal
    added_fee: Decimal
    added_booked: Decimal
    added_patient: Decimal


def write_priced(
    region: Region, policy: Policy, period: Period, settled: SettledPools, mended: Path, folder: Path, work: Path
) -> None:
    """Write both files into `folder`. mended: an if_mended.parquet of the period."""
    headers = policy.headers.value
    if not pq.read_metadata(mended).num_rows:
        write_csv(folder / PRICED_FILE, FINDINGS_PRICED, (), headers)
        write_csv(folder / STAKES_FILE, AT_STAKE, (), headers)
        return
    pools = pool_stakes(region, policy, period, settled)
    successors = region.decisions.successors(period.last)
    all_amounts = policy.point_value.amounts.value == ALL_RECORDS
    priced_apart = work / "stakes"
    priced_apart.mkdir()
    with connect(work) as con, connect(priced_apart) as stakes:
        stakes.from_arrow(arrow_table(_STAKES, ())).create("stakes")
        con.read_parquet(str(settled.cases)).create_view("settled")
        for some in mended_cases(con, region, policy, mended):
            priced = (price(record, pools, successors, all_amounts=all_amounts) for record in some)
            stakes.from_arrow(arrow_table(_STAKES, map(_stakes_row, priced))).insert_into("stakes")
        found = fetched(stakes.execute(sql(RUN, "stakes_ordered")))
        write_csv(folder / PRICED_FILE, FINDINGS_PRICED, chain.from_iterable(found), headers)
        sums = [Sum(*row) for row in rows(stakes, RUN, "stake_sums")]
    write_csv(folder / STAKES_FILE, AT_STAKE, at_stake(sums, pools, settled.values), headers)


def read_stakes(folder: Path) -> Stakes:
    """Both files of a version, published or about to be. Raises OutputError when they cannot be read."""
    priced = (PricedFinding(*row) for row in read_rows(folder / PRICED_FILE, FINDINGS_PRICED))
    sums = tuple(AtStake(*row) for row in read_rows(folder / STAKES_FILE, AT_STAKE))
    return Stakes(sums, tuple(islice(_each_once(priced), LARGEST)))


def _each_once(rows_: Iterable[PricedFinding]) -> Iterator[PricedFinding]:
    """Those that have a price, the first of alternatives only."""
    met = set()
    for row in takewhile(lambda one: one.yuan_hospital is not None, rows_):
        if not row.alternative or row.settlement_id not in met:
            yield row
        if row.alternative:
            met.add(row.settlement_id)


def pool_stakes(region: Region, policy: Policy, period: Period, settled: SettledPools) -> dict[str, PoolStakes]:
    """The pools whose points are paid, by id."""
    rule = value_rule(policy, period)
    found = {}
    for value in settled.values:
        if value.status == PAID:
            totals = tuple(_totals(row) for row in settled.allocations if row.pool == value.pool)
            if rule.elastic is not None:
                totals = with_bases(region, policy, period, totals)
            found[value.pool] = PoolStakes(value.pool, less(value.fund, value.special), totals, rule)
    return found


def value_rule(policy: Policy, period: Period) -> PointValueRule:
    """How points became money in the period."""
    if period.is_month and policy.month is not None:
        return month_value_rule(policy.point_value, policy.month)
    return policy.point_value


def at_stake(sums: Sequence[Sum], pools: Mapping[str, PoolStakes], values: Sequence[PoolValue]) -> Iterator[AtStake]:
    """The sums of pools and kinds, beside the point value now and after all of them."""
    by_pool = {value.pool: value for value in values}
    for (pool, kind), group in groupby(sums, key=lambda row: (row.pool, row.kind)):
        own = list(group)
        changes = together(
            (row.paid_hospital, Change(row.points, row.added_fee, row.added_booked, row.added_patient))
            for row in own
            if row.paid_hospital is not None
        )
        value, stakes = by_pool.get(pool or ""), pools.get(pool or "")
        after = stakes.value_after(changes) if stakes else None
        yield AtStake(
            pool=pool,
            kind=kind,
            records=sum(row.records for row in own),
            priced=sum(row.priced for row in own),
            alternatives=sum(row.alternatives for row in own),
            points=total([NO_POINTS, *(row.points for row in own)]),
            yuan_at_value=total([ZERO, *(row.yuan_at_value for row in own)]),
            fund=value.fund if value else None,
            point_value=value.value if value else None,
            point_value_mended=None if after is None else round_half_up(after, VALUE_PLACES),
        )


def _totals(row: Allocation) -> HospitalTotals:
    """The totals that an allocation was made of."""
    amounts = (row.points, row.total_fee, row.fund_booked, row.patient_paid)
    return HospitalTotals(row.pool, row.hospital_id, 0, row.cases, row.cases_without_points, *amounts)


def _stakes_row(priced: PricedRecord) -> tuple[object, ...]:
    _, *amounts = priced.change
    return (*priced.finding, priced.is_refund, priced.paid_hospital, *amounts)
