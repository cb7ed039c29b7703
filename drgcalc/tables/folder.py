"""Table folders: writing one whole or not at all, importing plain CSV tables, listing what there is."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
import shutil
import tempfile
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from drgcalc.base.errors import OutputError, RulesError
from drgcalc.base.scheme_columns import SCHEME_TABLES
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.build import build_tables
from drgcalc.tables.cells import heading, tidy
from drgcalc.tables.csv_files import raw_rows, read_content
from drgcalc.tables.journal import Journal
from drgcalc.tables.model import About, ImportResult, Note, Option, SourceFile, StorableTables
from drgcalc.tables.official import LICENSE_NOTE, read_amendments

REPORT = "import_report.csv"

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

WriteOutcome = Literal["created", "replaced", "unchanged"]


class SchemeLine(NamedTuple):
    """One scheme of a folder of schemes: what scheme.toml says, and how many rows its tables have.

    groups: DRG rows, or groups of a DIP directory, which has neither MDC nor ADRG rows.
    """

    id: str
    title: str
    edition: str
    folder: Path
    kind: str
    mdcs: int
    adrgs: int
    groups: int


def write_table_folder(result: ImportResult, folder: Path) -> WriteOutcome:
    """Write the tables, scheme.toml with their checksums, and import_report.csv; whole, or not at all.

    An existing scheme in `folder` is replaced; "unchanged" means every byte was there already. Raises OutputError
    when the folder cannot be written or holds something else than a scheme.
    """
    files = _folder_files(result)
    if _holds(folder, files):
        return "unchanged"
    replaces = folder.exists()
    if replaces and not _is_replaceable(folder):
        raise OutputError(
            f"{folder} exists and is not a scheme", hint="choose another folder with --out, or empty this one"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _publish(folder, files)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}", hint="nothing was changed there") from error
    return "replaced" if replaces else "created"


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file: UTF-8, LF line ends, header row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def report_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file for a spreadsheet program: with BOM, and no text that it would take for a formula."""
    return codecs.BOM_UTF8 + csv_bytes(header, ([_defused(cell) for cell in row] for row in rows))


def _defused(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def import_csv_folder(
    path: Path, *, scheme_id: str, amendments: Path | None = None, empty_sets: Collection[str] = ()
) -> ImportResult:
    """The scheme of a folder of the six CSV tables, read like a workbook: cleaned, ordered, noted.

    A set row without a code declares the set empty, as `empty_sets` does. A scheme.toml beside the tables gives
    title and edition; its checksums are not asked for, new ones are written. Raises InputError for files that
    cannot be read, RulesError for tables that are no sound scheme.
    """
    journal = Journal(path)
    rows, digest = {}, hashlib.sha256()
    for table in SCHEME_TABLES:
        content = read_content(path / f"{table.name}.csv", "a scheme has six tables")
        digest.update(content)
        rows[table.name] = raw_rows(path / f"{table.name}.csv", content, table.names())
    members = rows["code_sets"]
    declared = {heading(row.cells[0]) for row in members if not tidy(row.cells[2])} | set(map(heading, empty_sets))
    rows["code_sets"] = [row for row in members if tidy(row.cells[2])]
    extra, extra_source = read_amendments(amendments) if amendments else ([], None)
    known = known_about(path)
    about = About(
        id=scheme_id,
        title=str(known.get("title", path.name)),
        edition=str(known.get("edition", path.name)),
        source=str(known.get("source", f"CSV folder {path.name}")),
        license_note=str(known.get("license_note", LICENSE_NOTE)),
        diagnosis_codes=str(known.get("diagnosis_codes", "as in the tables")),
        procedure_codes=str(known.get("procedure_codes", "as in the tables")),
        imported_from=SourceFile(path.name, digest.hexdigest()),
        amendments=extra_source,
    )
    tables = build_tables(about, rows, extra, frozenset(declared), journal)
    return ImportResult(tables, journal.close())


def list_schemes(root: Path) -> list[SchemeLine]:
    """The schemes in the folders right under `root`, by id; `root` itself if it is one.

    Raises RulesError when one of them is damaged.
    """
    lines = []
    for about in sorted([*root.glob("scheme.toml"), *root.glob("*/scheme.toml")]):
        scheme = load_scheme(about.parent)
        if isinstance(scheme, DipScheme):
            counts = 0, 0, len({row.code for row in scheme.rows})
        else:
            counts = len(scheme.mdc), len(scheme.adrg), len(scheme.drg)
        lines.append(SchemeLine(scheme.id, scheme.title, scheme.edition, about.parent, scheme.kind, *counts))
    return sorted(lines)


def _folder_files(result: ImportResult) -> dict[str, bytes]:
    files = {f"{table.name}.csv": csv_bytes(table.names(), rows) for table, rows in result.tables.stored()}
    files["scheme.toml"] = _about_toml(result.tables, files).encode()
    files[REPORT] = report_bytes(Note._fields, result.notes)
    return files


def _about_toml(tables: StorableTables, files: Mapping[str, bytes]) -> str:
    about = tables.about
    lines = [
        f"id = {_quoted(about.id)}",
        f"title = {_quoted(about.title)}",
        f"kind = {_quoted(tables.kind)}",
        f"edition = {_quoted(about.edition)}",
        f"source = {_quoted(about.source)}",
        f"license_note = {_quoted(about.license_note)}",
        f"diagnosis_codes = {_quoted(about.diagnosis_codes)}",
        f"procedure_codes = {_quoted(about.procedure_codes)}",
        *_source_table("imported_from", about.imported_from),
        *(_source_table("amendments", about.amendments) if about.amendments else ()),
        *(("", "[options]") if tables.options else ()),
        *(f"{_quoted(key)} = {_toml(value)}" for key, value in sorted(tables.options.items())),
        "",
        "[sha256]",
        *(f'"{name}" = "{hashlib.sha256(content).hexdigest()}"' for name, content in files.items()),
    ]
    return "\n".join(lines) + "\n"


def _source_table(name: str, source: SourceFile) -> tuple[str, ...]:
    return ("", f"[{name}]", f"file = {_quoted(source.file)}", f'sha256 = "{source.sha256}"')


def _toml(value: Option) -> str:
    """A value of TOML: flag, number, text or list of texts."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return _quoted(value)
        case _:
            return f"[{', '.join(map(_quoted, value))}]"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04X}" for char in escaped) + '"'


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    try:
        return all((folder / name).read_bytes() == content for name, content in files.items())
    except OSError:
        return False


def _is_replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / "scheme.toml").is_file() or not any(folder.iterdir()))


def _publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write into a temporary sibling, then rename; an older folder stands aside until the new one is in place."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, content in files.items():
            with (fresh / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
            older = folder.rename(aside / folder.name)
            try:
                fresh.rename(folder)
            except OSError:
                older.rename(folder)
                raise
            finally:
                shutil.rmtree(aside)
        else:
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def known_about(path: Path) -> dict[str, Any]:
    """What the scheme.toml beside the tables says; nothing when there is none. Raises RulesError."""
    about = path / "scheme.toml"
    if not about.is_file():
        return {}
    try:
        return tomllib.loads(read_content(about, "correct or remove it").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError(f"{about} cannot be read: {error}", hint="correct or remove it") from error
