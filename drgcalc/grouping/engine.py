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
from drgcalc.grouping.facts import LEVEL_BITS, Numbering, Pattern, Scale
from drgcalc.grouping.rules import asks_for_codes, parse
from drgcalc.grouping.scheme import Scheme, SchemeOptions, Status, status_of

_INT = pa.int32()
_CLASSES = pa.list_(_INT)
_FACTS = {"principal": _INT, "main": _INT, "diagnoses": _INT, "procedures": _INT}
_NAMES = {"status": pa.string(), "mdc": pa.string(), "adrg_code": pa.string(), "drg_code": pa.string()}
_DICTIONARIES = {
    "diagnosis_facts": {"raw": pa.string(), "principal": _INT, "gate": _INT, "excluding": _INT},
    "other_diagnosis_facts": {"raw": pa.string(), "other": _INT, "level": pa.uint8(), "exclusion": _INT},
    "excluded": {"excluding": _INT, "exclusion": _INT},
    "procedure_facts": {"raw": pa.string(), "main": _INT, "other": _INT},
    "narrowed_main": {"gate": _INT, "given": _INT, "kept": _INT},
    "narrowed_scalars": {"gate": _INT, "given": _INT, "kept": _INT},
    "narrowed_diagnoses": {"gate": _INT, "given": _CLASSES, "kept": _INT},
    "narrowed_procedures": {"gate": _INT, "given": _CLASSES, "kept": _INT},
    "adrg_answers": {**_FACTS, "gate_scalars": _INT, "adrg": _INT, "asks_codes": pa.bool_()},
    "drg_answers": {"adrg": _INT, **_FACTS, "levels": pa.uint8(), "group_scalars": _INT, **_NAMES},
}
_NO_EXCLUSION = -1


@cache
def _sql(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


class Engine:
    """Groups part after part in one DuckDB connection.

    Owns the connection's tables first_trial, next_trial, trial, scalars, heads, other_diagnoses, other_procedures,
    facts, placed, answered, grouped, and the dictionaries named in _DICTIONARIES.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scheme: Scheme) -> None:
        self._con = connection
        self._compiled = CompiledScheme(scheme)
        self._scheme = scheme
        self._exclusion_numbers = {name: number for number, name in enumerate(sorted(scheme.exclusions))}
        self._excluding = Numbering[frozenset[str]](frozenset())
        self._diagnosis_lists = Numbering[tuple[int, ...]](())
        self._procedure_lists = Numbering[tuple[int, ...]](())
        self._asks_codes = _adrgs_that_ask_for_codes(scheme)
        self._no_gate = self._compiled.gate_of(0)
        self._tables = {name: pa.schema(columns.items()).empty_table() for name, columns in _DICTIONARIES.items()}
        for name, table in self._tables.items():
            connection.register(name, table)

    def group_part(self) -> None:
        """Group the records of `checked` into table `grouped`: source_row, status, mdc, adrg, group_code, complication.

        Grain of `grouped`: one row per accepted record of the part.
        """
        self._learn_codes()
        self._run("first_trial")
        self._answer("first_trial")
        if not self._scheme.options.retry_other_procedures:
            self._con.table("answered").create_view("grouped", replace=True)
            return
        self._run("first_grouped")
        ((most, *_),) = self._rows("most_procedures")
        for place in range(2, most + 1):
            self._run("next_trial", {"place": place})
            self._answer("next_trial")
            self._run("next_grouped")

    def _answer(self, records: str) -> None:
        """Put the records of a table into table `answered`, by facts, patterns and answers."""
        self._con.table(records).create_view("trial", replace=True)
        self._place_scalars()
        self._run("heads", {"no_gate": self._no_gate})
        self._run("other_diagnoses")
        self._run("other_procedures")
        self._narrow()
        self._run("facts")
        self._answer_patterns()
        self._run("placed")
        self._answer_refinements()
        self._run("answered")

    def _run(self, name: str, parameters: dict[str, Any] | None = None) -> None:
        self._con.execute(_sql(name), parameters).complete()

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        return self._con.execute(_sql(name)).fetchall()

    def _learn_codes(self) -> None:
        """Put every code text that the engine has not met into the dictionaries."""
        compiled, books = self._compiled, self._compiled.books
        diagnoses, others, excluded = [], [], []
        for raw, code in self._rows("new_diagnoses"):
            sets = compiled.diagnosis_sets.of(code)
            principal, other = books["ZYZD"].number(code, sets), books["QTZD"].number(code, sets)
            tables = compiled.exclusion_tables.of(code)
            known = len(self._excluding)
            excluding = self._excluding.number(tables)
            if excluding == known:
                excluded += [(excluding, self._exclusion_numbers[name]) for name in tables]
            diagnoses.append((raw, principal, compiled.gate_of(principal), excluding))
            others += [(raw, other, level, exclusion) for level, exclusion in self._levels(code, asked=other > 0)]
        self._append("diagnosis_facts", diagnoses)
        self._append("other_diagnosis_facts", others)
        self._append("excluded", excluded)
        procedures = []
        for raw, code in self._rows("new_procedures"):
            sets = compiled.procedure_sets.of(code)
            procedures.append((raw, books["ZYSS"].number(code, sets), books["QTSS"].number(code, sets)))
        self._append("procedure_facts", procedures)

    def _levels(self, code: str, *, asked: bool) -> list[tuple[int, int]]:
        """Level bit and exclusion table of each complication the code is; one empty pair if only rules ask about it."""
        rows = self._compiled.complications(code)
        numbers = self._exclusion_numbers
        found = [(LEVEL_BITS[row.level], numbers.get(row.exclusion_set, _NO_EXCLUSION)) for row in rows]
        return found or ([(0, _NO_EXCLUSION)] if asked else [])

    def _place_scalars(self) -> None:
        """View `scalars`: the position of every scalar on its scale, packed into one number for each stage."""
        self._con.table("trial").select(
            ColumnExpression("source_row"),
            ColumnExpression("diagnoses")[1].alias("principal_raw"),
            ColumnExpression("procedures")[1].alias("main_raw"),
            _packed(self._compiled.gate_scales).alias("gate_scalars"),
            _packed(self._compiled.group_scales).alias("group_scalars"),
            _refused(self._scheme.options).alias("refused"),
        ).create_view("scalars", replace=True)

    def _narrow(self) -> None:
        """Reduce what records hold to what the MDCs open to them ask about: far fewer patterns, the same answers."""
        narrow = self._compiled
        self._append(
            "narrowed_main", [(gate, n, narrow.narrow_class(gate, "ZYSS", n)) for gate, n in self._rows("new_mains")]
        )
        self._append(
            "narrowed_scalars", [(gate, n, narrow.narrow_scalars(gate, n)) for gate, n in self._rows("new_scalars")]
        )
        self._append(
            "narrowed_diagnoses",
            [
                (gate, given, self._diagnosis_lists.number(narrow.narrow_classes(gate, "QTZD", given)))
                for gate, given in self._rows("new_other_diagnoses")
            ],
        )
        self._append(
            "narrowed_procedures",
            [
                (gate, given, self._procedure_lists.number(narrow.narrow_classes(gate, "QTSS", given)))
                for gate, given in self._rows("new_other_procedures")
            ],
        )

    def _pattern(
        self, principal: int, main: int, diagnoses: int, procedures: int, levels: int, scalars: int
    ) -> Pattern:
        other_diagnoses = self._diagnosis_lists.value(diagnoses)
        other_procedures = self._procedure_lists.value(procedures)
        return Pattern(principal, main, other_diagnoses, other_procedures, levels, scalars)

    def _answer_patterns(self) -> None:
        rows = self._rows("new_patterns")
        adrgs = self._compiled.group([self._pattern(p, m, d, o, 0, s) for p, m, d, o, s in rows])
        self._append(
            "adrg_answers", [(*row, adrg, adrg in self._asks_codes) for row, adrg in zip(rows, adrgs, strict=True)]
        )

    def _answer_refinements(self) -> None:
        rows = self._rows("new_refinements")
        adrgs = [row[0] for row in rows]
        drgs = self._compiled.refine([self._pattern(p, m, d, o, levels, s) for _, p, m, d, o, levels, s in rows], adrgs)
        self._append("drg_answers", [(*row, *self._names(row[0], drg)) for row, drg in zip(rows, drgs, strict=True)])

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


def _refused(options: SchemeOptions) -> Expression:
    """Whether the scheme refuses a record for what it lacks: a newborn without a weight."""
    if options.newborn_weight_days is None:
        return ConstantExpression(value=False)
    age_days = ColumnExpression("XSRTL")
    newborn = age_days.is_not_null() & (age_days <= options.newborn_weight_days)
    return newborn & ColumnExpression("XSRTZ").is_null()


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


def _adrgs_that_ask_for_codes(scheme: Scheme) -> frozenset[int]:
    """The ADRG rows with a DRG rule that reads codes beyond the complication level."""
    asking = {(row.mdc, row.adrg) for row in scheme.drg if asks_for_codes(parse(row.rule))}
    return frozenset(i for i, row in enumerate(scheme.adrg) if (row.mdc, row.code) in asking)
