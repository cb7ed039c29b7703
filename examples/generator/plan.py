"""What the generator draws from: the plan of a region, habits of all regions, clinical patterns. All of it is data."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from drgcalc.run.decisions import read_decisions
from drgcalc.run.region_tables import read_hospitals
from drgcalc.settlement.decisions import hospitals_after
from drgcalc.settlement.rows import Hospital

HERE = Path(__file__).parent


class Pattern(NamedTuple):
    """One clinical picture: who has it, how it is coded, what it costs in yuan, and at which level it is treated."""

    pattern: str
    weight: float
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    sex: str
    ages: tuple[int, int]
    age_days: tuple[int, int] | None
    weights_g: tuple[int, int] | None
    mean_fee: float
    variation: float
    mean_los: float
    levels: Mapping[str, float]
    ventilator_hours: tuple[int, int] | None
    icu_share: float
    group_code: str


class Comorbidity(NamedTuple):
    """One other diagnosis, how often people of that age have it, and what it does to the cost of a stay."""

    code: str
    ages: tuple[int, int]
    sex: str
    share: float
    fee_factor: float
    severe: bool


class Level(NamedTuple):
    """A hospital level: its share of a pattern, its prices, and what the fund pays by insurance scheme."""

    column: str
    fee_factor: float
    deductible: int
    fund_ratio: Mapping[str, float]


class Year(NamedTuple):
    """How many stays are settled in a year, and its prices."""

    stays: int
    price: float


class Delivery(NamedTuple):
    """One input file, or one a quarter; `hospitals` deliver apart, none is all the others. Text needs a layout."""

    path: str
    years: tuple[int, ...]
    hospitals: tuple[str, ...]
    layout: str
    encoding: str


class Span(NamedTuple):
    """A hospital at one level, in force from `first` to `last` (None: still)."""

    hospital_id: str
    level: str
    first: date
    last: date | None
    volume: float
    fee_factor: float


class Some(NamedTuple):
    """The last stays of a month, so many."""

    month: str
    stays: int


class Late(NamedTuple):
    """One more file, delivered after months were closed: stays of a hospital that were held back, and reversals."""

    delivery: Delivery
    hospital: str
    held_back: Some
    taken_back: Some


class Recognized(NamedTuple):
    """A coefficient of hospitals.csv that turns out to be wrong: the corrected table goes to `path`."""

    path: str
    hospital_id: str
    effective_from: date
    coefficient: str
    source: str


class PatternScores(NamedTuple):
    """Scores from the clinical patterns: points of a group whose mean cost is the mean of all, and their source."""

    scale: int
    source: str


@dataclass(frozen=True)
class Plan:
    """One region: its own numbers, its hospitals, what goes wrong in its files and what comes after closing.

    Scores come from the patterns, or directory and scores are calibrated from the stays of the years `calibrated_from`.
    """

    seed: int
    admin_code: str
    areas: tuple[str, ...]
    payment_method: str
    pattern_scores: PatternScores | None
    calibrated_from: tuple[int, ...]
    scores_from: date
    years: Mapping[int, Year]
    levels: Mapping[str, Level]
    pools: Mapping[str, Any]
    deliveries: tuple[Delivery, ...]
    spans: tuple[Span, ...]
    dirt: tuple[Mapping[str, str], ...]
    late: Late | None
    recognized: Recognized | None


@dataclass(frozen=True)
class World:
    """What all regions share: patterns, comorbidities, seasons by chapter of the diagnosis, and habits."""

    patterns: tuple[Pattern, ...]
    comorbidities: tuple[Comorbidity, ...]
    seasons: Mapping[str, tuple[float, ...]]
    habits: Mapping[str, Any]


def read_world() -> World:
    """The shared tables beside this module."""
    months = [f"m{month:02d}" for month in range(1, 13)]
    seasons = {row["chapter"]: tuple(float(row[month]) for month in months) for row in rows(HERE / "seasons.csv")}
    return World(
        patterns=tuple(_pattern(row) for row in rows(HERE / "patterns.csv")),
        comorbidities=tuple(_comorbidity(row) for row in rows(HERE / "comorbidities.csv")),
        seasons=seasons,
        habits=tomllib.loads((HERE / "habits.toml").read_text(encoding="utf-8")),
    )


def read_plan(region: Path) -> Plan:
    """The plan of the region whose folder is `region`, with its own hospitals as its decisions change them."""
    folder = HERE / region.name
    table = tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))
    volumes = {row["hospital_id"]: row for row in rows(folder / "volumes.csv")}
    return Plan(
        seed=table["seed"],
        admin_code=table["admin_code"],
        areas=tuple(table["areas"]),
        payment_method=table["payment_method"],
        pattern_scores=PatternScores(**table["pattern_scores"]) if "pattern_scores" in table else None,
        calibrated_from=tuple(table.get("calibrated_from", ())),
        scores_from=table["scores_from"],
        years={int(year): Year(**terms) for year, terms in table["years"].items()},
        levels={name: Level(**terms) for name, terms in table["levels"].items()},
        pools=table["pools"],
        deliveries=tuple(_delivery(entry) for entry in table["files"]),
        spans=tuple(_span(row, volumes[row.hospital_id]) for row in _hospitals(region)),
        dirt=tuple(rows(folder / "dirt.csv")),
        late=_late(table["late"]) if "late" in table else None,
        recognized=Recognized(**table["recognized"]) if "recognized" in table else None,
    )


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as texts by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pattern(row: Mapping[str, str]) -> Pattern:
    return Pattern(
        pattern=row["pattern"],
        weight=float(row["weight"]),
        diagnoses=(row["principal"], *_codes(row["other_diagnoses"])),
        procedures=_codes(row["procedures"]),
        sex=row["sex"],
        ages=(int(row["age_min"]), int(row["age_max"])),
        age_days=_range(row, "age_days"),
        weights_g=_range(row, "weight_g"),
        mean_fee=float(row["mean_fee"]),
        variation=float(row["variation"]),
        mean_los=float(row["mean_los"]),
        levels={name: float(row[name]) for name in ("tertiary", "secondary", "primary")},
        ventilator_hours=_range(row, "ventilator_hours"),
        icu_share=float(row["icu_share"]),
        group_code=row["group_code"],
    )


def _comorbidity(row: Mapping[str, str]) -> Comorbidity:
    ages = (int(row["age_min"]), int(row["age_max"]))
    severe = row["severe"] == "1"
    return Comorbidity(row["code"], ages, row["sex"], float(row["share"]), float(row["fee_factor"]), severe)


def _delivery(entry: Mapping[str, Any]) -> Delivery:
    return Delivery(
        path=entry["path"],
        years=tuple(entry["years"]),
        hospitals=tuple(entry["hospitals"]),
        layout=entry.get("layout", ""),
        encoding=entry.get("encoding", ""),
    )


def _late(entry: Mapping[str, Any]) -> Late:
    delivery = _delivery({**entry, "years": [], "hospitals": [entry["hospital"]]})
    return Late(delivery, entry["hospital"], Some(**entry["held_back"]), Some(**entry["taken_back"]))


def _hospitals(region: Path) -> list[Hospital]:
    """hospitals.csv with mergers, entries and levels decided, in its order: who joins in July has no stay in June."""
    places = {row["hospital_id"]: place for place, row in enumerate(rows(region / "hospitals.csv"))}
    pools = tomllib.loads((region / "region.toml").read_text(encoding="utf-8"))["pools"]
    decided = hospitals_after(read_hospitals(region), read_decisions(region, places, list(pools)))
    return sorted(decided, key=lambda row: places[row.hospital_id])


def _span(row: Hospital, volume: Mapping[str, str]) -> Span:
    bounds = row.effective_from, row.effective_to
    return Span(row.hospital_id, row.level, *bounds, float(volume["volume"]), float(volume["fee_factor"]))


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code for code in cell.split("|") if code)


def _range(row: Mapping[str, str], name: str) -> tuple[int, int] | None:
    low, high = row[f"{name}_min"], row[f"{name}_max"]
    return (int(low), int(high)) if low else None
