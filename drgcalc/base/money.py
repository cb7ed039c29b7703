"""Exact money: the only division, the only rounding and the only splitter of the project.

Amounts are `Decimal` in yuan; an exact ratio on its way to the one division may be a `Fraction`. Everything is
computed in integers, or in a decimal context of this module's own that refuses to round, so that a result does not
depend on the precision or rounding mode that some other code has set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact
from fractions import Fraction
from functools import reduce
from math import lcm

MONEY_PLACES = 2
POINTS_PLACES = 4
POINT_VALUE_PLACES = 4

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])
_NOTHING, _ONE = Decimal(0), Decimal(1)
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


def exact(text: str) -> Decimal:
    """The plain decimal number that `text` spells. Raises ValueError for exponents, NaN and anything else."""
    stripped = text.strip()
    if not _PLAIN_NUMBER.fullmatch(stripped):
        raise ValueError(f"not a plain decimal number: {text!r}")
    return Decimal(stripped)


def exact_ratio(text: str) -> Decimal:
    """The ratio that `text` spells, as a number or in per cent: 0.125 and 12.5% are the same. Raises ValueError."""
    stripped = text.strip()
    if not stripped.endswith(("%", "％")):
        return exact(stripped)
    sign, digits, exponent = exact(stripped[:-1]).as_tuple()
    return Decimal((sign, digits, int(exponent) - 2))


def from_units(units: int, places: int) -> Decimal:
    """`units` × 10^-places with exactly `places` decimals: 12345 units of 2 places is 123.45."""
    return _EXACT.scaleb(Decimal(units), -places)


def to_units(value: Decimal, places: int) -> int:
    """The whole number of 10^-places units in `value`. Raises ValueError when it has more decimals than that."""
    scaled = _EXACT.scaleb(value, places)
    units = int(scaled)
    if units != scaled:
        raise ValueError(f"{value} has more than {places} decimals")
    return units


def divide(numerator: Decimal | Fraction, denominator: Decimal | Fraction, places: int) -> Decimal:
    """numerator ÷ denominator, rounded half up (halves away from zero) to `places` decimals.

    Raises ZeroDivisionError: what no points or no cases mean is the caller's decision.
    """
    top, top_scale = numerator.as_integer_ratio()
    bottom, bottom_scale = denominator.as_integer_ratio()
    if bottom == 0:
        raise ZeroDivisionError(f"{numerator} divided by zero")
    top, bottom = top * bottom_scale * 10**places, bottom * top_scale
    magnitude = (2 * abs(top) + abs(bottom)) // (2 * abs(bottom))
    return from_units(magnitude if (top >= 0) == (bottom > 0) else -magnitude, places)


def round_half_up(value: Decimal | Fraction, places: int) -> Decimal:
    """`value` with exactly `places` decimals, halves away from zero."""
    return divide(value, _ONE, places)


def multiply(*factors: Decimal) -> Decimal:
    """The exact product, with all its decimals. Raises TypeError for what is no finite number."""
    product = _EXACT.plus(reduce(_EXACT.multiply, factors, _ONE))
    exponent = product.as_tuple().exponent
    if not isinstance(exponent, int):
        raise TypeError(f"{product} is not a finite number")
    return product if exponent <= 0 else _EXACT.quantize(product, _ONE)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum, with the places of the amount that has most; of no amounts, zero."""
    return reduce(_EXACT.add, amounts, _NOTHING)


def over_one_denominator(ratios: Iterable[Fraction]) -> tuple[list[int], int]:
    """The numerators of exact ratios over the least denominator that they have in common, and that denominator."""
    pairs = [ratio.as_integer_ratio() for ratio in ratios]
    common = lcm(*(denominator for _, denominator in pairs))
    return [numerator * (common // denominator) for numerator, denominator in pairs], common


def ratio_total(ratios: Iterable[Fraction]) -> Fraction:
    """The exact sum of ratios; of hundreds with denominators of their own it is one division, not hundreds."""
    numerators, common = over_one_denominator(ratios)
    return Fraction(sum(numerators), common)


def allocate(
    amount: Decimal, weights: Mapping[str, Decimal] | Mapping[str, Fraction], places: int = MONEY_PLACES
) -> dict[str, Decimal]:
    """Split `amount` in proportion to `weights` so that the parts sum to it exactly: largest remainder (最大余额法).

    A part is the exact share cut towards zero to `places` decimals; the units left over go one each to the largest
    remainders, equal ones in the order of their keys. Splitting -x mirrors splitting x. The result keeps the order
    of `weights`. Raises ValueError when `amount` has more than `places` decimals, when a weight is negative, and
    when there is something to split but no weight above zero.
    """
    units = to_units(amount, places)
    ratios = {key: weight.as_integer_ratio() for key, weight in weights.items()}
    scale = lcm(*(denominator for _, denominator in ratios.values()))
    shares = {key: numerator * (scale // denominator) for key, (numerator, denominator) in ratios.items()}
    negative = sorted(key for key, share in shares.items() if share < 0)
    if negative:
        raise ValueError(f"the weight of {negative[0]} is negative: {weights[negative[0]]}")
    whole = sum(shares.values())
    if units and not whole:
        raise ValueError(f"{amount} cannot be split: no weight is above zero")
    parts = {key: divmod(abs(units) * share, whole or 1) for key, share in shares.items()}
    left_over = abs(units) - sum(part for part, _ in parts.values())
    favoured = set(sorted(parts, key=lambda key: (-parts[key][1], key))[:left_over])
    sign = -1 if units < 0 else 1
    return {key: from_units(sign * (part + (key in favoured)), places) for key, (part, _) in parts.items()}
