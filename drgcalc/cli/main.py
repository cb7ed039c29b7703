"""The program: its commands, and the one place where exceptions become exit codes."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import click

from drgcalc.base.errors import ExitCode
from drgcalc.base.version import VERSION
from drgcalc.cli import (
    calibrate_commands,
    office_commands,
    proof_commands,
    region_commands,
    table_commands,
    year_commands,
)

DEBUG = "DRGCALC_DEBUG"
MANY_OBJECTS = 1_000_000
TURN = 0.0005
"""Seconds after which a thread that computes in Python lets another one go on: what it does next may be a short query,
and with Python's own five thousandths it would wait ten times as long as it works."""
ARROW_MEMORY = "ARROW_DEFAULT_MEMORY_POOL"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="drgcalc")
def commands() -> None:
    """Settle hospitals by DRG or DIP points: records in; groups, points, point values, allocations and a ledger out.

    Exit codes: 0 done, 1 a bug, 2 usage, 3 input, 4 rules or policy, 5 unbalanced, 6 output, 130 interrupted.
    """


for command in (
    *region_commands.COMMANDS,
    *office_commands.COMMANDS,
    *proof_commands.COMMANDS,
    *year_commands.COMMANDS,
    table_commands.tables,
    calibrate_commands.calibrate,
):
    commands.add_command(command)


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line (this process's own when `args` is None) and give its exit code."""
    if args is None:
        sys.setswitchinterval(TURN)
        gc.set_threshold(MANY_OBJECTS)  # tables of codes are many small objects that live to the end
        os.environ.setdefault(ARROW_MEMORY, "system")  # Arrow's own allocator keeps what others could use
        sys.excepthook = _report_bug
        for name in ("SIGTERM", "SIGHUP"):  # a stop from outside ends as Ctrl-C does: nothing half-written stays
            if number := getattr(signal, name, None):
                signal.signal(number, signal.default_int_handler)
    sys.stdout = sys.stdout or io.StringIO()  # closed by whoever started us: nobody reads it
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of another encoding must not stop a settlement
    try:
        with commands.make_context("drgcalc", list(sys.argv[1:] if args is None else args)) as context:
            commands.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort) as stop:
        for line in ("interrupted: nothing half-written is left", *getattr(stop, "__notes__", ())):
            click.echo(line, err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has closed it; Python's own flush at exit must not complain a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OUTPUT
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        click.echo(
            "error: the disk is full; what was published before is complete, and nothing is half-written", err=True
        )
        click.echo("hint: free space where results, temporary files and output go, and run the command again", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OUTPUT
    return ExitCode.DONE


def program() -> NoReturn:
    """Run this process's command line and end the process.

    At once: everything is published, synced and closed by then, and to take a scheme and tables of millions of rows
    apart again takes a quarter of a second that nobody needs.
    """
    code = main()
    with contextlib.suppress(OSError, ValueError):  # nobody reads: main() has said so
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What a user sees of a bug; Python ends with exit code 1 afterwards.

    Its message is shown only when asked for: a library may quote the cell that it stumbled over.
    """
    places = [f" in {Path(frame.filename).name}, line {frame.lineno}" for frame in traceback.extract_tb(trace)[-1:]]
    click.echo(f"error: drgcalc has a bug: {kind.__name__}{''.join(places)}", err=True)
    click.echo(
        f"hint: nothing half-written is left; please report it with what {DEBUG}=1 in the environment shows,\n"
        "      without anything there that stands in a record",
        err=True,
    )
    if os.environ.get(DEBUG):
        sys.__excepthook__(kind, error, trace)
