"""Whether the month before has posted every difference to closed months already, so that none need be computed."""

from __future__ import annotations

from pathlib import Path

from drgcalc.base.version import VERSION
from drgcalc.run.closed import standing_version
from drgcalc.run.differences import DIFFERENCES_FILE, months_before
from drgcalc.run.group import Cases
from drgcalc.run.manifest import CLOSED_MONTHS, Manifest, read_manifest
from drgcalc.run.period import Period, parse_period
from drgcalc.run.region import Region
from drgcalc.run.snapshot import read_texts, texts_of
from drgcalc.run.stages import effective
from drgcalc.run.year import built_on_others, closed_months

LATE = "D109"
"""A decision dated in a closed month that was closed without it."""


def all_posted(region: Region, period: Period, year_cases: Cases) -> bool:
    """Whether the last month before was settled from the same records, tables and rules, on months that still stand.

    It has then posted what closed months owe by them; and it owes nothing beyond its own settlement. `year_cases` are
    the year's cases as the records are today.
    """
    settled = [month for month in months_before(period) if standing_version(region.out, month) is not None]
    folder = standing_version(region.out, settled[-1]) if settled else None
    if folder is None or not (folder / DIFFERENCES_FILE).is_file():
        return False
    manifest = read_manifest(folder)
    return (
        _same_data(manifest, year_cases.manifest)
        and _stands(region, manifest)
        and not any(finding.code == LATE for finding in region.decisions.findings)
        and _same_tables(region, folder)
    )


def _same_data(then: Manifest, now: Manifest) -> bool:
    """The same program, records, scheme, and tables that cases depend on."""
    tables = all(then.region.get(name) == digest for name, digest in now.region.items())
    return tables and (then.drgcalc, then.inputs, then.scheme) == (VERSION, now.inputs, now.scheme)


def _stands(region: Region, manifest: Manifest) -> bool:
    """The months before it are closed, and in the versions that hold, as they were when it was settled."""
    closed = closed_months(region, parse_period(manifest.period)).get(CLOSED_MONTHS)
    return manifest.region.get(CLOSED_MONTHS) == closed and not built_on_others(region, manifest)


def _same_tables(region: Region, folder: Path) -> bool:
    return effective(read_texts(folder)) == effective(texts_of(region))
