"""Commands of the office beside the settlement: what is due, reconciliation, netting, feedback, the fund's state."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from drgcalc.base.errors import InputError, RulesError, UsageError
from drgcalc.cli.options import Function, period_options, talking
from drgcalc.cli.talk import Talk
from drgcalc.run.period import Period, choose_period

FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
ON = click.option("--on", metavar="DATE", help="Take this day, 2024-06-30, for today.")


def out_option(function: Function) -> Function:
    """--out FILE, a new CSV file for the result."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the result to this new CSV file too.",
    )(function)


@click.command(short_help="Show what is due, by a calendar of working days.")
@ON
@talking
def due(talk: Talk, on: str | None) -> None:
    """Show what is due: month data for hospitals, the clearing, feedback; with --strict, overdue is an error."""
    from drgcalc.report import office
    from drgcalc.run.due import due as run_due

    report = run_due(talk.region, _day(on))
    talk.result(report, lambda: office.due(report))
    late = [row for row in report.dues if not row.done and row.days_left < 0]
    if talk.strict and late:
        raise RulesError(
            f"{len(late)} things are overdue, the first is {late[0].code} of {late[0].period}, due {late[0].due_on}",
            hint="`drgcalc due` lists them and says what to run",
        )


@click.command(short_help="Show fund warnings, coverages and what patients got back.")
@period_options
@talking
def fund(talk: Talk, year: str | None, month: str | None) -> None:
    """Show fund warnings, the four coverages and what patients got back in a settled year."""
    from drgcalc.report import office
    from drgcalc.run.office import fund_watch

    report = fund_watch(talk.region, _year(year, month))
    talk.result(report, lambda: office.fund(report))
    if talk.strict and report.findings:
        raise RulesError(report.findings[0].message, hint=report.findings[0].hint)


@click.command(short_help="Compare what hospitals booked with the centre's account.")
@FILE
@out_option
@period_options
@talking
def reconcile(talk: Talk, file: Path, out: Path | None, year: str | None, month: str | None) -> None:
    """Compare what hospitals booked in FILE with the centre's account of the year's settled months."""
    from drgcalc.report import office
    from drgcalc.run.office import reconcile_books

    report = reconcile_books(talk.region, _year(year, month), file, out=None if talk.dry_run else out)
    talk.result(report, lambda: office.reconciliation(report))
    if talk.strict and report.result.differences:
        raise InputError(
            f"{len(report.result.differences)} entries differ", hint="settle them with the hospital, then run it again"
        )


@click.command(short_help="Net the advances between agencies.")
@FILE
@out_option
@period_options
@talking
def netting(talk: Talk, file: Path, out: Path | None, year: str | None, month: str | None) -> None:
    """Net the advances between agencies in FILE: one payment a pair, nets that sum to zero."""
    from drgcalc.report import office
    from drgcalc.run.office import netting as run_netting

    report = run_netting(talk.region, _period(year, month), file, out=None if talk.dry_run else out)
    talk.result(report, lambda: office.netting(report))


@click.command(short_help="Show where cases stand between centre and hospital.")
@ON
@out_option
@period_options
@talking
def feedback(talk: Talk, on: str | None, out: Path | None, year: str | None, month: str | None) -> None:
    """Show where cases stand between centre and hospital, what is overdue, and the grouping rate before and after."""
    from drgcalc.report import office
    from drgcalc.run.due import feedback_on

    report = feedback_on(talk.region, _period(year, month), _day(on), out=None if talk.dry_run else out)
    talk.result(report, lambda: office.loop(report))
    if talk.strict and report.loop.findings:
        raise InputError(report.loop.findings[0].message, hint=report.loop.findings[0].hint)


COMMANDS = (due, feedback, fund, netting, reconcile)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--on {text} is no day", hint="write it as 2024-06-30") from error


def _period(year: str | None, month: str | None) -> Period:
    period = choose_period(year, month)
    if period is None:
        raise UsageError("which period?", hint="write --year 2024, or --month 2024-05")
    return period


def _year(year: str | None, month: str | None) -> Period:
    period = _period(year, month)
    if period.is_month:
        raise UsageError(f"{period.text} is a month", hint=f"write --year {period.year}")
    return period
