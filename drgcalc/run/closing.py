"""`drgcalc close` and `drgcalc reopen`: a closed period keeps the version it has; what comes later is a difference."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from drgcalc.base.errors import OutputError, UnbalancedError, UsageError
from drgcalc.report.year_model import Closing, Event
from drgcalc.run.closed import Closed, add_event, closed_periods, refuse_closed, remove_closed, write_closed
from drgcalc.run.decisions import fingerprints
from drgcalc.run.manifest import MANIFEST, file_hash, read_manifest
from drgcalc.run.period import parse_period
from drgcalc.run.publish import lock, periods
from drgcalc.run.published import find_version
from drgcalc.run.region import Region, load_region
from drgcalc.run.verify import verify
from drgcalc.run.year import built_on_others


def close(folder: Path, period: str, *, dry_run: bool = False, strict: bool = False) -> Closing:
    """Close a settled period: its newest version is verified and holds from now on.

    Raises UsageError when it is not settled, OutputError when it is closed, an earlier month of its year is open or
    has another version than the one it was built on,
    UnbalancedError when the version does not verify; with `strict` also when the region has moved on since.
    """
    region = load_region(folder)
    parse_period(period)
    refuse_closed(region.out, period)
    version = find_version(region.out, period)
    _refuse_open_before(region.out, period)
    _refuse_built_on_others(region, version)
    checked = next(found for found in verify(folder, period) if found.period == period and "cases/" not in found.folder)
    if not checked.holds:
        proof = next(proof for proof in checked.proofs if not proof.holds)
        raise UnbalancedError(
            f"{checked.folder} does not verify: {proof.statement}", hint="settle the period again, then close it"
        )
    if strict and checked.notes:
        raise OutputError(
            f"{checked.folder}: {checked.notes[0]}; --strict closes only what is up to date",
            hint="settle the period again, then close it",
        )
    number = int(version.name[1:])
    if not dry_run:
        with lock(region.out):
            today = date.today().isoformat()
            decided = fingerprints(region.decisions, period)
            write_closed(region.out, Closed(period, number, file_hash(version / MANIFEST), today, decided))
            add_event(region.out, period, Event("close", number, today, ""))
    return Closing(period, number, "close", "", checked.notes)


def reopen(folder: Path, period: str, reason: str, *, dry_run: bool = False) -> Closing:
    """Open a closed period again; the reason stays in its trace for good.

    Raises UsageError when it is not closed or no reason is given, OutputError when a later month is closed.
    """
    region = load_region(folder)
    closed = closed_periods(region.out)
    if period not in closed:
        raise UsageError(
            f"{period} is not closed", hint=f"closed are {', '.join(closed)}" if closed else "no period is closed"
        )
    if not reason.strip():
        raise UsageError("reopening needs a reason", hint='write --reason "…": it stays in the trace')
    later = [name for name in closed if name[:4] == period[:4] and name > period]
    year = [name for name in closed if name == period[:4] and name != period]
    if blocking := [*later, *year]:
        raise OutputError(
            f"{blocking[-1]} is closed and builds on {period}", hint=f"reopen {blocking[-1]} first, with its reason"
        )
    number = closed[period].version
    if not dry_run:
        with lock(region.out):
            add_event(region.out, period, Event("reopen", number, date.today().isoformat(), reason))
            remove_closed(region.out, period)
    return Closing(period, number, "reopen", reason, ())


def _refuse_built_on_others(region: Region, version: Path) -> None:
    """What a month carries on must be what the months before it have left, in the versions that hold."""
    manifest = read_manifest(version)
    if others := built_on_others(region, manifest):
        raise OutputError(
            f"{manifest.period}/{version.name} was settled before {', '.join(others)} became what they are now",
            hint=f"settle {manifest.period} again, then close it",
        )


def _refuse_open_before(out: Path, period: str) -> None:
    """Months are closed in their order, a year after its months."""
    closed = closed_periods(out)
    own = [name for name in periods(out) if name[:4] == period[:4] and "-" in name and "/" not in name]
    still_open = [name for name in own if name not in closed and (name < period or period == name[:4])]
    if still_open:
        raise OutputError(
            f"{still_open[0]} is settled and not closed, and {period} comes after it",
            hint=f"drgcalc close {still_open[0]}",
        )
