"""The parameters of a calibration, as calibration.toml of a region says them; `run.calibration_terms` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Trim:
    """Costs below quantile `lower` or above `upper` do not count, in groups of at least `least_cases` stays a year."""

    lower: Decimal
    upper: Decimal
    least_cases: int


@dataclass(frozen=True)
class HistoryRule:
    """How years are put together: weights oldest first, `mean` mean_of_means or pooled, and trimming if any."""

    weights: tuple[Fraction, ...]
    mean: str
    trim: Trim | None
    source: str


@dataclass(frozen=True)
class ScoreRule:
    """What scores are relative to: `standard_quota` (yuan), else `benchmark_group`, else the mean of all stays.

    scale: points of a stay that costs the reference. small_sample: groups of fewer stays are flagged. `edits`: file of
    expert edits, relative to the region. keeps_in_force: a group without history keeps the score it has, else has none.
    """

    scale: Decimal
    benchmark_group: str | None
    standard_quota: Decimal | None
    small_sample: int
    edits: str | None
    keeps_in_force: bool
    source: str


@dataclass(frozen=True)
class CoefficientRule:
    """Whom coefficients are for: `by` (a kind of calibration.coefficients.KINDS), and `pools` together or apart.

    A coefficient is kept between `lower` and `upper`. Fewer than `least_cases` stays give `otherwise`: one, or that of
    the peers (a hospital's level; a group's or hospital-group's level or hospital).
    """

    by: str
    pools: str
    lower: Decimal
    upper: Decimal
    least_cases: int
    otherwise: str
    source: str


@dataclass(frozen=True)
class CatalogueRule:
    """How a directory is made: threshold of core groups (or the share that they must cover), rise, splits."""

    base: str
    threshold: int | None
    coverage: Fraction | None
    related_rise: Fraction
    split_total: int
    split_part: int
    split_fall: Fraction
    source: str
    split_source: str


@dataclass(frozen=True)
class Terms:
    """A whole calibration.toml; a part that the region does not need may be absent."""

    title: str
    document: str
    history: HistoryRule
    scores: ScoreRule | None
    coefficients: CoefficientRule | None
    catalogue: CatalogueRule | None
