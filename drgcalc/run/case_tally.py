"""Cases by status, groups met, and ties: counted part by part, since to read them back takes a tenth second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from drgcalc.grouping.scheme import Status

_STATUS, _GROUP, _TIES = "status", "group", "ties"
_SCHEMA = pa.schema([("kind", pa.string()), ("text", pa.string()), ("cases", pa.int64())])


class PartCases(NamedTuple):
    """The counts of one part: cases by status, the groups that were met in it, and ties."""

    statuses: Mapping[str, int]
    met: frozenset[str]
    ties: int

    def table(self) -> pa.Table:
        """The same as rows: kind, text, cases."""
        statuses = [(_STATUS, status, cases) for status, cases in self.statuses.items()]
        rows = [*statuses, *((_GROUP, code, None) for code in sorted(self.met)), (_TIES, "", self.ties)]
        return pa.Table.from_pylist([dict(zip(_SCHEMA.names, row, strict=True)) for row in rows], schema=_SCHEMA)

    @classmethod
    def of_table(cls, table: pa.Table) -> PartCases:
        """The counts that `table` has made rows of."""
        rows = [(row["kind"], row["text"], row["cases"]) for row in table.to_pylist()]
        statuses = {text: cases for kind, text, cases in rows if kind == _STATUS}
        met = frozenset(text for kind, text, _ in rows if kind == _GROUP)
        return cls(statuses, met, sum(cases for kind, _, cases in rows if kind == _TIES))


class CaseTally:
    """Counts over the parts of a run."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.ties = 0
        self._met: set[str] = set()

    @property
    def groups(self) -> int:
        """How many groups were met."""
        return len(self._met)

    def add(self, groups: pl.DataFrame) -> PartCases:
        """Count what the cases of a part are in, and give that: one row a case.

        groups: status, group_code and, of a directory, tied_with.
        """
        statuses = groups["status"].cast(pl.String)
        grouped = statuses == Status.GROUPED.value
        met = frozenset(groups["group_code"].filter(grouped).drop_nulls().unique().cast(pl.String))
        ties = groups["tied_with"].filter(grouped).count() if "tied_with" in groups.columns else 0
        found = PartCases(dict(groups["status"].value_counts().iter_rows()), met, ties)
        self.take(found)
        return found

    def take(self, part: PartCases) -> None:
        """Count what was counted of a part before."""
        self.statuses.update(part.statuses)
        self.ties += part.ties
        self._met |= part.met
