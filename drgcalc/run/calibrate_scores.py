"""`drgcalc calibrate scores`: scores from the stays of several years, and what they move against those in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drgcalc.base.calibration_columns import GROUP_MOVES, HOSPITAL_MOVES, SCORE_EDITS, SCORE_FLAGS
from drgcalc.base.columns import SCORES
from drgcalc.base.errors import RulesError
from drgcalc.base.money import MONEY_PLACES, round_half_up
from drgcalc.calibration.comparison import (
    Flag,
    GroupHospital,
    GroupMove,
    HospitalMove,
    Moved,
    flags,
    group_moves,
    hospital_moves,
)
from drgcalc.calibration.dispersion import Moments, riv
from drgcalc.calibration.scores import (
    Edit,
    GroupScore,
    GroupYear,
    group_means,
    history_scores,
    published,
    reference_fee,
    with_edits,
)
from drgcalc.calibration.terms import ScoreRule
from drgcalc.report.calibration_model import CalibratedScores
from drgcalc.run.calibration_files import Ask, HistoryWork, Work, calibration, finish, hospital_notes, source_of
from drgcalc.run.calibration_terms import lacking
from drgcalc.run.history import EVERY_LEVEL, hospitals_on, register_coefficients, register_scores, scores_on
from drgcalc.run.intake import Progress, silent
from drgcalc.run.region_tables import Score, read_table
from drgcalc.run.writing import write_csv

SCORES_FILE = "scores.csv"
HEADERS = "english"
NAMED = 5
"""Groups that a note names."""


class _GroupTotal(NamedTuple):
    """A group over the whole history: all stays, and those that count with their moments and highest cost, fen."""

    group_code: str
    stays: int
    kept_stays: int
    kept_fee: int
    kept_squares: int
    dearest: int | None

    @property
    def moments(self) -> Moments:
        return Moments(self.kept_stays, self.kept_fee, self.kept_squares)


class _Compared(NamedTuple):
    """What the new scores move, and hospitals that have stays and no master data."""

    groups: tuple[GroupMove, ...]
    hospitals: tuple[HospitalMove, ...]
    without_row: tuple[str, ...]


def calibrate_scores(ask: Ask, progress: Progress = silent) -> CalibratedScores:
    """Scores from history, published for review and, when asked for, put into a file of scores/.

    Raises RulesError for parameters, edits or a history that do not fit together, OutputError for a file in the way.
    """
    with calibration("scores", ask, progress) as work:
        rule = work.terms.scores
        if rule is None:
            raise lacking("scores")
        totals = {row[0]: _GroupTotal(*row) for row in work.history.rows("group_totals")}
        groups = (GroupYear(*row) for row in work.history.rows("group_years"))
        means, everything = group_means(groups, ask.years, work.terms.history)
        reference = reference_fee(rule, means, everything)
        stays = {code: row.stays for code, row in totals.items()}
        edits = _read_edits(work, rule)
        if rule.edits is not None:
            work = replace(work, tables=(*work.tables, work.region.folder / rule.edits))
        old = scores_on(work.region, work.first) or scores_on(work.region, date(ask.years[-1], 12, 31))
        scores = with_edits(history_scores(means, reference, rule), edits, stays, reference, rule)
        if rule.keeps_in_force:
            scores = _keeping(scores, old)
        compared = _compare(work, old, scores)
        flagged = _flags(work, rule, totals)
        _write(work, rule, scores, compared, flagged)
        counts = {"stays": sum(stays.values()), "groups": len(scores), "edits": len(edits), "flags": len(flagged)}
        notes = (*hospital_notes(compared.without_row), *_notes(scores, old))
        return CalibratedScores(
            basis=finish(work, "scores", counts, notes, {SCORES_FILE: ask.table}),
            reference_fee=round_half_up(reference, MONEY_PLACES),
            scale=rule.scale,
            riv=riv(row.moments for row in totals.values()),
            groups=compared.groups,
            hospitals=compared.hospitals,
            flags=flagged,
        )


def _read_edits(work: Work, rule: ScoreRule) -> tuple[Edit, ...]:
    if rule.edits is None:
        return ()
    rows = read_table(SCORE_EDITS, work.region.folder / rule.edits, work.region.folder)
    edits = [(Edit(**row.cells), row.where) for row in rows]  # type: ignore[arg-type]
    seen: dict[str, str] = {}
    for edit, where in edits:
        if edit.score <= 0:
            raise RulesError(f"{where}: the score of {edit.group_code} is {edit.score}", hint="write one above zero")
        if edit.group_code in seen:
            raise RulesError(f"{where}: {edit.group_code} stands already in {seen[edit.group_code]}", hint="keep one")
        seen[edit.group_code] = where
    return tuple(edit for edit, _ in edits)


def _keeping(scores: Sequence[GroupScore], old: Iterable[Score]) -> list[GroupScore]:
    """The scores, and those in force of groups without a history, as they are."""
    known = {score.group_code for score in scores}
    kept = (
        GroupScore(row.group_code, Fraction(row.score), Fraction(row.mean_fee), (), "in_force", row.source)
        for row in old
        if row.level is None and row.group_code not in known
    )
    return sorted([*scores, *kept])


def _compare(work: HistoryWork, old: Sequence[Score], scores: Sequence[GroupScore]) -> _Compared:
    """Points of the newest year's stays by both scores, at the hospital coefficients that will be in force."""
    new = {score.group_code: published(score)[0] for score in scores}
    register_scores(work.history, "old_scores", {(row.group_code, row.level or EVERY_LEVEL): row.score for row in old})
    register_scores(work.history, "new_scores", {(code, EVERY_LEVEL): score for code, score in new.items()})
    without_row = register_coefficients(work.history, hospitals_on(work.region, work.first))
    moved = [Moved(*row) for row in work.history.rows("points_moved", {"year": work.ask.years[-1]})]
    how = {score.group_code: score.how for score in scores}
    return _Compared(group_moves(moved, _of_groups(old), new, how), hospital_moves(moved), without_row)


def _of_groups(old: Iterable[Score]) -> dict[str, Decimal | None]:
    """One score a group; None for a group that has other scores at other levels."""
    found: dict[str, Decimal | None] = {}
    for row in old:
        found[row.group_code] = row.score if row.level is None and row.group_code not in found else None
    return found


def _flags(work: HistoryWork, rule: ScoreRule, totals: Mapping[str, _GroupTotal]) -> tuple[Flag, ...]:
    rows = (GroupHospital(*row) for row in work.history.rows("group_hospitals", {"small_sample": rule.small_sample}))
    dearest = {code: row.dearest for code, row in totals.items() if row.dearest is not None}
    return flags(rows, dearest, rule.small_sample)


def _write(
    work: Work, rule: ScoreRule, scores: Sequence[GroupScore], compared: _Compared, flagged: Sequence[Flag]
) -> None:
    folder = work.sheet.folder
    write_csv(
        folder / SCORES_FILE,
        SCORES,
        (
            (row.group_code, None, *published(row), work.first, work.last, _source(work, rule, row))
            for row in scores
        ),
        HEADERS,
    )  # fmt: skip
    write_csv(folder / "group_moves.csv", GROUP_MOVES, compared.groups, HEADERS)
    write_csv(folder / "hospital_moves.csv", HOSPITAL_MOVES, compared.hospitals, HEADERS)
    write_csv(folder / "score_flags.csv", SCORE_FLAGS, flagged, HEADERS)


def _source(work: Work, rule: ScoreRule, score: GroupScore) -> str:
    return score.source or source_of(work, rule.source, score.missing)


def _notes(scores: Sequence[GroupScore], old: Sequence[Score]) -> tuple[str, ...]:
    notes = [] if old else ["no score is in force yet: there is nothing to compare with"]
    lacking_years = [score.group_code for score in scores if score.missing]
    if lacking_years:
        named = ", ".join(lacking_years[:NAMED]) + (" …" if len(lacking_years) > NAMED else "")
        notes.append(f"{len(lacking_years):,} groups lack a year, the others' weights count for it: {named}")
    if kept := sum(score.how == "in_force" for score in scores):
        notes.append(f"{kept:,} groups without a history keep the score in force")
    return tuple(notes)
