"""`drgcalc settle`: the main job. The order of work is the body of `_settle`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.columns import FINDINGS
from drgcalc.base.errors import Finding, InputError, RulesError
from drgcalc.base.method_columns import METHOD_PAYMENTS
from drgcalc.base.money import total
from drgcalc.base.settlement_columns import ALLOCATIONS, LEDGER, POOL
from drgcalc.base.version import VERSION
from drgcalc.report.model import Place, Proof, Settled
from drgcalc.run.closed import refuse_closed
from drgcalc.run.codes_file import copy_codes
from drgcalc.run.differences import closed_before, closed_years, differences
from drgcalc.run.group import CASES_FILE, FINDINGS_FILE, FINDINGS_HEADERS, Cases, grouped_cases
from drgcalc.run.if_mended import IF_MENDED_FILE
from drgcalc.run.intake import Progress, silent
from drgcalc.run.manifest import Manifest, hashes, with_outputs
from drgcalc.run.period import Period, parse_period
from drgcalc.run.points import Priced, Sums, settled_cases
from drgcalc.run.posted_before import all_posted
from drgcalc.run.pricing import SettledPools, read_stakes, write_priced
from drgcalc.run.publish import Draft, draft, lock, output_errors
from drgcalc.run.published import ALLOCATIONS_PARQUET, LEDGER_FILE, METHODS_PARQUET, POOL_FILE
from drgcalc.run.published_csv import read_findings
from drgcalc.run.region import Reading, Region, read_region
from drgcalc.run.rejected import copy_rejected
from drgcalc.run.settled_before import settled_before
from drgcalc.run.snapshot import texts_of, write_texts
from drgcalc.run.special import write_review
from drgcalc.run.terms import Terms, resettle, settle_sums, terms_of
from drgcalc.run.writing import arrow_table, write_csv, write_parquet
from drgcalc.run.year import closed_months, earlier, pay, write_paid
from drgcalc.run.year_differences import cannot_compute, year_differences
from drgcalc.settlement.identities import (
    Statement,
    case_identities,
    count_identity,
    point_identities,
    priced_identities,
    prove,
)
from drgcalc.settlement.mending import Stakes
from drgcalc.settlement.methods.outlays import claim_identities
from drgcalc.settlement.pay_findings import pay_finding
from drgcalc.settlement.payment_rows import Difference
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import Counts
from drgcalc.settlement.settle import Settlement

ALLOCATIONS_FILE = "allocations.csv"
METHODS_FILE = "methods.csv"
TOTALS = ("points", "total_fee", "fund_booked", "patient_paid", "payable", "retained", "unretained")
"""Columns of the allocations that the manifest sums by pool."""
UNKNOWN_CASE = "D111"
"""A special case that is no case of the period."""


class Manner(NamedTuple):
    """How a period is settled: `strict` refuses warnings, `dry_run` publishes nothing.

    repair_codes: the cases are those of damaged codes repaired, where the scheme has one candidate.
    """

    dry_run: bool = False
    strict: bool = False
    progress: Progress = silent
    repair_codes: bool = False


def settle(
    folder: Path,
    period: Period,
    *,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress = silent,
    repair_codes: bool = False,
) -> Settled:
    """Settle a year or a month of the region in `folder` and publish it under out/<period>/, in a Manner.

    Raises a DrgcalcError for bad circumstances, UnbalancedError for an identity that fails; no settlement is published
    then. The cases it needs are published on their own before, since they do not depend on the policy.
    """
    return _settle(read_region(folder), period, Manner(dry_run, strict, progress, repair_codes))


def settle_months(
    folder: Path,
    months: Iterable[Period],
    *,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress = silent,
    repair_codes: bool = False,
) -> Iterator[Settled]:
    """Settle months one after the other, each as `settle` does, and give each when it is published.

    What stops a month stops those behind it, which build on it; those before it stay published.
    """
    reading = read_region(folder)
    for month in months:
        reading = reading.brought_up_to_date()
        yield _settle(reading, month, Manner(dry_run, strict, progress, repair_codes))


def _settle(reading: Reading, period: Period, manner: Manner) -> Settled:
    region = reading.region
    refuse_closed(region.out, period.text)
    terms = terms_of(region, period)
    with (
        lock(region.out),
        _grouped(region, period, manner) as cases,
        draft(region.out, period.text) as sheet,
    ):
        if done := settled_before(region, period, _basis(region, period, terms, cases), cases):
            return done
        priced = _add_points(region, terms.policy, cases, sheet)
        settlement = settle_sums(region, terms.policy, period, priced.sums)
        changed, not_computed = _differences(region, period, terms, manner)
        paid = pay(region, terms.policy, period, settlement, changed)
        proofs = (*settlement.identities, *case_proofs(cases.manifest.counts, priced.sums), *paid.identities)
        prove(proofs)
        found = (*_decided(period, priced), *priced.findings, *settlement.findings, *paid.findings, *not_computed)
        findings = (*region.decisions.findings, *found)
        _refuse_by(manner.strict, period, findings)
        _write_results(sheet.folder, cases, settlement, findings, terms.policy)
        stakes = _price_mending(region, period, terms, cases, settlement, sheet)
        write_paid(sheet.folder, terms.policy, settlement, paid)
        write_texts(sheet.folder, texts_of(region))
        manifest = with_outputs(_manifest(region, period, terms, cases, settlement), sheet.folder)
        _refuse_changed(reading)
        place = Place(period.text, sheet.version, "", unchanged=False)
        if not manner.dry_run:
            published = sheet.publish(manifest)
            shown = published.folder.relative_to(region.folder).as_posix()
            place = Place(period.text, published.version, shown, published.unchanged)
        return Settled(
            region=region.name,
            period=period.text,
            grouping=cases.result,
            waterfall=settlement.lines,
            values=settlement.values,
            allocations=settlement.allocations,
            methods=settlement.methods,
            payments=paid.month.rows if paid.month else (),
            differences=paid.differences,
            clearing=paid.clearing.pools if paid.clearing else (),
            stakes=stakes,
            findings=findings,
            proofs=tuple(proof_of(statement) for statement in proofs),
            place=place,
        )


def _grouped(region: Region, period: Period, manner: Manner) -> AbstractContextManager[Cases]:
    return grouped_cases(region, period, manner.dry_run, manner.strict, manner.progress, manner.repair_codes)


def _differences(
    region: Region, period: Period, terms: Terms, manner: Manner
) -> tuple[tuple[Difference, ...], tuple[Finding, ...]]:
    """Differences to closed years, then to closed months: a month with [policy.payment] posts them.

    Those to closed years, as far as no month has posted them, also a year with [policy.clearing]. The findings name
    closed years that cannot be computed again.
    """
    rule = terms.policy.payment if period.is_month else terms.policy.clearing
    if rule is None:
        return (), ()
    found: list[Difference] = []
    not_computed: list[Finding] = []
    for name in closed_years(region, period):
        year = parse_period(name)
        if why := cannot_compute(region, year):
            not_computed.append(pay_finding("P111", f"{period.text}: {why}"))
            continue
        with _grouped(region, year, manner._replace(strict=False)) as year_cases:
            found += year_differences(region, period, year, year_cases, resettle)
    if period.is_month and closed_before(region, period):
        year = parse_period(str(period.year))
        with _grouped(region, year, manner._replace(strict=False)) as year_cases:
            if not all_posted(region, period, year_cases):
                found += differences(region, period, year_cases, resettle)
    return tuple(found), tuple(not_computed)


def _refuse_changed(reading: Reading) -> None:
    """The region must be what it was when it was read: its hashes go into the manifest."""
    region = reading.region
    if reading.brought_up_to_date().region != region:
        raise InputError(
            f"region.toml or a table of {region.name} was changed during the run; no settlement is published",
            hint="wait until whoever edits it is done, then run the command again",
        )


def proof_of(statement: Statement) -> Proof:
    """An identity as a line for readers."""
    name = f"{statement.name} ({statement.pool})" if statement.pool else statement.name
    return Proof(name, statement.holds, str(statement.expected), str(statement.found), str(statement.difference))


def _add_points(region: Region, policy: Policy, cases: Cases, sheet: Draft) -> Priced:
    grouped, settled = cases.folder / CASES_FILE, sheet.folder / CASES_FILE
    with (
        tempfile.TemporaryDirectory(prefix=".work.partial-", dir=sheet.folder.parent) as work,
        settled_cases(region, policy, grouped, settled, Path(work)) as (con, priced),
    ):
        write_review(con, sheet.folder, policy.headers.value)
        return priced


def _price_mending(
    region: Region, period: Period, terms: Terms, cases: Cases, settlement: Settlement, sheet: Draft
) -> Stakes:
    """What mending records would be worth; nothing of the settlement depends on it."""
    mended = sheet.folder / IF_MENDED_FILE
    with output_errors(sheet.folder):
        shutil.copyfile(cases.folder / IF_MENDED_FILE, mended)
    done = SettledPools(settlement.allocations, settlement.values, sheet.folder / CASES_FILE)
    with tempfile.TemporaryDirectory(prefix=".work.partial-", dir=sheet.folder.parent) as work:
        write_priced(region, terms.policy, period, done, mended, sheet.folder, Path(work))
    return read_stakes(sheet.folder)


def _decided(period: Period, priced: Priced) -> tuple[Finding, ...]:
    """What is wrong with decisions about cases; that a case is of another month is no fault in a month."""
    return tuple(one for one in priced.decided if not (period.is_month and one.code == UNKNOWN_CASE))


def case_proofs(counts: Mapping[str, int], sums: Sums) -> tuple[Statement, ...]:
    """Records went somewhere, cases all have points, and hospitals have the points and amounts of their cases.

    `counts` are those of a manifest.
    """
    submitted = counts["read"] - counts["duplicates"] - counts["outside"]
    by_status = {key: cases for key, cases in counts.items() if key.startswith("status:")}
    points = {row.pool: row.points for row in sums.priced}
    elsewhere = sum(row.records for row in sums.routed.cases)
    return (
        count_identity(Counts(submitted, counts["rejected"], by_status)),
        *case_identities(sums.cases, sums.counted, counts["accepted"] - elsewhere),
        *claim_identities(sums.routed.cases, sums.routed.claims),
        *priced_identities(sums.priced),
        *point_identities(points, sums.totals),
    )


def _refuse_by(strict: bool, period: Period, findings: Iterable[Finding]) -> None:
    """With --strict, the settlement's warnings stop the command before the settlement is published; cases are."""
    warnings = [finding for finding in findings if finding.severity != "info"]
    if strict and warnings:
        raise RulesError(
            f"{period.text}: {warnings[0].code}: {warnings[0].message}; --strict allows no warning, "
            f"there are {len(warnings)}; no settlement is published",
            hint=warnings[0].hint,
        )


def _write_results(
    folder: Path, cases: Cases, settlement: Settlement, findings: tuple[Finding, ...], policy: Policy
) -> None:
    """Everything beside the cases, which are written already."""
    headers = policy.headers.value
    copy_rejected(cases.folder, folder)
    copy_codes(cases.folder, folder)
    known = (*read_findings(cases.folder / FINDINGS_FILE), *findings)
    write_csv(folder / FINDINGS_FILE, FINDINGS, known, FINDINGS_HEADERS)
    write_parquet(folder / ALLOCATIONS_PARQUET, arrow_table(ALLOCATIONS, settlement.allocations))
    write_csv(folder / ALLOCATIONS_FILE, ALLOCATIONS, settlement.allocations, headers)
    if settlement.methods:
        write_parquet(folder / METHODS_PARQUET, arrow_table(METHOD_PAYMENTS, settlement.methods))
        write_csv(folder / METHODS_FILE, METHOD_PAYMENTS, settlement.methods, headers)
    write_csv(folder / POOL_FILE, POOL, [line.published() for line in settlement.lines], headers)
    write_csv(folder / LEDGER_FILE, LEDGER, settlement.book.rows(settlement.period), headers)


class Figures(NamedTuple):
    """What the manifest tells of a settlement in numbers, as text."""

    totals: dict[str, str]
    point_values: dict[str, str]


def figures(settlement: Settlement) -> Figures:
    """Sums of the allocations by pool, and the point values."""
    pools = [value.pool for value in settlement.values]
    return Figures(
        totals={
            f"{name} {pool}": str(total(getattr(row, name) for row in settlement.allocations if row.pool == pool))
            for pool in pools
            for name in TOTALS
        }
        | {
            f"methods {name} {pool}": str(total(getattr(row, name) for row in settlement.methods if row.pool == pool))
            for pool in dict.fromkeys(row.pool for row in settlement.methods)
            for name in ("payable", "retained", "unretained")
        },
        point_values={value.pool: f"{value.value} {value.convention} {value.status}" for value in settlement.values},
    )


def _manifest(region: Region, period: Period, terms: Terms, cases: Cases, settlement: Settlement) -> Manifest:
    told = figures(settlement)
    basis = _basis(region, period, terms, cases)
    return replace(basis, totals=told.totals, point_values=told.point_values)


def _basis(region: Region, period: Period, terms: Terms, cases: Cases) -> Manifest:
    """Everything that a settlement depends on; payments and clearing also on the months before."""
    return Manifest(
        command="settle",
        period=period.text,
        drgcalc=VERSION,
        inputs=cases.manifest.inputs,
        region={
            **cases.manifest.region,
            **hashes(region.tables(), region.folder),
            **earlier(region, period),
            **closed_months(region, period),
        },
        scheme=cases.manifest.scheme,
        policy=terms.block,
        counts=cases.manifest.counts,
        totals={},
        point_values={},
        outputs={},
    )
