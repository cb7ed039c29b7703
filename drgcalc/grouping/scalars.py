"""The scalars of records: the values that rules can name, and where they stand on a scheme's scales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal

import polars as pl
import pyarrow as pa

from drgcalc.grouping.facts import Scale

_COLUMNS = {
    "NL": ("age_years",),
    "XB": ("sex",),
    "XSRTL": ("age_days",),
    "XSRTZ": ("birth_weight_g", "admission_weight_g"),
    "ZYTS": ("los_days",),
    "LYFS": ("discharge_mode",),
    "KS": ("department",),
    "HXJ": ("ventilator_hours",),
    "ZZJH": ("icu_hours",),
}
"""The column of checked records that a field of the rule language stands for; a later one fills what is empty."""
_HOURS_SCALE = 2


def scalar_fields(records: pa.Table, wanted: Iterable[str]) -> pl.DataFrame:
    """The value of scalar fields of checked records: whole numbers, hours in hundredths; one row a record.

    A value that is missing, is no number, or stands in a column that the records lack is null. wanted: one at least.
    """
    return pl.DataFrame({field: _field(records, field) for field in wanted})


def in_units(value: int, field: str) -> Decimal:
    """A value of `scalar_fields` as rules write it."""
    return Decimal(value).scaleb(-_places(field))


def packed(fields: pl.DataFrame, scales: Sequence[Scale]) -> pl.Series:
    """The positions of each record on the scales as one mixed-radix number, the last scale lowest (facts.pack)."""
    result = pl.zeros(len(fields), dtype=pl.Int64, eager=True)
    for scale in scales:
        result = result * scale.size + _positions(fields[scale.field], scale)
    return result


def _field(records: pa.Table, field: str) -> pl.Series:
    found = None
    for column in _COLUMNS[field]:
        if column in records.column_names:
            values = _whole_numbers(pl.Series(records[column]))
            found = values if found is None else found.zip_with(found.is_not_null(), values)
    return pl.Series([], dtype=pl.Int64).extend_constant(None, len(records)) if found is None else found


def _whole_numbers(values: pl.Series) -> pl.Series:
    if values.dtype.is_decimal():
        hundredths: pl.Series = values * 10**_HOURS_SCALE
        return hundredths.cast(pl.Int64)
    return values.cast(pl.Int64, strict=False)


def _places(field: str) -> int:
    return _HOURS_SCALE if field in ("HXJ", "ZZJH") else 0


def _positions(values: pl.Series, scale: Scale) -> pl.Series:
    """The position of each value: 0 where it is missing."""
    position = pl.repeat(1, len(values), dtype=pl.Int32, eager=True)
    for number in scale.numbers:
        units = number.scaleb(_places(scale.field))
        whole = int(units.to_integral_value(ROUND_FLOOR))
        above = (values > whole).cast(pl.Int32)
        position = position + above + ((values >= whole).cast(pl.Int32) if units == whole else above)
    return position.fill_null(0)
