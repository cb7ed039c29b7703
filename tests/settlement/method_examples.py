"""Inputs of payment methods from the short form in which examples write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from drgcalc.settlement.methods.inputs import Adjustment, Agreement, Claim, History, Inputs, Paid, Price, Weight
from drgcalc.settlement.methods.registry import BY_KIND
from drgcalc.settlement.policy_reading import Table
from drgcalc.settlement.rows import FundItem, Hospital

POOL, YEAR, METHOD = "resident", 2024, "m"
DAY = date(2024, 1, 1)


def pay(example: dict[str, Any]) -> Paid:
    """What the example's method pays."""
    method = BY_KIND[example["kind"]]
    table = Table(example["terms"], "methods.toml", "terms")
    terms = method.read(table)
    table.finish()
    return method.pay(terms, inputs(example))


def inputs(example: dict[str, Any]) -> Inputs:
    months = example.get("months", range(1, 13))
    return Inputs(
        method=METHOD,
        year=YEAR,
        months=tuple(f"{YEAR}-{month:02}" for month in months),
        pools=(POOL,),
        claims=tuple(claim(row) for row in example.get("claims", [])),
        prices=tuple(price(row) for row in example.get("prices", [])),
        agreements=tuple(agreement(row) for row in example.get("agreements", [])),
        history=tuple(history(row) for row in example.get("history", [])),
        adjustments=tuple(adjustment(row) for row in example.get("adjustments", [])),
        hospitals={name: Hospital(name, name, "2", Decimal(1), DAY, None, "文件") for name in "AB"},
        weights=tuple(
            Weight(group, None, Decimal(weight), Decimal(1), DAY, None)
            for group, weight in example.get("weights", {}).items()
        ),
        fund={
            (POOL, item): FundItem(YEAR, POOL, item, Decimal(amount), "报表")
            for item, amount in example.get("fund", {}).items()
        },
    )


def claim(row: dict[str, Any]) -> Claim:
    fee = Decimal(row.get("total_fee", "0.00"))
    return Claim(
        method=METHOD,
        pool=POOL,
        hospital_id=row["hospital"],
        level="2",
        month=f"{YEAR}-{row['month']:02}",
        group_code=row.get("group", ""),
        key=row.get("key", ""),
        cases=row.get("cases", 1),
        days=row.get("days", 0),
        refunds_alone=0,
        total_fee=fee,
        fund_booked=Decimal(row.get("fund_booked", "0.00")),
        patient_paid=Decimal(row.get("patient_paid", "0.00")),
    )


def price(row: dict[str, Any]) -> Price:
    return Price(
        METHOD,
        row.get("hospital", ""),
        row.get("level", ""),
        row.get("group", ""),
        Decimal(row["fund"]),
        Decimal(row["patient"]),
        DAY,
        None,
        row["source"],
    )


def agreement(row: dict[str, Any]) -> Agreement:
    return Agreement(YEAR, row.get("month"), POOL, METHOD, row["hospital"], row["item"], Decimal(row["amount"]), "协议")


def history(row: dict[str, Any]) -> History:
    return History(
        row["year"],
        POOL,
        row["hospital"],
        row.get("group", ""),
        row.get("cases", 1),
        Decimal(row.get("total_fee", 0)),
        Decimal(row.get("fund_paid", 0)),
        "决算",
    )


def adjustment(row: dict[str, Any]) -> Adjustment:
    return Adjustment(
        YEAR, row["from_month"], POOL, METHOD, row["hospital"], Decimal(row["amount"]), DAY, row["reason"], "A", "同意",
        "同意", "批复",
    )  # fmt: skip
