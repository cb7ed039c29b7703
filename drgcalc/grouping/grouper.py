"""The engine of a scheme, whatever its kind; only that of the kind at hand is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from drgcalc.grouping.scheme import Scheme

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from drgcalc.grouping.dip.scheme import DipScheme
    from drgcalc.records.code_book import PartCodes


class Grouper(Protocol):
    """Groups the records of one part after the other."""

    def group(self, records: pa.Table, codes: PartCodes) -> pl.DataFrame:
        """What accepted records are in, row by row: those columns of base.columns.CASES that grouping finds."""


def grouper_of(scheme: Scheme | DipScheme) -> Grouper:
    """The engine that groups by the scheme."""
    if isinstance(scheme, Scheme):
        from drgcalc.grouping.engine import Engine

        return Engine(scheme)
    from drgcalc.grouping.dip.engine import DipEngine

    return DipEngine(scheme)
