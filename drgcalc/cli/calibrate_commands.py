"""Commands that compute a region's tables from its own history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drgcalc.base.errors import UsageError
from drgcalc.cli.options import Function, talking
from drgcalc.cli.talk import Talk
from drgcalc.run.period import parse_years

if TYPE_CHECKING:
    from drgcalc.run.calibration_files import Ask

_OPTIONS = (
    click.option("--years", metavar="Y1:Y2", required=True, help="Years of the history, 2021:2023, oldest first."),
    click.option(
        "--effective-from", metavar="DATE",
        help="First day of the result; 1 January after the history when left out.",
    ),
    click.option("--effective-to", metavar="DATE", help="Its last day; the end of that year when left out."),
    click.option(
        "--out", "table", metavar="PATH", type=click.Path(path_type=Path),
        help="Put the result also here, where it counts: scores/2024.csv, say.",
    ),
    click.option("--replace", is_flag=True, help="What --out names may hold something else already."),
)  # fmt: skip


def _asking(function: Function) -> Function:
    """A command on the history of a region: its first arguments are a Talk and an Ask."""

    def command(
        talk: Talk,
        years: str,
        effective_from: str | None,
        effective_to: str | None,
        table: Path | None,
        replace: bool,
        **others: Any,
    ) -> None:
        from drgcalc.run.calibration_files import Ask

        asked = Ask(
            folder=talk.region,
            years=parse_years(years),
            effective_from=_day(effective_from),
            effective_to=_day(effective_to),
            table=table,
            replace=replace,
            dry_run=talk.dry_run,
            strict=talk.strict,
        )
        _check(asked)
        function(talk, asked, **others)

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    made: Callable[..., Any] = talking(command)
    for option in reversed(_OPTIONS):
        made = option(made)
    return made


@click.group(short_help="Directory, scores and coefficients from own history.")
def calibrate() -> None:
    """Compute directory, scores, coefficients and opening point value from a region's own history."""


@calibrate.command(short_help="Scores of groups, compared with those in force.")
@_asking
def scores(talk: Talk, ask: Ask) -> None:
    """Scores of groups from the mean costs of several years, compared with the scores in force."""
    from drgcalc.report import calibration
    from drgcalc.run.calibrate_scores import calibrate_scores

    with talk.progress() as progress:
        result = calibrate_scores(ask, progress)
    talk.result(result, lambda: calibration.scores(result))
    talk.note(f"{len(result.groups):,} groups from {result.basis.stays:,} stays, {len(result.flags):,} to look at")


@calibrate.command(short_help="Coefficients of hospitals, levels and groups.")
@_asking
def coefficients(talk: Talk, ask: Ask) -> None:
    """Coefficients by level, hospital, group and level or hospital and group, their case mix taken out."""
    from drgcalc.report import calibration
    from drgcalc.run.calibrate_coefficients import calibrate_coefficients

    with talk.progress() as progress:
        result = calibrate_coefficients(ask, progress)
    talk.result(result, lambda: calibration.coefficients(result))
    talk.note(f"{len(result.coefficients):,} coefficients from {result.basis.stays:,} stays")


@calibrate.command("opening-value", short_help="The point value that a year opens with.")
@_asking
def opening_value(talk: Talk, ask: Ask) -> None:
    """The point value a year opens with, by pool: weighted cost over weighted points of several years."""
    from drgcalc.report import calibration
    from drgcalc.run.calibrate_coefficients import calibrate_opening_value

    with talk.progress() as progress:
        result = calibrate_opening_value(ask, progress)
    talk.result(result, lambda: calibration.values(result))
    talk.note(f"{len(result.values)} pools from {result.basis.stays:,} stays")


@calibrate.command(short_help="A DIP directory, and why each of its groups exists.")
@click.option(
    "--factors", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Put the factors of auxiliary splits also here: scores/auxiliary/2024.csv, say.",
)  # fmt: skip
@_asking
def catalogue(talk: Talk, ask: Ask, factors: Path | None) -> None:
    """A DIP directory of the region's own: core and comprehensive groups, splits, and why each group exists.

    --out names the folder of the new scheme.
    """
    from drgcalc.report import calibration
    from drgcalc.run.calibrate_catalogue import CatalogueAsk, calibrate_catalogue

    with talk.progress() as progress:
        result = calibrate_catalogue(CatalogueAsk(**vars(ask), factors=factors), progress)
    talk.result(result, lambda: calibration.catalogue(result))
    talk.note(f"{result.quality.core_groups:,} core groups cover {result.quality.core_stays:,} stays")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date", hint="write it as 2024-01-31") from error


def _check(ask: Ask) -> None:
    first, last = ask.validity
    if last < first:
        raise UsageError(f"--effective-to {last} is before --effective-from {first}", hint="exchange or mend them")
    if ask.replace and ask.table is None:
        raise UsageError("--replace needs --out FILE", hint="name the file that may be replaced")
