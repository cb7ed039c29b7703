"""The six tables of a scheme from the cells of published sheets: cleaned, ordered, and checked against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drgcalc.grouping.rules import DIAGNOSIS_FIELDS, VIRTUAL_SETS, Count, Member, fields_of, parse, sets_of, walk
from drgcalc.grouping.scheme import COMPLICATION_LEVELS, AdrgRow, CcRow, DrgRow, MdcRow
from drgcalc.tables.cells import clean_code, has_shape, heading
from drgcalc.tables.groups import GroupRow, arrange, read_groups
from drgcalc.tables.journal import Journal
from drgcalc.tables.model import About, Exclusion, SchemeTables, SetMember
from drgcalc.tables.workbook import RawRow

KINDS = ("DI", "OP")


def build_tables(
    about: About,
    rows: Mapping[str, list[RawRow]],
    amendments: Iterable[RawRow],
    empty_sets: frozenset[str],
    journal: Journal,
) -> SchemeTables:
    """The tables of a scheme; `rows` has, for each table of base.columns, cells in the order of its columns.

    `empty_sets` names the sets that rules may name although they have no members; they are stored as one row
    with an empty code. Everything repaired or odd is noted in the journal, everything impossible becomes one of
    its problems; the tables are only good when the journal closes without any.
    """
    mdc = arrange(read_groups(rows["mdc"], (), journal), journal)
    adrg = arrange(read_groups(rows["adrg"], ("MDC",), journal), journal)
    drg = arrange(read_groups(map(_mdc_first, rows["drg"]), ("MDC", "ADRG"), journal), journal)
    code_sets = _read_sets(rows["code_sets"], journal)
    exclusions = _read_exclusions(rows["exclusions"], amendments, journal)
    cc = _read_complications(rows["cc"], {row.exclusion_set for row in exclusions}, journal)
    _check_parents(mdc, adrg, drg, journal)
    groups = [*mdc, *adrg, *drg]
    code_sets += _empty_sets(groups, code_sets, empty_sets, journal)
    _check_sets(groups, code_sets, rows["code_sets"], journal)
    _note_unused_exclusions(cc, rows["exclusions"], journal)
    return SchemeTables(
        about,
        tuple(MdcRow(row.code, row.name, row.rule, row.seq or 0) for row in mdc),
        tuple(AdrgRow(row.code, row.name, row.rule, row.scope[0], row.seq or 0) for row in adrg),
        tuple(DrgRow(row.code, row.name, row.rule, row.scope[1], row.scope[0], row.seq or 0) for row in drg),
        code_sets,
        cc,
        exclusions,
    )


def _mdc_first(row: RawRow) -> RawRow:
    code, name, rule, adrg, mdc, seq = row.cells
    return row._replace(cells=(code, name, rule, mdc, adrg, seq))


def _check_parents(mdc: list[GroupRow], adrg: list[GroupRow], drg: list[GroupRow], journal: Journal) -> None:
    mdcs = {row.code for row in mdc}
    adrgs = {(*row.scope, row.code) for row in adrg}
    for row in adrg:
        if row.scope[0] not in mdcs:
            journal.problem(row.sheet, row.number, f"{row.code} belongs to MDC {row.scope[0]}, which has no row")
    for row in drg:
        if row.scope not in adrgs:
            parents = f"ADRG {row.scope[1]} of MDC {row.scope[0]}"
            journal.problem(row.sheet, row.number, f"{row.code} belongs to {parents}, which has no row")


def _check_sets(
    groups: Iterable[GroupRow], members: tuple[SetMember, ...], source: list[RawRow], journal: Journal
) -> None:
    known = {member.set_id for member in members}
    used: set[str] = set()
    for row in groups:
        named = sets_of(parse(row.rule)) - set(VIRTUAL_SETS)
        used |= named
        for missing in sorted(named - known):
            what = f"the rule of {row.code} names set {missing}, which has no members: {row.rule}"
            journal.problem(row.sheet, row.number, f"{what} (--empty-set {missing} takes it as empty)")
    _note_unused("T010", known - used, source, journal)


def _empty_sets(
    groups: Iterable[GroupRow], members: tuple[SetMember, ...], declared: frozenset[str], journal: Journal
) -> tuple[SetMember, ...]:
    """A row without a code for each declared set that has no members, of the kind of the fields asked for."""
    missing = declared - {member.set_id for member in members}
    found: dict[str, SetMember] = {}
    for row in groups:
        for part in walk(parse(row.rule)):
            for set_id in sorted(missing & sets_of(part)) if isinstance(part, Member | Count) else ():
                kind = "DI" if fields_of(part) <= set(DIAGNOSIS_FIELDS) else "OP"
                found.setdefault(set_id, SetMember(set_id, kind, ""))
                journal.note("T021", row.sheet, row.number, "rule", f"{row.code}: {set_id}", "taken as empty")
    for set_id in sorted(declared - set(found)):
        journal.note("T023", "", 0, "set_id", set_id, "not needed")
    return tuple(found.values())


def _note_unused_exclusions(cc: tuple[CcRow, ...], source: list[RawRow], journal: Journal) -> None:
    known = {heading(row.cells[0]) for row in source}
    _note_unused("T011", known - {row.exclusion_set for row in cc}, source, journal)


def _note_unused(code: str, unused: set[str], source: list[RawRow], journal: Journal) -> None:
    """Noted at the first row of each; rows without a name are problems already."""
    for row in source:
        name = heading(row.cells[0])
        if name in unused:
            unused.discard(name)
            if name:
                journal.note(code, row.sheet, row.number, "", name, "kept")


def _read_sets(rows: Iterable[RawRow], journal: Journal) -> tuple[SetMember, ...]:
    members: dict[SetMember, int] = {}
    kinds: dict[str, str] = {}
    reader = _CodeReader(journal)
    for row in rows:
        set_cell, kind_cell, code_cell = row.cells
        set_id, kind = reader.name("set_id", row, set_cell), heading(kind_cell)
        if kind not in KINDS:
            journal.problem(row.sheet, row.number, f"the type of set {set_id} is {kind_cell!r}, expected DI or OP")
            continue
        if kinds.setdefault(set_id, kind) != kind:
            journal.problem(row.sheet, row.number, f"set {set_id} is {kind} here and {kinds[set_id]} above")
            continue
        code = reader.code(row, code_cell, kind)
        if not set_id or not code:
            journal.problem(row.sheet, row.number, f"a member needs a set and a code: {' | '.join(row.cells)!r}")
            continue
        member = SetMember(set_id, kind, code)
        if member in members:
            done = f"dropped: {set_id} holds it in row {members[member]}"
            journal.note("T005", row.sheet, row.number, "code", code, done)
        else:
            members[member] = row.number
    return tuple(members)


def _read_exclusions(rows: Iterable[RawRow], amendments: Iterable[RawRow], journal: Journal) -> tuple[Exclusion, ...]:
    found: dict[Exclusion, int] = {}
    reader = _CodeReader(journal)
    for row in rows:
        member = _read_exclusion(row, reader, journal)
        if member in found:
            done = f"dropped: {member.exclusion_set} holds it in row {found[member]}"
            journal.note("T005", row.sheet, row.number, "code", member.code, done)
        elif member is not None:
            found[member] = row.number
    for row in amendments:
        member = _read_exclusion(row, reader, journal)
        if member is None:
            continue
        code, done = ("T016", "nothing to add") if member in found else ("T015", "added")
        journal.note(code, row.sheet, row.number, "code", f"{member.exclusion_set} {member.code}", done)
        found.setdefault(member, row.number)
    return tuple(found)


def _read_exclusion(row: RawRow, reader: _CodeReader, journal: Journal) -> Exclusion | None:
    set_cell, code_cell = row.cells
    exclusion_set, code = reader.name("exclusion_set", row, set_cell), reader.code(row, code_cell, "DI")
    if exclusion_set and code:
        return Exclusion(exclusion_set, code)
    journal.problem(row.sheet, row.number, f"an exclusion needs a table and a code: {' | '.join(row.cells)!r}")
    return None


def _read_complications(rows: Iterable[RawRow], tables: set[str], journal: Journal) -> tuple[CcRow, ...]:
    found: dict[tuple[str, str], CcRow] = {}
    missing: dict[str, list[RawRow]] = {}
    reader = _CodeReader(journal)
    for row in rows:
        entry = _read_complication(row, reader, journal)
        if entry is None:
            continue
        if entry.exclusion_set and entry.exclusion_set not in tables:
            missing.setdefault(entry.exclusion_set, []).append(row)
            entry = entry._replace(exclusion_set="")
        _note_repeated(entry, found, row, journal)
        found.setdefault((entry.code, entry.level), entry)
    for name, named_by in missing.items():
        first = named_by[0]
        done = f"left empty: {len(named_by):,} complications name it, the first in this row"
        journal.note("T012", first.sheet, first.number, "exclusion_set", name, done)
    return tuple(found.values())


def _read_complication(row: RawRow, reader: _CodeReader, journal: Journal) -> CcRow | None:
    code_cell, level_cell, exclusion_cell = row.cells
    code, level = reader.code(row, code_cell, "DI"), heading(level_cell)
    if code and level in COMPLICATION_LEVELS:
        return CcRow(code, level, reader.name("exclusion_set", row, exclusion_cell))
    journal.problem(row.sheet, row.number, f"a complication needs a code and MCC or CC: {' | '.join(row.cells)!r}")
    return None


def _note_repeated(entry: CcRow, found: Mapping[tuple[str, str], CcRow], row: RawRow, journal: Journal) -> None:
    kept = found.get((entry.code, entry.level))
    if kept == entry:
        journal.note("T005", row.sheet, row.number, "code", entry.code, "dropped: the same row stands above")
    elif kept is not None:
        text = f"{entry.code} {entry.level}: {entry.exclusion_set or 'no table'}"
        journal.note("T022", row.sheet, row.number, "exclusion_set", text, f"kept {kept.exclusion_set or 'no table'}")
    elif any((entry.code, level) in found for level in COMPLICATION_LEVELS):
        journal.note("T013", row.sheet, row.number, "level", f"{entry.code}: {entry.level}", "kept both rows")


class _CodeReader:
    """Cleans the cells of one sheet; a code of an unusual shape is noted once."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.unusual: set[str] = set()

    def name(self, column: str, row: RawRow, cell: str) -> str:
        """The name of a set or an exclusion table, in capitals without spaces."""
        return self._noted(column, row, cell, heading(cell))

    def code(self, row: RawRow, cell: str, kind: str) -> str:
        """The clean code of a cell."""
        code = self._noted("code", row, cell, clean_code(cell, kind))
        if code and code not in self.unusual and not has_shape(code, kind):
            self.unusual.add(code)
            self.journal.note("T014", row.sheet, row.number, "code", code, "kept as it stands")
        return code

    def _noted(self, column: str, row: RawRow, cell: str, kept: str) -> str:
        if kept != cell:
            changed = "T004" if kept.upper() == cell.upper() else "T003"
            self.journal.note(changed, row.sheet, row.number, column, cell, kept)
        return kept
