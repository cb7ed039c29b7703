"""The engine of a scheme, whatever its kind."""

from __future__ import annotations

from typing import Protocol

import duckdb

from drgcalc.grouping.dip.engine import DipEngine
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.engine import Engine
from drgcalc.grouping.scheme import Scheme
from drgcalc.records.code_book import PartCodes


class Grouper(Protocol):
    """Groups the records of one part after the other."""

    def group_part(self, codes: PartCodes) -> None:
        """Group the records of view `checked` into `grouped`, one row per accepted record of the part.

        Columns: source_row, status, mdc, adrg, group_code, complication; of a DIP directory also layer, treatment_kind,
        grassroots, tcm, tied_with, aux_cci, aux_severity, aux_tumour, aux_age, aux_icu.
        """


def grouper_of(connection: duckdb.DuckDBPyConnection, scheme: Scheme | DipScheme) -> Grouper:
    """The engine that groups by the scheme, on a connection of its own."""
    if isinstance(scheme, DipScheme):
        return DipEngine(connection, scheme)
    return Engine(connection, scheme)
