"""The folder that a scheme is stored in, of either kind: scheme.toml, and CSV tables that it names by checksum."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from drgcalc.base.columns import Table
from drgcalc.base.errors import RulesError
from drgcalc.records.codes import normalise_diagnosis

ABOUT = "scheme.toml"
REQUIRED_KEYS = (
    "id", "title", "kind", "edition", "source", "license_note", "diagnosis_codes", "procedure_codes", "sha256",
)  # fmt: skip
OPTIONAL_KEYS = ("imported_from", "amendments", "options")
TABLE_KEYS = ("sha256", "imported_from", "amendments", "options")
COMPLICATION_LEVELS = ("MCC", "CC")


class CcRow(NamedTuple):
    """A complication or comorbidity: code or prefix, MCC or CC, and the exclusion table ("" if none)."""

    code: str
    level: str
    exclusion_set: str


def read_about(folder: Path) -> dict[str, Any]:
    """The content of scheme.toml: every required key, no unknown one. Raises RulesError."""
    path = folder / ABOUT
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RulesError(
            f"{folder} is not a scheme: it has no scheme.toml",
            hint="point `scheme` in region.toml at a table folder; `drgcalc tables list` shows those that ship",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError(
            f"{path} cannot be read: {error}", hint="restore the file or import the scheme again"
        ) from error
    missing = [key for key in REQUIRED_KEYS if key not in about]
    unknown = sorted(set(about) - set(REQUIRED_KEYS) - set(OPTIONAL_KEYS))
    if missing or unknown:
        what = f"lacks key `{missing[0]}`" if missing else f"has the unknown key `{unknown[0]}`"
        raise RulesError(f"{path} {what}", hint="see the scheme.toml of a scheme that ships")
    for key, value in about.items():
        if not isinstance(value, dict if key in TABLE_KEYS else str):
            raise RulesError(f"{path}: `{key}` is {value!r}", hint="see the scheme.toml of a scheme that ships")
    return about


def checksum_of(about: Mapping[str, Any]) -> str:
    """Names the content that decides groups: the tables and the options."""
    parts = [f"{name} {digest}" for name, digest in sorted(about["sha256"].items())]
    parts += [f"{key} {value}" for key, value in sorted(about.get("options", {}).items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def rows_of(folder: Path, table: Table, checksums: Mapping[str, str]) -> list[list[str]]:
    """The rows of a table: the file that scheme.toml describes, with the columns of `table`. Raises RulesError."""
    return _rows(folder / f"{table.name}.csv", _content(folder, table, checksums), table.names())


def columns_of(folder: Path, table: Table, checksums: Mapping[str, str]) -> pl.DataFrame:
    """The same rows as columns of text, for tables of a hundred thousand rows. Raises RulesError."""
    content, names = _content(folder, table, checksums), table.names()
    plain = _plain_columns(content, names)
    if plain is not None:
        return plain
    rows = _rows(folder / f"{table.name}.csv", content, names)
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _content(folder: Path, table: Table, checksums: Mapping[str, str]) -> bytes:
    path = folder / f"{table.name}.csv"
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RulesError(
            f"scheme {folder} lacks {path.name}", hint="restore the file or import the scheme again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != checksums.get(path.name):
        raise RulesError(
            f"{path} is not the file that scheme.toml describes: sha256 {found[:12]}…, "
            f"expected {checksums.get(path.name, 'none')[:12]}…",
            hint="the table was changed or damaged: restore it, or import the scheme again",
        )
    return content


def _plain_columns(content: bytes, names: tuple[str, ...]) -> pl.DataFrame | None:
    """The columns of a CSV in which nothing is quoted and every line has all its cells; None for any other.

    No line may have more cells than there are names (Polars refuses it), so none has fewer when the sum is right.
    """
    header = ",".join(names).encode()
    whole = content.count(b",") == (content.count(b"\n") + (not content.endswith(b"\n"))) * (len(names) - 1)
    if not whole or b'"' in content or b"\r" in content or content.partition(b"\n")[0] != header:
        return None
    try:
        return pl.read_csv(content, schema=dict.fromkeys(names, pl.String), quote_char=None, empty_string_is_null=False)
    except pl.exceptions.PolarsError:
        return None


def _rows(path: Path, content: bytes, names: tuple[str, ...]) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulesError(f"{path} cannot be read: {error}", hint="save it as CSV in UTF-8") from error
    header, kept = (rows[0], rows[1:]) if rows else ([], [])
    if tuple(header) != names:
        raise RulesError(f"{path}: the header is {','.join(header)}", hint=f"it must be {','.join(names)}")
    for number, row in enumerate(kept, start=2):
        if len(row) != len(header):
            raise RulesError(
                f"{path}, line {number}: {len(row)} cells, expected {len(header)}",
                hint="quote cells that hold commas",
            )
    return kept


def optional_rows_of(folder: Path, table: Table, checksums: Mapping[str, str]) -> list[list[str]]:
    """The rows of a table that a scheme may do without; none when neither the file nor its checksum is there."""
    name = f"{table.name}.csv"
    if name not in checksums and not (folder / name).exists():
        return []
    return rows_of(folder, table, checksums)


def whole_number(folder: Path, table: str, code: str, seq: str) -> int:
    """An order number of a row. Raises RulesError."""
    if not seq.isdecimal():
        raise RulesError(
            f"{folder / table}.csv: seq of {code} is {seq!r}", hint="seq is a whole number, the order of trial"
        )
    return int(seq)


def in_order(folder: Path, tables: Mapping[str, list[list[str]]], name: str) -> Iterator[tuple[list[str], int]]:
    """The texts and the order number of each row, in order of trial; equal numbers keep the order of the file."""
    numbered = [(row[:-1], whole_number(folder, name, row[0], row[-1])) for row in tables[name]]
    yield from sorted(numbered, key=lambda row: row[1])


def read_complications(folder: Path, rows: Iterable[Sequence[str]]) -> tuple[CcRow, ...]:
    """The rows of cc.csv: code, level, exclusion_set. Raises RulesError for an unknown level or a row that repeats."""
    found = tuple(map(CcRow._make, rows))
    for level in sorted({row.level for row in found}.difference(COMPLICATION_LEVELS)):
        code = next(row.code for row in found if row.level == level)
        raise RulesError(f"{folder / 'cc.csv'}: {code} has level {level!r}", hint="the level is MCC or CC")
    keys = list(map(itemgetter(0, 1), found))
    if len(set(keys)) < len(keys):
        (code, level), _ = Counter(keys).most_common(1)[0]
        raise RulesError(f"{folder / 'cc.csv'}: {code} stands twice as {level}", hint="keep one of the rows")
    return found


def read_exclusions(rows: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    """The members of each exclusion table."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key, code in rows:
        members[key].append(code)
    return {key: frozenset(codes) for key, codes in members.items()}


def complication_codes(cc: Iterable[CcRow], exclusions: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Every code of the complication list and of its exclusion tables."""
    return frozenset(row.code for row in cc).union(*exclusions.values())


def check_complications(folder: Path, cc: Iterable[CcRow], exclusions: Mapping[str, frozenset[str]]) -> None:
    """Every exclusion table that a complication names is there, and codes are spelled as records are."""
    cc = tuple(cc)
    for row in cc:
        if row.exclusion_set and row.exclusion_set not in exclusions:
            raise RulesError(
                f"{folder / 'cc.csv'}: {row.code} names exclusion table {row.exclusion_set}, "
                "which exclusions.csv lacks",
                hint="restore the table",
            )
    check_spelling(folder / "cc.csv", normalise_diagnosis, {row.code for row in cc})
    codes = {code for codes in exclusions.values() for code in codes}
    check_spelling(folder / "exclusions.csv", normalise_diagnosis, codes)


def check_spelling(path: Path, normalise: Callable[[str], str], codes: Iterable[str]) -> None:
    """A code that is not spelled as records are would never match: `i63*`, a full-width digit, a space."""
    for code in sorted(found for found in codes if normalise(found) != found):
        raise RulesError(
            f"{path}: the code {code!r} would match no record",
            hint=f"write it {normalise(code)!r}, or import the scheme again",
        )
