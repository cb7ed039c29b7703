"""Checked records of one part in, groups out: the compiled scheme at work in DuckDB.

The dictionaries (what a code is to the rules) and the answers (which row a pattern of facts belongs to) grow while
parts come in and are never computed twice; a part costs a few joins on small integers.

The connection holds, for each part, what `drgcalc.records` leaves there: `checked`, one row per record, and
`code_book`, one row per distinct text of a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, reduce
from importlib import resources
from typing import Any

import duckdb
import pyarrow as pa
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression

from drgcalc.grouping.compiled import NO_ROW, CompiledScheme
from drgcalc.grouping.facts import LEVEL_BITS, Pattern, Scale
from drgcalc.grouping.rules import asks_for_codes, parse
from drgcalc.grouping.scheme import Scheme, Status, status_of

_CLASSES = pa.list_(pa.int32())
_DIAGNOSES = pa.schema(
    [("raw", pa.string()), ("principal", pa.int32()), ("excluding", pa.int32()), ("other", pa.int32())]
)
_COMPLICATIONS = pa.schema([("raw", pa.string()), ("level", pa.uint8()), ("exclusion", pa.int32())])
_EXCLUDED = pa.schema([("excluding", pa.int32()), ("exclusion", pa.int32())])
_PROCEDURES = pa.schema([("raw", pa.string()), ("main", pa.int32()), ("other", pa.int32())])
_FACTS = [("principal", pa.int32()), ("main", pa.int32()), ("diagnoses", _CLASSES), ("procedures", _CLASSES)]
_ADRG_ANSWERS = pa.schema([*_FACTS, ("gate_scalars", pa.int32()), ("adrg", pa.int32()), ("asks_codes", pa.bool_())])
_DRG_ANSWERS = pa.schema(
    [
        ("adrg", pa.int32()),
        *_FACTS,
        ("levels", pa.uint8()),
        ("group_scalars", pa.int32()),
        ("status", pa.string()),
        ("mdc", pa.string()),
        ("adrg_code", pa.string()),
        ("drg_code", pa.string()),
    ]
)
_NO_EXCLUSION = -1


@cache
def _sql(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


class Engine:
    """Groups part after part in one DuckDB connection.

    Owns the connection's tables scalar_values, scalars, heads, levels, other_diagnoses, other_procedures, facts,
    placed, grouped, and the dictionaries diagnosis_facts, complication_facts, excluded, procedure_facts,
    adrg_answers, drg_answers.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scheme: Scheme) -> None:
        self._con = connection
        self._compiled = CompiledScheme(scheme)
        self._scheme = scheme
        self._exclusion_numbers = {name: number for number, name in enumerate(sorted(scheme.exclusions))}
        self._excluding_numbers: dict[frozenset[str], int] = {frozenset(): 0}
        self._asks_codes = _adrgs_that_ask_for_codes(self._compiled)
        self._tables = {
            "diagnosis_facts": _DIAGNOSES.empty_table(),
            "complication_facts": _COMPLICATIONS.empty_table(),
            "excluded": _EXCLUDED.empty_table(),
            "procedure_facts": _PROCEDURES.empty_table(),
            "adrg_answers": _ADRG_ANSWERS.empty_table(),
            "drg_answers": _DRG_ANSWERS.empty_table(),
        }
        for name, table in self._tables.items():
            connection.register(name, table)

    def group_part(self) -> None:
        """Group the records of `checked` into table `grouped`: source_row, status, mdc, adrg, group_code, complication.

        Grain of `grouped`: one row per accepted record of the part.
        """
        self._learn_codes()
        self._place_scalars()
        for step in ("heads", "levels", "other_diagnoses", "other_procedures", "facts"):
            self._run(step)
        self._answer_adrgs()
        self._run("placed")
        self._answer_drgs()
        self._run("grouped")

    def _run(self, name: str) -> None:
        self._con.execute(_sql(name)).complete()

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        return self._con.execute(_sql(name)).fetchall()

    def _learn_codes(self) -> None:
        """Put every code text that the engine has not met into the dictionaries."""
        compiled, books = self._compiled, self._compiled.books
        diagnoses, complications, procedures = [], [], []
        for raw, code in self._rows("new_diagnoses"):
            sets = compiled.diagnosis_sets.of(code)
            excluding = self._excluding(compiled.exclusion_tables.of(code))
            diagnoses.append((raw, books["ZYZD"].number(code, sets), excluding, books["QTZD"].number(code, sets)))
            for row in compiled.complications(code):
                exclusion = self._exclusion_numbers.get(row.exclusion_set, _NO_EXCLUSION)
                complications.append((raw, LEVEL_BITS[row.level], exclusion))
        for raw, code in self._rows("new_procedures"):
            sets = compiled.procedure_sets.of(code)
            procedures.append((raw, books["ZYSS"].number(code, sets), books["QTSS"].number(code, sets)))
        self._append("diagnosis_facts", diagnoses)
        self._append("complication_facts", complications)
        self._append("procedure_facts", procedures)

    def _excluding(self, tables: frozenset[str]) -> int:
        """The number of the set of exclusion tables that a principal diagnosis stands in."""
        if tables not in self._excluding_numbers:
            number = len(self._excluding_numbers)
            self._excluding_numbers[tables] = number
            self._append("excluded", [(number, self._exclusion_numbers[name]) for name in sorted(tables)])
        return self._excluding_numbers[tables]

    def _place_scalars(self) -> None:
        """View `scalars`: the position of every scalar on its scale, packed into one number for each stage."""
        self._run("scalar_values")
        self._con.table("scalar_values").select(
            ColumnExpression("source_row"),
            ColumnExpression("principal_raw"),
            ColumnExpression("main_raw"),
            _packed(self._compiled.gate_scales).alias("gate_scalars"),
            _packed(self._compiled.group_scales).alias("group_scalars"),
        ).create_view("scalars", replace=True)

    def _answer_adrgs(self) -> None:
        """Answer the facts that no earlier record had. What no open MDC asks about is dropped first: fewer patterns."""
        rows = self._rows("new_adrg_facts")
        patterns = [self._compiled.narrow(Pattern(p, m, tuple(d), tuple(o), 0, s)) for p, m, d, o, s in rows]
        distinct = list(dict.fromkeys(patterns))
        adrg_of = dict(zip(distinct, self._compiled.group(distinct), strict=True))
        found = [adrg_of[pattern] for pattern in patterns]
        answers = [(*row, adrg, adrg in self._asks_codes) for row, adrg in zip(rows, found, strict=True)]
        self._append("adrg_answers", answers)

    def _answer_drgs(self) -> None:
        rows = self._rows("new_drg_facts")
        patterns = [Pattern(p, m, tuple(d), tuple(o), levels, s) for _, p, m, d, o, levels, s in rows]
        adrgs = [row[0] for row in rows]
        found = self._compiled.refine(patterns, adrgs)
        self._append("drg_answers", [(*row, *self._names(row[0], drg)) for row, drg in zip(rows, found, strict=True)])

    def _names(self, adrg: int, drg: int) -> tuple[str, str | None, str | None, str | None]:
        """Status and codes of an answer. An ADRG none of whose DRG rows holds leaves the case ungrouped in it."""
        if adrg == NO_ROW:
            return (Status.UNGROUPED, None, None, None)
        row = self._scheme.adrg[adrg]
        if drg == NO_ROW:
            return (Status.UNGROUPED, row.mdc, row.code, None)
        return (status_of(row.code), row.mdc, row.code, self._scheme.drg[drg].code)

    def _append(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        table = self._tables[name]
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, table.schema, strict=True)]
        self._tables[name] = pa.concat_tables([table, pa.Table.from_arrays(arrays, schema=table.schema)])
        self._con.register(name, self._tables[name])


def _packed(scales: Iterable[Scale]) -> Expression:
    """The positions on the scales as one mixed-radix number, the last scale lowest (`facts.unpack` undoes it)."""
    return reduce(
        lambda packed, scale: packed * scale.size + _position(scale), scales, ConstantExpression(0).cast("INTEGER")
    )


def _position(scale: Scale) -> Expression:
    value = ColumnExpression(scale.field)
    above = (_as_number(value > number) + _as_number(value >= number) for number in scale.numbers)
    position = reduce(lambda left, right: left + right, above, ConstantExpression(1).cast("INTEGER"))
    return CaseExpression(value.is_null(), ConstantExpression(0)).otherwise(position).cast("INTEGER")


def _as_number(condition: Expression) -> Expression:
    return condition.cast("INTEGER")


def _adrgs_that_ask_for_codes(compiled: CompiledScheme) -> frozenset[int]:
    """The ADRG rows with a DRG rule that reads codes beyond the complication level."""
    asking = {(row.mdc, row.adrg) for row in compiled.scheme.drg if asks_for_codes(parse(row.rule))}
    return frozenset(i for i, row in enumerate(compiled.scheme.adrg) if (row.mdc, row.code) in asking)
