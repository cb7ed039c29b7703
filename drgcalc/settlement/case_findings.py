"""What the points of a run's cases have to say."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.settlement.case_rules import SPECIAL_ITEM
from drgcalc.settlement.findings import KINDS, finding
from drgcalc.settlement.point_policy import BY_TABLE, PointRules


class StatusTotals(NamedTuple):
    """Records of one pool, status and segment: a row of sql/status_totals.sql."""

    pool: str
    status: str
    segment: str
    flag: str
    carries_points: bool
    records: int
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal


class RuleTotals(NamedTuple):
    """Cases of one pool that followed rules beside the segments: a row of sql/rule_totals.sql."""

    pool: str
    without_coefficient: int
    readmitted: int
    fallen_back: int
    without_treatment: int
    in_small_groups: int


class UnmatchedRefunds(NamedTuple):
    """Refund lines of one pool without a line they reverse: a row of sql/unmatched_refunds.sql."""

    pool: str
    lines: int
    total_fee: Decimal


def case_findings(statuses: Iterable[StatusTotals], refunds: Iterable[UnmatchedRefunds]) -> tuple[Finding, ...]:
    """What the points of the cases have to say: none for lack of a group, flags, refunds that reverse nothing."""
    found: list[Finding] = []
    for row in statuses:
        rule = "" if row.carries_points or row.segment == row.status else f" ({row.segment})"
        what = f"pool {row.pool}: {row.records:,} {row.status} records{rule} costing {row.total_fee:,} yuan"
        if not row.carries_points and row.segment != SPECIAL_ITEM:
            sums = f"booked {row.fund_booked:,}, paid by patients {row.patient_paid:,}"
            found.append(finding("S012", f"{what} ({sums}) carry no points", field="status", value=row.status))
        if row.flag:
            message = f"{what} lie in the segment {row.segment} and are flagged {row.flag}"
            found.append(finding("S013", message, field="segment", value=row.segment))
    for refund in refunds:
        message = f"pool {refund.pool}: {refund.lines:,} refund lines over {refund.total_fee:,} yuan reverse no line"
        found.append(finding("S014", message, field="is_refund", value="1"))
    return tuple(found)


def rule_findings(rules: PointRules, totals: Iterable[RuleTotals]) -> tuple[Finding, ...]:
    """What the rules beside the segments did, as far as the policy has them."""
    cases = rules.cases
    asked = (
        ("S047", "without_coefficient", rules.hospital_coefficient.value == BY_TABLE, "coefficient"),
        ("S048", "readmitted", cases.readmission is not None, "kept_share"),
        ("S049", "fallen_back", cases.treatment_share is not None, "points_group"),
        ("S050", "without_treatment", cases.treatment_share is not None, "treatment_fee"),
        ("S051", "in_small_groups", cases.small_group is not None, "review"),
    )
    return tuple(
        finding(code, f"pool {row.pool}: {count:,} cases: {KINDS[code].meaning}", field=field, value=str(count))
        for row in totals
        for code, name, is_asked, field in asked
        if is_asked and (count := getattr(row, name))
    )
