"""What an import of a directory yields: the rows of the DIP tables as they are stored, and what belongs to a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, NamedTuple

from drgcalc.base.columns import Table
from drgcalc.base.dip_columns import CORRECTIONS, DIP_OPTIONAL, DIP_REQUIRED
from drgcalc.tables.kinds import ProcedureKind
from drgcalc.tables.model import About, Option


class DirectoryRow(NamedTuple):
    """A row of dip.csv; expressions in the normal form, flags 0 or 1, score None where the directory prints none."""

    code: str
    name: str
    layer: str
    seq: int
    principal: str
    main_procedure: str
    related_procedures: str = ""
    secondary: str = ""
    condition: str = ""
    kind: str = ""
    grassroots: int = 0
    tcm: int = 0
    score: Decimal | None = None
    note: str = ""


class ExcludedDiagnosis(NamedTuple):
    """A principal diagnosis that is not grouped (不纳入分组的主要诊断)."""

    code: str
    name: str
    note: str


class MainProcedureRow(NamedTuple):
    """A procedure that cannot be a main procedure, or not always (不纳入分组的主要手术操作)."""

    code: str
    name: str
    effect: str
    principal_scope: str
    note: str


class GrassrootsLine(NamedTuple):
    """A combination that makes a case grassroots (基层病种)."""

    seq: int
    principal: str
    main_procedure: str
    name: str


class Correction(NamedTuple):
    """A number that a directory prints beside a group and that belongs to a region: a factor, or a cost in yuan."""

    group_code: str
    item: str
    value: Decimal
    header: str


@dataclass(frozen=True)
class DipTables:
    """The tables of a directory. `others`: optional tables (base.dip_columns.DIP_OPTIONAL) that a CSV folder held."""

    about: About
    dip: tuple[DirectoryRow, ...]
    excluded_diagnoses: tuple[ExcludedDiagnosis, ...]
    main_procedures: tuple[MainProcedureRow, ...]
    grassroots: tuple[GrassrootsLine, ...]
    procedure_kinds: tuple[ProcedureKind, ...]
    corrections: tuple[Correction, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    others: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    kind: ClassVar[str] = "dip"

    def stored(self) -> list[tuple[Table, Sequence[Sequence[object]]]]:
        """Each table and its rows as they are stored, sorted: the directory by layer-free order number, then code."""
        rows: dict[str, Sequence[Sequence[object]]] = {
            "dip": [_plain(row) for row in sorted(self.dip, key=_place)],
            "excluded_diagnoses": sorted(self.excluded_diagnoses),
            "main_procedures": sorted(self.main_procedures),
            "grassroots": sorted(self.grassroots),
            "procedure_kinds": sorted(self.procedure_kinds),
            **{name: sorted(found) for name, found in self.others.items()},
        }
        stored = [(table, rows[table.name]) for table in (*DIP_REQUIRED, *DIP_OPTIONAL) if table.name in rows]
        if self.corrections:
            stored.append((CORRECTIONS, [_plain(row) for row in sorted(self.corrections)]))
        return stored


def _place(row: DirectoryRow) -> tuple[object, ...]:
    return row.seq, row.code, tuple("" if cell is None else str(cell) for cell in row)


def _plain(row: DirectoryRow | Correction) -> tuple[object, ...]:
    return tuple("" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else cell for cell in row)
