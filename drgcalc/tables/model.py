"""What an import yields: the rows of the six tables, what is known about them, and a note for everything odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

from drgcalc.base.columns import Table
from drgcalc.base.scheme_columns import SCHEME_TABLES
from drgcalc.grouping.scheme import AdrgRow, CcRow, DrgRow, MdcRow

Option = str | int | bool | list[str]
"""What an option of scheme.toml may be."""


class StorableTables(Protocol):
    """What a table folder is written from: the tables of a scheme of either kind."""

    @property
    def about(self) -> About:
        """The head of scheme.toml."""
        ...

    @property
    def kind(self) -> str:
        """drg or dip."""
        ...

    @property
    def options(self) -> Mapping[str, Option]:
        """[options] of scheme.toml."""
        ...

    def stored(self) -> Sequence[tuple[Table, Sequence[Sequence[object]]]]:
        """Each table and its rows: cells in the order of its columns, sorted."""
        ...


class SetMember(NamedTuple):
    """One member of one code set: `set_id`, kind DI (diagnoses) or OP (procedures), code or prefix."""

    set_id: str
    kind: str
    code: str


class Exclusion(NamedTuple):
    """A principal diagnosis beside which the complications of the table do not count."""

    exclusion_set: str
    code: str


class SourceFile(NamedTuple):
    """A file an import read: its name without folder, and the SHA-256 of its bytes, hex."""

    file: str
    sha256: str


@dataclass(frozen=True)
class About:
    """The head of scheme.toml: what the scheme is and where its tables were taken from."""

    id: str
    title: str
    edition: str
    source: str
    license_note: str
    diagnosis_codes: str
    procedure_codes: str
    imported_from: SourceFile
    amendments: SourceFile | None = None


@dataclass(frozen=True)
class SchemeTables:
    """The six tables of a scheme; order numbers are unique in their scope and give the order of trial."""

    about: About
    mdc: tuple[MdcRow, ...]
    adrg: tuple[AdrgRow, ...]
    drg: tuple[DrgRow, ...]
    code_sets: tuple[SetMember, ...]
    cc: tuple[CcRow, ...]
    exclusions: tuple[Exclusion, ...]
    kind: ClassVar[str] = "drg"

    @property
    def options(self) -> Mapping[str, Option]:
        """[options] of scheme.toml: no published DRG layout has any."""
        return {}

    def stored(self) -> list[tuple[Table, Sequence[Sequence[object]]]]:
        """Each table and its rows as they are stored."""
        rows = self.rows()
        return [(table, rows[table.name]) for table in SCHEME_TABLES]

    def rows(self) -> Mapping[str, list[tuple[object, ...]]]:
        """Table name to its rows as they are stored: cells in the order of base.columns, sorted.

        Sorted by parent and order number (mdc, adrg, drg) or by their cells, so that editions compare line by line.
        """
        stored: dict[str, Sequence[tuple[object, ...]]] = {
            "mdc": _by_place(self.mdc),
            "adrg": _by_place(self.adrg),
            "drg": _by_place(self.drg),
            "code_sets": sorted(self.code_sets),
            "cc": sorted(self.cc),
            "exclusions": sorted(self.exclusions),
        }
        return {table.name: list(stored[table.name]) for table in SCHEME_TABLES}


def _by_place(rows: tuple[MdcRow, ...] | tuple[AdrgRow, ...] | tuple[DrgRow, ...]) -> list[tuple[object, ...]]:
    """Rows by parents, outermost first, then by order number and code: a row is code, name, rule, parents, seq."""
    return [row for _, row in sorted(((row[-2:2:-1], row.seq, row.code), row) for row in rows)]


class Note(NamedTuple):
    """Something an import read otherwise than it stood there, or found odd.

    sheet: sheet or file. row: as a spreadsheet numbers it, from 1; 0 is the sheet as a whole. column: the column's
    name in the table folder. text: what stood there. done: what the import made of it.
    """

    code: str
    severity: str
    sheet: str
    row: int
    column: str
    text: str
    done: str


class ImportResult(NamedTuple):
    """The tables, ready to be written, and the notes in order of sheet and row."""

    tables: StorableTables
    notes: tuple[Note, ...]
