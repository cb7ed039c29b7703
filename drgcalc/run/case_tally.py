"""Cases by status, and the groups that were met: counted part by part, since to read them back takes a tenth second."""

from __future__ import annotations

from collections import Counter

import polars as pl

from drgcalc.grouping.scheme import Status


class CaseTally:
    """Counts over the parts of a run."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self._met: set[str] = set()

    @property
    def groups(self) -> int:
        """How many groups were met."""
        return len(self._met)

    def add(self, groups: pl.DataFrame) -> None:
        """Count what the cases of a part are in: status and group_code, one row per case."""
        statuses = groups["status"].cast(pl.String)
        for status, cases in statuses.value_counts().iter_rows():
            self.statuses[status] += cases
        grouped = groups["group_code"].filter(statuses == Status.GROUPED.value)
        self._met.update(grouped.drop_nulls().unique().cast(pl.String))
