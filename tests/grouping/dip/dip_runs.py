"""The DIP engine and the plain matcher on the same records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine_runs import grouped_rows
from plain_dip import Found, Record

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.grouping.dip.engine import DipEngine
from drgcalc.grouping.dip.explain import DipExplainer
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.explain import PlainRecord
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


def explained(explainer: DipExplainer, record: Record) -> Found:
    """What the explanation of a record says, in the same words."""
    way = explainer.explain(PlainRecord(record.diagnoses, record.procedures, record.scalars))
    levels = {row.level for row in way.complications if not row.excluded}
    parts = {row.dimension: row.part for row in way.parts if row.holds}
    return Found(
        way.status.value,
        way.group_code,
        way.layer,
        way.treatment_kind,
        bool(way.grassroots),
        way.tcm,
        "|".join(way.tied_with) or None,
        max(levels, default=None, key=("CC", "MCC").index),
        tuple(parts.get(dimension) for dimension in DIMENSIONS),
    )
