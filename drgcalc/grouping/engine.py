"""Checked records of one part in, groups out: facts of records joined with answers of the compiled scheme, in DuckDB.

What a code is to the rules (coding.py) and which row a pattern of facts belongs to (compiled.py) is found out once and
kept while parts come in; a part costs a few passes over columns of small integers.

For each part `drgcalc.records` gives the codes of its records and leaves view `checked`, one row per record, on the
connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression, Expression

from drgcalc.grouping.coding import RecordFacts
from drgcalc.grouping.compiled import NO_ROW, CompiledScheme
from drgcalc.grouping.facts import Pattern
from drgcalc.grouping.rules import asks_for_codes, parse
from drgcalc.grouping.scalars import packed
from drgcalc.grouping.scheme import Scheme, SchemeOptions, Status, status_of
from drgcalc.records.code_book import PartCodes

_INT = pa.int32()
_FACTS = {"principal": _INT, "main": _INT, "diagnoses": _INT, "procedures": _INT}
_NAMES = {"status": pa.string(), "mdc": pa.string(), "adrg_code": pa.string(), "drg_code": pa.string()}
_ANSWERS = {
    "adrg_answers": {**_FACTS, "gate_scalars": _INT, "adrg": _INT, "asks_codes": pa.bool_()},
    "drg_answers": {"adrg": _INT, **_FACTS, "levels": pa.uint8(), "group_scalars": pa.int64(), **_NAMES},
}


@cache
def _sql(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


class Engine:
    """Groups part after part in one DuckDB connection.

    Owns the connection's tables and views scalars, facts, placed, answered, grouped, adrg_answers and drg_answers.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scheme: Scheme) -> None:
        self._con = connection
        self._scheme = scheme
        self._compiled = CompiledScheme(scheme)
        self._facts = RecordFacts(self._compiled)
        self._asks_codes = _adrgs_that_ask_for_codes(scheme)
        self._answers = {name: pa.schema(columns.items()).empty_table() for name, columns in _ANSWERS.items()}
        for name, table in self._answers.items():
            connection.register(name, table)

    def group_part(self, codes: PartCodes) -> None:
        """Group the records of `checked` into table `grouped`: source_row, status, mdc, adrg, group_code, complication.

        Grain of `grouped`: one row per accepted record of the part. codes: the codes of the part's records.
        """
        scalars = self._scalars_of(codes)
        self._answer(self._facts_of(codes, scalars))
        if not self._scheme.options.retry_other_procedures:
            self._con.table("answered").create_view("grouped", replace=True)
            return
        self._run("first_grouped")
        place_of = codes.procedures.select(place=pl.int_range(1, pl.len() + 1).over("at"))["place"]
        most: Any = place_of.max()
        for place in range(2, (most or 0) + 1):
            led = codes.procedures.with_columns(leads=place_of == place)
            facts = self._facts_of(codes._replace(procedures=led), scalars)
            rows = codes.source_rows.gather(led.filter("leads")["at"])
            self._answer(facts.join(rows.to_frame(), on="source_row", how="semi"))
            self._run("next_grouped")

    def _answer(self, facts: pl.DataFrame) -> None:
        """Put records into table `answered`: their facts, the answers that are lacking, and the join of both."""
        self._con.register("facts", facts.to_arrow())
        self._answer_patterns()
        self._run("placed")
        self._answer_refinements()
        self._run("answered")

    def _scalars_of(self, codes: PartCodes) -> pl.DataFrame:
        """The packed scalars of every record of the part, in the order of its codes; whether it is accepted."""
        self._run("scalars")
        values = {
            "gate_scalars": packed(self._compiled.gate_scales),
            "group_scalars": packed(self._compiled.group_scales),
            "refused": _refused(self._scheme.options),
        }
        asked = self._con.table("scalars").select(
            ColumnExpression("source_row"),
            ColumnExpression("accepted"),
            *(value.alias(name) for name, value in values.items()),
        )
        found = pl.DataFrame(asked.to_arrow_table())
        if found["source_row"].equals(codes.source_rows):
            return found
        return codes.source_rows.to_frame().join(found, on="source_row", how="left", maintain_order="left")

    def _facts_of(self, codes: PartCodes, scalars: pl.DataFrame) -> pl.DataFrame:
        """The facts of the accepted records: all of each that can matter to the rules. One row per record."""
        facts = self._facts.of(codes, scalars["gate_scalars"])
        return pl.concat([scalars.drop("gate_scalars"), facts], how="horizontal").filter("accepted").drop("accepted")

    def _answer_patterns(self) -> None:
        rows = self._rows("new_patterns")
        adrgs = self._compiled.group([self._pattern(p, m, d, o, 0, self._facts.scalars(s)) for p, m, d, o, s in rows])
        self._append(
            "adrg_answers", [(*row, adrg, adrg in self._asks_codes) for row, adrg in zip(rows, adrgs, strict=True)]
        )

    def _answer_refinements(self) -> None:
        rows = self._rows("new_refinements")
        adrgs = [row[0] for row in rows]
        patterns = [self._pattern(p, m, d, o, levels, s) for _, p, m, d, o, levels, s in rows]
        drgs = self._compiled.refine(patterns, adrgs)
        self._append("drg_answers", [(*row, *self._names(row[0], drg)) for row, drg in zip(rows, drgs, strict=True)])

    def _pattern(
        self, principal: int, main: int, diagnoses: int, procedures: int, levels: int, scalars: int
    ) -> Pattern:
        lists = self._facts.classes(diagnoses), self._facts.classes(procedures)
        return Pattern(principal, main, *lists, levels, scalars)

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
        table = self._answers[name]
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, table.schema, strict=True)]
        self._answers[name] = pa.concat_tables([table, pa.Table.from_arrays(arrays, schema=table.schema)])
        self._con.register(name, self._answers[name])

    def _run(self, name: str, parameters: dict[str, Any] | None = None) -> None:
        self._con.execute(_sql(name), parameters).complete()

    def _rows(self, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._con.execute(_sql(name), parameters).fetchall()


def _refused(options: SchemeOptions) -> Expression:
    """Whether the scheme refuses a record for what it lacks: a newborn without a weight."""
    if options.newborn_weight_days is None:
        return ConstantExpression(value=False)
    age_days = ColumnExpression("XSRTL")
    newborn = age_days.is_not_null() & (age_days <= options.newborn_weight_days)
    return newborn & ColumnExpression("XSRTZ").is_null()


def _adrgs_that_ask_for_codes(scheme: Scheme) -> frozenset[int]:
    """The ADRG rows with a DRG rule that reads codes beyond the complication level."""
    asking = {(row.mdc, row.adrg) for row in scheme.drg if asks_for_codes(parse(row.rule))}
    return frozenset(i for i, row in enumerate(scheme.adrg) if (row.mdc, row.code) in asking)
