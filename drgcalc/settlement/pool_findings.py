"""What one settled pool has to say: who is paid nothing, who owes, what is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from drgcalc.base.errors import Finding
from drgcalc.settlement.findings import finding
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.pay_policy import MONTH_POOL, MonthRule
from drgcalc.settlement.point_value import NO_POINTS, NO_RATIO, PAID, Distribution, rounding
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import HospitalTotals, PoolValue


def pool_findings(
    policy: Policy,
    month: MonthRule | None,
    value: PoolValue,
    totals: Sequence[HospitalTotals],
    done: Distribution,
    payable: Mapping[str, Decimal],
) -> tuple[Finding, ...]:
    """The findings about a pool's distribution, in a fixed order."""
    pool, fund = value.pool, f"{value.fund:,} yuan"
    found = [
        finding("S006", f"pool {pool}: hospital {hospital} has points but no cost", field="total_fee", value=hospital)
        for hospital in done.without_ratio
    ]
    found += [
        finding("S007", f"pool {pool}: hospital {hospital} is owed {amount:,} yuan", field="payable", value=hospital)
        for hospital, amount in payable.items()
        if amount < 0
    ]
    if done.status == NO_POINTS and value.fund:
        message = f"pool {pool}: {value.points} points to divide {fund} by; nobody is paid, the money stays in the fund"
        found.append(finding("S004", message, field="points", value=str(value.points)))
    if done.status == NO_RATIO:
        message = f"pool {pool}: no cost or nothing booked, so {fund} cannot be paid by fund ratio and stay in the fund"
        found.append(finding("S005", message, field="fund_booked"))
    idle = [row.hospital_id for row in totals if not row.records]
    if idle:
        message = f"pool {pool}: {len(idle)} hospitals without a record"
        found.append(finding("S008", message, field="records", value=" ".join(idle)))
    if done.status == PAID and done.residual:
        found.append(_left_over(policy, month, value, totals))
    wanted = policy.point_value.closing
    if done.status == PAID and wanted and wanted.value != done.closing:
        message = f"pool {pool}: no hospital is entitled to anything, so nothing can be rescaled"
        found.append(finding("S011", message, field="closing", value=wanted.value))
    found += _elastic_findings(policy, value, totals)
    return tuple(found)


def _elastic_findings(policy: Policy, value: PoolValue, totals: Sequence[HospitalTotals]) -> list[Finding]:
    """Hospitals without a base, and points beyond the bases that are worth more than those within."""
    if policy.point_value.elastic is None:
        return []
    found = []
    unknown = [row.hospital_id for row in totals if row.base_points is None and row.points]
    if unknown:
        message = f"pool {value.pool}: {len(unknown)} hospitals have points and no base points"
        found.append(finding("S045", message, field="base_points", value=" ".join(unknown)))
    if value.increment_value is not None and value.increment_value > value.value:
        message = (
            f"pool {value.pool}: a point beyond the base is worth {value.increment_value}, one within {value.value}"
        )
        found.append(finding("S046", message, field="increment_value", value=str(value.increment_value)))
    return found


def _left_over(policy: Policy, month: MonthRule | None, value: PoolValue, totals: Sequence[HospitalTotals]) -> Finding:
    """What the convention leaves over, or pays beyond the pool: a warning when it is more than can be explained.

    Rounding explains a little, and a month at a given value explains whatever is left.
    """
    given = month is not None and month.basis.value != MONTH_POOL
    code = "S010" if not given and abs(value.kept) > rounding(policy.point_value, totals) else "S017"
    if value.residual < 0:
        what = f"{value.convention} pays {less(ZERO, value.residual):,} yuan more than the pool of {value.fund:,} holds"
    else:
        what = f"{value.convention} leaves {value.residual:,} yuan of the pool of {value.fund:,}"
    message = f"pool {value.pool}: {what}, closed by {value.closing}"
    return finding(code, message, field="residual", value=str(value.residual))
