"""Damaged inputs: each is read or refused with a message, nothing is lost on the way, nothing else is thrown."""

from __future__ import annotations

import csv
import io
import random
import shutil
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from damage import BINARY, CELLS, TABLE, TEXT, damaged

from drgcalc.base.errors import DrgcalcError
from drgcalc.grouping.scheme import load_scheme
from drgcalc.records import results
from drgcalc.records.intake import HospitalSpan, Intake, read_parts
from drgcalc.records.sources import expand
from drgcalc.run.init import init
from drgcalc.run.region import load_region
from drgcalc.settlement.policy import read_policies

Outcome = Counter[str]
HOSPITALS = tuple(HospitalSpan(f"H{number:03d}", date(2020, 1, 1), None) for number in range(1, 8))
SHARES = {"toml": 38, "tables": 47, "parquet": 5, "csv": 6, "xlsx": 4}
"""How many of a hundred inputs are of each kind."""


class LostError(AssertionError):
    """Records went in and did not come out."""


def try_inputs(count: int, seed: int, work: Path, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Damage and read `count` inputs of all kinds; counts of what became of them. What breaks a rule is told, too."""
    region = work / "region"
    if not region.exists():
        init(region)
    outcome: Outcome = Counter()
    for kind, share in SHARES.items():
        for number in range(max(1, count * share // sum(SHARES.values()))):
            case = f"{kind} {seed} {number}"
            try:
                outcome[f"{kind}: {_KINDS[kind](region, random.Random(case), work, case)}"] += 1
            except Exception:  # whatever it is, it is a bug: told by its case, and the others are tried
                say(f"BROKEN: {case}: {traceback.format_exc()}")
                outcome["broken"] += 1
        say(f"{kind}: { ({name: times for name, times in outcome.items() if name.startswith(kind)}) }")
    return outcome


def _csv(region: Path, chance: random.Random, work: Path, case: str) -> str:
    content = (region / "discharges/2024.csv").read_bytes()
    return _read_records(damaged(content, TABLE, chance), ".csv", work, case)


def _parquet(region: Path, chance: random.Random, work: Path, case: str) -> str:
    rows = _rows(region)
    if chance.random() < 0.5:  # whole files with spoiled cells and columns: they reach the editor
        for _ in range(chance.randint(1, 30)):
            chance.choice(rows)[chance.choice(list(rows[0]))] = chance.choice(CELLS).replace("\ud7ff", "")
        kept = [name for name in rows[0] if chance.random() > 0.01]
        table = pa.Table.from_pylist([{name: row[name] for name in kept} for row in rows])
        return _read_records(_parquet_bytes(table), ".parquet", work, case)
    return _read_records(damaged(_parquet_bytes(pa.Table.from_pylist(rows)), BINARY, chance), ".parquet", work, case)


def _xlsx(region: Path, chance: random.Random, work: Path, case: str) -> str:
    content = _workbook(_rows(region), chance)
    if chance.random() < 0.6:
        content = damaged(content, BINARY, chance) if chance.random() < 0.5 else _damaged_part(content, chance)
    return _read_records(content, ".xlsx", work, case)


def _toml(region: Path, chance: random.Random, work: Path, case: str) -> str:
    return _read_region(region, "region.toml", TEXT, chance, work, case)


def _tables(region: Path, chance: random.Random, work: Path, case: str) -> str:
    names = ["hospitals.csv", "scores/2024.csv", "fund/2024.csv"]
    if chance.random() < 0.7:
        return _read_region(region, chance.choice(names), TABLE, chance, work, case)
    return _read_scheme(region, chance, work, case)


_KINDS = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "toml": _toml, "tables": _tables}


def _read_records(content: bytes, suffix: str, work: Path, case: str) -> str:
    folder = Path(tempfile.mkdtemp(dir=work))
    try:
        (folder / "in").mkdir()
        path = folder / "in" / f"records{suffix}"
        path.write_bytes(content)
        return _accounted(folder, path, case)
    finally:
        shutil.rmtree(folder)


def _accounted(folder: Path, path: Path, case: str) -> str:
    try:
        with duckdb.connect() as con:
            for _ in read_parts(con, _intake(folder)):
                pass
            counts, (source,) = results.counts(con), results.inputs(con)
            blank = sum(int(row["value"]) for row in results.findings(con).to_pylist() if row["code"] == "F107")
            refused = results.rejected(con).num_rows
    except DrgcalcError as error:
        _must_say_what_to_do(error, case)
        return "refused"
    fates = counts.accepted + counts.rejected + counts.duplicates + counts.outside
    delivered = _rows_in(path, source.encoding, source.header_rows)
    if counts.read != fates or refused != counts.rejected + counts.duplicates:
        raise LostError(f"{case}: {counts}, {refused} rows in rejected")
    if delivered is not None and not counts.read <= counts.read + blank == delivered:
        raise LostError(f"{case}: {delivered} rows in the file, {counts.read} read and {blank} blank")
    return "read"


def _rows_in(path: Path, encoding: str, header_rows: int) -> int | None:
    """Data rows of a file by another reader than ours, blank ones included; None where there is none to ask."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).metadata.num_rows
    if path.suffix == ".xlsx":
        return None
    text = path.read_bytes().decode(encoding)
    start = next(line for line in text.splitlines() if line.strip())
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=start.count)))
    first = next(number for number, row in enumerate(rows) if any(cell.strip() for cell in row))
    filled = [row for row in rows[first:] if row]
    return len(filled) - header_rows


def _read_region(region: Path, name: str, ways: object, chance: random.Random, work: Path, case: str) -> str:
    folder = work / "tables"
    if not folder.exists():
        shutil.copytree(region, folder)
    whole = (region / name).read_bytes()
    (folder / name).write_bytes(damaged(whole, ways, chance))  # type: ignore[arg-type]
    try:
        read = load_region(folder)
        read_policies(read.policy_blocks, "region.toml", [pool.id for pool in read.pools])
    except DrgcalcError as error:
        _must_say_what_to_do(error, case)
        return "refused"
    finally:
        (folder / name).write_bytes(whole)
    return "read"


def _read_scheme(region: Path, chance: random.Random, work: Path, case: str) -> str:
    folder = work / "scheme"
    if not folder.exists():
        shutil.copytree(region / "schemes/demo-drg", folder)
    path = chance.choice(sorted(file for file in folder.iterdir() if file.suffix in (".csv", ".toml")))
    whole = path.read_bytes()
    path.write_bytes(damaged(whole, TABLE if path.suffix == ".csv" else TEXT, chance))
    try:
        load_scheme(folder)
    except DrgcalcError as error:
        _must_say_what_to_do(error, case)
        return "refused"
    finally:
        path.write_bytes(whole)
    return "read"


def _must_say_what_to_do(error: DrgcalcError, case: str) -> None:
    assert error.message, case
    assert error.hint, f"{case}: no hint: {error.message}"


def _intake(folder: Path) -> Intake:
    work = folder / "work"
    work.mkdir()
    return Intake(
        sources=expand(folder, ["in"]).sources,
        work=work,
        salt=b"s" * 32,
        hospitals=HOSPITALS,
        pools={"310": "employee", "390": "resident"},
        first=date(2024, 1, 1),
        last=date(2024, 12, 31),
        date_basis="settlement",
        today=date(2025, 1, 15),
    )


def _rows(region: Path) -> list[dict[str, str]]:
    with (region / "discharges/2024.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _parquet_bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _workbook(rows: list[dict[str, str]], chance: random.Random) -> bytes:
    """The records as a workbook, a few cells of them numbers, formulas or spoiled."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, list(rows[0]))
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row.values()):
            match chance.randrange(200):
                case 0:
                    sheet.write_number(number, place, chance.choice([0, 1.5, 45419, 1.23456789012345e17, -1e300]))
                case 1:
                    sheet.write_formula(number, place, "=1/0", None, "#DIV/0!")
                case 2:
                    sheet.write_string(number, place, chance.choice(CELLS).replace("\x00", "")[:32000])
                case _:
                    sheet.write_string(number, place, cell)
    book.close()
    return sink.getvalue()


def _damaged_part(content: bytes, chance: random.Random) -> bytes:
    """A workbook whose archive is sound and one part of which is not."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as copy:
        hit = chance.choice(book.infolist()).filename
        for part in book.infolist():
            inside = book.read(part)
            copy.writestr(part.filename, damaged(inside, TEXT, chance) if part.filename == hit else inside)
    return sink.getvalue()
