"""Why a record is in its group of a DIP directory, as text a hospital and a bureau can argue over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from drgcalc.grouping.dip.explain import (
    TIED,
    UNMET,
    WEAKER,
    WON,
    Asked,
    Candidate,
    DipExplanation,
    LayerTrial,
    lacking,
)
from drgcalc.report import findings, readings
from drgcalc.report.explanation_model import DipReason

SHOWN = 5
"""Rows that did not win are shown up to so many; all of them are in --json."""
_LAYERS = {
    "pregroup": "先期分组",
    "merged": "并项病种",
    "burn": "烧伤病种",
    "tumour": "肿瘤病种",
    "tuberculosis": "结核病种",
    "core": "核心病种",
    "comprehensive": "综合病种",
}
_ASKED = {
    "principal": "principal diagnosis 主要诊断",
    "main_procedure": "main procedure 主要手术操作",
    "related_procedures": "related procedures 相关手术操作",
    "secondary": "other diagnosis 次要诊断",
    "condition": "condition 附加条件",
    "kind": "kind of treatment 治疗方式",
}


def explained(reason: DipReason) -> Iterator[RenderableType]:
    """The record, its group, what made it win, the rows of its layer, the layers tried before, the parts."""
    yield Text(f"{reason.settlement_id} ({reason.place})", style="bold")
    yield from findings.blocks(findings.counted(reason.findings))
    way = reason.way
    if way is None:
        yield Text("The record was rejected: it has no group.")
        return
    yield Text(f"diagnoses 诊断: {', '.join(reason.diagnoses)}")
    yield from readings.lines(reason.readings)
    yield from _acts(way)
    known = (f"{name} {value.normalize():f}" for name, value in reason.scalars.items() if value is not None)
    yield Text(f"values 数值: {', '.join(known)}")
    yield from _outcome(reason, way)
    yield from _deciding(way)
    yield from _tried(way)
    yield from _auxiliary(way)
    if reason.why_not:
        yield Text(f"Why not {reason.why_not[0].code}:", style="bold")
        yield from map(_row, reason.why_not)
        yield Text(_verdict(reason.why_not))
    yield Text(f"Scheme {reason.scheme} ({reason.edition}), checksum {reason.checksum[:16]}")


def _acts(way: DipExplanation) -> Iterator[RenderableType]:
    tree = Tree(Text(f"procedures 手术操作: {'' if way.acts else 'none'}".rstrip()))
    for act in way.acts:
        rule = f", main_procedures.csv {act.rule}" if act.rule else ""
        tree.add(Text(f"{act.code}: {act.role}, {act.kind}{rule}"))
    yield tree


def _outcome(reason: DipReason, way: DipExplanation) -> Iterator[Text]:
    if way.excluded:
        yield Text(f"{way.status}: {reason.diagnoses[0]} is not grouped (excluded_diagnoses.csv)", style="bold")
        return
    if way.grey_principal:
        yield Text(
            f"{way.status}: {reason.diagnoses[0]} is a grey code 灰码, the record is not groupable", style="bold"
        )
        return
    if way.group_code is None or way.layer is None:
        yield Text(f"{way.status}: no row of the directory is met", style="bold")
        return
    yield Text(f"{way.status}: {way.layer} {_LAYERS[way.layer]} → {way.group_code}", style="bold")
    yield Text(f"{way.group_code}: {way.why}.")
    if way.tied_with:
        yield Text(f"tied with 并列: {', '.join(way.tied_with)}")
    yield Text(f"treatment 治疗方式: {way.treatment_kind}")
    if way.grassroots:
        yield Text(f"grassroots 基层病种: yes, {way.grassroots}")
    if way.tcm:
        yield Text("TCM 中医病种: yes")


def _deciding(way: DipExplanation) -> Iterator[RenderableType]:
    """The rows of the layer that decided: those that are met, best first, and some that are not."""
    if way.group_code is None:
        return
    candidates = way.trials[-1].candidates
    met = [one for one in candidates if one.outcome != UNMET]
    yield from map(_row, met[:SHOWN])
    if len(met) > SHOWN:
        yield Text(f"… and {len(met) - SHOWN:,} more rows that are met")
    yield from _unmet(candidates)


def _row(candidate: Candidate) -> Tree:
    words = {WON: "won", TIED: "fits as well", WEAKER: "is met, but fits less"}
    score = "" if candidate.score is None else f", score {candidate.score:f}"
    related = f", {candidate.related} related" if candidate.related else ""
    outcome = words.get(candidate.outcome, candidate.outcome)
    tree = Tree(Text(f"{candidate.code} {candidate.name}: {outcome}{related}{score}", style="bold"))
    for asked in candidate.asked:
        tree.add(Text(_line(asked)))
    return tree


def _line(asked: Asked) -> str:
    shown = f"  [{', '.join(asked.evidence)}]" if asked.evidence else ""
    text = asked.text or "none that counts"
    return f"{'✓' if asked.holds else '✗'} {_ASKED[asked.what]}: {text}{shown}"


def _unmet(candidates: Sequence[Candidate]) -> Iterator[Text]:
    unmet = [one for one in candidates if one.outcome == UNMET]
    if unmet:
        shown = [f"{one.code} ({lacking(one)})" for one in unmet[:SHOWN]]
        more = [f"and {len(unmet) - SHOWN:,} more"] if len(unmet) > SHOWN else []
        yield Text(f"not met, by what they ask first: {', '.join([*shown, *more])}")


def _tried(way: DipExplanation) -> Iterator[RenderableType]:
    """Layers that were tried in vain, in their order."""
    for trial in way.trials if way.group_code is None else way.trials[:-1]:
        yield Text(f"tried before, in vain: {_named(trial)}, {len(trial.candidates):,} rows")
        yield from _unmet(trial.candidates)


def _named(trial: LayerTrial) -> str:
    kind = f", {trial.kind}" if trial.kind else ""
    return f"{trial.layer} {_LAYERS[trial.layer]}{kind}"


def _auxiliary(way: DipExplanation) -> Iterator[Text]:
    for row in way.complications:
        fate = f"does not count: table {row.exclusion_set} excludes it" if row.excluded else "counts"
        yield Text(f"{row.level} {row.code}: {fate}")
    if way.charlson:
        listed = ", ".join(f"{row.code} {row.condition} {row.weight}" for row in way.charlson)
        yield Text(f"Charlson sum CCI {way.charlson_sum}: {listed}")
    for dimension, tried in groupby(way.parts, key=lambda row: row.dimension):
        parts = list(tried)
        found = parts[-1].part if parts[-1].holds else "no part"
        rules = "; ".join(f"{'✓' if row.holds else '✗'} {row.part}: {row.rule or 'always'}" for row in parts)
        yield Text(f"auxiliary 辅助目录 {dimension}: {found}  [{rules}]")


def _verdict(rows: Sequence[Candidate]) -> str:
    if any(one.outcome != UNMET for one in rows):
        return "It is met too, but an earlier layer has a group, or a row of its own layer fits better."
    return "None of its rows is met."
