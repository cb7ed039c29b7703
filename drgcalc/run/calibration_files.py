"""Where calibrated tables go: a version for review under calibration/, and on request the file that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from drgcalc.base.version import VERSION
from drgcalc.calibration.terms import Terms
from drgcalc.report.calibration_model import Basis
from drgcalc.report.model import Place
from drgcalc.run.calibration_terms import CALIBRATION_FILE, read_terms
from drgcalc.run.history import History, open_history
from drgcalc.run.intake import Progress, silent
from drgcalc.run.manifest import Manifest, hashes, with_outputs
from drgcalc.run.placing import put, refuse_to_overwrite
from drgcalc.run.publish import Draft, draft, lock
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


@dataclass(frozen=True)
class Work:
    """A calibration under way: its region and parameters, what it reads, and the folder that it writes into.

    inputs: SHA-256 of the record files. scheme: id, edition, checksum and title of the scheme they are grouped by.
    tables: the region's own tables that the result depends on.
    """

    ask: Ask
    region: Region
    terms: Terms
    sheet: Draft
    inputs: Mapping[str, str]
    scheme: Mapping[str, str]
    tables: tuple[Path, ...]

    @property
    def first(self) -> date:
        """The first day on which the result is to be in force."""
        return self.ask.validity[0]

    @property
    def last(self) -> date:
        """The last such day."""
        return self.ask.validity[1]


@dataclass(frozen=True)
class HistoryWork(Work):
    """A calibration that works on grouped stays."""

    history: History


@contextmanager
def calibration(kind: str, ask: Ask, progress: Progress = silent) -> Iterator[HistoryWork]:
    """A calibration on grouped stays: region read, years grouped and summed, a draft open; locks held meanwhile."""
    region, terms = load_region(ask.folder), read_terms(ask.folder)
    with (
        review_draft(region, kind, ask) as sheet,
        open_history(region, ask.years, terms.history, ask.dry_run, ask.strict, progress) as history,
    ):
        yield HistoryWork(
            ask, region, terms, sheet, history.cases.inputs, history.cases.scheme, region.tables(), history
        )


@contextmanager
def review_draft(region: Region, kind: str, ask: Ask) -> Iterator[Draft]:
    """A draft under calibration/, all locks held meanwhile."""
    review = ask.folder / REVIEW
    with lock(region.out), lock(review), draft(review, f"{kind}/{ask.years[0]}-{ask.years[-1]}") as sheet:
        yield sheet


def finish(
    work: Work, kind: str, counts: dict[str, int], notes: tuple[str, ...], places: Mapping[str, Path | None]
) -> Basis:
    """Publish the draft, put what is in it where that was asked for, and say what the calibration rests on.

    places: names in the draft ("" the draft itself) and where they are to go, None nowhere. Raises OutputError when
    something else stands there and may not be replaced; then nothing is published.
    """
    ask, region = work.ask, work.region
    place = Place(work.sheet.period, work.sheet.version, "", unchanged=False)
    asked = {name: target for name, target in places.items() if target is not None}
    if not ask.dry_run:
        for name, target in asked.items():
            refuse_to_overwrite(target, work.sheet.folder / name, replace=ask.replace)
        manifest = with_outputs(_manifest(work, kind, counts, tuple(asked.values())), work.sheet.folder)
        published = work.sheet.publish(manifest)
        shown = published.folder.relative_to(region.folder).as_posix()
        place = Place(work.sheet.period, published.version, shown, published.unchanged)
        for name, target in asked.items():
            put(target, published.folder / name)
    return Basis(
        region=region.name,
        folder=ask.folder,
        years=ask.years,
        stays=counts["stays"],
        effective_from=work.first,
        effective_to=work.last,
        place=place,
        written=() if ask.dry_run else tuple(map(str, asked.values())),
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


def _manifest(work: Work, kind: str, counts: dict[str, int], targets: Sequence[Path]) -> Manifest:
    """What went into a calibration; a table that its result is put into is none of it."""
    region = work.region
    made = {target.resolve() for target in targets}
    kept = [path for path in (region.folder / CALIBRATION_FILE, *work.tables) if path.resolve() not in made]
    return Manifest(
        command=f"calibrate {kind}",
        period=f"{work.ask.years[0]}:{work.ask.years[-1]}",
        drgcalc=VERSION,
        inputs=work.inputs,
        region={"region.toml": region.settings_hash, **hashes(kept, region.folder)},
        scheme=work.scheme,
        policy="",
        counts=counts,
        totals={},
        point_values={},
        outputs={},
    )
