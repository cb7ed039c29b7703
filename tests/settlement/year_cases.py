"""Months and years to pay and clear, made by hand: what the tests of payments and clearing share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from drgcalc.settlement.clearing import Year
from drgcalc.settlement.decisions import Advance, Correction, Decisions, Deduction, Merger, Transfer, Where
from drgcalc.settlement.pay_policy import ClearingRule, PaymentRule, read_clearing, read_payment
from drgcalc.settlement.payment_rows import together
from drgcalc.settlement.payments import Month, PaidMonth, pay_month
from drgcalc.settlement.policy_reading import Table
from drgcalc.settlement.rows import Allocation

HERE = Where("decisions/x.csv", 1)
ZERO = Decimal("0.00")


def number(value: object, unit: str) -> dict[str, object]:
    return {"value": Decimal(str(value)), "unit": unit, "source": "第一条"}


def choice(value: str) -> dict[str, str]:
    return {"value": value, "source": "第二条"}


def payment_rule(**keys: Any) -> PaymentRule:
    return read_payment(Table({"negative": choice("carry"), **keys}, "region.toml", "policy.payment"))


def clearing_rule(**keys: Any) -> ClearingRule:
    made = {"missing_assessment": choice("full_score"), **keys}
    return read_clearing(Table(made, "region.toml", "policy.clearing"))


def sharing(base: str, *bands: tuple[object, object, object]) -> dict[str, object]:
    """Bands as (from, to or None, hospital's share)."""
    made = []
    for lower, upper, share in bands:
        band = {"from": Decimal(str(lower)), "hospital_share": number(share, "ratio")}
        made.append(band if upper is None else {**band, "to": Decimal(str(upper))})
    return {"base": choice(base), "bands": made}


def allocation(
    period: str, hospital: str, payable: str | Decimal, *, pool: str = "p", ratio: str = "1", booked: str | None = None
) -> Allocation:
    """A hospital's row: paid at once is `ratio` of what is payable, cut to the fen."""
    amount = Decimal(payable)
    now = (amount * Decimal(ratio)).quantize(ZERO)
    return Allocation(
        period, pool, hospital, f"医院{hospital}", "二级", 1, 0, Decimal("1.0000"), Decimal("1.00000000"), amount,
        Decimal(payable if booked is None else booked).quantize(ZERO), ZERO, amount, amount - now, now, ZERO,
    )  # fmt: skip


def deduction(amount: str | Decimal, on: str, *, hospital: str = "A", pool: str = "p", kind: str = "violation") -> Any:
    return Deduction(f"扣{on}{hospital}{kind}", hospital, pool, kind, Decimal(amount), date.fromisoformat(on), None,
                     "分解住院", "文书", HERE)  # fmt: skip


def advance(amount: str | Decimal, on: str, *, hospital: str = "A", pool: str = "p") -> Advance:
    return Advance(
        f"预{hospital}", hospital, pool, "working_capital", Decimal(amount), date.fromisoformat(on), "拨付单", HERE
    )


def transfer(amount: str | Decimal, on: str, *, hospital: str = "A") -> Transfer:
    return Transfer(
        f"转{hospital}", hospital, "p", "q", Decimal(amount), date.fromisoformat(on), None, "录错", "单", HERE
    )


def by_hand(amount: str | Decimal, on: str, *, hospital: str = "A") -> Correction:
    day = date.fromisoformat(on)
    return Correction(f"更{hospital}", hospital, "p", "2024-01", "data", Decimal(amount), day, "重报", "单", HERE)


def merger(hospital: str, into: str, on: str) -> Merger:
    return Merger(hospital, into, date.fromisoformat(on), "批复", HERE)


def month(period: str, *rows: Allocation, before: list[PaidMonth] | None = None, **given: Any) -> PaidMonth:
    decisions = given.pop("decisions", Decisions())
    last = date.fromisoformat(f"{period}-28")
    return pay_month(
        Month(
            period=period,
            rule=given.pop("rule", payment_rule()),
            allocations=rows,
            methods=given.pop("methods", ()),
            differences=given.pop("differences", ()),
            decisions=decisions,
            successors=decisions.successors(last),
            before=together(paid.book.balances() for paid in before or []),
            pools=given.pop("pools", {}),
        )
    )


def year(*rows: Allocation, months: list[PaidMonth] | None = None, **given: Any) -> Year:
    decisions = given.pop("decisions", Decisions())
    return Year(
        year=2024,
        rule=given.pop("rule", clearing_rule()),
        allocations=rows,
        methods=given.pop("methods", ()),
        payments=[row for paid in months or [] for row in paid.rows],
        decisions=decisions,
        successors=decisions.successors(date(2024, 12, 31)),
    )
