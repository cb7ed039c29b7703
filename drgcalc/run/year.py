"""The settlement year on disk: paying a month after the months before it, clearing a year after its months."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.columns import FUND
from drgcalc.base.errors import Finding
from drgcalc.base.money import total
from drgcalc.base.payment_columns import CLEARING, CLEARING_POOLS, DIFFERENCES, PAYMENTS, POINT_VALUES
from drgcalc.base.settlement_columns import LEDGER
from drgcalc.run.closed import closed_periods, closed_with, standing_version
from drgcalc.run.differences import DIFFERENCES_FILE, closed_years, months_before, read_differences
from drgcalc.run.manifest import CLOSED_MONTHS, MANIFEST, Manifest, file_hash
from drgcalc.run.period import Period, parse_period
from drgcalc.run.published import read_allocations, read_balances
from drgcalc.run.published_csv import read_rows
from drgcalc.run.region import Region
from drgcalc.run.writing import write_csv
from drgcalc.settlement.clearing import Cleared, Clearing, Year, clear_year
from drgcalc.settlement.clearing_rules import quarter_findings
from drgcalc.settlement.decision_findings import decision_finding
from drgcalc.settlement.identities import Statement
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.pay_findings import pay_finding
from drgcalc.settlement.payment_rows import Difference, Payment
from drgcalc.settlement.payments import Month, PaidMonth, pay_month
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import Allocation, FundItem, PoolValue
from drgcalc.settlement.settle import Settlement

PAYMENTS_FILE, PAYMENTS_LEDGER = "payments.csv", "payments_ledger.csv"
CLEARING_FILE, CLEARING_LEDGER = "clearing.csv", "clearing_ledger.csv"
CLEARING_POOLS_FILE, NEXT_FUND_FILE = "clearing_pools.csv", "next_year_fund.csv"
POINT_VALUES_FILE = "point_values.csv"
WHOLE_POOL = "payable_pool"
"""The line of the waterfall that holds what points and the methods inside the total distribute together."""


class Paid(NamedTuple):
    """What a settlement year adds to a settlement: a month's payments and differences, or the year's clearing."""

    month: PaidMonth | None
    differences: tuple[Difference, ...]
    clearing: Clearing | None
    findings: tuple[Finding, ...]

    @property
    def identities(self) -> tuple[Statement, ...]:
        """What both must prove."""
        return (*(self.month.identities if self.month else ()), *(self.clearing.identities if self.clearing else ()))


def pay(region: Region, policy: Policy, period: Period, settlement: Settlement, found: tuple[Difference, ...]) -> Paid:
    """Pay a month where the policy has [policy.payment], clear a year where it has [policy.clearing].

    `found` are the differences to closed months and years. Raises RulesError when an assessment is missing.
    """
    posted = [pay_finding("P103", f"{period.text}: {len(found)} differences to closed periods")] if found else []
    if period.is_month and policy.payment is not None:
        month = _month(region, policy, period, settlement, found)
        return Paid(month, found, None, (*month.findings, *posted))
    if not period.is_month and policy.clearing is not None:
        clearing, findings = _clear(region, policy, period, settlement, found)
        return Paid(None, found, clearing, (*clearing.findings, *posted, *findings))
    return Paid(None, (), None, _without_rule(region, period))


def earlier(region: Region, period: Period) -> dict[str, str]:
    """Hashes of the versions that a month's payments or a year's clearing build on, by folder; closed years too."""
    months = [standing_version(region.out, month) for month in months_before(period)]
    years = [standing_version(region.out, year) for year in closed_years(region, period)]
    folders = [folder for folder in months if folder is not None and (folder / PAYMENTS_LEDGER).is_file()]
    return {
        folder.relative_to(region.folder).as_posix(): file_hash(folder / MANIFEST)
        for folder in (*(year for year in years if year is not None), *folders)
    }


def closed_months(region: Region, period: Period) -> dict[str, str]:
    """Which months before are closed and with which decisions, as an entry of a manifest; nothing without any.

    A month posts differences to closed months, and a clearing says which months are open.
    """
    closed = closed_with(region.out)
    marks = [f"{month} {'|'.join(closed[month])}" for month in months_before(period) if month in closed]
    return {CLOSED_MONTHS: hashlib.sha256("\n".join(marks).encode()).hexdigest()} if marks else {}


def built_on_others(region: Region, manifest: Manifest) -> tuple[str, ...]:
    """The months before whose versions hold and are not those that a version was built on, or the other way round."""
    then = {name: digest for name, digest in manifest.region.items() if name.startswith(f"{region.out.name}/")}
    now = earlier(region, parse_period(manifest.period))
    names = {name for name in {*then, *now} if then.get(name) != now.get(name)}
    return tuple(sorted({Path(name).parent.name for name in names}))


def write_paid(folder: Path, policy: Policy, settlement: Settlement, paid: Paid) -> None:
    """The files of a draft about point values, payments and clearing."""
    headers, period = policy.headers.value, settlement.period
    write_csv(folder / POINT_VALUES_FILE, POINT_VALUES, [(period, *value) for value in settlement.values], headers)
    if paid.month is not None:
        write_csv(folder / PAYMENTS_FILE, PAYMENTS, paid.month.rows, headers)
        write_csv(folder / PAYMENTS_LEDGER, LEDGER, paid.month.book.rows(period), headers)
        write_csv(folder / DIFFERENCES_FILE, DIFFERENCES, paid.differences, headers)
    if paid.clearing is not None:
        if paid.differences:
            write_csv(folder / DIFFERENCES_FILE, DIFFERENCES, paid.differences, headers)
        write_csv(folder / CLEARING_FILE, CLEARING, paid.clearing.rows, headers)
        write_csv(folder / CLEARING_POOLS_FILE, CLEARING_POOLS, paid.clearing.pools, headers)
        write_csv(folder / CLEARING_LEDGER, LEDGER, paid.clearing.book.rows(period), headers)
        write_csv(folder / NEXT_FUND_FILE, FUND, next_fund(policy, settlement), headers)


def next_fund(policy: Policy, settlement: Settlement) -> tuple[FundItem, ...]:
    """Next year's "last year's pool": the final pool of each, ready for fund/*.csv; nothing without a floor."""
    item = policy.limits.last_pool.item if policy.limits and policy.limits.last_pool else None
    year = int(settlement.period[:4]) + 1
    source = f"drgcalc {settlement.period}: {policy.document}"
    pools = [line for line in settlement.lines if line.item == WHOLE_POOL]
    return tuple(FundItem(year, line.pool, item, line.amount, source) for line in pools if item)


def read_values(path: Path) -> tuple[PoolValue, ...]:
    """point_values.csv of a published version. Raises OutputError when it cannot be read."""
    return tuple(PoolValue(*row[1:]) for row in read_rows(path, POINT_VALUES))


def read_payments(folder: Path) -> tuple[Payment, ...]:
    """payments.csv of a published version; none when the policy had no [policy.payment]."""
    path = folder / PAYMENTS_FILE
    return tuple(Payment(*row) for row in read_rows(path, PAYMENTS)) if path.is_file() else ()


def read_cleared(folder: Path) -> tuple[Cleared, ...]:
    """clearing.csv of a published version; none when the policy had no [policy.clearing]."""
    path = folder / CLEARING_FILE
    if not path.is_file():
        return ()
    return tuple(cleared_rows(path))


def cleared_rows(path: Path) -> Iterable[Cleared]:
    """The rows of a clearing.csv. A version of an older program knows no differences to closed years."""
    for row in read_rows(path, CLEARING):
        cleared = Cleared(*row)
        yield cleared if cleared.earlier is not None else cleared._replace(earlier=ZERO)


def _month(
    region: Region, policy: Policy, period: Period, settlement: Settlement, found: Sequence[Difference]
) -> PaidMonth:
    assert policy.payment is not None
    folders = [standing_version(region.out, month) for month in months_before(period)]
    ledgers = [folder / PAYMENTS_LEDGER for folder in folders if folder and (folder / PAYMENTS_LEDGER).is_file()]
    return pay_month(
        Month(
            period=period.text,
            rule=policy.payment,
            allocations=settlement.allocations,
            methods=settlement.methods,
            differences=found,
            decisions=region.decisions,
            successors=region.decisions.successors(period.last),
            before=read_balances(ledgers),
            pools=_annual(settlement),
        )
    )


def _annual(settlement: Settlement) -> dict[str, Decimal]:
    """The year's pool behind a month's waterfall: its own part and that of the other months."""
    parts: dict[str, list[Decimal]] = {}
    for line in settlement.lines:
        if line.item == WHOLE_POOL:
            parts.setdefault(line.pool, []).append(line.amount)
        if line.item == "other_months":
            parts.setdefault(line.pool, []).append(less(ZERO, line.amount))
    return {pool: total(amounts) for pool, amounts in parts.items()}


def _clear(
    region: Region, policy: Policy, period: Period, settlement: Settlement, found: tuple[Difference, ...]
) -> tuple[Clearing, list[Finding]]:
    assert policy.clearing is not None
    months = {month: standing_version(region.out, month) for month in months_before(period)}
    folders = {month: folder for month, folder in months.items() if folder is not None}
    clearing = clear_year(
        Year(
            year=period.year,
            rule=policy.clearing,
            allocations=settlement.allocations,
            methods=settlement.methods,
            payments=[row for folder in folders.values() for row in read_payments(folder)],
            decisions=region.decisions,
            successors=region.decisions.successors(period.last),
            earlier=[*_of_closed_years(period, folders.values()), *found],
        )
    )
    findings = _months_missing(region, period, folders)
    return clearing, [*findings, *quarter_findings(policy.clearing, _of_months(region, period, folders.values()))]


def _of_closed_years(period: Period, folders: Iterable[Path]) -> list[Difference]:
    """The differences to years before this one that its months have posted."""
    posted = (row for folder in folders for row in read_differences(folder))
    return [row for row in posted if row.corrects[:4] < period.text]


def _of_months(region: Region, period: Period, folders: Iterable[Path]) -> list[Allocation]:
    """The months' allocations, under the hospitals that stand at the end of the year."""
    heirs = region.decisions.successors(period.last)
    rows = (row for folder in folders for row in read_allocations(folder))
    return [row._replace(hospital_id=heirs.get(row.hospital_id, row.hospital_id)) for row in rows]


def _months_missing(region: Region, period: Period, folders: Mapping[str, Path]) -> list[Finding]:
    closed = closed_periods(region.out)
    missing = [month for month in months_before(period) if month not in folders]
    still_open = [month for month in folders if month not in closed]
    found = []
    if missing:
        words = f"not settled are {', '.join(missing)}" if folders else "no month is settled"
        found.append(pay_finding("P104", f"{period.text}: {words}"))
    if still_open:
        found.append(pay_finding("P110", f"{period.text}: not closed are {', '.join(still_open)}"))
    return found


def _without_rule(region: Region, period: Period) -> tuple[Finding, ...]:
    """Decisions about payment that no rule of the policy applies."""
    kinds = [
        kind for kind in region.decisions.kinds() if kind in ("deductions", "transfers", "corrections", "advances")
    ]
    if not kinds:
        return ()
    table = "payment" if period.is_month else "clearing"
    message = (
        f"{period.text}: the policy has no [policy.{table}], so these decisions change nothing: {', '.join(kinds)}"
    )
    return (decision_finding("D112", "", 0, message),)
