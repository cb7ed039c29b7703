"""Floor and cap of the pool and the draws they cause. Shaoguan draft rules, article 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.money import allocate, multiply, round_half_up, total
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.policy import Limits


class LimitInputs(NamedTuple):
    """What floor and cap of one pool need, yuan. `last_pool` None is a first year; `surpluses` in order of drawing."""

    pool: str
    base: Decimal
    last_pool: Decimal | None
    booked: Decimal
    surpluses: tuple[Decimal, ...]


class Bounds(NamedTuple):
    """Floor and cap of one pool, yuan; None where there is none."""

    floor: Decimal | None
    cap: Decimal | None


class Outcome(NamedTuple):
    """The pool after floor and cap, yuan.

    base + draws − returned + deficit = final; `unfunded` is what the surpluses could not lift, and is no money.
    """

    floor: Decimal | None
    cap: Decimal | None
    draws: tuple[Decimal, ...]
    returned: Decimal
    deficit: Decimal
    unfunded: Decimal
    final: Decimal


def unlimited(base: Decimal) -> Outcome:
    """The pool where no floor and no cap apply: the base, or zero with a deficit when the base is negative."""
    return limited(base, Bounds(None, None), (), literal=False)


def limited(base: Decimal, bounds: Bounds, surpluses: Sequence[Decimal], *, literal: bool) -> Outcome:
    """The pool between floor and cap, the cap winning, lifted only as far as the surpluses go.

    Net draws what is needed to reach the result; literal draws to the floor and returns what the cap cuts off. Without
    a floor a negative base is not lifted: the pool is zero and the gap is a deficit. Amounts are whole fen.
    """
    target = base if bounds.floor is None else max(base, bounds.floor)
    aim = target if bounds.cap is None else min(target, max(bounds.cap, ZERO))
    draws = _draw(less(target if literal else max(aim, base), base), surpluses)
    level = total((base, *draws))
    final = max(level if bounds.cap is None else min(level, max(bounds.cap, ZERO)), ZERO)
    return Outcome(
        floor=bounds.floor,
        cap=bounds.cap,
        draws=draws,
        returned=max(less(level, final), ZERO),
        deficit=max(less(final, level), ZERO),
        unfunded=max(less(aim, final), ZERO),
        final=final,
    )


def apply_limits(rule: Limits, pools: Sequence[LimitInputs]) -> dict[str, Outcome]:
    """Every pool between its floor and cap, each rounded half up to the fen.

    Scope city takes floor and cap of the sums over all pools; the lift is shared in proportion to the bases, the cut to
    what they are lifted to (a pool below zero gives nothing up). Each pool draws on its own surpluses, since the pools'
    money is never mixed.
    """
    bounds = _city_bounds(rule, pools) if rule.scope.value == "city" else [_bounds(rule, pool) for pool in pools]
    literal = rule.draw.value == "literal"
    return {
        pool.pool: limited(pool.base, bound, pool.surpluses, literal=literal)
        for pool, bound in zip(pools, bounds, strict=True)
    }


def _draw(needed: Decimal, surpluses: Sequence[Decimal]) -> tuple[Decimal, ...]:
    left, draws = max(needed, ZERO), []
    for surplus in surpluses:
        draw = min(left, max(surplus, ZERO))
        draws.append(draw)
        left = less(left, draw)
    return tuple(draws)


def _bounds(rule: Limits, pool: LimitInputs) -> Bounds:
    floor = cap = None
    if rule.floor is not None and pool.last_pool is not None:
        floor = round_half_up(multiply(rule.floor.value, pool.last_pool), 2)
    if rule.cap is not None:
        cap = round_half_up(multiply(rule.cap.value, pool.booked), 2)
    return Bounds(floor, cap)


def _city_bounds(rule: Limits, pools: Sequence[LimitInputs]) -> list[Bounds]:
    """Floor and cap of the city as a floor and a cap of each pool: its base plus its share of the lift or the cut."""
    last = [pool.last_pool for pool in pools if pool.last_pool is not None]
    city = LimitInputs(
        pool="",
        base=total(pool.base for pool in pools),
        last_pool=total(last) if len(last) == len(pools) else None,
        booked=total(pool.booked for pool in pools),
        surpluses=(),
    )
    floor, cap = _bounds(rule, city)
    lift = ZERO if floor is None else max(less(floor, city.base), ZERO)
    lifts = _share(lift, {pool.pool: max(pool.base, ZERO) for pool in pools})
    lifted = {pool.pool: max(total((pool.base, lifts[pool.pool])), ZERO) for pool in pools}
    cut = ZERO if cap is None else max(less(total(lifted.values()), max(cap, ZERO)), ZERO)
    cuts = _share(cut, lifted)
    return [
        Bounds(
            floor=total((pool.base, lifts[pool.pool])) if lift else None,
            cap=less(total((pool.base, lifts[pool.pool])), cuts[pool.pool]) if cut else None,
        )
        for pool in pools
    ]


def _share(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By weight; alike when there is none."""
    return allocate(amount, weights if any(weights.values()) else dict.fromkeys(weights, Decimal(1)))
