"""The tables below scores/ that say more than a score: coefficients, auxiliary factors, lists of groups."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drgcalc.base.columns import Table
from drgcalc.base.errors import RulesError
from drgcalc.base.point_columns import AUXILIARY, BASE_POINTS, COEFFICIENTS, FALLBACKS, POINT_TABLES, READMISSION_EXEMPT
from drgcalc.run.region_tables import Row, by_key, read_table, refuse_below, refuse_overlaps, refuse_repeats
from drgcalc.settlement.point_tables import (
    DIMENSIONS,
    AuxiliaryFactor,
    BasePoints,
    Coefficient,
    FallBack,
    ListedGroup,
    PointTables,
)


def point_table_files(region: Path) -> tuple[Path, ...]:
    """The files of these tables, by name; a region may have none."""
    return tuple(path for table in POINT_TABLES for path in sorted((region / table.name).glob("*.csv")))


def read_point_tables(region: Path, pools: Sequence[str]) -> PointTables:
    """All of them, each by key and date; empty where there is no file. Raises RulesError."""
    coefficients = _rows(region, COEFFICIENTS, ("hospital_id", "level", "group_code", "pool"))
    refuse_below(coefficients, "coefficient", zero_too=True, hint="points are multiplied by a coefficient above zero")
    for row in coefficients:
        _refuse_unknown(row, "pool", (None, *pools))
    auxiliary = _rows(region, AUXILIARY, ("group_code", "dimension", "part"))
    refuse_below(auxiliary, "factor", zero_too=True, hint="points are multiplied by a factor above zero")
    for row in auxiliary:
        _refuse_unknown(row, "dimension", DIMENSIONS)
    exempt, fallbacks = (_rows(region, table, ("group_code",)) for table in (READMISSION_EXEMPT, FALLBACKS))
    bases = _files(region, BASE_POINTS)
    refuse_below(bases, "points", zero_too=False, hint="a base is zero or more points")
    refuse_repeats(bases, ("year", "pool", "hospital_id"))
    for row in bases:
        _refuse_unknown(row, "pool", pools)
    return PointTables(
        base_points=tuple(sorted(BasePoints(**row.cells) for row in bases)),  # type: ignore[arg-type]
        coefficients=tuple(sorted((Coefficient(**row.cells) for row in coefficients), key=by_key)),  # type: ignore[arg-type]
        auxiliary=tuple(sorted((AuxiliaryFactor(**row.cells) for row in auxiliary), key=by_key)),  # type: ignore[arg-type]
        readmission_exempt=tuple(sorted((ListedGroup(**row.cells) for row in exempt), key=by_key)),  # type: ignore[arg-type]
        fallbacks=tuple(sorted((FallBack(**row.cells) for row in fallbacks), key=by_key)),  # type: ignore[arg-type]
    )


def _rows(region: Path, table: Table, keys: Sequence[str]) -> list[Row]:
    """The rows of every file of one table; two rows of one key are not in force on the same day."""
    rows = _files(region, table)
    refuse_overlaps(rows, keys)
    return rows


def _files(region: Path, table: Table) -> list[Row]:
    return [row for path in sorted((region / table.name).glob("*.csv")) for row in read_table(table, path, region)]


def _refuse_unknown(row: Row, name: str, known: Sequence[str | None]) -> None:
    if row.cells[name] not in known:
        raise RulesError(
            f"{row.where}: {name} is {row.cells[name]!r}", hint=f"known are {', '.join(filter(None, known))}"
        )
