"""`drgcalc policy check`: the payment curves of a policy, and what is odd about it, with yuan of an example group."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from drgcalc.base.money import MONEY_PLACES, multiply, round_half_up
from drgcalc.report.policy_model import CurveShown, PieceShown, PolicyChecked
from drgcalc.run.database import connect, sql
from drgcalc.run.group import CASES_FILE
from drgcalc.run.manifest import read_manifest
from drgcalc.run.period import Period
from drgcalc.run.publish import latest, periods
from drgcalc.run.region import Region, load_region
from drgcalc.run.terms import hospitals_of, terms_of
from drgcalc.settlement.payment_curve import Curve, Example, Piece, curves, level_coefficients
from drgcalc.settlement.point_policy import APPLIED, BY_TABLE, PointRules
from drgcalc.settlement.point_tables import CaseKey, coefficient_of
from drgcalc.settlement.policy_check import Checked, own_example, policy_findings

MULTIPLE_PLACES = 4


def check(folder: Path, period: Period) -> PolicyChecked:
    """Curves and findings of the policy in force in a period. Raises RulesError when a block or table is wrong.

    Yuan are those of the group with most cases of the period's settlement, or of the last one there is; before the
    first, those of the mean case that the policy names, if it names one.
    """
    region = load_region(folder)
    policy = terms_of(region, period).policy
    coefficients = _coefficients(region, period, policy.points)
    example = _settled_example(region, period) or own_example(policy.points)
    checked = Checked(coefficients, region.point_tables.coefficients, example)
    return PolicyChecked(
        title=policy.title,
        document=policy.document,
        example=example,
        curves=tuple(_shown(curve, example) for curve in curves(policy.points, coefficients)),
        findings=policy_findings(policy, checked=checked),
    )


def _coefficients(region: Region, period: Period, rules: PointRules) -> dict[str, Decimal]:
    """The largest coefficient of each level at the end of the period, groups and pools aside."""
    hospitals = hospitals_of(region, period)
    if rules.hospital_coefficient.value == APPLIED:
        return level_coefficients((row.level, row.coefficient) for row in hospitals)
    if rules.hospital_coefficient.value != BY_TABLE:
        return {}
    found = (
        (
            row.level,
            coefficient_of(
                region.point_tables.coefficients, CaseKey(row.hospital_id, row.level, None, ""), period.last
            ),
        )
        for row in hospitals
    )
    return level_coefficients((level, coefficient) for level, coefficient in found if coefficient is not None)


def _settled_example(region: Region, period: Period) -> Example | None:
    """The group with most cases, and the point value of the first pool, of a published settlement."""
    settled = [name for name in periods(region.out) if not name.startswith("cases/")]
    name = period.text if period.text in settled else max(settled, default="")
    folder = latest(region.out, name) if name else None
    if folder is None:
        return None
    values = sorted(read_manifest(folder).point_values.items())
    with tempfile.TemporaryDirectory(prefix="drgcalc-") as work, connect(Path(work)) as con:
        con.read_parquet(str(folder / CASES_FILE)).create_view("settled")
        groups = con.execute(sql("drgcalc.run", "example_group")).fetchall()
    if not groups or not values:
        return None
    group, score, reference = groups[0]
    pool, words = values[0]
    value = Decimal(words.split(" ")[0])
    return Example(score, reference, value, f"group {group} and the point value of {pool} in the settlement {name}")


def _shown(curve: Curve, example: Example | None) -> CurveShown:
    return CurveShown(
        curve.layer, curve.levels, curve.coefficient, tuple(_piece(piece, example) for piece in curve.pieces)
    )


def _piece(piece: Piece, example: Example | None) -> PieceShown:
    ends = (piece.from_ratio, piece.to_ratio)
    multiples = (piece.from_multiple, piece.to_multiple)
    costs: list[Decimal | None] = [None, None]
    yuan: list[Decimal | None] = [None, None]
    if example:
        costs = [round_half_up(multiply(end, example.reference_fee), MONEY_PLACES) for end in ends]
        yuan = [example.yuan(multiple) for multiple in multiples]
    return PieceShown(
        segment=piece.segment,
        label=piece.label,
        from_ratio=piece.from_ratio,
        to_ratio=piece.to_ratio,
        is_open=piece.is_open,
        from_multiple=round_half_up(piece.from_multiple, MULTIPLE_PLACES),
        to_multiple=round_half_up(piece.to_multiple, MULTIPLE_PLACES),
        from_cost=costs[0],
        to_cost=costs[1],
        from_yuan=yuan[0],
        to_yuan=yuan[1],
        flag=piece.flag,
    )
