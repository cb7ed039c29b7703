"""`drgcalc calibrate coefficients` and `opening-value`: cost beside the mix, and what a point is worth at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drgcalc.base.calibration_columns import OPENING_VALUES
from drgcalc.base.point_columns import COEFFICIENTS
from drgcalc.calibration.coefficients import (
    KINDS,
    PEERS,
    Coefficient,
    CoefficientSum,
    Key,
    Measured,
    coefficients,
    measure,
)
from drgcalc.calibration.opening import OpeningValue, PoolYear, opening_values
from drgcalc.calibration.terms import CoefficientRule
from drgcalc.report.calibration_model import CalibratedCoefficients, CalibratedValues
from drgcalc.run.calibration_files import Ask, HistoryWork, Work, calibration, finish, hospital_notes, source_of
from drgcalc.run.calibration_terms import lacking
from drgcalc.run.history import (
    EVERY_LEVEL,
    hospitals_between,
    hospitals_on,
    register_coefficients,
    register_scores,
    scores_on,
)
from drgcalc.run.intake import Progress, silent
from drgcalc.run.writing import write_csv

COEFFICIENTS_FILE = "coefficients.csv"
VALUES_FILE = "opening_values.csv"
HEADERS = "english"


def calibrate_coefficients(ask: Ask, progress: Progress = silent) -> CalibratedCoefficients:
    """Coefficients of the kind that calibration.toml names, as a table for scores/coefficients/.

    Raises RulesError for parameters that are missing or do not fit, OutputError for a file in the way.
    """
    with calibration("coefficients", ask, progress) as work:
        rule = work.terms.coefficients
        if rule is None:
            raise lacking("coefficients")
        hospitals = hospitals_between(work.region, work.first, work.last)
        own = _measured(work, rule, rule.by)
        if rule.by == "hospital":
            own |= _newcomers(work, rule, own, hospitals)
        peers = _measured(work, rule, PEERS[rule.by]) if rule.by in PEERS else {}
        levels = {name: row.level for name, row in hospitals.items()}
        found = coefficients(own, peers, levels, rule)
        _write(work, rule, found)
        whole = sum(row[1] for row in work.history.rows("group_totals"))
        counts = {"stays": whole, "coefficients": len(found)}
        notes = _notes(found, len(own))
        basis = finish(work, "coefficients", counts, notes, {COEFFICIENTS_FILE: ask.table})
        return CalibratedCoefficients(basis, rule.by, found)


def calibrate_opening_value(ask: Ask, progress: Progress = silent) -> CalibratedValues:
    """The opening point value of every pool, by the scores and hospital coefficients in force when it is to count.

    Raises RulesError when no score is in force then, OutputError for a file in the way.
    """
    with calibration("opening-value", ask, progress) as work:
        scores = scores_on(work.region, work.first)
        register_scores(
            work.history, "old_scores", {(row.group_code, row.level or EVERY_LEVEL): row.score for row in scores}
        )
        without_row = register_coefficients(work.history, hospitals_on(work.region, work.first))
        rows = [PoolYear(*row) for row in work.history.rows("pool_years")]
        values = opening_values(rows, ask.years, work.terms.history)
        _write_values(work, values)
        counts = {"stays": sum(value.stays for value in values), "pools": len(values)}
        notes = hospital_notes(without_row)
        return CalibratedValues(finish(work, "opening-value", counts, notes, {VALUES_FILE: ask.table}), values)


def _measured(work: HistoryWork, rule: CoefficientRule, by: str) -> dict[Key, Measured]:
    parts = KINDS[by]
    asked = {
        "by_hospital": parts.hospital,
        "by_level": parts.level,
        "by_group": parts.group,
        "by_pool": rule.pools == "apart",
    }
    sums = (CoefficientSum(*row) for row in work.history.rows("coefficient_sums", asked))
    return measure(sums, work.ask.years, work.terms.history)


def _newcomers(
    work: Work, rule: CoefficientRule, own: Mapping[Key, Measured], hospitals: Iterable[str]
) -> dict[Key, Measured]:
    """Hospitals that will be in force and have no stay in the history: nothing is measured of them."""
    pools = [pool.id for pool in work.region.pools] if rule.pools == "apart" else [""]
    keys = (Key(name, "", "", pool) for name in hospitals for pool in pools)
    return {key: Measured(0, None) for key in keys if key not in own}


def _write(work: Work, rule: CoefficientRule, found: tuple[Coefficient, ...]) -> None:
    source = source_of(work, rule.source)
    write_csv(
        work.sheet.folder / COEFFICIENTS_FILE,
        COEFFICIENTS,
        (
            (*(part or None for part in row.key), row.coefficient, work.first, work.last, f"{source}（{row.how}）")
            for row in found
        ),
        HEADERS,
    )


def _write_values(work: Work, values: tuple[OpeningValue, ...]) -> None:
    rule = work.terms.history
    write_csv(
        work.sheet.folder / VALUES_FILE,
        OPENING_VALUES,
        (
            (*row[:4], work.first, work.last, source_of(work, rule.source, row.missing))
            for row in values
        ),
        HEADERS,
    )  # fmt: skip


def _notes(found: tuple[Coefficient, ...], measured: int) -> tuple[str, ...]:
    notes = []
    for how, words in (
        ("lower", "are raised to the lower bound"),
        ("upper", "are cut to the upper bound"),
        ("peers", "have few stays and take their peers' coefficient"),
        ("one", "have few stays, and no peers with enough: 1"),
    ):
        if times := sum(row.how == how for row in found):
            notes.append(f"{times:,} {words}")
    if measured > len(found):
        notes.append("stays of hospitals without a level in hospitals.csv make no coefficient")
    return tuple(notes)
