"""The part of a policy block that says how many points a case has: coefficient, score, outlier segments, no group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from drgcalc.base.errors import RulesError
from drgcalc.settlement.case_rules import RULE_NAMES, CaseRules, read_case_rules
from drgcalc.settlement.policy_reading import Choice, Number, Table

STATUSES_WITHOUT_GROUP = ("ungrouped", "ambiguous", "excluded")
WHOLE, START, NONE = "whole", "start", "none"
APPLIED, BY_TABLE = "applied", "table"
"""Whose hospital coefficient counts, beside NONE: that of hospitals.csv, or that of scores/coefficients/*.csv."""


@dataclass(frozen=True)
class Segment:
    """One stretch of the outlier rule, over ratio = cost ÷ reference.

    points = base × (start + slope × (ratio − lower)). `coefficient` says what of it the hospital coefficient
    multiplies: the whole, the start only, or none. `upper` None is no upper bound. `flag` is what the case becomes.
    """

    name: str
    label: str
    lower: Decimal
    lower_inclusive: bool
    upper: Number | None
    upper_inclusive: bool
    start: Number
    slope: Number
    coefficient: Choice
    flag: str

    def holds(self, ratio: Fraction) -> bool:
        """Whether the ratio lies in this segment, its upper bound only: segments are tried in order."""
        if self.upper is None:
            return True
        upper = Fraction(self.upper.value)
        return ratio < upper or (self.upper_inclusive and ratio == upper)

    def multiple(self, ratio: Fraction, coefficient: Decimal) -> Fraction:
        """What the base points are multiplied by, exactly."""
        on_start = Fraction(coefficient) if self.coefficient.value in (WHOLE, START) else Fraction(1)
        on_rise = Fraction(coefficient) if self.coefficient.value == WHOLE else Fraction(1)
        rise = Fraction(self.slope.value) * (ratio - Fraction(self.lower))
        return Fraction(self.start.value) * on_start + rise * on_rise


@dataclass(frozen=True)
class WithoutGroup:
    """Cases without a group: points = fraction × cost ÷ mean_fee × points_at_mean; a status that is absent has none."""

    fractions: Mapping[str, Number]
    mean_fee: Number | None
    points_at_mean: Number | None
    sources: Mapping[str, str]


@dataclass(frozen=True)
class PointRules:
    """How many points a case has. `standard_price` is given when outliers are measured against the standard.

    `outliers_of` are the segments of a DIP layer (core, comprehensive …) that has its own; others follow `outliers`.
    """

    hospital_coefficient: Choice
    score_by: Choice
    outlier_reference: Choice
    standard_price: Number | None
    outliers: tuple[Segment, ...]
    outliers_of: Mapping[str, tuple[Segment, ...]]
    without_group: WithoutGroup
    cases: CaseRules

    def segments_of(self, layer: str | None) -> tuple[Segment, ...]:
        """The outlier segments that a case of that layer follows."""
        return self.outliers_of.get(layer or "", self.outliers)

    def segments(self) -> tuple[Segment, ...]:
        """All outlier segments, of every layer."""
        return (*self.outliers, *(segment for own in self.outliers_of.values() for segment in own))


def read_points(table: Table) -> PointRules:
    """The table [policy.points]. Raises RulesError naming the key."""
    reference = table.choice("outlier_reference", ("group_mean", "same_level_mean", "standard"))
    rules = PointRules(
        hospital_coefficient=table.choice("hospital_coefficient", (APPLIED, BY_TABLE, NONE)),
        score_by=table.choice("score_by", ("group", "group_and_level")),
        outlier_reference=reference,
        standard_price=table.number("standard_price", "yuan_per_point") if reference.value == "standard" else None,
        outliers=_read_segments(table, "outliers"),
        outliers_of=_read_layers(table.table("outliers_of")) if table.has("outliers_of") else {},
        without_group=_read_without_group(table.table("without_group")),
        cases=read_case_rules(table),
    )
    table.finish()
    _check_names(rules, table)
    return rules


def _read_layers(table: Table) -> dict[str, tuple[Segment, ...]]:
    return {layer: _read_segments(table, layer) for layer in table.names()}


def _check_names(rules: PointRules, table: Table) -> None:
    """Segments and the rules that stand beside them are told apart by name."""
    taken = (*STATUSES_WITHOUT_GROUP, *RULE_NAMES)
    names = [*(segment.name for segment in rules.segments()), *rules.cases.names()]
    if len({*names, *taken}) < len(names) + len(taken):
        raise table.wrong(
            "outliers", "use a name twice", f"give each segment its own name; taken are {', '.join(taken)}"
        )


def _read_segments(parent: Table, key: str) -> tuple[Segment, ...]:
    tables = parent.tables(key)
    if not tables:
        raise parent.wrong(key, "has no segment", "a rule without outliers is one segment: start 1, slope 0")
    segments: list[Segment] = []
    for table in tables:
        segments.append(_read_segment(table, segments[-1] if segments else None))
    for number, segment in enumerate(segments, 1):
        last = number == len(segments)
        if (segment.upper is None) != last:
            what = "must have no upper bound" if last else "needs `below` or `up_to`"
            raise parent.wrong(
                f"{key}[{number}]", what, "only the last segment is open upwards, so that no case falls out"
            )
    return tuple(segments)


def _read_segment(table: Table, before: Segment | None) -> Segment:
    below, up_to = table.has("below"), table.has("up_to")
    if below and up_to:
        raise table.wrong("below", "and up_to exclude each other", "below leaves its bound out, up_to includes it")
    upper = table.number("below" if below else "up_to", "times") if below or up_to else None
    lower = before.upper.value if before and before.upper else Decimal(0)
    segment = Segment(
        name=table.text("name"),
        label=table.text("label"),
        lower=lower,
        lower_inclusive=before is None or not before.upper_inclusive,
        upper=upper,
        upper_inclusive=up_to,
        start=table.number("start", "times"),
        slope=table.number("slope", "times"),
        coefficient=table.choice("coefficient", (WHOLE, START, NONE)),
        flag=table.text("flag") if table.has("flag") else "",
    )
    table.finish()
    _check_segment(segment, table)
    return segment


def _check_segment(segment: Segment, table: Table) -> None:
    if segment.upper is not None and segment.upper.value <= segment.lower:
        raise RulesError(
            f"{table.where}: {table.path} ends at {segment.upper.value}, not above {segment.lower} where it begins",
            hint="write the segments from the lowest ratio to the highest",
        )
    if segment.start.value < 0:
        raise table.wrong("start", "is negative", "no case has negative points")
    falls = segment.slope.value < 0
    if falls and (segment.coefficient.value == START or segment.upper is None or _at_end(segment) < 0):
        raise table.wrong("slope", "leads below zero points", "end the segment before, or raise its start")


def _at_end(segment: Segment) -> Fraction:
    if segment.upper is None:
        return Fraction(segment.start.value)
    return segment.multiple(Fraction(segment.upper.value), Decimal(1))


def _read_without_group(table: Table) -> WithoutGroup:
    fractions: dict[str, Number] = {}
    sources: dict[str, str] = {}
    for status in STATUSES_WITHOUT_GROUP:
        fraction, source = _read_fraction(table, status)
        sources[status] = source
        if fraction:
            fractions[status] = fraction
    rule = WithoutGroup(
        fractions=fractions,
        mean_fee=table.number("mean_fee", "yuan") if fractions else None,
        points_at_mean=table.number("points_at_mean", "points") if fractions else None,
        sources=sources,
    )
    table.finish()
    if rule.mean_fee and rule.mean_fee.value <= 0:
        raise table.wrong("mean_fee", f"is {rule.mean_fee.value}", "costs are divided by it: give the mean cost")
    return rule


def _read_fraction(table: Table, status: str) -> tuple[Number | None, str]:
    entry = table.table(status)
    if entry.take("value") == "none":
        source = entry.source()
        entry.finish()
        return None, source
    number = table.number(status, "ratio")
    return number, number.source
