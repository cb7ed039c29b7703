"""Scores of groups from history: mean cost relative to a reference, edits of experts, total points preserved.

score = mean cost of the group ÷ reference × scale. The reference is the mean of all stays, of a benchmark group, or a
standard quota.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import MONEY_PLACES, POINTS_PLACES, round_half_up
from drgcalc.calibration.history import HistoryMean, YearSum, history_mean
from drgcalc.calibration.terms import HistoryRule, ScoreRule

FEN = 100


class GroupYear(NamedTuple):
    """One group in one year, after trimming: stays and their cost in fen."""

    group_code: str
    year: int
    cases: int
    cost: int


class Edit(NamedTuple):
    """A score that experts set, points; with their reason and the document."""

    group_code: str
    score: Decimal
    reason: str
    source: str


class GroupScore(NamedTuple):
    """A group's score, exact until it is published; mean cost in yuan. `how`: history, edit or in_force."""

    group_code: str
    score: Fraction
    mean_fee: Fraction
    missing: tuple[int, ...]
    how: str
    source: str


def group_means(
    groups: Iterable[GroupYear], years: Sequence[int], rule: HistoryRule
) -> tuple[dict[str, HistoryMean], HistoryMean]:
    """Mean cost in yuan of every group over the years, and of all stays. Raises RulesError when there are none."""
    sums: dict[str, dict[int, YearSum]] = {}
    whole: dict[int, YearSum] = {}
    for group in groups:
        own = YearSum(Fraction(group.cost, FEN), group.cases)
        sums.setdefault(group.group_code, {})[group.year] = own
        so_far = whole.get(group.year, YearSum(Fraction(0), 0))
        whole[group.year] = YearSum(so_far.amount + own.amount, so_far.base + own.base)
    means = {code: history_mean(sums[code], years, rule.weights, rule.mean) for code in sorted(sums)}
    everything = history_mean(whole, years, rule.weights, rule.mean)
    if everything is None:
        raise RulesError(
            f"the years {years[0]} to {years[-1]} hold no grouped stay",
            hint="put their records into discharges/, or name other years with --years",
        )
    return {code: mean for code, mean in means.items() if mean is not None}, everything


def reference_fee(rule: ScoreRule, means: Mapping[str, HistoryMean], everything: HistoryMean) -> Fraction:
    """The cost that earns `scale` points, yuan. Raises RulesError when the benchmark group has no history."""
    if rule.standard_quota is not None:
        return Fraction(rule.standard_quota)
    if rule.benchmark_group is None:
        return everything.value
    if rule.benchmark_group not in means:
        raise RulesError(
            f"calibration.toml: the benchmark group {rule.benchmark_group} has no stay in these years",
            hint="name a group with stays in every year, or take another reference",
        )
    return means[rule.benchmark_group].value


def history_scores(means: Mapping[str, HistoryMean], reference: Fraction, rule: ScoreRule) -> list[GroupScore]:
    """The score of every group with a history, by code; a group whose stays cost nothing has none."""
    return [
        GroupScore(code, mean.value / reference * Fraction(rule.scale), mean.value, mean.missing, "history", "")
        for code, mean in sorted(means.items())
        if mean.value > 0
    ]


def with_edits(
    scores: Sequence[GroupScore], edits: Sequence[Edit], cases: Mapping[str, int], reference: Fraction, rule: ScoreRule
) -> list[GroupScore]:
    """Scores as experts set them, all others rescaled by one factor so that total points stay the same.

    `cases`: stays of the history, the weights of total points. Mean costs stay, except that a group without history
    gets the one its score stands for. Raises RulesError when the edits alone are worth more than all points.
    """
    edited = {edit.group_code: edit for edit in edits}
    if not edited:
        return list(scores)
    known = {score.group_code: score for score in scores}
    before = sum((score.score * cases.get(score.group_code, 0) for score in scores), Fraction(0))
    fixed = sum((Fraction(edit.score) * cases.get(code, 0) for code, edit in edited.items()), Fraction(0))
    free = sum((score.score * cases.get(code, 0) for code, score in known.items() if code not in edited), Fraction(0))
    if fixed > before or (free == 0 and fixed != before) or (free > 0 and fixed == before):
        raise RulesError(
            f"the edited scores are worth {round_half_up(fixed, 0):,} points of the {round_half_up(before, 0):,} there "
            "are: total points cannot stay the same",
            hint="edit fewer scores, or by less",
        )
    factor = (before - fixed) / free if free else Fraction(1)
    kept = [score._replace(score=score.score * factor) for score in scores if score.group_code not in edited]
    return sorted([*kept, *(_edited(edit, known.get(edit.group_code), reference, rule) for edit in edits)])


def total_points(scores: Iterable[GroupScore], cases: Mapping[str, int]) -> Fraction:
    """Σ stays × score over all groups."""
    return sum((score.score * cases.get(score.group_code, 0) for score in scores), Fraction(0))


def published(score: GroupScore) -> tuple[Decimal, Decimal]:
    """Score and mean cost as they are published: 4 decimals and fen."""
    return round_half_up(score.score, POINTS_PLACES), round_half_up(score.mean_fee, MONEY_PLACES)


def _edited(edit: Edit, before: GroupScore | None, reference: Fraction, rule: ScoreRule) -> GroupScore:
    mean = before.mean_fee if before else Fraction(edit.score) * reference / Fraction(rule.scale)
    missing = before.missing if before else ()
    return GroupScore(edit.group_code, Fraction(edit.score), mean, missing, "edit", f"{edit.source}：{edit.reason}")
