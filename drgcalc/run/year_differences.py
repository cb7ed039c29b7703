"""Differences to closed years: what a year that is closed owes hospitals today, less what was cleared and posted since.

They are posted in the open month of a later year whose policy has [policy.payment], else in that year's clearing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from drgcalc.base.errors import RulesError
from drgcalc.grouping.table_folder import checksum_of, read_about
from drgcalc.report.year_model import Change
from drgcalc.run.closed import closed_with, standing_version
from drgcalc.run.differences import DIFFERENCES_FILE, less_posted, read_differences
from drgcalc.run.group import CASES_FILE, Cases
from drgcalc.run.manifest import read_manifest
from drgcalc.run.period import Period
from drgcalc.run.publish import periods
from drgcalc.run.region import Region
from drgcalc.run.snapshot import read_texts, region_of, texts_of
from drgcalc.run.stages import Amount, Amounts, Resettle, Side, changes, effective, published_amounts, same_cases
from drgcalc.run.year import read_cleared
from drgcalc.settlement.late import cleared_worth, worth_again
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.payment_rows import Difference, owing
from drgcalc.settlement.policy import Policy, policy_for_year, read_policies
from drgcalc.settlement.settle import Settlement


def year_differences(
    region: Region, period: Period, year: Period, year_cases: Cases, resettle: Resettle
) -> tuple[Difference, ...]:
    """What the closed `year` owes hospitals beyond what was cleared and posted for it, by cause, pool and hospital.

    `year_cases` are its cases as the records are today; `period` is the open one that posts.
    """
    folder = standing_version(region.out, year.text)
    if folder is None:
        return ()
    now = Side(year_cases.folder / CASES_FILE, texts_of(region), year_cases.manifest.scheme["checksum"])
    changed = _since_closing(year, folder, now, closed_with(region.out), resettle)
    found = less_posted(year.text, changed, _posted(region, period, year))
    return tuple(sorted(found))


def cannot_compute(region: Region, year: Period) -> str:
    """Why a closed year cannot be computed again as it was closed; empty when it can.

    Another scheme would group its records otherwise, which is no correction of that year; records that are no longer
    there would be taken for withdrawn ones; and its own policy and fund account must still be there.
    """
    folder = standing_version(region.out, year.text)
    if folder is None:
        return f"the version with which {year.text} was closed is not there"
    manifest = read_manifest(folder)
    if checksum_of(read_about(region.scheme_folder)) != manifest.scheme["checksum"]:
        return f"{year.text} was closed with the scheme {manifest.scheme['id']}, and region.toml names another one"
    gone = sorted(name for name in manifest.inputs if not (region.folder / name).exists())
    if gone:
        return f"{len(gone)} record files that {year.text} was closed with are not there, the first is {gone[0]}"
    if not any(row.year == year.year for row in region.fund):
        return f"fund/*.csv hold no item of {year.text} any more"
    try:
        _policy(region, year)
    except RulesError as error:
        return error.message
    return ""


def _since_closing(
    year: Period, folder: Path, now: Side, closed: Mapping[str, Collection[str]], resettle: Resettle
) -> list[Change]:
    """All that has changed since the year was closed, by cause; after assessment and sharing, if it was cleared."""
    then = Side(folder / CASES_FILE, read_texts(folder), read_manifest(folder).scheme["checksum"])
    if effective(then.texts) == effective(now.texts) and same_cases(then.cases, now.cases):
        return []
    rows = read_cleared(folder)
    if not rows:
        return changes(year, then, published_amounts(folder), now, closed, resettle)
    assessments = {(row.pool, row.hospital_id): row.assessment for row in rows}
    with region_of(then.texts, closed) as region:
        rule, successors = _policy(region, year).clearing, region.decisions.successors(year.last)

    def measure(settlement: Settlement) -> Amounts:
        owed = owing(settlement.allocations, settlement.methods)
        worth = worth_again(owed, assessments, rule.sharing if rule else None, successors)
        return {key: Amount(amount, ZERO) for key, amount in worth.items()}

    before = {key: Amount(amount, ZERO) for key, amount in cleared_worth(rows).items()}
    return changes(year, then, before, now, closed, resettle, measure)


def _policy(region: Region, year: Period) -> Policy:
    policies = read_policies(region.policy_blocks, "region.toml", [pool.id for pool in region.pools])
    return policy_for_year(policies, year.year)


def _posted(region: Region, period: Period, year: Period) -> Iterable[Difference]:
    """What periods after the year, before the one that posts now, have posted for it."""
    for name in sorted(periods(region.out)):
        if "/" in name or not year.text < name[:4] <= str(period.year) or not _before(name, period):
            continue
        folder = standing_version(region.out, name)
        if folder is not None and (folder / DIFFERENCES_FILE).is_file():
            yield from (row for row in read_differences(folder) if row.corrects == year.text)


def _before(name: str, period: Period) -> bool:
    """Whether a settled period comes before another one: months of a year before its clearing."""
    if name == period.text or name[:4] < str(period.year):
        return name != period.text
    return not period.is_month or ("-" in name and name < period.text)
