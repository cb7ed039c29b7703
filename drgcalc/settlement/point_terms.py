"""Policy and tables as the queries of sql/ want them: segments and rules in whole units, parameters, tables by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.columns import HOSPITALS, Table
from drgcalc.base.errors import RulesError
from drgcalc.base.money import to_units
from drgcalc.base.point_columns import AUXILIARY, BED_DAYS, COEFFICIENTS, FALLBACKS, READMISSION_EXEMPT
from drgcalc.settlement.case_rules import LONG_STAY, SHORT_STAY, SPECIAL_ITEM, SPECIAL_POINTS, BedDays
from drgcalc.settlement.point_policy import (
    APPLIED,
    BY_TABLE,
    NONE,
    START,
    STATUSES_WITHOUT_GROUP,
    WHOLE,
    PointRules,
    Segment,
)
from drgcalc.settlement.point_tables import PRODUCT, Coefficient, PointTables
from drgcalc.settlement.policy_reading import UNITS, Number
from drgcalc.settlement.rows import Hospital

MULTIPLE_PLACES = UNITS["times"].places
A_DAY = Decimal("1.00")
"""Bed days are counted as a cost of one yuan a day: the ratio to this reference is their number."""
A_POINT = Decimal("100.00")
"""Points that were given count in units of 10^-4 as fen do, against this reference."""


class SegmentRow(NamedTuple):
    """A row of the table `segments`, in units of 10^-4; with points and fee of its own for what has no group."""

    status: str
    layer: str | None
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
    by_cost: bool


class TermTable(NamedTuple):
    """Rows that a query looks up, under the name it uses."""

    name: str
    table: Table
    rows: Sequence[Sequence[object]]


def segment_rows(rules: PointRules) -> tuple[SegmentRow, ...]:
    """The policy's segments for sql/insert_segment.sql; a status without group, or a rule, is a segment from zero."""
    cases = rules.cases
    return (
        *_grouped_rows(rules.outliers, None),
        *_grouped_layers(rules),
        *(_row_without_group(rules, status) for status in STATUSES_WITHOUT_GROUP),
        *(_bed_day_row(rule) for rule in cases.bed_days),
        *([_whole_row(SHORT_STAY, slope=0)] if cases.short_stay else []),
        *([_whole_row(LONG_STAY, slope=0)] if cases.long_stay else []),
        *([_whole_row(SPECIAL_ITEM, slope=0), _given_points_row()] if cases.special_review else []),
    )


def _grouped_layers(rules: PointRules) -> list[SegmentRow]:
    return [row for layer, segments in rules.outliers_of.items() for row in _grouped_rows(segments, layer)]


def _grouped_rows(segments: Iterable[Segment], layer: str | None) -> list[SegmentRow]:
    return [
        SegmentRow(
            status="grouped",
            layer=layer,
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
            by_cost=True,
        )
        for seq, segment in enumerate(segments, 1)
    ]


def _whole_row(name: str, *, slope: int) -> SegmentRow:
    """One segment from zero without an upper bound; slope 0 carries no points."""
    return SegmentRow(
        status=name,
        layer=None,
        seq=1,
        name=name,
        lower_units=0,
        lower_inclusive=True,
        upper_units=None,
        upper_inclusive=False,
        start_units=0,
        slope_units=slope,
        coefficient_on_start=False,
        coefficient_on_rise=False,
        flag="",
        carries_points=slope != 0,
        base_points=None,
        reference_fee=None,
        by_cost=True,
    )


def _row_without_group(rules: PointRules, status: str) -> SegmentRow:
    rule = rules.without_group
    fraction = rule.fractions.get(status)
    slope = to_units(fraction.value, MULTIPLE_PLACES) if fraction else 0
    return _whole_row(status, slope=slope)._replace(
        carries_points=fraction is not None,
        base_points=rule.points_at_mean.value if fraction and rule.points_at_mean else None,
        reference_fee=rule.mean_fee.value if fraction and rule.mean_fee else None,
    )


def _bed_day_row(rule: BedDays) -> SegmentRow:
    return _counted_row(rule.name, A_DAY, rule.points_a_day.value)._replace(
        coefficient_on_rise=rule.coefficient.value == WHOLE
    )


def _given_points_row() -> SegmentRow:
    return _counted_row(SPECIAL_POINTS, A_POINT, Decimal(1))


def _counted_row(name: str, reference: Decimal, base_points: Decimal) -> SegmentRow:
    """A rule whose quantity is no cost: base points × quantity ÷ reference."""
    one = to_units(Decimal(1), MULTIPLE_PLACES)
    return _whole_row(name, slope=one)._replace(base_points=base_points, reference_fee=reference, by_cost=False)


def point_parameters(rules: PointRules, tables: PointTables) -> dict[str, dict[str, object]]:
    """The bound parameters of the queries that have any."""
    cases, readmission = rules.cases, rules.cases.readmission
    price = rules.standard_price.value if rules.standard_price else Decimal(0)
    used = tables.coefficients if rules.hospital_coefficient.value == BY_TABLE else ()
    return {
        "case_rules": {
            "short_stay": _whole(cases.short_stay),
            "long_stay": _whole(cases.long_stay),
            "treatment_share": to_units(cases.treatment_share.value, MULTIPLE_PLACES)
            if cases.treatment_share
            else None,
            "plain_grassroots": cases.grassroots is not None and cases.grassroots.value != APPLIED,
            "auxiliary": cases.auxiliary is not None,
            "by_level": any(row.level is not None for row in used),
            "by_group": any(row.group_code is not None for row in used),
            "by_pool": any(row.pool is not None for row in used),
            "kept_units": to_units(readmission.kept.value, MULTIPLE_PLACES) if readmission else None,
            "layers": list(rules.outliers_of),
        },
        "readmissions": {
            "asked": readmission is not None,
            "by_group": readmission is not None and readmission.within.value == "hospital_and_group",
            "last_day": readmission.last_day if readmission else 0,
        },
        "small_groups": {"fewest": _whole(cases.small_group)},
        "auxiliary_terms": {"product": cases.auxiliary is not None and cases.auxiliary.value == PRODUCT},
        "score_terms": {
            "by_level": rules.score_by.value == "group_and_level",
            "reference": rules.outlier_reference.value,
            "standard_price_units": to_units(price, UNITS["yuan_per_point"].places),
        },
    }


def _whole(number: Number | None) -> int | None:
    return int(number.value) if number else None


def term_tables(rules: PointRules, hospitals: Sequence[Hospital], tables: PointTables) -> tuple[TermTable, ...]:
    """What the queries look up beside cases and scores. Raises RulesError when the policy asks for an empty table."""
    _check_asked(rules, tables)
    bed_days = [
        *((kind, None, rule.name) for rule in rules.cases.bed_days for kind in rule.inpatient_types),
        *((None, group, rule.name) for rule in rules.cases.bed_days for group in rule.groups),
    ]
    return (
        TermTable("hospitals", HOSPITALS, hospitals),
        TermTable("coefficients", COEFFICIENTS, _coefficients(rules, hospitals, tables)),
        TermTable("auxiliary", AUXILIARY, tables.auxiliary),
        TermTable("readmission_exempt", READMISSION_EXEMPT, tables.readmission_exempt),
        TermTable("fallbacks", FALLBACKS, tables.fallbacks),
        TermTable("bed_days", BED_DAYS, bed_days),
    )


def _coefficients(rules: PointRules, hospitals: Sequence[Hospital], tables: PointTables) -> Sequence[Coefficient]:
    """The table's rows, or the hospitals' own as rows of the same kind, or 1 for each of them."""
    if rules.hospital_coefficient.value == BY_TABLE:
        return tables.coefficients
    plain = rules.hospital_coefficient.value == NONE
    return [
        Coefficient(
            row.hospital_id,
            None,
            None,
            None,
            Decimal("1.000000") if plain else row.coefficient,
            row.effective_from,
            row.effective_to,
            row.source,
        )
        for row in hospitals
    ]


def _check_asked(rules: PointRules, tables: PointTables) -> None:
    asked = (
        (
            "hospital_coefficient = table",
            rules.hospital_coefficient.value == BY_TABLE,
            tables.coefficients,
            COEFFICIENTS,
        ),
        ("an auxiliary rule", rules.cases.auxiliary is not None, tables.auxiliary, AUXILIARY),
    )
    for what, is_asked, rows, table in asked:
        if is_asked and not rows:
            raise RulesError(
                f"the policy has {what}, and {table.name}/*.csv have no row",
                hint=f"add a table with the columns {','.join(table.names())}, or correct the policy",
            )
