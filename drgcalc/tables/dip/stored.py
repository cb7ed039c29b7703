"""CSV tables of a directory in the normal grammar, as they are exported: read again, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from drgcalc.base.columns import Table
from drgcalc.base.dip_columns import (
    CORRECTIONS,
    DIMENSIONS,
    DIP,
    DIP_OPTIONAL,
    EFFECTS,
    EXCLUDED_DIAGNOSES,
    GRASSROOTS,
    KINDS,
    LAYERS,
    MAIN_PROCEDURES,
    PROCEDURE_KIND_TABLE,
    PROCEDURE_KINDS,
)
from drgcalc.grouping.dip.expression import Precedence
from drgcalc.tables.cells import clean_code
from drgcalc.tables.dip.cells import FACTOR_PLACES, SCORE_PLACES, CellReader
from drgcalc.tables.dip.model import (
    Correction,
    DipTables,
    DirectoryRow,
    ExcludedDiagnosis,
    GrassrootsLine,
    MainProcedureRow,
)
from drgcalc.tables.journal import Journal
from drgcalc.tables.kinds import ProcedureKind
from drgcalc.tables.model import About, Option
from drgcalc.tables.workbook import RawRow

ITEMS = (*DIMENSIONS, "mean_fee", "bed_day")

Rows = Mapping[str, list[RawRow]]


def read_stored(rows: Rows, about: About, options: Mapping[str, Option], journal: Journal) -> DipTables:
    """The tables of a directory from rows whose cells stand in the order of their tables' columns.

    What cannot be read becomes a problem of the journal.
    """
    reader = _Reader(journal)
    return DipTables(
        about,
        tuple(map(reader.group, rows[DIP.name])),
        tuple(map(reader.excluded, rows[EXCLUDED_DIAGNOSES.name])),
        tuple(map(reader.main_procedure, rows[MAIN_PROCEDURES.name])),
        tuple(map(reader.grassroots, rows[GRASSROOTS.name])),
        tuple(map(reader.kind, rows[PROCEDURE_KIND_TABLE.name])),
        tuple(map(reader.correction, rows.get(CORRECTIONS.name, []))),
        options,
        {table.name: tuple(row.cells for row in rows[table.name]) for table in DIP_OPTIONAL if table.name in rows},
    )


class _Reader:
    """Rows of cells to typed rows."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.cells = CellReader(journal, Precedence.AND_FIRST)

    def group(self, row: RawRow) -> DirectoryRow:
        """A row of dip.csv."""
        at = _named(DIP, row)
        if not at["code"] or not at["principal"]:
            self.journal.problem(row.sheet, row.number, "the row has no code or no principal diagnosis")
        layer = self._one_of(row, "layer", at["layer"], LAYERS)
        kinds = KINDS if layer == "comprehensive" else ("",)
        return DirectoryRow(
            code=at["code"],
            name=self.cells.text(row, "name", at["name"]),
            layer=layer,
            seq=self.cells.whole(row, "seq", at["seq"]) or 0,
            principal=self.cells.diagnoses(row, "principal", at["principal"]),
            main_procedure=self.cells.procedures(row, "main_procedure", at["main_procedure"]),
            related_procedures=self.cells.procedures(row, "related_procedures", at["related_procedures"]),
            secondary=self.cells.diagnoses(row, "secondary", at["secondary"]),
            condition=self.cells.text(row, "condition", at["condition"]),
            kind=self._one_of(row, "kind", at["kind"], kinds),
            grassroots=self.cells.flag(row, "grassroots", at["grassroots"]),
            tcm=self.cells.flag(row, "tcm", at["tcm"]),
            score=self.cells.number(row, "score", at["score"], SCORE_PLACES),
            note=self.cells.text(row, "note", at["note"]),
        )

    def excluded(self, row: RawRow) -> ExcludedDiagnosis:
        """A row of excluded_diagnoses.csv."""
        code, name, remark = row.cells
        return ExcludedDiagnosis(self._code(row, code, "DI"), name, remark)

    def main_procedure(self, row: RawRow) -> MainProcedureRow:
        """A row of main_procedures.csv."""
        at = _named(MAIN_PROCEDURES, row)
        effect = self._one_of(row, "effect", at["effect"], EFFECTS)
        scope = self.cells.diagnoses(row, "principal_scope", at["principal_scope"])
        return MainProcedureRow(self._code(row, at["code"], "OP"), at["name"], effect, scope, at["note"])

    def grassroots(self, row: RawRow) -> GrassrootsLine:
        """A row of grassroots.csv."""
        seq, principal, main, name = row.cells
        return GrassrootsLine(
            self.cells.whole(row, "seq", seq) or 0,
            self.cells.diagnoses(row, "principal", principal),
            self.cells.procedures(row, "main_procedure", main),
            name,
        )

    def kind(self, row: RawRow) -> ProcedureKind:
        """A row of procedure_kinds.csv."""
        prefix, kind, name, source = row.cells
        return ProcedureKind(
            self._code(row, prefix, "OP"), self._one_of(row, "kind", kind, PROCEDURE_KINDS), name, source
        )

    def correction(self, row: RawRow) -> Correction:
        """A row of corrections.csv."""
        code, item, value, header = row.cells
        number = self.cells.number(row, "value", value, FACTOR_PLACES)
        return Correction(code, self._one_of(row, "item", item, ITEMS), number or Decimal(0), header)

    def _code(self, row: RawRow, cell: str, kind: str) -> str:
        code = clean_code(cell, kind)
        if not code:
            self.journal.problem(row.sheet, row.number, "the row has no code")
        return code

    def _one_of(self, row: RawRow, column: str, cell: str, allowed: tuple[str, ...]) -> str:
        if cell not in allowed:
            words = ", ".join(filter(None, allowed)) or "nothing: comprehensive rows alone have a kind"
            self.journal.problem(row.sheet, row.number, f"{column} is {cell!r}, expected {words}")
        return cell


def _named(table: Table, row: RawRow) -> dict[str, str]:
    return dict(zip(table.names(), row.cells, strict=True))
