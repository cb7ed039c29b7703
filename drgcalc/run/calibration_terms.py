"""calibration.toml of a region, read strictly: how scores, coefficients and a directory are computed from history.

It stands beside region.toml and not in it: these parameters decide no group and no payment, so that changing them
makes no published case or settlement stale. Every number and choice carries its unit and its source, as in a policy.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from drgcalc.base.errors import RulesError
from drgcalc.calibration.coefficients import KINDS
from drgcalc.calibration.history import MEANS
from drgcalc.calibration.terms import CatalogueRule, CoefficientRule, HistoryRule, ScoreRule, Terms, Trim
from drgcalc.run.region_tables import decode
from drgcalc.settlement.policy_reading import Table, decimal

CALIBRATION_FILE = "calibration.toml"
REFERENCES = ("all_stays", "benchmark_group", "standard_quota")
WITHOUT_HISTORY = ("keep_in_force", "none")
POOLS = ("together", "apart")
OTHERWISE = ("peers", "one")


def read_terms(region: Path) -> Terms:
    """The parameters of a region's calibration. Raises RulesError that names the key."""
    try:
        document = tomllib.loads(decode(region / CALIBRATION_FILE, CALIBRATION_FILE), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{CALIBRATION_FILE} is not TOML: {error}", hint="look at the line it names") from error
    if set(document) != {"calibration"}:
        raise RulesError(
            f"{CALIBRATION_FILE} must hold one table [calibration] and nothing beside it",
            hint="write [calibration], [calibration.history] and so on",
        )
    content = Table(document["calibration"], CALIBRATION_FILE, "calibration")
    terms = Terms(
        title=content.text("title"),
        document=content.text("document"),
        history=_read_history(content.table("history")),
        scores=_read_scores(content.table("scores")) if content.has("scores") else None,
        coefficients=_read_coefficients(content.table("coefficients")) if content.has("coefficients") else None,
        catalogue=_read_catalogue(content.table("catalogue")) if content.has("catalogue") else None,
    )
    content.finish()
    return terms


def lacking(part: str) -> RulesError:
    """The error for a part that a command needs and calibration.toml has not, to be raised."""
    return RulesError(
        f"{CALIBRATION_FILE} has no [calibration.{part}]",
        hint=f"add it: the {CALIBRATION_FILE} that `drgcalc init DIR` writes has every key",
    )


def _read_history(table: Table) -> HistoryRule:
    weights = _read_weights(table.table("weights"))
    mean = table.choice("mean", MEANS)
    trim = _read_trim(table.table("trim")) if table.has("trim") else None
    table.finish()
    return HistoryRule(weights[0], mean.value, trim, weights[1])


def _read_weights(table: Table) -> tuple[tuple[Fraction, ...], str]:
    value, source = table.take("value"), table.source()
    unit = table.text("unit")
    table.finish()
    if unit != "factor":
        raise table.wrong("unit", f"is {unit!r}", 'write unit = "factor"')
    if not isinstance(value, list) or not value:
        raise table.wrong("value", "must be a list of numbers", "oldest year first: value = [1, 2, 7]")
    weights = tuple(Fraction(decimal(weight, table, "value")) for weight in value)
    if min(weights) < 0 or not weights[-1]:
        raise table.wrong("value", "holds a weight below zero, or none for the newest year", "write [1, 2, 7]")
    return weights, source


def _read_trim(table: Table) -> Trim:
    lower, upper = table.number("lower", "ratio").value, table.number("upper", "ratio").value
    if lower >= upper:
        raise table.wrong("lower", f"is {lower}, not below upper, {upper}", "write 0.025 and 0.975")
    trim = Trim(lower, upper, _cases(table, "least_cases"))
    table.finish()
    return trim


def _read_scores(table: Table) -> ScoreRule:
    relative_to = table.choice("relative_to", REFERENCES)
    scale = table.number("scale", "points")
    benchmark = quota = None
    if relative_to.value == "benchmark_group":
        entry = table.table("benchmark_group")
        benchmark, _ = entry.text("value"), entry.source()
        entry.finish()
    if relative_to.value == "standard_quota":
        quota = table.number("standard_quota", "yuan").value
    if not scale.value or quota == 0:
        raise table.wrong("scale" if not scale.value else "standard_quota", "is zero", "write what it is")
    rule = ScoreRule(
        scale=scale.value,
        benchmark_group=benchmark,
        standard_quota=quota,
        small_sample=_cases(table, "small_sample"),
        edits=table.text("edits") if table.has("edits") else None,
        keeps_in_force=table.choice("without_history", WITHOUT_HISTORY).value == "keep_in_force",
        source=relative_to.source,
    )
    table.finish()
    return rule


def _read_coefficients(table: Table) -> CoefficientRule:
    by = table.choice("by", tuple(KINDS))
    rule = CoefficientRule(
        by=by.value,
        pools=table.choice("pools", POOLS).value,
        lower=table.number("lower", "factor").value,
        upper=table.number("upper", "factor").value,
        least_cases=_cases(table, "least_cases"),
        otherwise=table.choice("otherwise", OTHERWISE).value,
        source=by.source,
    )
    if not 0 < rule.lower <= rule.upper:
        raise table.wrong("lower", f"is {rule.lower}, upper is {rule.upper}", "write bounds above zero, lower first")
    table.finish()
    return rule


def _read_catalogue(table: Table) -> CatalogueRule:
    threshold = _cases(table, "threshold") if table.has("threshold") else None
    coverage = table.number("coverage", "ratio") if table.has("coverage") else None
    if (threshold is None) == (coverage is None):
        raise table.wrong("threshold", "or coverage must be there, and not both", "threshold = 15 stays, for example")
    related, fall = table.number("related_rise", "ratio"), table.number("split_fall", "ratio")
    rule = CatalogueRule(
        base=table.text("base"),
        threshold=threshold,
        coverage=None if coverage is None else Fraction(coverage.value),
        related_rise=Fraction(related.value),
        split_total=_cases(table, "split_total"),
        split_part=_cases(table, "split_part"),
        split_fall=Fraction(fall.value),
        source=related.source,
        split_source=fall.source,
    )
    table.finish()
    return rule


def _cases(table: Table, key: str) -> int:
    found = int(table.number(key, "cases").value)
    if found < 1:
        raise table.wrong(key, "is below 1", "write a number of stays")
    return found
