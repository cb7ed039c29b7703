"""Points of a case, exactly: one case here, for explanations, and millions in sql/, the same to the last decimal.

points = base points × (start + slope × (ratio − lower)) × hospital coefficient × auxiliary factor, by the outlier
segment of ratio = cost ÷ reference, on the terms in force on the deciding day; bed-day cases have points a day × days;
after a readmission a share of the points is kept. A refund line carries the points of the stay's cost
after it less those before it, on the terms of the line it reverses: a stay that was reversed counts nothing, one that
was refunded in part counts by its net cost, whatever has happened to scores and coefficients in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import POINTS_PLACES, round_half_up, total
from drgcalc.settlement.case_rules import BedDays
from drgcalc.settlement.point_policy import NONE, WHOLE, PointRules, Segment

ONE = Decimal(1)

CASE_QUERIES = ("create_segments", "insert_segment", "refund_terms")
"""The order of work of sql/ over all cases, a table or view named `cases`: segments, and what refund lines reverse."""

TERM_QUERIES = (
    "missing_hospitals",
    "case_rules",
    "missing_fallbacks",
    "readmissions",
    "small_groups",
    "create_lines",
    "create_stays",
    "create_refund_costs",
    "coefficient_terms",
    "rival_coefficients",
    "auxiliary_terms",
    "score_terms",
    "point_terms",
    "missing_scores",
    "create_line_points",
    "refund_points",
)
"""Then, over `cases` and the tables of `term_tables`: what every line may need, and checks that must give no row."""

CASE_POINTS = "case_points"
"""Then one row per case; `cases` may now be a part of them."""

TOTAL_QUERIES = ("hospital_sums", "status_totals", "unmatched_refunds", "priced_sums", "rule_totals")
"""Sums over the settled cases, a table or view named `settled`."""


class CasePoints(NamedTuple):
    """Points of one case: exact, and rounded half up to 4 decimals; the segment that decided, and the arithmetic."""

    exact: Fraction
    points: Decimal
    segment: str
    flag: str
    words: str


def segment_of(segments: Sequence[Segment], ratio: Fraction) -> Segment:
    """The outlier segment the ratio lies in."""
    return next(segment for segment in segments if segment.holds(ratio))


def case_points(
    rules: PointRules,
    *,
    fee: Decimal,
    base_points: Decimal,
    reference_fee: Decimal,
    coefficient: Decimal,
    layer: str | None = None,
    auxiliary: Decimal = ONE,
    kept: Decimal = ONE,
) -> CasePoints:
    """The points of a grouped case; a negative fee is a refund line and carries negative points.

    auxiliary: the factor of the auxiliary directory; kept: the share that is kept after a readmission. Raises
    RulesError when the reference is not above zero.
    """
    if reference_fee <= 0:
        raise RulesError(
            f"the reference cost of a group is {reference_fee}, not above zero", hint="correct mean_fee in scores/*.csv"
        )
    ratio = Fraction(abs(fee)) / Fraction(reference_fee)
    applied = ONE if rules.hospital_coefficient.value == NONE else coefficient
    segment = segment_of(rules.segments_of(layer), ratio)
    share = Fraction(auxiliary) * Fraction(kept)
    exact = Fraction(base_points) * segment.multiple(ratio, applied) * share * (-1 if fee < 0 else 1)
    points = round_half_up(exact, POINTS_PLACES)
    shown = round_half_up(ratio, POINTS_PLACES)
    words = (
        f"{base_points} points × ({segment.start.value} + {segment.slope.value} × ({shown} − {segment.lower})), "
        f"coefficient {applied} on {segment.coefficient.value}{_further(auxiliary, kept)}; "
        f"{segment.label}, {abs(fee)} ÷ {reference_fee} = {shown}"
    )
    return CasePoints(exact, points, segment.name, segment.flag, words)


def _further(auxiliary: Decimal, kept: Decimal) -> str:
    """The factors of which most cases have none."""
    words = (("auxiliary factor", auxiliary), ("kept after a readmission", kept))
    return "".join(f" × {value} ({name})" for name, value in words if value != 1)


def bed_day_points(rule: BedDays, *, days: int, coefficient: Decimal) -> CasePoints:
    """The points of a bed-day case: points a day × days; the pieces of a stay add up to the whole."""
    applied = coefficient if rule.coefficient.value == WHOLE else ONE
    exact = Fraction(rule.points_a_day.value) * days * Fraction(applied)
    words = f"{rule.points_a_day.value} points × {days} days, coefficient {applied}; {rule.label}"
    return CasePoints(exact, round_half_up(exact, POINTS_PLACES), rule.name, "", words)


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
            hint="add rows to scores/*.csv that are in force on the cases' deciding days, or let "
            "`drgcalc calibrate scores` make them from history",
        )


def raise_missing_fallbacks(rows: Iterable[tuple[str, int, date, date]]) -> None:
    """Raise RulesError when sql/missing_fallbacks.sql found TCM groups: (group, cases, first day, last day)."""
    found = list(rows)
    if found:
        raise RulesError(
            "no western group is known for TCM groups whose treatment share is too low: "
            + _some(f"{group} ({cases:,} cases, {_days(first, last)})" for group, cases, first, last in found),
            hint="add rows to scores/western/*.csv that are in force on the cases' deciding days",
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
