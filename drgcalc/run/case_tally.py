"""Cases by status, groups met, and ties: counted part by part, since to read them back takes a tenth second."""

from __future__ import annotations

from collections import Counter

import polars as pl

from drgcalc.grouping.scheme import Status


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

    def add(self, groups: pl.DataFrame) -> None:
        """Count what the cases of a part are in: status, group_code and, of a directory, tied_with; one row a case."""
        statuses = groups["status"].cast(pl.String)
        for status, cases in statuses.value_counts().iter_rows():
            self.statuses[status] += cases
        grouped = groups.filter(statuses == Status.GROUPED.value)
        self._met.update(grouped["group_code"].drop_nulls().unique().cast(pl.String))
        if "tied_with" in groups.columns:
            self.ties += grouped["tied_with"].count()
