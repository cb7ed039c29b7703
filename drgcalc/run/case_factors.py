"""Where every factor of a case's points comes from: the row of a table or the key of the policy, with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from drgcalc.base.money import POINTS_PLACES, divide
from drgcalc.report.points_model import Factor
from drgcalc.run.region import Region
from drgcalc.run.region_tables import Score
from drgcalc.settlement.case_arithmetic import SettledLine
from drgcalc.settlement.case_rules import LONG_STAY, SHORT_STAY, SPECIAL_ITEM, SPECIAL_POINTS, BedDays
from drgcalc.settlement.decisions import SpecialCase
from drgcalc.settlement.point_policy import BY_TABLE, NONE, STATUSES_WITHOUT_GROUP, PointRules, Segment
from drgcalc.settlement.point_tables import (
    DIMENSIONS,
    EVERY_GROUP,
    AuxiliaryFactor,
    CaseKey,
    Coefficient,
    FallBack,
    coefficient_row,
    in_force,
)
from drgcalc.settlement.policy_reading import Choice, Number
from drgcalc.settlement.rows import Hospital

POLICY = "policy points."
_Dated: TypeAlias = Score | Hospital | Coefficient | AuxiliaryFactor | FallBack


def factors_of(region: Region, rules: PointRules, line: SettledLine, decided: SpecialCase | None) -> tuple[Factor, ...]:
    """The factors in the order of the arithmetic; those that a case does not have are left out."""
    if line.method is not None:
        return ()
    for rule in rules.cases.bed_days:
        if rule.name == line.segment:
            return tuple(_of_bed_days(region, rules, rule, line))
    if line.segment in (SPECIAL_ITEM, SPECIAL_POINTS):
        return tuple(_of_decision(decided))
    if line.segment in (SHORT_STAY, LONG_STAY):
        return tuple(_of_outside(rules, line))
    if line.segment in STATUSES_WITHOUT_GROUP:
        return tuple(_without_group(rules, line))
    return tuple(_of_group(region, rules, line))


def _of_group(region: Region, rules: PointRules, line: SettledLine) -> Iterator[Factor]:
    group = line.points_group or line.term_group or ""
    if line.points_group:
        rows = (
            row for row in in_force(region.point_tables.fallbacks, line.term_day) if row.group_code == line.term_group
        )
        share = rules.cases.treatment_share
        law = _number("treatment_share", share) if share else ""
        yield Factor("western group 西医病种", group, _joined(law, *(_row("scores/western", "", row) for row in rows)))
    own, every = _scores(region.scores, group, line)
    score = own if own is not None and rules.score_by.value == "group_and_level" else every
    mean = own if own is not None and rules.outlier_reference.value == "same_level_mean" else every
    law = _choice("score_by", rules.score_by)
    yield Factor("score 病组分值", f"{line.base_points}", _joined(_score(score), law))
    law = _choice("outlier_reference", rules.outlier_reference)
    by = _number("standard_price", rules.standard_price) if rules.standard_price else f"mean_fee of {_score(mean)}"
    yield Factor("reference 参照费用", f"{line.reference_fee}", _joined(by, law))
    segment = next((one for one in rules.segments_of(line.term_layer) if one.name == line.segment), None)
    if segment is not None:
        yield _of_segment(segment, line)
    yield from _of_coefficient(region, rules, line, group)
    yield from _of_auxiliary(region, rules, line, group)
    readmission = rules.cases.readmission
    if line.kept_share is not None and readmission is not None:
        days = _number("readmission.days", readmission.days)
        within = _choice("readmission.within", readmission.within)
        law = _number("readmission.kept", readmission.kept)
        yield Factor("kept after a readmission 再入院", f"{line.kept_share}", _joined(law, days, within))


def _of_segment(segment: Segment, line: SettledLine) -> Factor:
    """The stretch of the outlier rule that the ratio lies in."""
    fee = line.fee_before if line.is_refund and line.fee_before else abs(line.total_fee)
    ratio = divide(fee, line.reference_fee or Decimal(1), POINTS_PLACES)
    value = f"{segment.start.value} + {segment.slope.value} × ({ratio} − {segment.lower})"
    bound = f"up to {segment.upper.value}" if segment.upper else "open"
    sources = dict.fromkeys((segment.start.source, segment.slope.source))
    text = (
        f"{POLICY}outliers {segment.name} {segment.label} ({bound}) · {', '.join(sources)}; {fee} ÷ reference = {ratio}"
    )
    return Factor("outlier segment 费用区间", value, text)


def _of_coefficient(region: Region, rules: PointRules, line: SettledLine, group: str) -> Iterator[Factor]:
    """The coefficient that was applied; where it does not count, the rule that says so."""
    choice, plain = rules.hospital_coefficient, rules.cases.grassroots
    law = _choice("hospital_coefficient", choice)
    if line.coefficient is None or choice.value == NONE:
        yield Factor("coefficient 调整系数", "1", law)
    elif line.term_grassroots and plain is not None and plain.value != "applied":
        yield Factor("coefficient 调整系数", "1", _choice("grassroots", plain))
    elif choice.value == BY_TABLE:
        case = CaseKey(line.term_hospital, line.term_level, group, line.pool)
        row = coefficient_row(region.point_tables.coefficients, case, line.term_day)
        source = _row("scores/coefficients", " ".join(filter(None, row[:4])), row) if row else "no row is meant: 1"
        yield Factor("coefficient 调整系数", f"{line.coefficient}", _joined(source, law))
    else:
        hospital = _hospital(region.hospitals, line.term_hospital, line.term_day)
        source = _row("hospitals.csv", hospital.hospital_id, hospital) if hospital else ""
        yield Factor("coefficient 调整系数", f"{line.coefficient}", _joined(source, law))


def _of_auxiliary(region: Region, rules: PointRules, line: SettledLine, group: str) -> Iterator[Factor]:
    if line.auxiliary_factor is None or rules.cases.auxiliary is None:
        return
    parts = {dimension: getattr(line, f"aux_{dimension}") for dimension in DIMENSIONS}
    meant = [
        row
        for row in in_force(region.point_tables.auxiliary, line.term_day)
        if row.group_code in (group, EVERY_GROUP) and parts.get(row.dimension) == row.part
    ]
    own = {row.dimension for row in meant if row.group_code == group}
    rows = [row for row in meant if row.group_code == group or row.dimension not in own]
    told = (_row("scores/auxiliary", f"{row.dimension} {row.part} {row.factor}", row) for row in rows)
    law = _choice("auxiliary", rules.cases.auxiliary)
    yield Factor("auxiliary factor 辅助调节系数", f"{line.auxiliary_factor}", _joined(law, *told))


def _of_bed_days(region: Region, rules: PointRules, rule: BedDays, line: SettledLine) -> Iterator[Factor]:
    law = f"{POLICY}bed_days {rule.name} {rule.label} · {rule.points_a_day.source}"
    yield Factor("points a day 床日点数", f"{rule.points_a_day.value}", law)
    yield Factor("days 住院天数", f"{line.term_days}", "los_days of the record")
    if rule.coefficient.value == "whole":
        yield from _of_coefficient(region, rules, line, line.points_group or line.term_group or "")


def _of_decision(decided: SpecialCase | None) -> Iterator[Factor]:
    if decided is not None:
        value = decided.points if decided.decision == "points" else decided.amount
        notice = " ".join(filter(None, (decided.notice, str(decided.decided_on))))
        yield Factor(
            f"decided {decided.decision} 特例单议",
            f"{value}",
            f"decisions/special_cases.csv {notice} · {decided.source}",
        )


def _of_outside(rules: PointRules, line: SettledLine) -> Iterator[Factor]:
    bound = rules.cases.short_stay if line.segment == SHORT_STAY else rules.cases.long_stay
    if bound is not None:
        yield Factor("outside the points 不计点", f"{line.term_days} days", _number(line.segment, bound))


def _without_group(rules: PointRules, line: SettledLine) -> Iterator[Factor]:
    rule = rules.without_group
    fraction = rule.fractions.get(line.segment)
    if fraction is None:
        yield Factor(line.segment, "none", f"{POLICY}without_group.{line.segment} · {rule.sources[line.segment]}")
        return
    numbers = {line.segment: fraction, "mean_fee": rule.mean_fee, "points_at_mean": rule.points_at_mean}
    for name, number in numbers.items():
        if number is not None:
            yield Factor(name, f"{number.value}", _number(f"without_group.{name}", number))


def _scores(scores: Iterable[Score], group: str, line: SettledLine) -> tuple[Score | None, Score | None]:
    """The rows in force for the case's own level, and for every level."""
    known = [
        row
        for row in scores
        if row.group_code == group
        and row.effective_from <= line.term_day
        and (row.effective_to is None or line.term_day <= row.effective_to)
    ]
    own = next((row for row in known if row.level and row.level == line.term_level), None)
    return own, next((row for row in known if not row.level), None)


def _hospital(hospitals: Sequence[Hospital], hospital_id: str, day: date) -> Hospital | None:
    own = (row for row in hospitals if row.hospital_id == hospital_id and row.effective_from <= day)
    return next((row for row in own if row.effective_to is None or day <= row.effective_to), None)


def _score(row: Score | None) -> str:
    return "" if row is None else _row("scores/*.csv", " ".join(filter(None, (row.group_code, row.level))), row)


def _row(table: str, key: str, row: _Dated) -> str:
    """A dated row of a table, with its source."""
    return f"{' '.join(filter(None, (table, key, f'from {row.effective_from}')))} · {row.source}"


def _choice(key: str, choice: Choice) -> str:
    return f"{POLICY}{key} = {choice.value} · {choice.source}"


def _number(key: str, number: Number) -> str:
    return f"{POLICY}{key} = {number.value} {number.unit} · {number.source}"


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))
