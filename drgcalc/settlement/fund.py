"""The pool as a waterfall: collections, carve-outs, reserve, floor and cap. Shaoguan draft rules, articles 5 to 7."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import Finding, RulesError
from drgcalc.base.money import allocate, multiply, round_half_up, total
from drgcalc.settlement.findings import finding
from drgcalc.settlement.fund_watch import watch_items
from drgcalc.settlement.ledger import ZERO, Postings, less
from drgcalc.settlement.limits import LimitInputs, Outcome, apply_limits, unlimited
from drgcalc.settlement.methods.policy import budget_items
from drgcalc.settlement.pay_policy import MonthRule
from drgcalc.settlement.policy import Formula, Item, Limits, Policy
from drgcalc.settlement.rows import FundItem, PoolLine, Posting

Accounts = Mapping[str, Mapping[str, FundItem]]


class Base(NamedTuple):
    """Money to distribute before floor and cap, yuan: collections − one_off − carve-outs − reserve = amount."""

    collections: FundItem
    one_off: FundItem | None
    carve_outs: tuple[FundItem, ...]
    reserve: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Waterfall:
    """One pool from collections to the money to distribute: its lines, its postings and what there is to say."""

    pool: str
    lines: tuple[PoolLine, ...]
    postings: tuple[Posting, ...]
    findings: tuple[Finding, ...]
    final: Decimal


def pool_base(formula: Formula, items: Mapping[str, FundItem]) -> Base:
    """Money to distribute before floor and cap. Shaoguan draft rules, articles 5 and 6.

    May be negative; the caller decides (article 7). Rounded once, half up to the fen; the reserve takes the fraction.
    """
    collections = items[formula.collections.item]
    one_off = items[formula.one_off.item] if formula.one_off else None
    carve_outs = tuple(items[item.item] for item in formula.carve_outs)
    net = less(collections.amount, one_off.amount) if one_off else collections.amount
    reserve_base = net if formula.reserve_base.value == "net_of_one_off" else collections.amount
    left = less(net, *(item.amount for item in carve_outs))
    amount = round_half_up(less(left, multiply(formula.reserve_rate.value, reserve_base)), 2)
    return Base(collections, one_off, carve_outs, less(left, amount), amount)


def fund_accounts(policy: Policy, fund: Iterable[FundItem], *, with_limits: bool) -> dict[str, dict[str, FundItem]]:
    """The fund items by pool and name. Raises RulesError for an item given twice and for items the formula lacks."""
    accounts: dict[str, dict[str, FundItem]] = {pool: {} for pool in policy.fund}
    for item in fund:
        if item.item in accounts.setdefault(item.pool, {}):
            raise RulesError(
                f"fund: {item.item} of pool {item.pool} is given twice", hint="add the two rows of fund/*.csv up"
            )
        accounts[item.pool][item.item] = item
    for pool, formula in policy.fund.items():
        _refuse_negative(pool, formula, accounts[pool])
        needed = [*formula.items(), *(policy.limits.surpluses if policy.limits and with_limits else ())]
        missing = [item.item for item in needed if item.item not in accounts[pool]]
        if missing:
            raise RulesError(
                f"fund: pool {pool} lacks {', '.join(missing)}",
                hint="add a row to fund/*.csv for each; write the amount 0 when there was none",
            )
    return accounts


def _refuse_negative(pool: str, formula: Formula, items: Mapping[str, FundItem]) -> None:
    """What comes in and what is taken out are written without a sign: the formula subtracts."""
    for name in (item.item for item in formula.items()):
        if name in items and items[name].amount < 0:
            raise RulesError(
                f"fund: {name} of pool {pool} in {items[name].year} is {items[name].amount}, below zero",
                hint="write the amount without a sign in fund/*.csv: the formula subtracts what is taken out",
            )


def unused_items(policy: Policy, accounts: Accounts) -> tuple[Finding, ...]:
    """A finding for every fund item that no formula uses."""
    limits = policy.limits
    of_others = budget_items(policy.methods) | watch_items(policy.watch)
    of_limits = [] if limits is None else [*limits.surpluses, *([limits.last_pool] if limits.last_pool else [])]
    found = []
    for pool, items in sorted(accounts.items()):
        formula = policy.fund.get(pool)
        used = {item.item for item in (*(formula.items() if formula else ()), *of_limits)} | of_others
        found += [
            finding("S009", f"fund: the policy does not use {name} of pool {pool} ({item.amount:,} yuan)", field=name)
            for name, item in sorted(items.items())
            if name not in used
        ]
    return tuple(found)


def year_waterfalls(policy: Policy, accounts: Accounts, booked: Mapping[str, Decimal]) -> dict[str, Waterfall]:
    """The year's pools after floor and cap. `booked` is the fund amount hospitals booked this year, by pool."""
    bases = {pool: pool_base(formula, accounts[pool]) for pool, formula in policy.fund.items()}
    if policy.limits is None:
        outcomes = {pool: unlimited(base.amount) for pool, base in bases.items()}
    else:
        inputs = [
            _limit_inputs(policy.limits, pool, base, accounts[pool], booked.get(pool, ZERO))
            for pool, base in bases.items()
        ]
        outcomes = apply_limits(policy.limits, inputs)
    return {pool: _year(pool, policy, accounts[pool], base, outcomes[pool]) for pool, base in bases.items()}


def month_waterfalls(policy: Policy, rule: MonthRule, accounts: Accounts, month: int) -> dict[str, Waterfall]:
    """The pools of one month, 1 to 12: the year's base split by the policy's shares, the twelve summing to it exactly.

    Floor and cap wait for the year, since the year's booked amount is known only then.
    """
    return {
        pool: _month(pool, formula, rule, pool_base(formula, accounts[pool]), month)
        for pool, formula in policy.fund.items()
    }


def month_pool(annual: Decimal, shares: Sequence[Decimal], month: int) -> Decimal:
    """The month's part of the year's pool, yuan; the months sum to the year exactly (largest remainder)."""
    weights = {f"{number:02}": share for number, share in enumerate(shares, 1)}
    return allocate(annual, weights)[f"{month:02}"]


def _limit_inputs(limits: Limits, pool: str, base: Base, items: Mapping[str, FundItem], booked: Decimal) -> LimitInputs:
    last = items.get(limits.last_pool.item) if limits.last_pool else None
    if limits.last_pool and last is None and limits.first_year is None:
        raise RulesError(
            f"fund: pool {pool} lacks {limits.last_pool.item}, which the floor is taken of",
            hint='add it to fund/*.csv, or, in the first year, say first_year = { value = "no_floor", source = "…" } '
            "beside the floor in region.toml",
        )
    return LimitInputs(
        pool=pool,
        base=base.amount,
        last_pool=last.amount if last else None,
        booked=booked,
        surpluses=tuple(items[item.item].amount for item in limits.surpluses),
    )


def _year(pool: str, policy: Policy, items: Mapping[str, FundItem], base: Base, outcome: Outcome) -> Waterfall:
    lines, postings = Lines(pool), Postings(pool)
    _write_base(policy.fund[pool], base, lines, postings)
    if policy.limits is not None:
        _write_limits(policy.limits, outcome, lines, postings)
    _write_deficit(policy.fund[pool], outcome.deficit, lines, postings)
    lines.add("payable_pool", "付费总额", outcome.final, "result", policy.document)
    return Waterfall(
        pool, lines.done(), postings.done(), _findings(pool, policy.limits, items, base, outcome), outcome.final
    )


def _month(pool: str, formula: Formula, rule: MonthRule, base: Base, month: int) -> Waterfall:
    lines, postings = Lines(pool), Postings(pool)
    _write_base(formula, base, lines, postings)
    annual = max(base.amount, ZERO)
    _write_deficit(formula, less(annual, base.amount), lines, postings)
    final = month_pool(annual, rule.shares, month)
    others, source = less(annual, final), rule.shares_source
    lines.add("other_months", "其他月份额度", others.copy_negate(), "deduction", source)
    lines.add("payable_pool", "本月付费总额", final, "result", source)
    postings.move("month_share", "payable_pool", "other_months", others, "the rest of the year's pool", source)
    findings = (_negative_base(pool, base),) if base.amount < 0 else ()
    return Waterfall(pool, lines.done(), postings.done(), findings, final)


def _write_base(formula: Formula, base: Base, lines: Lines, postings: Postings) -> None:
    label, source = formula.collections.label, cite(formula.collections, base.collections)
    lines.add(formula.collections.item, label, base.collections.amount, "input", source)
    postings.move("collections", "income", "payable_pool", base.collections.amount, label, source)
    if formula.one_off and base.one_off:
        label, source = formula.one_off.label, cite(formula.one_off, base.one_off)
        lines.add(formula.one_off.item, label, base.one_off.amount.copy_negate(), "deduction", source)
        postings.move("collections", "payable_pool", "one_off_income", base.one_off.amount, label, source)
    for item, row in zip(formula.carve_outs, base.carve_outs, strict=True):
        lines.add(item.item, item.label, row.amount.copy_negate(), "deduction", cite(item, row))
        postings.move("carve_outs", "payable_pool", f"carve_out/{item.item}", row.amount, item.label, cite(item, row))
    rate = formula.reserve_rate
    words = f"{rate.value} of collections, {formula.reserve_base.value}"
    lines.add("risk_reserve", "风险金", base.reserve.copy_negate(), "deduction", rate.source)
    postings.move("risk_reserve", "payable_pool", "risk_reserve", base.reserve, words, rate.source)
    lines.add("base", "可分配基数", base.amount, "subtotal", formula.collections.source)


def _write_limits(limits: Limits, outcome: Outcome, lines: Lines, postings: Postings) -> None:
    if limits.floor and outcome.floor is not None:
        lines.add("floor", "保底线", outcome.floor, "limit", limits.floor.source)
    if limits.cap and outcome.cap is not None:
        lines.add("cap", "封顶线", outcome.cap, "limit", limits.cap.source)
    for item, draw in zip(limits.surpluses, outcome.draws, strict=True):
        lines.add(f"draw/{item.item}", f"动用{item.label}", draw, "draw", item.source)
        postings.move("limits", f"surplus/{item.item}", "payable_pool", draw, f"{limits.draw.value} draw", item.source)
    first, source = limits.surpluses[0], limits.draw.source
    lines.add(f"return/{first.item}", f"转入{first.label}", outcome.returned.copy_negate(), "draw", source)
    words = "above the cap, returned"
    postings.move("limits", "payable_pool", f"surplus/{first.item}", outcome.returned, words, source)
    if outcome.unfunded:
        lines.add("unfunded", "保底未落实金额", outcome.unfunded, "limit", source)


def _write_deficit(formula: Formula, deficit: Decimal, lines: Lines, postings: Postings) -> None:
    if deficit:
        source = formula.collections.source
        lines.add("deficit", "基金缺口", deficit, "draw", source)
        postings.move("limits", "deficit", "payable_pool", deficit, "the pool cannot be below zero", source)


def _findings(
    pool: str, limits: Limits | None, items: Mapping[str, FundItem], base: Base, outcome: Outcome
) -> tuple[Finding, ...]:
    found = [_negative_base(pool, base)] if base.amount < 0 else []
    if limits and limits.last_pool and limits.last_pool.item not in items:
        name = limits.last_pool.item
        found.append(finding("S002", f"pool {pool}: no {name} in the fund account, so no floor applies", field=name))
    if outcome.unfunded:
        message = f"pool {pool}: {outcome.unfunded:,} yuan short of the floor, the surpluses are used up"
        found.append(finding("S001", message, field="unfunded", value=str(outcome.unfunded)))
    return tuple(found)


def _negative_base(pool: str, base: Base) -> Finding:
    message = f"pool {pool}: carve-outs and reserve exceed the collections by {base.amount.copy_negate():,} yuan"
    return finding("S003", message, field="base", value=str(base.amount))


def cite(item: Item, row: FundItem) -> str:
    """The article that names the item, and the statement its amount is taken from."""
    return f"{item.source}; {row.source}"


class Lines:
    """Collects the numbered lines of one pool's waterfall."""

    def __init__(self, pool: str) -> None:
        self._pool = pool
        self._lines: list[PoolLine] = []

    def add(self, item: str, label: str, amount: Decimal, kind: str, source: str) -> None:
        """Append a line; zero is written without a sign."""
        shown = total((ZERO, amount))
        self._lines.append(PoolLine(self._pool, len(self._lines) + 1, item, label, shown, kind, source))

    def done(self) -> tuple[PoolLine, ...]:
        """The lines so far."""
        return tuple(self._lines)
