"""Stays for the bench: as many as asked, of a scheme's own codes, the same ones every time, in chunks of flat memory.

About 5 diagnoses and 1.5 procedures a stay; principal diagnoses by Zipf over the codes that MDC gates ask for;
85 % of the procedures from the sets of the MDC's own ADRGs; a complication in about 35 % of the stays.
"""

from __future__ import annotations

import argparse
import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.grouping.facts import is_prefix
from drgcalc.grouping.rules import And, Compare, Member, Or, Rule, parse
from drgcalc.grouping.scheme import Scheme, load_scheme

SLOTS = 1 << 17
PROCEDURE_SLOTS = 1 << 12
CHUNK = 250_000
HOSPITALS = 40
COMPLICATIONS = 10  # of a hundred other diagnoses; four a stay make 35 % of the stays
QUERY = Path(__file__).parent / "sql" / "stays.sql"


def write_stays(scheme: Scheme, number: int, path: Path, hospitals: int) -> None:
    """Write stays 0 to `number` - 1 of the scheme into one Parquet file."""
    write_drawn(principals(scheme), others(scheme), procedures(scheme), number, path, PROCEDURE_SLOTS, hospitals)


def write_drawn(
    of_principals: pa.Table,
    of_others: pa.Table,
    of_procedures: pa.Table,
    number: int,
    path: Path,
    procedure_slots: int,
    hospitals: int = HOSPITALS,
) -> None:
    """Write stays drawn from tables by slot: principal diagnoses, other diagnoses, procedures by MDC."""
    with duckdb.connect() as con:
        con.register("principals", of_principals)
        con.register("others", of_others)
        con.register("procedures", of_procedures)
        writer = None
        for first in range(0, number, CHUNK):
            chunk = con.sql(
                QUERY.read_text(encoding="utf-8"),
                params={
                    "first": first,
                    "last": min(first + CHUNK, number),
                    "slots": SLOTS,
                    "procedure_slots": procedure_slots,
                    "persons": max(number // 2, 1),
                    "hospitals": hospitals,
                },
            ).to_arrow_table()
            writer = writer or pq.ParquetWriter(path, chunk.schema, compression="zstd")
            writer.write_table(chunk)
        if writer:
            writer.close()


def principals(scheme: Scheme) -> pa.Table:
    """Slot -> principal diagnosis, the MDC whose gate asks for it, and the sex or age that the gate wants with it."""
    found: dict[str, dict[str, Any]] = {}
    for mdc in scheme.mdc:
        rule = parse(mdc.rule)
        wanted = {part.field: part.number for part in positive(rule) if isinstance(part, Compare) and part.op == "="}
        about = {
            "mdc": mdc.code,
            "sex": str(wanted["XB"]) if "XB" in wanted else None,
            "newborn": wanted.get("NL") == Decimal(0),
        }
        for code in codes_of(scheme, sets_asked([rule], ("ZYZD",))):
            found.setdefault(code, {"code": code, **about})
    chosen = zipf(list(found), SLOTS)
    return pa.Table.from_pylist([{"slot": slot, **found[code]} for slot, code in enumerate(chosen)])


def others(scheme: Scheme) -> pa.Table:
    """Slot -> other diagnosis: mostly codes that are no complications."""
    complications = list(dict.fromkeys(expand(row.code) for row in scheme.cc))
    listed = set(complications)
    sets = [name for name, members in scheme.code_sets.items() if members.kind == "DI"]
    plain = [code for code in codes_of(scheme, sets) if code not in listed]
    severe = SLOTS * COMPLICATIONS // 100 if complications else 0
    chosen = zipf(complications, severe) + zipf(plain or complications, SLOTS - severe)
    return pa.table({"slot": list(range(SLOTS)), "code": chosen})


def procedures(scheme: Scheme) -> pa.Table:
    """MDC and slot -> procedure of the MDC's own ADRGs; MDC "" holds all procedures."""
    everything = codes_of(scheme, [name for name, members in scheme.code_sets.items() if members.kind == "OP"])
    tables = []
    for mdc in ("", *dict.fromkeys(row.code for row in scheme.mdc)):
        rules = [parse(row.rule) for row in scheme.adrg if row.mdc == mdc]
        own = codes_of(scheme, sets_asked(rules, ("ZYSS", "QTSS")))
        chosen = zipf(own or everything, PROCEDURE_SLOTS)
        slots = list(range(PROCEDURE_SLOTS))
        tables.append(pa.table({"mdc": [mdc] * PROCEDURE_SLOTS, "slot": slots, "code": chosen}))
    return pa.concat_tables(tables)


def positive(rule: Rule) -> Iterator[Rule]:
    """The parts of a rule that stand under no `not`."""
    match rule:
        case And(parts) | Or(parts):
            for part in parts:
                yield from positive(part)
        case _:
            yield rule


def sets_asked(rules: Iterable[Rule], fields: Sequence[str]) -> list[str]:
    """The sets that rules want in one of the fields, in order of mention."""
    members = (part for rule in rules for part in positive(rule) if isinstance(part, Member))
    return list(dict.fromkeys(name for part in members if set(part.fields) & set(fields) for name in part.sets))


def codes_of(scheme: Scheme, sets: Iterable[str]) -> list[str]:
    """The codes of sets, categories made codes; in an order that is the same every time and has no meaning."""
    listed = {code for name in sets if name in scheme.code_sets for code in scheme.code_sets[name].codes if code}
    return sorted({expand(code) for code in listed}, key=lambda code: hashlib.md5(code.encode()).digest())


def expand(listed: str) -> str:
    """A well-formed code for a list entry: `I63*` -> I63.900, `51.2*` -> 51.2100; codes stay as they are."""
    if not is_prefix(listed):
        return listed
    stem = listed[:-1]
    shape = "A00.900" if stem[:1].isalpha() else "00.2100"
    return stem + shape[len(stem) :]


def zipf(codes: Sequence[str], slots: int) -> list[str]:
    """The codes over so many slots, the one of rank r about 1/(r + 5) as often as all."""
    if not codes or not slots:
        return []
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(codes))))
    return [codes[bisect_left(weights, weights[-1] * (slot + 0.5) / slots)] for slot in range(slots)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="write stays of a scheme into a Parquet file")
    parser.add_argument("scheme", type=Path)
    parser.add_argument("number", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--hospitals", type=int, default=HOSPITALS)
    asked = parser.parse_args()
    write_stays(load_scheme(asked.scheme), asked.number, asked.path, asked.hospitals)
