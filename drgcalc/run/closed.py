"""The marks of closed periods (扎账): out/<period>/closed.json names the version that holds, and what was decided.

The trace out/<period>/trace.jsonl has a line for every closing and reopening; nothing ever takes one away.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import OutputError
from drgcalc.report.year_model import Event
from drgcalc.run.publish import CLOSED, latest, output_errors

TRACE = "trace.jsonl"


_POSTED_BY_MONTH = "settle the open month: it posts the difference; or `drgcalc reopen` with a reason"
_POSTED_BY_YEAR = (
    "settle the open month of the next year: with [policy.payment] it posts the difference, else that year's clearing "
    "does; or decide it by hand in decisions/corrections.csv; or `drgcalc reopen` with a reason"
)


class Closed(NamedTuple):
    """A closed period: its version, the hash of that version's manifest, and the decisions it was closed with."""

    period: str
    version: int
    manifest: str
    closed_on: str
    decisions: Sequence[str]


def closed_marks(out: Path) -> list[Path]:
    """The files that mark closed periods, by name of period."""
    return sorted(out.glob(f"*/{CLOSED}"))


def closed_periods(out: Path) -> dict[str, Closed]:
    """Every closed period, years and months, in order of name. Raises OutputError when a mark cannot be read."""
    found = {}
    for path in closed_marks(out):
        try:
            found[path.parent.name] = Closed(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise OutputError(
                f"{path} cannot be read: {error}", hint="restore it from a copy: it says which version holds"
            ) from error
    return found


def closed_with(out: Path) -> dict[str, Sequence[str]]:
    """The fingerprints of the decisions that each closed period was closed with."""
    return {period: mark.decisions for period, mark in closed_periods(out).items()}


def closed_before(out: Path, period: str) -> dict[str, Sequence[str]]:
    """The fingerprints of the decisions that each period closed before this one was closed with."""
    return {name: known for name, known in closed_with(out).items() if name < period}


def standing_version(out: Path, period: str) -> Path | None:
    """The version of a period that holds: the closed one, else the newest."""
    closed = closed_periods(out).get(period)
    return latest(out, period) if closed is None else out / period / f"v{closed.version}"


def refuse_closed(out: Path, period: str) -> None:
    """Raise OutputError when the period is closed."""
    if (out / period / CLOSED).exists():
        raise OutputError(
            f"{period} is closed (扎账): {out / period / CLOSED} exists",
            hint=_POSTED_BY_YEAR if "-" not in period else _POSTED_BY_MONTH,
        )


def write_closed(out: Path, closed: Closed) -> None:
    """Mark a period as closed."""
    folder = out / closed.period
    text = json.dumps(closed._asdict(), ensure_ascii=False, indent=2, sort_keys=True)
    with output_errors(folder):
        (folder / CLOSED).write_text(text + "\n", encoding="utf-8", newline="\n")


def remove_closed(out: Path, period: str) -> None:
    """Take the mark away."""
    with output_errors(out / period):
        (out / period / CLOSED).unlink()


def add_event(out: Path, period: str, event: Event) -> None:
    """Append to the trace of a period."""
    folder = out / period
    with output_errors(folder), (folder / TRACE).open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(event._asdict(), ensure_ascii=False, sort_keys=True) + "\n")


def read_trace(out: Path, period: str) -> tuple[Event, ...]:
    """The trace of a period, oldest first; empty when it was never closed."""
    path = out / period / TRACE
    if not path.is_file():
        return ()
    try:
        return tuple(Event(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(f"{path} cannot be read: {error}", hint="restore it from a copy") from error
