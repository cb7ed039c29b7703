"""The part of a policy's points that stands beside the outlier segments: whose points follow another rule, and which.

Every rule is optional: a city that does not have it leaves its key out.
"""

from __future__ import annotations

from dataclasses import dataclass

from drgcalc.settlement.policy_reading import Choice, Number, Table

SHORT_STAY, LONG_STAY = "short_stay", "long_stay"
SPECIAL_ITEM, SPECIAL_POINTS = "special_item", "special_points"
SMALL_GROUP = "small_group"
CANDIDATE = "special_review_candidate"
"""What a segment flags when its cases may ask for a special review (特例单议)."""

RULE_NAMES = (SHORT_STAY, LONG_STAY, SPECIAL_ITEM, SPECIAL_POINTS)
"""Names of rules that stand where segments stand; no segment may have them."""


@dataclass(frozen=True)
class BedDays:
    """Bed-day points (床日): points a day × days, for kinds of inpatient care or for groups.

    `coefficient` says whether the hospital's coefficient counts: whole or none.
    """

    name: str
    label: str
    inpatient_types: tuple[str, ...]
    groups: tuple[str, ...]
    points_a_day: Number
    coefficient: Choice


@dataclass(frozen=True)
class Readmission:
    """Points of a stay that the same person's next admission follows within `days`: `kept` of them, once.

    bound: whether the last day is included. within: the same hospital, or the same hospital and group.
    """

    days: Number
    bound: Choice
    within: Choice
    kept: Number

    @property
    def last_day(self) -> int:
        """The most days between discharge and admission that count."""
        return int(self.days.value) - (self.bound.value == "excluded")


@dataclass(frozen=True)
class SpecialReview:
    """Special review (特例单议): how many cases may be approved, as a share of discharges, and of whose."""

    quota: Number
    base: Choice


@dataclass(frozen=True)
class CaseRules:
    """Rules of single cases; None or empty where the policy has none.

    short_stay: stays of at most so many days are outside the points; long_stay: of at least so many.
    treatment_share: a TCM group below it falls back to its western group. small_group: groups with fewer cases are
    reviewed.
    """

    grassroots: Choice | None
    auxiliary: Choice | None
    short_stay: Number | None
    long_stay: Number | None
    bed_days: tuple[BedDays, ...]
    readmission: Readmission | None
    treatment_share: Number | None
    small_group: Number | None
    special_review: SpecialReview | None

    def names(self) -> tuple[str, ...]:
        """The names that bed-day rules have among segments."""
        return tuple(rule.name for rule in self.bed_days)


def read_case_rules(table: Table) -> CaseRules:
    """The optional keys of [policy.points]. Raises RulesError naming the key."""
    return CaseRules(
        grassroots=table.choice("grassroots", ("applied", "without_coefficient")) if table.has("grassroots") else None,
        auxiliary=table.choice("auxiliary", ("largest", "product")) if table.has("auxiliary") else None,
        short_stay=table.number("short_stay", "days") if table.has("short_stay") else None,
        long_stay=table.number("long_stay", "days") if table.has("long_stay") else None,
        bed_days=_read_bed_days(table) if table.has("bed_days") else (),
        readmission=_read_readmission(table.table("readmission")) if table.has("readmission") else None,
        treatment_share=table.number("treatment_share", "ratio") if table.has("treatment_share") else None,
        small_group=table.number("small_group", "cases") if table.has("small_group") else None,
        special_review=_read_special(table.table("special_review")) if table.has("special_review") else None,
    )


def _read_bed_days(table: Table) -> tuple[BedDays, ...]:
    rules = tuple(_read_bed_day(entry) for entry in table.tables("bed_days"))
    for kind in ("inpatient_types", "groups"):
        keys = [key for rule in rules for key in getattr(rule, kind)]
        if repeated := sorted({key for key in keys if keys.count(key) > 1}):
            raise table.wrong("bed_days", f"name {repeated[0]} twice in {kind}", "one rule says what a day is worth")
    return rules


def _read_bed_day(table: Table) -> BedDays:
    rule = BedDays(
        name=table.text("name"),
        label=table.text("label"),
        inpatient_types=table.texts("inpatient_types") if table.has("inpatient_types") else (),
        groups=table.texts("groups") if table.has("groups") else (),
        points_a_day=table.number("points_a_day", "points"),
        coefficient=table.choice("coefficient", ("whole", "none")),
    )
    table.finish()
    if not rule.inpatient_types and not rule.groups:
        raise table.wrong("inpatient_types", "and groups are both missing", "say whose days are paid: give one of them")
    return rule


def _read_readmission(table: Table) -> Readmission:
    rule = Readmission(
        days=table.number("days", "days"),
        bound=table.choice("bound", ("included", "excluded")),
        within=table.choice("within", ("hospital", "hospital_and_group")),
        kept=table.number("kept", "ratio"),
    )
    table.finish()
    return rule


def _read_special(table: Table) -> SpecialReview:
    rule = SpecialReview(table.number("quota", "ratio"), table.choice("base", ("pool", "hospital")))
    table.finish()
    return rule
