"""The OpenDRG text layout of CHS-DRG 1.0, 1.1 and city versions: one folder of lists to a scheme.

The lists say which codes a group asks for. What they leave to the reader is written into rules here, each with a
note: ADRGs belong to the MDC of their first letter; a DRG's last digit is its severity (1 MCC, 3 MCC or CC, 5 and 9
the rest); QY takes a valid main procedure that no ADRG takes; pre-MDC, newborns, HIV and multiple trauma, men and
women are tried before the organ systems.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from drgcalc.grouping.rules import PROCEDURE_FIELDS, fields_of, parse
from drgcalc.grouping.scheme import is_ambiguous
from drgcalc.tables.build import build_tables
from drgcalc.tables.cells import clean_code, heading
from drgcalc.tables.journal import Journal
from drgcalc.tables.lists import Line, ListedSet, Reading, read_conditions, read_lines, read_regions
from drgcalc.tables.model import About, ImportResult, SourceFile
from drgcalc.tables.official import LICENSE_NOTE, read_amendments
from drgcalc.tables.workbook import RawRow

MDC_LIST, ADRG_LIST, DRG_LIST = "1_MDC.txt", "2_ADRG.txt", "3_DRG.txt"
VALID_PROCEDURES = "4_*.txt"
MCC_LIST, CC_LIST, EXCLUSION_LIST = "5_MCC.txt", "6_CC.txt", "7_CCE.txt"

_SEVERITY = {"1": "QTZD in MCC", "3": "QTZD in MCC or QTZD in CC", "5": "", "9": ""}
_TRIED_FIRST = "APYZMN"
_ALSO_ASKED = {"P": "NL = 0", "M": "XB = 1", "N": "XB = 2"}
_PRE_MDC, _TRAUMA = "A", "Z"
_TABLE = re.compile(r"表\s*(\d+)\s*[-－—]\s*(\d+)")
_FALL_BACK_MDC = "0000"


def import_opendrg(
    path: Path, *, scheme_id: str, amendments: Path | None = None, empty_sets: Collection[str] = ()
) -> ImportResult:
    """The scheme of a folder of OpenDRG lists; every rule written from words is noted with them.

    `amendments` and `empty_sets` as in `import_workbook`. Raises InputError for a list that is missing or cannot be
    read, RulesError naming file and line for a heading that is not understood, a DRG of another last digit, or a
    scheme that is not sound.
    """
    journal = Journal(path)
    sets: list[tuple[str, ListedSet]] = []
    mdcs = _read_groups(path, MDC_LIST)
    adrgs = _read_groups(path, ADRG_LIST)
    drgs = _read_groups(path, DRG_LIST)
    _read_valid_procedures(path, sets)
    rows = {
        "mdc": _mdc_rows(path, mdcs, sets, journal),
        "adrg": _adrg_rows(path, adrgs, drgs, sets, journal),
        "drg": _drg_rows(drgs, journal),
        "code_sets": [
            RawRow(file, number, (listed.set_id, listed.kind, code))
            for file, listed in sets
            for number, code in listed.codes
        ],
        "cc": [*_complications(path, MCC_LIST, "MCC", journal), *_complications(path, CC_LIST, "CC", journal)],
        "exclusions": _exclusions(path, journal),
    }
    extra, extra_source = read_amendments(amendments) if amendments else ([], None)
    about = About(
        id=scheme_id,
        title=path.name,
        edition=path.name,
        source=f"OpenDRG lists {path.name}",
        license_note=LICENSE_NOTE,
        diagnosis_codes="as in the lists",
        procedure_codes="as in the lists",
        imported_from=SourceFile(path.name, _digest(path)),
        amendments=extra_source,
    )
    tables = build_tables(about, rows, extra, frozenset(map(heading, empty_sets)), journal)
    return ImportResult(tables, journal.close())


def _read_groups(path: Path, name: str) -> list[Line]:
    return [line._replace(text=f"{heading(line.first)} {line.rest}") for line in read_lines(path / name)]


def _mdc_rows(path: Path, mdcs: list[Line], sets: list[tuple[str, ListedSet]], journal: Journal) -> list[RawRow]:
    rows = []
    first = {f"MDC{letter}": place for place, letter in enumerate(_TRIED_FIRST)}
    ordered = sorted(mdcs, key=lambda line: (line.first == _FALL_BACK_MDC, first.get(line.first, len(first))))
    for seq, line in enumerate(ordered, start=1):
        letter = line.first[-1:]
        rule = "" if line.first == _FALL_BACK_MDC or letter == _PRE_MDC else _gate(path, line, letter, sets, journal)
        rows.append(RawRow(MDC_LIST, line.number, (line.first, line.rest, rule, str(seq))))
    return rows


def _gate(path: Path, line: Line, letter: str, sets: list[tuple[str, ListedSet]], journal: Journal) -> str:
    file = _file_of(path / "MDC", line, journal)
    if file is None:
        return ""
    read = read_regions(file, line.first) if letter == _TRAUMA else read_conditions(file, line.first, "主要诊断")
    rule = _take(file, line, read, sets, journal)
    if letter in _ALSO_ASKED and rule:
        rule = f"({rule}) and {_ALSO_ASKED[letter]}" if " or " in rule else f"{rule} and {_ALSO_ASKED[letter]}"
    journal.note("T020", f"MDC/{file.name}", 0, "rule", " ".join(read.words) or "主要诊断", rule)
    return rule


def _adrg_rows(
    path: Path, adrgs: list[Line], drgs: list[Line], sets: list[tuple[str, ListedSet]], journal: Journal
) -> list[RawRow]:
    """ADRGs in order of the list; a QY that only the DRG list has stands before the first one without procedures."""
    scopes: dict[str, list[tuple[Line, str]]] = {}
    for line in adrgs:
        scopes.setdefault(_mdc_of(line), []).append((line, _adrg_rule(path, line, sets, journal)))
    listed = {line.first for line in adrgs}
    for line in drgs:
        if is_ambiguous(line.first) and line.first not in listed:
            rows = scopes.setdefault(_mdc_of(line), [])
            place = next((place for place, (_, rule) in enumerate(rows) if not _asks_procedures(rule)), len(rows))
            rows.insert(place, (line, _ambiguous_rule(line, journal)))
    return [
        RawRow(ADRG_LIST, line.number, (line.first, line.rest, rule, mdc, str(seq)))
        for mdc, rows in scopes.items()
        for seq, (line, rule) in enumerate(rows, start=1)
    ]


def _asks_procedures(rule: str) -> bool:
    return bool(fields_of(parse(rule)) & set(PROCEDURE_FIELDS))


def _adrg_rule(path: Path, line: Line, sets: list[tuple[str, ListedSet]], journal: Journal) -> str:
    if is_ambiguous(line.first):
        return _ambiguous_rule(line, journal)
    file = _file_of(path / "ADRG", line, journal)
    if file is None:
        return ""
    read = read_conditions(file, line.first, "主要诊断，主要手术")
    rule = _take(file, line, read, sets, journal)
    if not rule:
        journal.problem(f"ADRG/{file.name}", 1, f"the list of {line.first} has no codes")
    journal.note("T020", f"ADRG/{file.name}", 0, "rule", " ".join(read.words), rule)
    return rule


def _ambiguous_rule(line: Line, journal: Journal) -> str:
    rule = "ZYSS in OP_ALL"
    journal.note("T020", ADRG_LIST, line.number, "rule", line.text, rule)
    return rule


def _drg_rows(drgs: Iterable[Line], journal: Journal) -> list[RawRow]:
    rows = []
    for seq, line in enumerate(drgs, start=1):
        code = line.first
        adrg = code if is_ambiguous(code) else code[:3]
        rule = "" if is_ambiguous(code) else _SEVERITY.get(code[-1:])
        if rule is None:
            what = f"{code} ends in {code[-1:]}: its rule follows from 1, 3, 5 or 9 only"
            journal.problem(DRG_LIST, line.number, what)
            continue
        journal.note("T020", DRG_LIST, line.number, "rule", line.text, rule or "no condition")
        rows.append(RawRow(DRG_LIST, line.number, (code, line.rest, rule, adrg, _mdc_of(line), str(seq))))
    return rows


def _mdc_of(line: Line) -> str:
    return f"MDC{line.first[:1]}"


def _file_of(folder: Path, line: Line, journal: Journal) -> Path | None:
    """The list of a group, `<code>_<name>.dat`; none is a problem, of several the first by name is read."""
    files = sorted([*folder.glob(f"{line.first}_*.dat"), *folder.glob(f"{line.first}.dat")])
    if not files:
        journal.problem(folder.name, 0, f"{line.first} has no list {line.first}_….dat")
        return None
    for other in files[1:]:
        journal.note("T019", f"{folder.name}/{other.name}", 0, "", line.first, f"left out: {files[0].name} is read")
    return files[0]


def _take(file: Path, line: Line, read: Reading, sets: list[tuple[str, ListedSet]], journal: Journal) -> str:
    where = f"{file.parent.name}/{file.name}"
    sets.extend((where, listed) for listed in read.sets)
    for odd in read.unknown:
        journal.problem(where, odd.number, f"{odd.text!r} of {line.first} is neither a code nor a known heading")
    return read.rule


def _read_valid_procedures(path: Path, sets: list[tuple[str, ListedSet]]) -> None:
    for file in sorted(path.glob(VALID_PROCEDURES)):
        codes = [(line.number, clean_code(line.first, "OP")) for line in read_lines(file)]
        sets.append((file.name, ListedSet("OP_ALL", "OP", codes)))


def _complications(path: Path, name: str, level: str, journal: Journal) -> list[RawRow]:
    rows = []
    for line in read_lines(path / name):
        table = _TABLE.search(line.rest)
        if table is None and "表" in line.rest:
            journal.problem(name, line.number, f"the exclusion table of {line.text!r} is not written 表 7-n")
        rows.append(RawRow(name, line.number, (line.first, level, f"EX_{table[2]}" if table else "")))
    return rows


def _exclusions(path: Path, journal: Journal) -> list[RawRow]:
    rows: list[RawRow] = []
    table = ""
    for line in read_lines(path / EXCLUSION_LIST):
        if found := _TABLE.match(line.text):
            table = f"EX_{found[2]}"
        elif table:
            rows.append(RawRow(EXCLUSION_LIST, line.number, (table, line.first)))
        else:
            journal.problem(EXCLUSION_LIST, line.number, f"{line.text!r} stands before the first 表 7-n")
    return rows


def _digest(path: Path) -> str:
    """One SHA-256 of all lists: names and bytes in order of name."""
    digest = hashlib.sha256()
    for file in sorted([*path.glob("*.txt"), *path.glob("*/*.dat")]):
        digest.update(file.relative_to(path).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
