"""A dated policy block: the frozen shapes of one official document, and its strict reader.

Nothing is inherited and nothing has a default; a rule that a city does not have is left out or said to be "none".
"""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.settlement.elastic import Elastic, read_elastic
from drgcalc.settlement.feedback import FeedbackRule, read_feedback
from drgcalc.settlement.fund_watch import WatchRules, read_watch
from drgcalc.settlement.methods.policy import MethodRules, read_methods
from drgcalc.settlement.pay_policy import (
    ClearingRule,
    MonthRule,
    PaymentRule,
    read_clearing,
    read_month,
    read_payment,
)
from drgcalc.settlement.point_policy import PointRules, read_points
from drgcalc.settlement.policy_reading import Choice, Number, Table

CONVENTIONS = ("fund_only", "fund_plus_patient", "total_cost", "fixed_rate")
AMOUNTS = ("all_records", "records_with_points")
CLOSINGS = ("rescale", "leave_in_fund", "adjustment_fund")


class Item(NamedTuple):
    """A line of the fund account that the formula uses: its name in fund/*.csv, its label and its article."""

    item: str
    label: str
    source: str


@dataclass(frozen=True)
class Formula:
    """One pool's fund formula: collections, less one-off income, less carve-outs, less the reserve.

    `reserve_base` says what the rate is taken of: collections net_of_one_off, or gross.
    """

    collections: Item
    one_off: Item | None
    carve_outs: tuple[Item, ...]
    reserve_rate: Number
    reserve_base: Choice

    def items(self) -> tuple[Item, ...]:
        """Every fund item the formula needs."""
        return (self.collections, *([self.one_off] if self.one_off else []), *self.carve_outs)


@dataclass(frozen=True)
class Limits:
    """Floor and cap of the pool, and the surpluses a lift is drawn from, in order.

    Drawn `net` (only what is needed) or `literal` (to the floor; what the cap cuts off returns to the first surplus);
    `first_year` says why a pool may be without a last year's final pool, and hence without a floor; None is not.
    scope `pool`, or `city`: one floor and cap over all pools, lift and cut shared in proportion to the bases.
    """

    floor: Number | None
    cap: Number | None
    last_pool: Item | None
    first_year: Choice | None
    surpluses: tuple[Item, ...]
    draw: Choice
    scope: Choice


@dataclass(frozen=True)
class PointValueRule:
    """How points become money. `closing` says where a residual goes; None when the convention leaves none.

    `amounts` says whose cost, booked amount and patients' payments count: all_records, or records_with_points.
    `elastic`: points within and beyond a base have values of their own; None is one value for all.
    """

    convention: Choice
    amounts: Choice
    closing: Choice | None
    pay_with: Choice
    printed_places: Number
    fixed_rate_pays: Choice | None
    rates: Mapping[str, Number]
    elastic: Elastic | None = None


@dataclass(frozen=True)
class Policy:
    """One official document, in force from `effective_from` to `effective_to`, both included."""

    effective_from: date
    effective_to: date
    title: str
    document: str
    headers: Choice
    fund: Mapping[str, Formula]
    limits: Limits | None
    points: PointRules
    point_value: PointValueRule
    month: MonthRule | None
    payment: PaymentRule | None
    clearing: ClearingRule | None
    methods: MethodRules | None
    watch: WatchRules | None
    feedback: FeedbackRule | None


def read_policies(
    blocks: Sequence[Mapping[str, object]], where: str, pools: Collection[str] | None = None
) -> tuple[Policy, ...]:
    """The policy blocks of a region by date. `where` names the file; `pools` are the region's, when to be compared.

    Raises RulesError for an unknown or missing key, a wrong type or unit, a number without source, a pool without
    formula, and a gap or an overlap of dates.
    """
    policies = [_read(Table(block, where, f"policy[{number}]"), pools) for number, block in enumerate(blocks, 1)]
    if not policies:
        raise RulesError(f"{where}: there is no policy block", hint="add [[policy]] with the rules that are in force")
    policies.sort(key=lambda policy: policy.effective_from)
    for earlier, later in itertools.pairwise(policies):
        _check_succession(earlier, later, where)
    return tuple(policies)


def policy_on(policies: Sequence[Policy], day: date) -> Policy:
    """The policy in force on `day`. Raises RulesError when there is none."""
    for policy in policies:
        if policy.effective_from <= day <= policy.effective_to:
            return policy
    known = "; ".join(f"{policy.effective_from} to {policy.effective_to}" for policy in policies)
    raise RulesError(
        f"no policy block is in force on {day}",
        hint=f"the blocks cover {known}: add one to region.toml, or extend effective_to",
    )


def policy_for_year(policies: Sequence[Policy], year: int) -> Policy:
    """The one policy that is in force the whole year. Raises RulesError when the year has none, or two."""
    return _policy_for(policies, date(year, 1, 1), date(year, 12, 31), f"the year {year}")


def policy_for_month(policies: Sequence[Policy], month: str) -> Policy:
    """The one policy that is in force the whole month YYYY-MM. Raises RulesError when the month has none, or two."""
    year, number = (int(part) for part in month.split("-"))
    last = calendar.monthrange(year, number)[1]
    return _policy_for(policies, date(year, number, 1), date(year, number, last), f"the month {month}")


def _policy_for(policies: Sequence[Policy], first: date, last: date, what: str) -> Policy:
    policy = policy_on(policies, first)
    if policy is not policy_on(policies, last):
        raise RulesError(
            f"{what} lies under two policy blocks: one ends {policy.effective_to}",
            hint="a settlement follows one document: let one block cover the whole period",
        )
    return policy


def _check_succession(earlier: Policy, later: Policy, where: str) -> None:
    if later.effective_from <= earlier.effective_to:
        raise RulesError(
            f"{where}: policy blocks overlap: one ends {earlier.effective_to}, the next starts {later.effective_from}",
            hint="end the earlier block the day before the later one starts",
        )
    if later.effective_from > earlier.effective_to + timedelta(days=1):
        raise RulesError(
            f"{where}: no policy between {earlier.effective_to} and {later.effective_from}",
            hint="extend effective_to of the earlier block, or add the block that was in force",
        )


def _read(block: Table, pools: Collection[str] | None) -> Policy:
    first, last = block.day("effective_from"), block.day("effective_to")
    if last < first:
        raise block.wrong("effective_to", f"is {last}, before {first}", "a block ends on or after the day it starts")
    fund = _read_fund(block.table("fund"), pools)
    carve_outs = {item.item: item for formula in fund.values() for item in formula.carve_outs}
    policy = Policy(
        effective_from=first,
        effective_to=last,
        title=block.text("title"),
        document=block.text("document"),
        headers=block.choice("headers", ("chinese", "english", "both")),
        fund=fund,
        limits=_read_limits(block.table("limits")) if block.has("limits") else None,
        points=read_points(block.table("points")),
        point_value=_read_point_value(block.table("point_value"), fund),
        month=read_month(block.table("month"), fund) if block.has("month") else None,
        payment=read_payment(block.table("payment")) if block.has("payment") else None,
        clearing=read_clearing(block.table("clearing")) if block.has("clearing") else None,
        methods=read_methods(block, carve_outs, fund),
        watch=read_watch(block.table("watch")) if block.has("watch") else None,
        feedback=read_feedback(block.table("feedback")) if block.has("feedback") else None,
    )
    block.finish()
    return policy


def _read_fund(table: Table, pools: Collection[str] | None) -> dict[str, Formula]:
    formulas = {pool: _read_formula(table.table(pool)) for pool in table.names()}
    if not formulas:
        raise RulesError(f"{table.where}: {table.path} names no pool", hint=f"add [{table.path}.<pool>]")
    if pools is None:
        return formulas
    for pool in pools:
        table.take(pool)
    for pool in formulas:
        if pool not in pools:
            raise table.wrong(pool, "is not a pool of this region", f"the pools are: {', '.join(pools)}")
    return formulas


def _read_item(table: Table) -> Item:
    item = Item(table.text("item"), table.text("label"), table.source())
    table.finish()
    return item


def _read_formula(table: Table) -> Formula:
    formula = Formula(
        collections=_read_item(table.table("collections")),
        one_off=_read_item(table.table("one_off")) if table.has("one_off") else None,
        carve_outs=tuple(_read_item(item) for item in table.tables("carve_outs")),
        reserve_rate=table.number("reserve_rate", "ratio"),
        reserve_base=table.choice("reserve_base", ("net_of_one_off", "gross")),
    )
    table.finish()
    names = [item.item for item in formula.items()]
    for name in names:
        if names.count(name) > 1:
            raise table.wrong("carve_outs", f"use the item {name!r} twice", "an item is counted once")
    return formula


def _read_limits(table: Table) -> Limits:
    floor = table.number("floor", "factor") if table.has("floor") else None
    cap = table.number("cap", "factor") if table.has("cap") else None
    if floor is None and cap is None:
        raise table.wrong("floor", "and cap are both missing", "give one of them, or leave the table out")
    limits = Limits(
        floor=floor,
        cap=cap,
        last_pool=_read_item(table.table("last_pool")) if floor else None,
        first_year=table.choice("first_year", ("no_floor",)) if floor and table.has("first_year") else None,
        surpluses=tuple(_read_item(item) for item in table.tables("surpluses")),
        draw=table.choice("draw", ("net", "literal")),
        scope=table.choice("scope", ("pool", "city")),
    )
    table.finish()
    if not limits.surpluses:
        raise table.wrong("surpluses", "names none", "name the surplus a lift is drawn from and a cut returns to")
    return limits


def _read_point_value(table: Table, fund: Mapping[str, Formula]) -> PointValueRule:
    convention = table.choice("convention", CONVENTIONS)
    pay_with = table.choice("pay_with", ("exact", "printed"))
    fixed = convention.value == "fixed_rate"
    leaves_residual = convention.value in ("total_cost", "fixed_rate") or pay_with.value == "printed"
    rule = PointValueRule(
        convention=convention,
        amounts=table.choice("amounts", AMOUNTS),
        closing=table.choice("closing", CLOSINGS) if leaves_residual else None,
        pay_with=pay_with,
        printed_places=table.number("printed_places", "places"),
        fixed_rate_pays=table.choice("fixed_rate_pays", CONVENTIONS[:3]) if fixed else None,
        rates=_read_rates(table.table("rates"), fund) if fixed else {},
        elastic=read_elastic(table.table("elastic")) if table.has("elastic") else None,
    )
    table.finish()
    if fixed and rule.elastic:
        raise table.wrong("elastic", "and fixed_rate exclude each other", "a fixed rate is one value: take one away")
    places = rule.printed_places.value
    if places != int(places) or not 0 <= places <= 8:
        raise table.wrong("printed_places", f"is {places}", "a printed value has 0 to 8 decimals")
    if fixed and rule.closing and rule.closing.value == "rescale":
        raise table.wrong(
            "closing",
            "is rescale, and convention is fixed_rate: rescaled amounts are no longer points × the rate",
            "choose leave_in_fund or adjustment_fund",
        )
    if pay_with.value == "printed" and rule.closing and rule.closing.value == "rescale":
        raise table.wrong(
            "closing",
            "is rescale, and pay_with is printed: rescaled amounts are no longer points × the printed value",
            "choose leave_in_fund or adjustment_fund, or pay_with exact",
        )
    return rule


def _read_rates(table: Table, fund: Mapping[str, Formula]) -> dict[str, Number]:
    rates = {pool: table.number(pool, "yuan_per_point") for pool in fund}
    table.finish()
    return rates
