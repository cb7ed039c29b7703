"""Where calibrated tables go: a version for review under calibration/, and on request the file that counts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import OutputError
from drgcalc.calibration.terms import Terms
from drgcalc.report.calibration_model import Basis
from drgcalc.report.model import Place
from drgcalc.run.calibration_terms import CALIBRATION_FILE, read_terms
from drgcalc.run.history import History, open_history
from drgcalc.run.intake import Progress, silent
from drgcalc.run.manifest import Manifest, hashes, with_outputs
from drgcalc.run.publish import Draft, draft, lock, output_errors
from drgcalc.run.region import Region, load_region

NAMED = 5
"""Hospitals that a note names."""
REVIEW = "calibration"
"""Folder of a region that holds calibrations for review; it is no settled period, hence not under out/."""


@dataclass(frozen=True)
class Ask:
    """What a calibration is asked for: years, validity of the result, and the file to put it into, if any.

    replace: the file may hold something else. The folder is the region's.
    """

    folder: Path
    years: tuple[int, ...]
    effective_from: date | None = None
    effective_to: date | None = None
    table: Path | None = None
    replace: bool = False
    dry_run: bool = False
    strict: bool = False

    @property
    def validity(self) -> tuple[date, date]:
        """First and last day; the year that follows the history when nothing else is asked."""
        following = self.years[-1] + 1
        first = self.effective_from or date(following, 1, 1)
        return first, self.effective_to or date(first.year, 12, 31)


class Work(NamedTuple):
    """A calibration under way: its region, parameters, history and the folder that it writes into."""

    ask: Ask
    region: Region
    terms: Terms
    history: History
    sheet: Draft

    @property
    def first(self) -> date:
        """The first day on which the result is to be in force."""
        return self.ask.validity[0]

    @property
    def last(self) -> date:
        """The last such day."""
        return self.ask.validity[1]


@contextmanager
def calibration(kind: str, ask: Ask, progress: Progress = silent) -> Iterator[Work]:
    """A calibration of that kind: region read, years grouped and summed, a draft open; all locks held meanwhile."""
    region, terms = load_region(ask.folder), read_terms(ask.folder)
    review = ask.folder / REVIEW
    with (
        lock(region.out),
        lock(review),
        open_history(region, ask.years, terms.history, ask.dry_run, ask.strict, progress) as history,
        draft(review, f"{kind}/{ask.years[0]}-{ask.years[-1]}") as sheet,
    ):
        yield Work(ask, region, terms, history, sheet)


def finish(work: Work, kind: str, main: str, counts: dict[str, int], notes: tuple[str, ...]) -> Basis:
    """Publish the draft, put its table `main` where it was asked for, and say what the calibration rests on."""
    ask, region = work.ask, work.region
    place, table = Place(work.sheet.period, work.sheet.version, "", unchanged=False), ""
    if not ask.dry_run:
        if ask.table is not None:
            _refuse_to_overwrite(ask.table, work.sheet.folder / main, replace=ask.replace)
        manifest = with_outputs(_manifest(work, kind, counts), work.sheet.folder)
        published = work.sheet.publish(manifest)
        shown = published.folder.relative_to(region.folder).as_posix()
        place = Place(work.sheet.period, published.version, shown, published.unchanged)
        if ask.table is not None:
            _put(ask.table, (published.folder / main).read_bytes())
            table = str(ask.table)
    return Basis(
        region=region.name,
        folder=ask.folder,
        years=ask.years,
        stays=counts["stays"],
        effective_from=work.first,
        effective_to=work.last,
        place=place,
        table=table,
        notes=notes,
    )


def source_of(work: Work, rule_source: str, missing: tuple[int, ...] = ()) -> str:
    """The source beside a calibrated number: document, article, years, and years that were missing."""
    years = f"{work.ask.years[0]}—{work.ask.years[-1]}年" if len(work.ask.years) > 1 else f"{work.ask.years[0]}年"
    lack = f"，缺{'、'.join(map(str, missing))}年" if missing else ""
    return f"{work.terms.document} {rule_source}：{years}历史数据测算{lack}"


def hospital_notes(without_row: Sequence[str]) -> tuple[str, ...]:
    """What is to be said of hospitals that have stays and no coefficient in force."""
    if not without_row:
        return ()
    return (
        f"{len(without_row)} hospitals have no row in hospitals.csv in force then and count with the coefficient 1: "
        + ", ".join(without_row[:NAMED])
        + (" …" if len(without_row) > NAMED else ""),
    )


def _manifest(work: Work, kind: str, counts: dict[str, int]) -> Manifest:
    region, cases = work.region, work.history.cases
    edits = work.terms.scores.edits if work.terms.scores else None
    files = [region.folder / CALIBRATION_FILE, *region.tables(), *([region.folder / edits] if edits else [])]
    kept = [path for path in files if work.ask.table is None or path.resolve() != work.ask.table.resolve()]
    return Manifest(
        command=f"calibrate {kind}",
        period=f"{work.ask.years[0]}:{work.ask.years[-1]}",
        drgcalc=version("drgcalc"),
        inputs=cases.inputs,
        region=hashes(kept, region.folder),
        scheme=cases.scheme,
        policy="",
        counts=counts,
        totals={},
        point_values={},
        outputs={},
    )


def _refuse_to_overwrite(target: Path, new: Path, *, replace: bool) -> None:
    with output_errors(target.parent):
        differs = target.exists() and target.read_bytes() != new.read_bytes()
    if differs and not replace:
        raise OutputError(
            f"{target} exists and holds something else; nothing is written",
            hint="compare them, then run again with --replace, or name another file with --out",
        )


def _put(target: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    with output_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
