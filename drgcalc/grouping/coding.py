"""Lists of code texts to facts: what the rules of a scheme can see of the codes of each record, as small integers.

This is where the volume is: five or six texts a record. Each distinct text is looked at once and gets a number; from
then on facts are taken from tables by number, a column at a time, in Polars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from drgcalc.grouping.compiled import CompiledScheme
from drgcalc.grouping.facts import LEVEL_BITS, Numbering

_NOT_LISTED = -1
_STRIDE = 1 << 32


class Memo:
    """A function of whole numbers, asked for columns of them and computed once for each distinct number."""

    def __init__(self, compute: Callable[[int], int]) -> None:
        self._compute = compute
        self._known = pl.DataFrame(schema={"key": pl.Int64, "value": pl.Int32})

    def of(self, keys: pl.Series) -> pl.Series:
        """The value for each key."""
        asked = pl.DataFrame({"key": keys.unique().sort()})
        new = asked.join(self._known, on="key", how="anti").sort("key")["key"].to_list()
        if new:
            found = {"key": new, "value": [self._compute(key) for key in new]}
            self._known = pl.concat([self._known, pl.DataFrame(found, schema=self._known.schema)])
        return keys.replace_strict(self._known["key"], self._known["value"], return_dtype=pl.Int32)


class TextBook:
    """Texts of codes, numbered from 0 as they are met; number 0 is no text. `facts_of` is asked once for each."""

    def __init__(self, names: Sequence[str], facts_of: Callable[[str | None], Sequence[int]]) -> None:
        self._facts_of = facts_of
        self._texts = pl.Series([""], dtype=pl.String)
        self._facts = pl.DataFrame([facts_of(None)], schema=dict.fromkeys(names, pl.Int32), orient="row")

    def numbers(self, texts: pl.Series, code_of: Mapping[str, str | None]) -> pl.Series:
        """The number of each text. `code_of`: the code a text stands for, None for a text that is no code."""
        numbers = self._look_up(texts)
        new = texts.filter(numbers.is_null() & texts.is_not_null()).unique().sort()
        if len(new):
            facts = [self._facts_of(code_of.get(text)) for text in new]
            self._facts = pl.concat([self._facts, pl.DataFrame(facts, schema=self._facts.schema, orient="row")])
            self._texts = pl.concat([self._texts, new])
            numbers = self._look_up(texts)
        return numbers.fill_null(0)

    def fact(self, name: str, numbers: pl.Series) -> pl.Series:
        """One fact of each numbered text."""
        return self._facts[name].gather(numbers)

    def _look_up(self, texts: pl.Series) -> pl.Series:
        places = pl.int_range(len(self._texts), dtype=pl.UInt32, eager=True)
        return texts.replace_strict(self._texts, places, default=None, return_dtype=pl.UInt32)


class RecordFacts:
    """The facts of records by one compiled scheme, narrowed to what the MDCs open to each record ask about."""

    def __init__(self, compiled: CompiledScheme) -> None:
        self._compiled = compiled
        tables = sorted(compiled.scheme.exclusions)
        self._exclusions = {"": 0} | {name: number for number, name in enumerate(tables, start=1)}
        self._excluding = Numbering[frozenset[str]](frozenset())
        self._diagnoses = TextBook(("principal", "gate", "excluding", "other", *LEVEL_BITS), self._diagnosis_facts)
        self._procedures = TextBook(("main", "other"), self._procedure_facts)
        self._excluded = Memo(self._is_excluded)
        self._narrowed = {
            field: Memo(lambda key, field=field: compiled.narrow_class(key // _STRIDE, field, key % _STRIDE))  # type: ignore[misc]
            for field in ("ZYSS", "QTZD", "QTSS")
        }
        self._narrowed_scalars = Memo(lambda key: compiled.narrow_scalars(key // _STRIDE, key % _STRIDE))
        self._lists = Numbering("")

    def of(self, records: pl.DataFrame, code_of: Mapping[str, Mapping[str, str | None]]) -> pl.DataFrame:
        """Facts of records: source_row, principal, main, diagnoses, procedures, gate_scalars, levels.

        records: source_row, diagnoses, procedures (lists of texts, the first leading), gate_scalars; one row each.
        code_of: by kind (DI, OP), the codes that texts stand for. `diagnoses` and `procedures` of the result are
        numbers of lists of classes (`classes`).
        """
        diagnoses = _listed(records["diagnoses"])
        diagnoses = diagnoses.with_columns(number=self._diagnoses.numbers(diagnoses["text"], code_of["DI"]))
        first = _leading(diagnoses, len(records))
        gate = self._diagnoses.fact("gate", first).cast(pl.Int64)
        others = diagnoses.filter(~pl.col("leads"))
        procedures = _listed(records["procedures"])
        procedures = procedures.with_columns(number=self._procedures.numbers(procedures["text"], code_of["OP"]))
        main = self._procedures.fact("main", _leading(procedures, len(records)))
        other_procedures = procedures.filter(~pl.col("leads"))
        return pl.DataFrame(
            {
                "source_row": records["source_row"],
                "principal": self._diagnoses.fact("principal", first),
                "main": self._narrowed["ZYSS"].of(gate * _STRIDE + main),
                "diagnoses": self._list_numbers("QTZD", self._diagnoses.fact("other", others["number"]), others, gate),
                "procedures": self._list_numbers(
                    "QTSS", self._procedures.fact("other", other_procedures["number"]), other_procedures, gate
                ),
                "gate_scalars": self._narrowed_scalars.of(gate * _STRIDE + records["gate_scalars"]),
                "levels": self._levels(others, self._diagnoses.fact("excluding", first)),
            }
        )

    def classes(self, number: int) -> tuple[int, ...]:
        """The list of classes that has this number."""
        return tuple(int(text) for text in self._lists.value(number).split(",") if text)

    def _levels(self, others: pl.DataFrame, excluding: pl.Series) -> pl.Series:
        """Complication levels of each record, as bits; a code whose exclusion table holds the principal counts not."""
        levels = pl.zeros(len(excluding), dtype=pl.UInt8, eager=True)
        for level, bit in LEVEL_BITS.items():
            exclusion = self._diagnoses.fact(level, others["number"])
            listed = pl.DataFrame({"at": others["at"], "exclusion": exclusion}).filter(pl.col("exclusion") >= 0)
            keys = excluding.gather(listed["at"]).cast(pl.Int64) * _STRIDE + listed["exclusion"]
            counting = listed["at"].filter(self._excluded.of(keys) == 0).unique()
            found = pl.zeros(len(excluding), dtype=pl.UInt8, eager=True)
            levels = levels | found.scatter(counting, bit)
        return levels

    def _list_numbers(self, field: str, classes: pl.Series, others: pl.DataFrame, gate: pl.Series) -> pl.Series:
        """The number of each record's list of other classes; 0 is the empty list."""
        asked = pl.DataFrame({"at": others["at"], "class": classes}).filter(pl.col("class") > 0)
        numbers = pl.zeros(len(gate), dtype=pl.Int32, eager=True)
        if asked.is_empty():
            return numbers
        kept = self._narrowed[field].of(gate.gather(asked["at"]) * _STRIDE + asked["class"])
        lists = (
            asked.with_columns(kept=kept)
            .filter(pl.col("kept") > 0)
            .unique(("at", "kept"))
            .sort("at", "kept")
            .group_by("at", maintain_order=True)
            .agg(pl.col("kept").cast(pl.String).str.join(",").alias("list"))
        )
        for text in lists["list"].unique().sort():
            self._lists.number(text)
        texts, known = zip(*self._lists.items(), strict=True)
        found = lists["list"].replace_strict(pl.Series(texts), pl.Series(known), return_dtype=pl.Int32)
        return numbers.scatter(lists["at"], found)

    def _is_excluded(self, key: int) -> int:
        tables = self._excluding.value(key // _STRIDE)
        return int(any(self._exclusions[name] == key % _STRIDE for name in tables))

    def _diagnosis_facts(self, code: str | None) -> Sequence[int]:
        books, compiled = self._compiled.books, self._compiled
        if code is None:
            return (0, compiled.gate_of(0), 0, 0, *(_NOT_LISTED for _ in LEVEL_BITS))
        sets = compiled.diagnosis_sets.of(code)
        principal = books["ZYZD"].number(code, sets)
        excluding = self._excluding.number(compiled.exclusion_tables.of(code))
        listed = {row.level: self._exclusions[row.exclusion_set] for row in compiled.complications(code)}
        levels = (listed.get(level, _NOT_LISTED) for level in LEVEL_BITS)
        return (principal, compiled.gate_of(principal), excluding, books["QTZD"].number(code, sets), *levels)

    def _procedure_facts(self, code: str | None) -> Sequence[int]:
        if code is None:
            return (0, 0)
        books, sets = self._compiled.books, self._compiled.procedure_sets.of(code)
        return (books["ZYSS"].number(code, sets), books["QTSS"].number(code, sets))


def _listed(lists: pl.Series) -> pl.DataFrame:
    """The elements of lists: `at` the position of the list, `text`, and whether it `leads` its list."""
    frame = pl.DataFrame({"at": pl.int_range(len(lists), dtype=pl.UInt32, eager=True), "text": lists})
    elements = frame.explode("text", empty_as_null=False, keep_nulls=False)
    return elements.with_columns(leads=pl.col("at") != pl.col("at").shift(1, fill_value=_STRIDE - 1))


def _leading(elements: pl.DataFrame, size: int) -> pl.Series:
    """The number of the leading element of each list, 0 for an empty one."""
    leading = elements.filter("leads")
    return pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(leading["at"], leading["number"])
