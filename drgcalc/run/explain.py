"""`drgcalc explain`: why a record is in its group, and how a hospital's amount came about."""

from __future__ import annotations

from itertools import accumulate, groupby
from pathlib import Path

from drgcalc.base.errors import UnbalancedError, UsageError
from drgcalc.base.money import total
from drgcalc.report.model import Statement, StatementLine
from drgcalc.run.period import Period
from drgcalc.run.published import find_version, read_allocations, read_book, read_method_payments
from drgcalc.run.region import load_region
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation


def explain_hospital(folder: Path, hospital_id: str, period: Period | None = None) -> Statement:
    """A hospital's postings in the newest version of a period, as a statement that adds up to what it is owed.

    Raises UsageError when the hospital has no account there, UnbalancedError when the postings miss the allocation.
    """
    region = load_region(folder)
    version = find_version(region.out, period.text if period else None)
    allocations = [row for row in read_allocations(version) if row.hospital_id == hospital_id]
    methods = [row for row in read_method_payments(version) if row.hospital_id == hospital_id]
    owed: list[Allocation | MethodPayment] = [*allocations, *methods]
    if not owed:
        raise UsageError(
            f"{version.relative_to(region.folder)} has no hospital {hospital_id}",
            hint="ids are text, as in hospitals.csv: mind leading zeros",
        )
    postings = read_book(version).of_hospital(hospital_id)
    lines: list[StatementLine] = []
    for _, rows in groupby(sorted(postings, key=lambda row: row.pool), key=lambda row: row.pool):
        of_pool = list(rows)
        balances = accumulate((row.amount for row in of_pool), lambda one, other: total((one, other)))
        lines += (
            StatementLine(row.pool, row.step, row.account, row.amount, balance, row.explanation, row.source)
            for row, balance in zip(of_pool, balances, strict=True)
        )
    totals = {
        pool: total(row.payable for row in owed if row.pool == pool) for pool in dict.fromkeys(row.pool for row in owed)
    }
    for pool, payable in totals.items():
        found = total(line.amount for line in lines if line.pool == pool)
        if found != payable:
            raise UnbalancedError(
                f"{hospital_id}, pool {pool}: the postings add up to {found}, allocated is {payable}",
                hint="`drgcalc verify` says what was changed",
            )
    return Statement(version.parent.name, hospital_id, owed[0].hospital_name, tuple(lines), totals)
