"""Why a record is in its group, as text a hospital and a bureau can argue over."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from drgcalc.grouping.explain import Evidence, Proof, Trial
from drgcalc.report import dip_explanation, findings, readings
from drgcalc.report.explanation_model import REJECTED, TYPED, DipReason, Reason
from drgcalc.report.points_explanation import points


def explained(reason: Reason | DipReason) -> Iterator[RenderableType]:
    """The reason, as the kind of its scheme is explained, then its points and its money."""
    yield from dip_explanation.explained(reason) if isinstance(reason, DipReason) else _explained(reason)
    if reason.status != REJECTED and reason.settlement_id != TYPED:
        yield from points(reason.points, reason.settlement_id)


def _explained(reason: Reason) -> Iterator[RenderableType]:
    """The record, its group, the official rule at every level with its proof, exclusions, and the rows tried before."""
    yield Text(f"{reason.settlement_id} ({reason.place})", style="bold")
    yield from findings.blocks(findings.counted(reason.findings))
    if not reason.diagnoses:
        yield Text("The record was rejected: it has no group.")
        return
    yield Text(f"diagnoses 诊断: {', '.join(reason.diagnoses)}")
    yield Text(f"procedures 手术操作: {', '.join(filter(None, reason.procedures)) or 'none'}")
    yield from readings.lines(reason.readings)
    known = (f"{name} {value.normalize():f}" for name, value in reason.scalars.items() if value is not None)
    yield Text(f"values 数值: {', '.join(known)}")
    way = " → ".join(filter(None, (reason.mdc, reason.adrg, reason.group_code)))
    nowhere = "no row was tried" if reason.grey_principal else "no row of the scheme holds"
    yield Text(f"{reason.status}: {way or nowhere}", style="bold")
    if reason.lacks_weight:
        yield Text("The scheme groups no newborn of this age without a weight (newborn_weight_days).")
    if reason.grey_principal:
        yield Text(f"The principal diagnosis {reason.diagnoses[0]} is a grey code 灰码: the record is not groupable.")
    yield from (_proved(trial) for trial in reason.trials if trial.outcome == "taken")
    yield from _complications(reason)
    yield from _tried(reason)
    if reason.why_not:
        yield Text(f"Why not {reason.why_not[-1].code}:", style="bold")
        yield from map(_proved, reason.why_not)
    yield Text(f"Scheme {reason.scheme} ({reason.edition}), checksum {reason.checksum[:16]}")


def _proved(trial: Trial) -> Tree:
    """A row with its official rule, and the rule part by part."""
    verdict = "" if trial.outcome == "taken" else f": {'holds' if trial.proof.holds else 'does not hold'}"
    tree = Tree(Text(f"{trial.level} {trial.code} {trial.name}{verdict}", style="bold"))
    tree.add(Text(f"rule 规则: {trial.rule or '(empty: always holds)'}"))
    if trial.rule:
        _grow(tree, trial.proof)
    return tree


def _grow(tree: Tree, proof: Proof) -> None:
    """Add a part of a rule; parts that hold show the codes that made them true."""
    shown = "; ".join(map(_evidence, proof.evidence))
    branch = tree.add(Text(f"{'✓' if proof.holds else '✗'} {proof.text}" + (f"  [{shown}]" if shown else "")))
    for part in proof.parts:
        _grow(branch, part)


def _evidence(evidence: Evidence) -> str:
    return " ".join(filter(None, (evidence.field, evidence.value, evidence.note)))


def _complications(reason: Reason) -> Iterator[Text]:
    for row in reason.complications:
        fate = f"does not count: table {row.exclusion_set} excludes it" if row.excluded else "counts"
        yield Text(f"{row.level} {row.code}: {fate}")


def _tried(reason: Reason) -> Iterator[Text]:
    """Rows that were tried in vain, by level, in their order."""
    for level in ("MDC", "ADRG", "DRG"):
        vain = [trial for trial in reason.trials if trial.level == level and trial.outcome != "taken"]
        if vain:
            codes = ", ".join(
                trial.code if trial.outcome == "failed" else f"{trial.code} (held, but nothing below it did)"
                for trial in vain
            )
            yield Text(f"{level} rows tried before, in vain: {codes}")
