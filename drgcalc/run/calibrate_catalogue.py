"""`drgcalc calibrate catalogue`: a DIP directory of a city's own from the stays of several years, with its reasons."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from drgcalc.base.errors import InputError, RulesError
from drgcalc.base.money import divide
from drgcalc.calibration.dispersion import PLACES, cv, riv
from drgcalc.calibration.terms import CatalogueRule
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.known_codes import known_codes
from drgcalc.grouping.scheme import load_scheme
from drgcalc.records import results
from drgcalc.report.calibration_model import CalibratedCatalogue, Quality
from drgcalc.run.calibration_files import Ask, Work, finish, review_draft
from drgcalc.run.calibration_terms import CALIBRATION_FILE, lacking, read_terms
from drgcalc.run.database import connect
from drgcalc.run.directory_files import FACTORS_FILE, write_directory
from drgcalc.run.directory_groups import CORE, Directory, make_directory
from drgcalc.run.directory_stays import write_stays
from drgcalc.run.intake import Progress, find_inputs, make_intake, region_salt, silent
from drgcalc.run.period import span
from drgcalc.run.region import Region, load_region
from drgcalc.run.region_codes import coding_of

WHOLE_FOLDER = ""


@dataclass(frozen=True)
class CatalogueAsk(Ask):
    """What a directory is asked for; `table` is its folder, `factors` a file for the factors of its splits."""

    factors: Path | None = None


def calibrate_catalogue(ask: CatalogueAsk, progress: Progress = silent) -> CalibratedCatalogue:
    """A directory from the records of the years: published for review, and put into a folder when asked for.

    Raises RulesError for parameters or a base that do not fit, InputError when no record can be in a group, OutputError
    for something in the way.
    """
    region, terms = load_region(ask.folder), read_terms(ask.folder)
    rule = terms.catalogue
    if rule is None:
        raise lacking("catalogue")
    base_folder = ask.folder / rule.base
    base = _load_base(base_folder)
    inputs = find_inputs(region)
    scheme = {"id": base.id, "edition": base.edition, "checksum": base.checksum, "title": base.title}
    with (
        review_draft(region, "catalogue", ask) as sheet,
        tempfile.TemporaryDirectory(prefix=".work.partial-", dir=region.out) as name,
    ):
        directory, files = _make(region, ask, base, rule, Path(name), progress)
        quality = _quality(directory)
        work = Work(ask, region, terms, sheet, files, scheme, (region.folder / "hospitals.csv",))
        scheme_id = f"{region.id}-dip-{work.first.year}"
        write_directory(work, base_folder, directory, quality, scheme_id, rule)
        load_scheme(sheet.folder)
        counts = {key: value for key, value in quality._asdict().items() if isinstance(value, int)}
        notes = tuple(f"{finding.code}: {finding.message}" for finding in inputs.findings)
        places = {WHOLE_FOLDER: ask.table, FACTORS_FILE: ask.factors}
        return CalibratedCatalogue(finish(work, "catalogue", counts, notes, places), scheme_id, quality)


def _load_base(folder: Path) -> DipScheme:
    base = load_scheme(folder)
    if not isinstance(base, DipScheme):
        raise RulesError(
            f"{CALIBRATION_FILE}: calibration.catalogue.base is {folder}, a scheme of kind drg",
            hint="name a DIP folder: its lists and rules are taken over, its groups are not",
        )
    return base


def _make(
    region: Region, ask: Ask, base: DipScheme, rule: CatalogueRule, work: Path, progress: Progress
) -> tuple[Directory, dict[str, str]]:
    """The directory, and the SHA-256 of the files that were read."""
    period = span(date(ask.years[0], 1, 1), date(ask.years[-1], 12, 31))
    with connect(work) as con:
        readers = coding_of(region.folder, known_codes(base), repair=False).readers
        intake = make_intake(
            region, period, find_inputs(region), region_salt(region), work, lambda: readers, repair=False
        )
        files = write_stays(con, intake, base, work, progress)
        counts = results.counts(con)
        if not counts.accepted or (ask.strict and counts.rejected):
            raise InputError(
                f"{period.text}: {counts.accepted:,} of {counts.read:,} records can be used, {counts.rejected:,} are "
                "rejected; nothing is published",
                hint="`drgcalc check` says why records are rejected; other years are named with --years",
            )
        read = {file.relative: file.sha256 for file in results.inputs(con)}
    with connect(work) as con:
        return make_directory(con, files, rule), read


def _quality(directory: Directory) -> Quality:
    core = [group for group in directory.groups if group.layer == CORE]
    stays = sum(group.moments.cases for group in directory.groups)
    core_stays = sum(group.moments.cases for group in core)
    return Quality(
        stays=stays,
        threshold=directory.threshold,
        core_groups=len(core),
        own_groups=sum(group.own is not None for group in core),
        comprehensive_groups=len(directory.groups) - len(core),
        core_stays=core_stays,
        coverage=divide(Fraction(core_stays), Fraction(stays), PLACES),
        mean_cv=_mean_cv(directory, stays),
        riv=riv(group.moments for group in directory.groups),
        splits=len({(split.group_code, split.dimension) for split in directory.splits}),
    )


def _mean_cv(directory: Directory, stays: int) -> Decimal:
    """CV of the groups, weighted by their stays; a group whose stays cost nothing has none and counts 0."""
    weighted: Sequence[Fraction] = [
        Fraction(found) * group.moments.cases for group in directory.groups if (found := cv(group.moments)) is not None
    ]
    return divide(sum(weighted, Fraction(0)), Fraction(stays), PLACES)
