"""On what terms a period is settled: policy, hospitals and fund in force; and its sums settled on these terms."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.run.group import CASES_FILE
from drgcalc.run.manifest import block_hash
from drgcalc.run.period import Period
from drgcalc.run.points import Sums, write_settled_cases
from drgcalc.run.region import Region
from drgcalc.settlement.elastic import month_share, with_base_points
from drgcalc.settlement.methods.inputs import Weight
from drgcalc.settlement.methods.outlays import pay_methods
from drgcalc.settlement.policy import Policy, policy_for_month, policy_for_year, read_policies
from drgcalc.settlement.rows import FundItem, Hospital, HospitalTotals
from drgcalc.settlement.settle import Settlement, settle_month, settle_year
from drgcalc.settlement.totals import standing


class Terms(NamedTuple):
    """The policy in force for a period, and the hash of its block."""

    policy: Policy
    block: str


def terms_of(region: Region, period: Period) -> Terms:
    """The policy of a period. Raises RulesError when none covers it, or when a block is wrong."""
    policies = read_policies(region.policy_blocks, "region.toml", [pool.id for pool in region.pools])
    chosen = policy_for_month(policies, period.text) if period.is_month else policy_for_year(policies, period.year)
    block = next(block for block in region.policy_blocks if block["effective_from"] == chosen.effective_from)
    return Terms(chosen, block_hash(block))


def settle_sums(region: Region, policy: Policy, period: Period, sums: Sums) -> Settlement:
    """The settlement of exact sums. Pure, given the region's tables."""
    hospitals, fund = hospitals_of(region, period), fund_of(region, period)
    weights = [
        Weight(row.group_code, row.level, row.score, row.mean_fee, row.effective_from, row.effective_to)
        for row in region.scores
    ]
    successors = region.decisions.successors(period.last)
    claims = [row._replace(hospital_id=successors.get(row.hospital_id, row.hospital_id)) for row in sums.routed.claims]
    outlays = pay_methods(policy, period.text, hospitals, claims, region.methods, weights, fund)
    totals = standing(sums.totals, successors)
    if policy.point_value.elastic:
        totals = with_bases(region, policy, period, totals)
    adjustments = region.decisions.adjustments
    if period.is_month:
        return settle_month(period.text, policy, hospitals, totals, fund, adjustments, outlays)
    return settle_year(period.year, policy, hospitals, totals, fund, adjustments, outlays)


def with_bases(
    region: Region, policy: Policy, period: Period, totals: Iterable[HospitalTotals]
) -> tuple[HospitalTotals, ...]:
    """Totals with the base points of the period. Raises RulesError when the region has none of its year."""
    share = month_share(policy.month, period.first.month) if period.is_month and policy.month else Fraction(1)
    return with_base_points(totals, region.point_tables.base_points, period.year, share)


def hospitals_of(region: Region, period: Period) -> tuple[Hospital, ...]:
    """Every hospital in force at some time of the period, as it was at the end of its time, that then still stands."""
    ended = region.decisions.successors(period.last)
    inside = (
        row
        for row in region.hospitals
        if row.hospital_id not in ended
        and row.effective_from <= period.last
        and (row.effective_to is None or row.effective_to >= period.first)
    )
    newest = {row.hospital_id: row for row in inside}  # rows come by id and date: the last one stays
    return tuple(newest.values())


def fund_of(region: Region, period: Period) -> tuple[FundItem, ...]:
    """The fund account of the period's year. Raises RulesError when there is none."""
    items = tuple(row for row in region.fund if row.year == period.year)
    if not items:
        raise RulesError(
            f"fund/*.csv hold no item of {period.year}", hint=f"add the fund account of {period.year} to fund/"
        )
    return items


def resettle(region: Region, period: Period, cases: Path, work: Path) -> Settlement:
    """The settlement of a period's grouped cases all over again; nothing is published."""
    policy = terms_of(region, period).policy
    priced = write_settled_cases(region, policy, cases, work / CASES_FILE, work)
    return settle_sums(region, policy, period, priced.sums)
