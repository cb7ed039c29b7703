"""What `drgcalc prove` found, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from drgcalc.settlement.conservation import Conservation


@dataclass(frozen=True)
class Proven:
    """The conservation statements of one published version; document: the SHA-256 of its ledger.csv."""

    region: str
    period: str
    folder: str
    document: str
    pools: tuple[Conservation, ...]


@dataclass(frozen=True)
class Handed:
    """What hospitals were given: the version it comes from, and how many folders there are in `target`."""

    period: str
    folder: str
    target: str
    hospitals: int
