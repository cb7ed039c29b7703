"""The policy's methods beside points, and the ordered rules that send every claim to exactly one of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.settlement.methods.reading import Budget, read_texts
from drgcalc.settlement.methods.registry import BY_KIND, Method
from drgcalc.settlement.policy_reading import Choice, Table

POINTS = "points"
"""The method that is no block: the claim earns points."""
ERROR = "error"
"""For unrouted claims: they stop the settlement."""
POINTS_POOL = "points_pool"
"""paid_from: the method counts inside the total and is paid before points are."""


class Route(NamedTuple):
    """One rule: a claim that has one of every list given goes to `method`; None is any. A group may end in *."""

    method: str
    pools: tuple[str, ...] | None
    hospitals: tuple[str, ...] | None
    levels: tuple[str, ...] | None
    groups: tuple[str, ...] | None
    inpatient_types: tuple[str, ...] | None
    payment_methods: tuple[str, ...] | None
    source: str


class MethodBlock(NamedTuple):
    """One method of the policy: what it is called, where its money comes from, and its terms as its module reads them.

    paid_from: points_pool, or the carve-out of the fund formula that it is paid out of.
    """

    id: str
    label: str
    kind: Choice
    paid_from: Choice
    method: Method
    terms: Any


@dataclass(frozen=True)
class MethodRules:
    """Methods in the order they are paid, routes in the order they are tried, and what becomes of the rest."""

    methods: tuple[MethodBlock, ...]
    routes: tuple[Route, ...]
    unrouted: Choice


def read_methods(block: Table, carve_outs: Collection[str], pools: Collection[str]) -> MethodRules | None:
    """[[policy.methods]] and [policy.routing]; None when the policy has neither. `carve_outs`: the formula's items.

    Raises RulesError for one without the other, an unknown kind, a repeated id, a route to nowhere or of no pool.
    """
    if not block.has("methods") and not block.has("routing"):
        return None
    methods = tuple(_read_method(entry, carve_outs) for entry in block.tables("methods"))
    ids = [method.id for method in methods]
    for name in ids:
        if ids.count(name) > 1 or name in (POINTS, ERROR):
            raise block.wrong("methods", f"use the id {name!r} twice, or it is reserved", "give every block its own id")
    routing = block.table("routing")
    rules = MethodRules(
        methods=methods,
        routes=tuple(_read_route(entry, ids, pools) for entry in routing.tables("rules")),
        unrouted=routing.choice("unrouted", (POINTS, ERROR, *ids)),
    )
    routing.finish()
    return rules


def budget_items(rules: MethodRules | None) -> set[str]:
    """The items of the fund account that methods distribute, whatever the pool."""
    budgets = [getattr(block.terms, "budget", None) for block in rules.methods] if rules else []
    return {budget.item for budget in budgets if isinstance(budget, Budget)}


def check_carve_outs(rules: MethodRules, pool: str, carve_outs: Collection[str], used: Collection[str]) -> None:
    """Raise RulesError when a method of `used` is paid from a carve-out that the pool's formula does not take out."""
    for block in rules.methods:
        source = block.paid_from.value
        if block.id in used and source != POINTS_POOL and source not in carve_outs:
            raise RulesError(
                f"method {block.id} pays hospitals of pool {pool} from {source}, and the formula has no such item",
                hint=f"add it to carve_outs of [policy.fund.{pool}], or say paid_from points_pool",
            )


def _read_method(entry: Table, carve_outs: Collection[str]) -> MethodBlock:
    kind = entry.choice("kind", tuple(BY_KIND))
    method = BY_KIND[kind.value]
    terms = entry.table("terms")
    block = MethodBlock(
        id=entry.text("id"),
        label=entry.text("label"),
        kind=kind,
        paid_from=entry.choice("paid_from", (POINTS_POOL, *carve_outs)),
        method=method,
        terms=method.read(terms),
    )
    terms.finish()
    entry.finish()
    return block


def _read_route(entry: Table, ids: Sequence[str], pools: Collection[str]) -> Route:
    method = entry.text("method")
    if method not in (POINTS, *ids):
        raise entry.wrong("method", f"is {method!r}", f"choose one of {', '.join((POINTS, *ids))}")
    route = Route(
        method=method,
        pools=read_texts(entry, "pools"),
        hospitals=read_texts(entry, "hospitals"),
        levels=read_texts(entry, "levels"),
        groups=read_texts(entry, "groups"),
        inpatient_types=read_texts(entry, "inpatient_types"),
        payment_methods=read_texts(entry, "payment_methods"),
        source=entry.source(),
    )
    entry.finish()
    for pool in route.pools or ():
        if pool not in pools:
            raise entry.wrong("pools", f"name {pool!r}", f"the pools are {', '.join(pools)}")
    return route
