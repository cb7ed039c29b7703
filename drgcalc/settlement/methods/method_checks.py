"""Rows of methods/*.csv against the policy's methods: nothing that somebody wrote there is passed over in silence."""

from __future__ import annotations

from drgcalc.base.errors import Finding, RulesError
from drgcalc.settlement.findings import finding
from drgcalc.settlement.methods.inputs import MethodTables, Price
from drgcalc.settlement.methods.policy import MethodRules


def check_tables(rules: MethodRules, tables: MethodTables) -> None:
    """Raise RulesError for an agreed item that its method does not know, and for targets that cannot be adjusted."""
    methods = {block.id: block.method for block in rules.methods}
    for row in tables.agreements:
        known = methods[row.method].items if row.method in methods else (row.item,)
        if row.item not in known:
            raise RulesError(
                f"methods/agreements.csv: method {row.method} knows no item {row.item!r} of hospital {row.hospital_id}",
                hint=f"its items are {', '.join(known)}" if known else "nothing is agreed for it by hospital",
            )
    for change in tables.adjustments:
        if change.method in methods and not methods[change.method].adjustable:
            raise RulesError(
                f"methods/adjustments.csv: method {change.method} has no targets to adjust ({change.source})",
                hint="only methods with a target take adjustments: drgcalc/REFERENCE.md lists them",
            )


def strange_rows(rules: MethodRules, tables: MethodTables, year: int) -> tuple[Finding, ...]:
    """A finding for every method that rows of the year name and the policy does not have."""
    known = {block.id for block in rules.methods}
    named = {
        *(("prices", row.method) for row in tables.prices if _holds(row, year)),
        *(("agreements", row.method) for row in tables.agreements if row.year == year),
        *(("adjustments", row.method) for row in tables.adjustments if row.year == year),
    }
    return tuple(_strange(table, method) for table, method in sorted(named) if method not in known)


def _holds(price: Price, year: int) -> bool:
    """Whether a price is in force at some time of the year."""
    return price.effective_from.year <= year and (price.effective_to is None or price.effective_to.year >= year)


def _strange(table: str, method: str) -> Finding:
    message = f"methods/{table}.csv: the policy has no method {method!r}, so its rows of the year do nothing"
    return finding("S038", message, field="method", value=method)
