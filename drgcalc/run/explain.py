"""`drgcalc explain --hospital`: how a hospital's amount came about, and what of it was sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drgcalc.base.errors import UnbalancedError, UsageError
from drgcalc.base.money import total
from drgcalc.report.statement_model import Statement
from drgcalc.run.closed import closed_before
from drgcalc.run.hospital_account import account_of, posted_lines
from drgcalc.run.period import Period, parse_period
from drgcalc.run.published import find_version, read_allocations, read_book, read_method_payments
from drgcalc.run.region import Region, load_region
from drgcalc.run.snapshot import read_texts, region_of
from drgcalc.run.year import read_payments
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation


def explain_hospital(folder: Path, hospital_id: str, period: Period | None = None) -> Statement:
    """A hospital's account in the newest version of a period: from points to what is payable, sent and still due.

    Raises UsageError when the hospital has no account there, UnbalancedError when anything does not add up.
    """
    region = load_region(folder)
    version = find_version(region.out, period.text if period else None)
    with region_of(read_texts(version), closed_before(region.out, version.parent.name)) as terms:
        return _statement(replace(terms, out=region.out), region.folder, version, hospital_id)


def _statement(region: Region, folder: Path, version: Path, hospital_id: str) -> Statement:
    period = parse_period(version.parent.name)
    owed: list[Allocation | MethodPayment] = [*read_allocations(version), *read_method_payments(version)]
    owed = [row for row in owed if row.hospital_id == hospital_id]
    names = {row.hospital_name for row in (*owed, *read_payments(version)) if row.hospital_id == hospital_id}
    if not names:
        raise _unknown(region, version.relative_to(folder), hospital_id, period)
    lines = tuple(posted_lines(read_book(version).of_hospital(hospital_id)))
    totals = {
        pool: total(row.payable for row in owed if row.pool == pool) for pool in dict.fromkeys(row.pool for row in owed)
    }
    for pool, payable in totals.items():
        found = total([ZERO, *(line.amount for line in lines if line.pool == pool)])
        if found != payable:
            raise UnbalancedError(
                f"{hospital_id}, pool {pool}: the postings add up to {found}, allocated is {payable}",
                hint="`drgcalc verify` says what was changed",
            )
    account = account_of(region, version, period, hospital_id, totals)
    return Statement(period.text, hospital_id, max(names), lines, totals, *account)


def _unknown(region: Region, version: Path, hospital_id: str, period: Period) -> UsageError:
    heir = region.decisions.successors(period.last).get(hospital_id)
    if heir is not None:
        return UsageError(
            f"{hospital_id} has become part of {heir} by {period.last}", hint=f"its accounts are in --hospital {heir}"
        )
    return UsageError(
        f"{version} has no hospital {hospital_id}", hint="ids are text, as in hospitals.csv: mind leading zeros"
    )
