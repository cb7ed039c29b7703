"""`drgcalc tables diff --records`: the records of a period grouped by two schemes, and what moves between them.

Everything happens in a temporary folder: nothing is published, and closed periods can be compared too. Cases carry
points as far as the region's scores know their groups. Yuan are points × point value, before payments are rounded;
each side has the point value of the period settled by it, or that of the other side when only that can be settled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from drgcalc.base.errors import RulesError
from drgcalc.base.money import MONEY_PLACES, round_half_up, total
from drgcalc.base.scheme_columns import TRANSITIONS
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import Scheme, Status
from drgcalc.report.comparison_model import Flow, HospitalMoves, Moves
from drgcalc.run.group import CASES_FILE, grouped_cases
from drgcalc.run.intake import Progress, silent
from drgcalc.run.period import Period
from drgcalc.run.points import Sums, write_settled_cases
from drgcalc.run.region import Region, load_region
from drgcalc.run.region_tables import Score
from drgcalc.run.terms import hospitals_of, settle_sums, terms_of
from drgcalc.run.workspace import workspace
from drgcalc.run.writing import arrow_table
from drgcalc.settlement.point_value import convention_of
from drgcalc.settlement.policy import Policy
from drgcalc.settlement.rows import HospitalTotals
from drgcalc.tables.transitions import transitions

NAMED = 5
"""Groups without a score that a note names."""


@dataclass(frozen=True)
class Compared:
    """What moves, for readers, and the whole matrix (columns TRANSITIONS), what stays included."""

    moves: Moves
    matrix: pa.Table


class _Side(NamedTuple):
    """The period under one scheme. `sums` None: its cases carry no points. `unscored`: groups without a score."""

    label: str
    cases: Path
    unscored: frozenset[str]
    sums: Sums | None

    def lacks_score(self, row: Mapping[str, Any]) -> bool:
        """Whether cases of this row of the matrix are in a group without a score; fall-backs (0000) need none."""
        return row[f"{self.label}_status"] == Status.GROUPED and row[f"{self.label}_group"] in self.unscored


class _Prices(NamedTuple):
    """What a point is worth by pool, on both sides, and who has what other totals."""

    old: Mapping[str, Decimal]
    new: Mapping[str, Decimal]
    policy: Policy
    totals: Mapping[tuple[str, str], HospitalTotals]


def compare(
    folder: Path,
    old: Scheme | DipScheme,
    new: Scheme | DipScheme,
    period: Period,
    *,
    strict: bool = False,
    progress: Progress = silent,
) -> Compared:
    """Group the period's records of the region in `folder` with both schemes, whatever scheme region.toml names.

    Raises InputError or RulesError as `drgcalc group` does. A policy, score or fund account that is missing costs
    points or yuan, not the comparison; the notes say so.
    """
    region = load_region(folder)
    policy, notes = _policy(region, period)
    with workspace() as work, ExitStack() as held:
        sides = []
        for label, scheme in (("old", old), ("new", new)):
            asked = replace(region, scheme_folder=scheme.folder or region.scheme_folder, out=work / label)
            shown = _labelled(progress, label)
            cases = held.enter_context(grouped_cases(asked, period, True, strict, shown)).folder / CASES_FILE
            sides.append(_with_points(region, scheme, period, policy, _Side(label, cases, frozenset(), None), notes))
        matrix = transitions(sides[0].cases, sides[1].cases).to_pylist()
    prices = _prices(region, period, policy, sides, matrix, notes)
    flows = tuple(_flow(row, sides[0], sides[1], prices) for row in matrix)
    moves = Moves(
        region=region.name,
        period=period.text,
        old=old.id,
        new=new.id,
        cases=sum(flow.cases for flow in flows),
        moved=sum(flow.cases for flow in flows if flow.moves),
        hospitals=_hospitals(flows, {row.hospital_id: row.name for row in hospitals_of(region, period)}),
        flows=tuple(flow for flow in flows if flow.moves),
        notes=tuple(notes),
    )
    return Compared(moves, arrow_table(TRANSITIONS, flows))


def _policy(region: Region, period: Period) -> tuple[Policy | None, list[str]]:
    """The policy of the period, or the note that says why there is none."""
    try:
        return terms_of(region, period).policy, []
    except RulesError as error:
        return None, [f"no points and no yuan: {error.message}"]


def _with_points(
    region: Region,
    scheme: Scheme | DipScheme,
    period: Period,
    policy: Policy | None,
    side: _Side,
    notes: list[str],
) -> _Side:
    """The side with points on its cases. Groups without a score get one for the time being; `_flow` takes it back."""
    if policy is None:
        return side
    scored = {row.group_code for row in region.scores if _in_force(row, period)}
    rows = scheme.rows if isinstance(scheme, DipScheme) else scheme.drg
    unscored = frozenset(row.code for row in rows) - scored
    stand_ins = (
        Score(code, None, Decimal("1.0000"), Decimal("1.00"), period.first, period.last, "") for code in unscored
    )
    kept = tuple(row for row in region.scores if row.group_code not in unscored)
    target = side.cases.with_name(f"settled-{CASES_FILE}")
    filled = replace(region, scores=(*kept, *stand_ins))
    try:
        priced = write_settled_cases(filled, policy, side.cases, target, side.cases.parent)
    except RulesError as error:
        notes.append(f"{side.label}: no points and no yuan: {error.message}")
        return side
    return side._replace(cases=target, unscored=unscored, sums=priced.sums)


def _in_force(row: Score, period: Period) -> bool:
    return row.effective_from <= period.last and (row.effective_to is None or row.effective_to >= period.first)


def _prices(
    region: Region,
    period: Period,
    policy: Policy | None,
    sides: Sequence[_Side],
    matrix: Iterable[Mapping[str, Any]],
    notes: list[str],
) -> _Prices | None:
    """What points are worth; None when the period can be settled by neither scheme."""
    if policy is None:
        return None
    met: dict[str, Counter[str]] = {side.label: Counter() for side in sides}
    for row in matrix:
        for side in sides:
            if side.lacks_score(row):
                met[side.label][row[f"{side.label}_group"]] += row["cases"]
    values = [_values(region, period, policy, side, met[side.label], notes) for side in sides]
    old, new = (value or other for value, other in (values, values[::-1]))
    sums = next((side.sums for side, value in zip(sides, values, strict=True) if value and side.sums), None)
    if not old or not new or sums is None:
        return None
    for side, value in zip(sides, values, strict=True):
        if not value:
            notes.append(f"{side.label}: the period cannot be settled by it; yuan are at the other side's point value")
    return _Prices(old, new, policy, {(row.pool, row.hospital_id): row for row in sums.totals})


def _values(
    region: Region, period: Period, policy: Policy, side: _Side, met: Counter[str], notes: list[str]
) -> dict[str, Decimal] | None:
    """Yuan a point by pool, of the period settled by one side; None when that cannot be."""
    if met:
        most = [code for code, _ in met.most_common(NAMED)]
        more = f" and {len(met) - NAMED} more" if len(met) > NAMED else ""
        notes.append(
            f"{side.label}: the region has no score for {len(met)} groups with {met.total():,} cases: "
            f"{', '.join(most)}{more}; their points and yuan are left empty"
        )
    if met or side.sums is None:
        return None
    try:
        settlement = settle_sums(region, policy, period, side.sums)
    except RulesError as error:
        notes.append(f"{side.label}: no point value: {error.message}")
        return None
    printed = policy.point_value.pay_with.value == "printed"
    return {value.pool: value.printed if printed else value.value for value in settlement.values}


def _flow(row: Mapping[str, Any], old: _Side, new: _Side, prices: _Prices | None) -> Flow:
    """A row of the matrix; what is not known is empty."""
    before = row["old_points"] if old.sums and not old.lacks_score(row) else None
    after = row["new_points"] if new.sums and not new.lacks_score(row) else None
    known = before is not None and after is not None
    points = {"old_points": before, "new_points": after, "points_moved": row["points_moved"] if known else None}
    return Flow(**{**row, **points, "yuan_moved": _yuan(row, prices) if known and prices else None})


def _yuan(row: Mapping[str, Any], prices: _Prices) -> Decimal:
    """What the fund pays for the new points less what it pays for the old ones."""
    pool = row["pool"]
    totals = prices.totals[pool, row["hospital_id"]]
    entitled = convention_of(prices.policy.point_value).entitled
    before = entitled(Fraction(row["old_points"]) * Fraction(prices.old[pool]), totals)
    after = entitled(Fraction(row["new_points"]) * Fraction(prices.new[pool]), totals)
    return round_half_up(after - before, MONEY_PLACES)


def _hospitals(flows: Iterable[Flow], names: Mapping[str, str]) -> tuple[HospitalMoves, ...]:
    """What moves at each hospital: most yuan first, else most cases."""
    by_hospital: dict[str, list[Flow]] = {}
    for flow in flows:
        by_hospital.setdefault(flow.hospital_id, []).append(flow)
    rows = (
        HospitalMoves(
            hospital_id=hospital,
            hospital_name=names.get(hospital, ""),
            cases=sum(flow.cases for flow in own),
            moved=sum(flow.cases for flow in own if flow.moves),
            points_moved=_total(flow.points_moved for flow in own),
            yuan_moved=_total(flow.yuan_moved for flow in own),
        )
        for hospital, own in by_hospital.items()
    )
    return tuple(sorted(rows, key=lambda row: (-abs(row.yuan_moved or Decimal(0)), -row.moved, row.hospital_id)))


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, when every part is known."""
    parts = list(amounts)
    known = [part for part in parts if part is not None]
    return total(known) if len(known) == len(parts) else None


def _labelled(progress: Progress, label: str) -> Progress:
    return lambda step, done, whole: progress(f"{step}, {label} scheme", done, whole)
