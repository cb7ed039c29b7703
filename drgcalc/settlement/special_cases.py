"""Which decided special cases (特例单议) count: cases of the period, within the quota of their pool's discharges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.settlement.decision_findings import decision_finding
from drgcalc.settlement.decisions import SpecialCase

APPROVED = ("item", "points")


class SpecialCases(NamedTuple):
    """The decisions that count, and findings about the others."""

    counted: tuple[SpecialCase, ...]
    findings: tuple[Finding, ...]


def counted_special_cases(
    decided: Sequence[SpecialCase], pool_of_case: Mapping[str, str], discharges: Mapping[str, int], quota: Decimal
) -> SpecialCases:
    """The decisions about cases of the period; approvals only up to `quota` × the pool's discharges, earliest first.

    `pool_of_case` holds the period's settlement ids that are decided on, `discharges` the cases of each whole pool:
    the quota is the pool's, never a hospital's. Rejections need no quota. The national rules give 5 ‰ (DIP).
    """
    known = [row for row in decided if row.settlement_id in pool_of_case]
    left = {pool: floor(Fraction(quota) * count) for pool, count in discharges.items()}
    whole = dict(left)
    counted, findings = [], [_unknown(row) for row in decided if row.settlement_id not in pool_of_case]
    for row in sorted(known, key=lambda row: (row.decided_on, row.settlement_id)):
        pool = pool_of_case[row.settlement_id]
        if row.decision in APPROVED:
            if not left.get(pool, 0):
                findings.append(_beyond(row, pool, whole.get(pool, 0), discharges.get(pool, 0), quota))
                continue
            left[pool] -= 1
        counted.append(row)
    return SpecialCases(tuple(counted), tuple(findings))


def _unknown(row: SpecialCase) -> Finding:
    message = f"{row.where.file} row {row.where.row}: {row.settlement_id} is no case of the period"
    return decision_finding("D111", *row.where, message, field="settlement_id", record_id=row.settlement_id)


def _beyond(row: SpecialCase, pool: str, most: int, discharges: int, quota: Decimal) -> Finding:
    message = (
        f"{row.where.file} row {row.where.row}: {row.settlement_id} is beyond the quota of pool {pool}: "
        f"{most} = {quota} × {discharges:,} discharges"
    )
    return decision_finding("D110", *row.where, message, field="settlement_id", record_id=row.settlement_id)
