"""Commands that work on one region."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drgcalc.base.errors import InputError, RulesError, UnbalancedError, UsageError
from drgcalc.base.money import exact
from drgcalc.cli.options import period_options, repair_option, talking, talking_anywhere
from drgcalc.cli.talk import Talk
from drgcalc.run.period import Period, choose_period, parse_months, parse_period

if TYPE_CHECKING:
    from rich.console import RenderableType

    from drgcalc.report.model import Settled

_RULE_FIELDS = {
    "age": "NL", "sex": "XB", "age_days": "XSRTL", "weight": "XSRTZ", "los": "ZYTS", "mode": "LYFS", "department": "KS",
    "ventilator_hours": "HXJ", "icu_hours": "ZZJH",
}  # fmt: skip


@click.command(short_help="Write a new region that runs at once.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@talking_anywhere
def init(talk: Talk, folder: Path) -> None:
    """Write a commented region into the empty or new folder DIR; it runs at once, on synthetic records."""
    from drgcalc.run.init import init as write_region

    files = write_region(folder, dry_run=talk.dry_run)
    talk.result({"folder": folder, "files": files}, lambda: [f"{name}" for name in files])
    talk.note(f"next: drgcalc settle --region {folder} --year 2024")


@click.command(short_help="Check the records of a period; nothing is published.")
@period_options
@repair_option
@talking
def check(talk: Talk, year: str | None, month: str | None, repair_codes: bool) -> None:
    """Check the records of a period (of all policies, when none is named) and show what is wrong."""
    from drgcalc.report import records
    from drgcalc.run.check import check as run_check

    with talk.progress() as progress:
        result = run_check(talk.region, choose_period(year, month), progress, repair_codes=repair_codes)
    talk.result(result, lambda: records.checked(result))
    if talk.strict and (result.rejected or result.count("warning")):
        raise InputError(
            f"{result.rejected} records rejected, {result.count('warning')} warnings",
            hint="mend the records, or run without --strict",
        )
    talk.note(
        f"next: mend the {result.rejected:,} rejected records in discharges/ and check again"
        if result.rejected
        else "next: drgcalc settle; no record is rejected"
    )


@click.command(short_help="Put the records of a period into groups.")
@period_options
@repair_option
@talking
def group(talk: Talk, year: str | None, month: str | None, repair_codes: bool) -> None:
    """Group the records of a period and publish them as out/cases/PERIOD/vN/cases.parquet."""
    from drgcalc.run.group import group as run_group

    def shown() -> Iterator[RenderableType]:
        from drgcalc.report import records  # rich is loaded where something is shown

        return records.grouped(result)

    with talk.progress() as progress:
        result = run_group(
            talk.region,
            choose_period(year, month),
            dry_run=talk.dry_run,
            strict=talk.strict,
            progress=progress,
            repair_codes=repair_codes,
        )
    talk.result(result, shown)
    talk.note("next: drgcalc settle for the same period gives cases points and money")


@click.command(short_help="Settle a year or a month: the main job.")
@click.option("--as-hospital", "hospital", metavar="ID", help="This hospital's own amount, at the values in given/.")
@click.option("--months", metavar="FIRST:LAST", help="Months one after the other, such as 2024-01:2024-06.")
@period_options
@repair_option
@talking
def settle(
    talk: Talk, year: str | None, month: str | None, months: str | None, repair_codes: bool, hospital: str | None
) -> None:
    """Settle a year, a month or several: group what is not grouped yet, settle, publish out/PERIOD/vN/."""
    if hospital is not None:
        _own_view(talk, _required(year, month), hospital, repair_codes)
        return
    if months is not None and (year or month):
        raise UsageError("--months stands alone", hint="name one period, or --months FIRST:LAST")
    from drgcalc.run.settle import settle_months

    def shown() -> Iterator[RenderableType]:
        from drgcalc.report import terminal  # rich is loaded where something is shown
        from drgcalc.report import year as report

        return report.months(results) if months is not None else terminal.settled(results[0])

    results: list[Settled] = []
    with talk.progress() as progress:
        for result in settle_months(
            talk.region,
            [_required(year, month)] if months is None else parse_months(months),
            dry_run=talk.dry_run,
            strict=talk.strict,
            progress=progress,
            repair_codes=repair_codes,
        ):
            results.append(result)
            if months is not None:
                talk.note(_line(result))
    talk.result(results[0] if months is None else results, shown)
    if months is None:
        talk.note(_line(results[0]))


def _line(result: Settled) -> str:
    """The line for the log."""
    records = result.grouping.records
    warnings = records.count("warning") + sum(finding.severity == "warning" for finding in result.findings)
    return (
        f"{result.period}: {records.read - records.outside:,} records, {records.rejected:,} rejected, "
        f"{len({row.hospital_id for row in result.allocations}):,} hospitals, {warnings} warnings; "
        "balanced to the fen."
    )


@click.command(short_help="Explain a record's group and points, or a hospital's account.")
@click.argument("record", required=False)
@click.option("--hospital", metavar="ID", help="Explain what this hospital is paid, posting by posting.")
@click.option("--why-not", metavar="DRG", help="Show also why the record is not in this group.")
@click.option("--dx", "diagnoses", multiple=True, metavar="CODE", help="A record typed by hand: diagnoses, in order.")
@click.option("--op", "procedures", multiple=True, metavar="CODE", help="Its procedures, in order.")
@click.option("--age", type=int, help="Its age in years.")
@click.option("--sex", type=click.Choice(["1", "2"]), help="Its sex: 1 male, 2 female.")
@click.option("--age-days", type=int, help="Its age in days, below one year.")
@click.option("--weight", type=int, help="Its weight in grams, newborns.")
@click.option("--los", type=int, help="Its length of stay in days.")
@click.option("--mode", type=int, help="Its discharge mode (离院方式).")
@click.option("--department", type=int, metavar="CODE", help="Its discharging department (KS), as a number.")
@click.option("--ventilator-hours", type=exact, metavar="HOURS", help="Its hours of invasive ventilation (HXJ).")
@click.option("--icu-hours", type=exact, metavar="HOURS", help="Its hours in intensive care (ZZJH).")
@period_options
@repair_option
@talking
def explain(
    talk: Talk,
    record: str | None,
    hospital: str | None,
    why_not: str | None,
    diagnoses: tuple[str, ...],
    procedures: tuple[str, ...],
    year: str | None,
    month: str | None,
    repair_codes: bool,
    **values: int | str | Decimal | None,
) -> None:
    """Explain why RECORD (a settlement id, or one typed with --dx) is in its group, or what --hospital is paid."""
    from drgcalc.report import explanation, statement
    from drgcalc.run.explain import explain_hospital
    from drgcalc.run.explain_record import explain_record, explain_typed

    if [record is not None, hospital is not None, bool(diagnoses)].count(True) != 1:
        raise UsageError("explain takes a RECORD, --hospital ID, or --dx CODE", hint="one of the three")
    period = choose_period(year, month)
    if hospital is not None:
        account = explain_hospital(talk.region, hospital, period)
        talk.result(account, lambda: statement.statement(account))
        return
    if record is not None:
        reason = explain_record(talk.region, record, period, why_not=why_not, repair_codes=repair_codes)
    else:
        scalars = {field: _decimal(values[option]) for option, field in _RULE_FIELDS.items()}
        reason = explain_typed(talk.region, diagnoses, procedures, scalars, why_not=why_not, repair_codes=repair_codes)
    talk.result(reason, lambda: explanation.explained(reason))


@click.command(short_help="Prove that what is published is as it was computed.")
@click.argument("period", required=False)
@talking
def verify(talk: Talk, period: str | None) -> None:
    """Recompute hashes, sums and identities of what is published for PERIOD, or for every period."""
    from drgcalc.report import terminal
    from drgcalc.run.verify import verify as run_verify

    results = run_verify(talk.region, period)
    talk.result(results, lambda: (part for result in results for part in terminal.verified(result)))
    if failed := [result for result in results if not result.holds]:
        proof = next(proof for proof in failed[0].proofs if not proof.holds)
        raise UnbalancedError(
            f"{failed[0].folder}: {proof.statement}: expected {proof.expected}, found {proof.found}",
            hint="restore what was changed, or settle again: that makes a new version and keeps this one",
        )
    talk.note(f"{len(results)} versions are as they were computed: hashes, sums, identities and the settlement again")


@click.group(short_help="Show, check and compare the policy blocks of a region.")
def policy() -> None:
    """Look at the policy blocks of a region."""


@policy.command("show", short_help="Print every number in force in a period.")
@period_options
@talking
def policy_show(talk: Talk, year: str | None, month: str | None) -> None:
    """Print every number in force in a period, with its unit and source."""
    from drgcalc.report import terminal
    from drgcalc.run.policy import show

    terms = show(talk.region, _required(year, month))
    talk.result(terms, lambda: terminal.policy(terms))


@policy.command("check", short_help="Draw what cases are paid; find cliffs, falls and gaps.")
@period_options
@talking
def policy_check(talk: Talk, year: str | None, month: str | None) -> None:
    """Show what cases are paid as their cost rises, and look for cliffs, falls, gaps and what counts twice."""
    from drgcalc.report import curves
    from drgcalc.run.policy_check import check as run_check

    checked = run_check(talk.region, _required(year, month))
    talk.result(checked, lambda: curves.checked(checked))
    warnings = [finding for finding in checked.findings if finding.severity != "info"]
    if talk.strict and warnings:
        raise RulesError(f"{warnings[0].code}: {warnings[0].message}", hint=warnings[0].hint)
    talk.note(
        f"{len(checked.findings)} findings, {len(warnings)} of them warnings; next: show the cliffs and falls to those "
        "who write the rules, then drgcalc policy diff compares two periods"
    )


@policy.command("diff", short_help="Compare the policies of two periods.")
@click.argument("old")
@click.argument("new")
@talking
def policy_diff(talk: Talk, old: str, new: str) -> None:
    """Compare the policies in force in the periods OLD and NEW (2024, or 2024-05): every number that changed."""
    from drgcalc.report import terminal
    from drgcalc.run.policy import compare

    changes = compare(talk.region, parse_period(old), parse_period(new))
    talk.result(changes, lambda: terminal.policy_changes(changes))
    talk.note(f"{len(changes.changes)} changes")


COMMANDS = (init, check, group, settle, explain, verify, policy)


def _own_view(talk: Talk, period: Period, hospital: str, repair_codes: bool) -> None:
    from drgcalc.report import year as report
    from drgcalc.run.own_view import own_view

    with talk.progress() as progress:
        view = own_view(talk.region, period, hospital, strict=talk.strict, progress=progress, repair_codes=repair_codes)
    talk.result(view, lambda: report.own_view(view))
    talk.note("nothing is published; next: ask the bureau about each cause, with the cases and figures named")


def _decimal(value: int | str | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _required(year: str | None, month: str | None) -> Period:
    period = choose_period(year, month)
    if period is None:
        raise UsageError("which period?", hint="write --year 2024, or --month 2024-05")
    return period
