"""Points of a case, exactly: one case here, for explanations, and millions in sql/, the same to the last decimal.

points = base points × (start + slope × (ratio − lower)) × hospital coefficient, by the outlier segment of
ratio = cost ÷ reference, on the terms in force on the deciding day. A refund line carries the points of the stay's cost
after it less those before it, on the terms of the line it reverses: a stay that was reversed counts nothing, one that
was refunded in part counts by its net cost, whatever has happened to scores and coefficients in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import POINTS_PLACES, round_half_up, to_units, total
from drgcalc.settlement.point_policy import (
    START,
    STATUSES_WITHOUT_GROUP,
    WHOLE,
    PointRules,
    Segment,
)
from drgcalc.settlement.policy_reading import UNITS

MULTIPLE_PLACES = UNITS["times"].places

CASE_QUERIES = ("create_segments", "insert_segment", "refund_terms")
"""The order of work of sql/ over all cases, a table or view named `cases`: segments, and what refund lines reverse."""

TERM_QUERIES = (
    "hospital_terms",
    "score_terms",
    "point_terms",
    "create_line_points",
    "create_stays",
    "create_costs_before",
    "create_costs_after",
    "missing_hospitals",
    "missing_scores",
    "refund_points",
)
"""Then, over `cases`, `hospitals` and `scores`: what every line may need, and checks that must give no row."""

CASE_POINTS = "case_points"
"""Then one row per case; `cases` may now be a part of them."""

TOTAL_QUERIES = ("hospital_sums", "status_totals", "unmatched_refunds", "priced_sums")
"""Sums over the settled cases, a table or view named `settled`."""


class CasePoints(NamedTuple):
    """Points of one case: exact, and rounded half up to 4 decimals; the segment that decided, and the arithmetic."""

    exact: Fraction
    points: Decimal
    segment: str
    flag: str
    words: str


class SegmentRow(NamedTuple):
    """A row of the table `segments`, in units of 10^-4; with points and fee of its own for what has no group."""

    status: str
    seq: int
    name: str
    lower_units: int
    lower_inclusive: bool
    upper_units: int | None
    upper_inclusive: bool
    start_units: int
    slope_units: int
    coefficient_on_start: bool
    coefficient_on_rise: bool
    flag: str
    carries_points: bool
    base_points: Decimal | None
    reference_fee: Decimal | None


def segment_of(rules: PointRules, ratio: Fraction) -> Segment:
    """The outlier segment the ratio lies in."""
    return next(segment for segment in rules.outliers if segment.holds(ratio))


def case_points(
    rules: PointRules, *, fee: Decimal, base_points: Decimal, reference_fee: Decimal, coefficient: Decimal
) -> CasePoints:
    """The points of a grouped case; a negative fee is a refund line and carries negative points.

    Raises RulesError when the reference is not above zero.
    """
    if reference_fee <= 0:
        raise RulesError(
            f"the reference cost of a group is {reference_fee}, not above zero", hint="correct mean_fee in scores/*.csv"
        )
    ratio = Fraction(abs(fee)) / Fraction(reference_fee)
    applied = coefficient if rules.hospital_coefficient.value == "applied" else Decimal(1)
    segment = segment_of(rules, ratio)
    exact = Fraction(base_points) * segment.multiple(ratio, applied) * (-1 if fee < 0 else 1)
    points = round_half_up(exact, POINTS_PLACES)
    shown = round_half_up(ratio, POINTS_PLACES)
    words = (
        f"{base_points} points × ({segment.start.value} + {segment.slope.value} × ({shown} − {segment.lower})), "
        f"coefficient {applied} on {segment.coefficient.value}; {segment.label}, {abs(fee)} ÷ {reference_fee} = {shown}"
    )
    return CasePoints(exact, points, segment.name, segment.flag, words)


def points_without_group(rules: PointRules, *, status: str, fee: Decimal) -> CasePoints:
    """The points of a case that has no group: fraction × cost ÷ mean × points at the mean, or none."""
    rule = rules.without_group
    fraction = rule.fractions.get(status)
    if fraction is None or rule.mean_fee is None or rule.points_at_mean is None:
        return CasePoints(Fraction(0), round_half_up(Decimal(0), POINTS_PLACES), status, "", f"{status}: no points")
    at_mean = Fraction(rule.points_at_mean.value) / Fraction(rule.mean_fee.value)
    exact = Fraction(fraction.value) * Fraction(fee) * at_mean
    words = f"{fraction.value} × {fee} ÷ {rule.mean_fee.value} × {rule.points_at_mean.value} points; {status}"
    return CasePoints(exact, round_half_up(exact, POINTS_PLACES), status, "", words)


def refund_points(before: CasePoints, after: CasePoints | None) -> Decimal:
    """The points of a refund line: those of the stay's cost after it, None when nothing is left, less those before."""
    left = after.points if after else round_half_up(Decimal(0), POINTS_PLACES)
    return total((left, before.points.copy_negate()))


def segment_rows(rules: PointRules) -> tuple[SegmentRow, ...]:
    """The policy's segments for sql/insert_segment.sql; a status without group is a segment from zero."""
    grouped = [
        SegmentRow(
            status="grouped",
            seq=seq,
            name=segment.name,
            lower_units=to_units(segment.lower, MULTIPLE_PLACES),
            lower_inclusive=segment.lower_inclusive,
            upper_units=to_units(segment.upper.value, MULTIPLE_PLACES) if segment.upper else None,
            upper_inclusive=segment.upper_inclusive,
            start_units=to_units(segment.start.value, MULTIPLE_PLACES),
            slope_units=to_units(segment.slope.value, MULTIPLE_PLACES),
            coefficient_on_start=segment.coefficient.value in (WHOLE, START),
            coefficient_on_rise=segment.coefficient.value == WHOLE,
            flag=segment.flag,
            carries_points=True,
            base_points=None,
            reference_fee=None,
        )
        for seq, segment in enumerate(rules.outliers, 1)
    ]
    return (*grouped, *(_row_without_group(rules, status) for status in STATUSES_WITHOUT_GROUP))


def _row_without_group(rules: PointRules, status: str) -> SegmentRow:
    rule = rules.without_group
    fraction = rule.fractions.get(status)
    return SegmentRow(
        status=status,
        seq=1,
        name=status,
        lower_units=0,
        lower_inclusive=True,
        upper_units=None,
        upper_inclusive=False,
        start_units=0,
        slope_units=to_units(fraction.value, MULTIPLE_PLACES) if fraction else 0,
        coefficient_on_start=False,
        coefficient_on_rise=False,
        flag="",
        carries_points=fraction is not None,
        base_points=rule.points_at_mean.value if fraction and rule.points_at_mean else None,
        reference_fee=rule.mean_fee.value if fraction and rule.mean_fee else None,
    )


def point_parameters(rules: PointRules) -> dict[str, dict[str, object]]:
    """The bound parameters of the queries that have any."""
    price = rules.standard_price.value if rules.standard_price else Decimal(0)
    price_units = to_units(price, UNITS["yuan_per_point"].places)
    return {
        "hospital_terms": {"coefficient_applied": rules.hospital_coefficient.value == "applied"},
        "score_terms": {
            "by_level": rules.score_by.value == "group_and_level",
            "reference": rules.outlier_reference.value,
            "standard_price_units": price_units,
        },
    }


def check_levels(rules: PointRules, levels: Iterable[str | None]) -> None:
    """Raise RulesError when the policy goes by level and no score has one. `levels` are those of the scores."""
    by_level = [
        f"{key} = {choice.value}"
        for key, choice in (("score_by", rules.score_by), ("outlier_reference", rules.outlier_reference))
        if choice.value in ("group_and_level", "same_level_mean")
    ]
    if by_level and not any(levels):
        raise RulesError(
            f"the policy says {by_level[0]}, and no row of scores/*.csv has a level",
            hint="fill in the column level, or correct the policy",
        )


def raise_missing_scores(rows: Iterable[tuple[str, str, int, date, date]]) -> None:
    """Raise RulesError when sql/missing_scores.sql found groups: (group, level, cases, first day, last day)."""
    found = list(rows)
    if found:
        cases = sum(row[2] for row in found)
        raise RulesError(
            f"{cases:,} cases lie in groups without a score or without a reference cost: "
            + _some(
                f"{group}{' at level ' + level if level else ''} ({count:,} cases, {_days(first, last)})"
                for group, level, count, first, last in found
            ),
            hint="add rows to scores/*.csv that are in force on the cases' deciding days",
        )


def raise_missing_hospitals(rows: Iterable[tuple[str, int, date, date]]) -> None:
    """Raise RulesError when sql/missing_hospitals.sql found any: (hospital, cases, first day, last day)."""
    found = list(rows)
    if found:
        raise RulesError(
            "no row of hospitals.csv is in force for "
            + _some(f"{hospital} ({cases:,} cases, {_days(first, last)})" for hospital, cases, first, last in found),
            hint="add the hospital to hospitals.csv, or correct its effective_from and effective_to",
        )


def _days(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def _some(parts: Iterable[str], most: int = 10) -> str:
    """The first parts, and how many more there are."""
    found = list(parts)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
