"""Hospitals whose codes have lost their zeros in front: records with the code of the one hospital that it may be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from drgcalc.records.hospital_codes import restored, without_zeros
from drgcalc.records.intake import HospitalSpan


class LostZeros:
    """Hospitals by what is left of their codes without the zeros in front, where that can be one hospital only."""

    def __init__(self, hospitals: Iterable[HospitalSpan]) -> None:
        self._spans = tuple(hospitals)
        known = without_zeros(span.hospital_id for span in self._spans)
        self._whole = {left: codes[0] for left, codes in known.items() if len(codes) == 1}

    def mended(self, records: pa.Table) -> pa.Table:
        """The records with hospital_id whole, level_in_force of that hospital, and both codes in `proposal`."""
        written = records["hospital_id"].to_pylist()
        if not any(code in self._whole for code in written):
            return records
        whole = [self._whole.get(code) for code in written]
        days = records["decided_on"].to_pylist()
        found: dict[str, list[str | None]] = {
            "hospital_id": whole,
            "level_in_force": [self._level(code, day) for code, day in zip(whole, days, strict=True)],
            "proposal": [None if code is None else restored(code) for code in whole],
        }
        for name, cells in found.items():
            place = records.schema.get_field_index(name)
            column = pc.coalesce(pa.array(cells, pa.string()), records[name].cast(pa.string()))
            records = records.set_column(place, name, column)
        return records

    def _level(self, hospital: str | None, day: date | None) -> str | None:
        """The level of a hospital that is in force on the day."""
        if day is None:
            return None
        inside = (
            span.level
            for span in self._spans
            if span.hospital_id == hospital and span.first <= day and (span.last is None or day <= span.last)
        )
        return next(inside, None)
