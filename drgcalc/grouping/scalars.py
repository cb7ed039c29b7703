"""Scalars of records as positions on scales, worked out in DuckDB: what `facts.unpack` undoes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression

from drgcalc.grouping.facts import Scale


def packed(scales: Iterable[Scale]) -> Expression:
    """The positions on the scales as one mixed-radix number, the last scale lowest."""
    return reduce(
        lambda packed, scale: packed * scale.size + _position(scale), scales, ConstantExpression(0).cast("BIGINT")
    )


def _position(scale: Scale) -> Expression:
    value = ColumnExpression(scale.field)
    above = (_as_number(value > number) + _as_number(value >= number) for number in scale.numbers)
    position = reduce(lambda left, right: left + right, above, ConstantExpression(1).cast("INTEGER"))
    return CaseExpression(value.is_null(), ConstantExpression(0)).otherwise(position).cast("INTEGER")


def _as_number(condition: Expression) -> Expression:
    return condition.cast("INTEGER")
