"""The DIP engine and the plain matcher on the same records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine_runs import grouped_rows
from plain_dip import Found, Record

from drgcalc.grouping.dip.engine import DipEngine
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme

COLUMNS = ("status", "group_code", "layer", "treatment_kind", "grassroots", "tcm", "tied_with", "complication")
PARTS = ("aux_cci", "aux_severity", "aux_tumour", "aux_age", "aux_icu")


def load(folder: Path) -> DipScheme:
    """The directory in a folder."""
    scheme = load_scheme(folder)
    assert isinstance(scheme, DipScheme)
    return scheme


def match(scheme: DipScheme, records: Sequence[Record], *, parts: int = 1) -> list[Found]:
    """What the engine says of each record, handed over in that many parts."""
    rows = grouped_rows(DipEngine(scheme), records, parts=parts)
    return [Found(*(row[name] for name in COLUMNS), tuple(row[name] for name in PARTS)) for row in rows]
