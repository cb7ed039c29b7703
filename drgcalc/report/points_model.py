"""The points and the money of one record as plain values: what `drgcalc explain RECORD` says of a settled period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Factor(NamedTuple):
    """One factor of a case's points: its value, and the table row or policy key it comes from, with its source."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class CaseMoney:
    """One settled line of a record: factors, points, what they are worth, and its share of its hospital's amount.

    place: file and row. words, worth_words: the arithmetic. worth: yuan before what is rounded and closed over whole
    hospitals. share: to the fen, of what the hospital is owed for points; None where nobody is paid for points.
    decided: what special review has the fund pay beside points. notes: what else there is to know.
    """

    place: str
    hospital_id: str
    pool: str
    factors: tuple[Factor, ...]
    words: str
    points: Decimal
    worth: Decimal | None
    worth_words: str
    share: Decimal | None
    share_words: str
    decided: Decimal | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PointsReason:
    """The record in one published version, such as 2024/v1: every line that carries its settlement id."""

    version: str
    lines: tuple[CaseMoney, ...]
