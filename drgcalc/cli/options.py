"""Options that every command takes."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias

import click

from drgcalc.base.errors import DrgcalcError, ExitCode, OutputError
from drgcalc.cli.talk import Talk

Function: TypeAlias = Callable[..., None]

REGION = click.option(
    "--region",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="this folder",
    metavar="DIR",
    help="Folder of the region; only this one is looked at.",
)
OTHERS = (
    click.option("--quiet", is_flag=True, help="Say nothing but errors."),
    click.option("--json", "json_", is_flag=True, help="One JSON document on stdout, nothing else."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Form of the messages on stderr.",
    ),
    click.option("--dry-run", is_flag=True, help="Do all the work, publish nothing."),
    click.option("--strict", is_flag=True, help="Warnings and rejected records stop the command."),
)


def talking(function: Function) -> Function:
    """A command on a region with the common options, its first argument a Talk."""
    return REGION(talking_anywhere(function))


def talking_anywhere(function: Function) -> Function:
    """A command with the common options, its first argument a Talk; a DrgcalcError becomes its exit code."""

    @wraps(function)
    def command(
        *,
        quiet: bool,
        json_: bool,
        log_format: str,
        dry_run: bool,
        strict: bool,
        region: Path = Path(),
        **others: Any,
    ) -> None:
        talk = Talk(region, quiet, json_, log_format, dry_run, strict)
        try:
            function(talk, **others)
        except DrgcalcError as error:
            talk.failure(error)
            raise click.exceptions.Exit(error.exit_code) from error
        except OSError as error:
            if isinstance(error, BrokenPipeError) or (error.errno == errno.ENOSPC and error.filename is None):
                raise  # what we print finds no reader or no room: `main` deals with it
            talk.failure(_refusal(error))
            raise click.exceptions.Exit(ExitCode.OUTPUT) from error

    for option in reversed(OTHERS):
        command = option(command)
    return command


def repair_option(function: Function) -> Function:
    """--repair-codes, passed on as repair_codes."""
    text = (
        "Repair damaged codes where the scheme's own list has exactly one candidate, "
        "and hospital codes that lost their leading zeros where hospitals.csv has."
    )
    return click.option("--repair-codes", is_flag=True, help=text)(function)


def _refusal(error: OSError) -> OutputError:
    """A refusal of the operating system that nobody has expected where it happened."""
    place = f": {error.filename}" if error.filename else ""
    return OutputError(
        f"the system refused to read or write{place}: {error.strerror or error}; nothing half-written is published",
        hint="check the disk, the rights of this user and whether the place is still mounted, then run it again",
    )


def period_options(function: Function) -> Function:
    """--year and --month, passed on as texts or None."""
    function = click.option("--month", metavar="YYYY-MM", help="A month, with the year's parameters.")(function)
    return click.option("--year", metavar="YYYY", help="A settlement year.")(function)
