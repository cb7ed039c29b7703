"""The groups of a directory from history: counted in DuckDB, decided by `calibration.directory`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from drgcalc.calibration.directory import (
    JOINT,
    Combination,
    Key,
    OwnGroup,
    PartMoments,
    Related,
    Split,
    comprehensive_code,
    core_code,
    kept_splits,
    own_groups,
    threshold_of,
    too_small,
)
from drgcalc.calibration.dispersion import Moments
from drgcalc.calibration.terms import CatalogueRule
from drgcalc.run.database import sql
from drgcalc.run.directory_stays import CALIBRATION

CORE = "core"


class Group(NamedTuple):
    """A group of a directory and the moments of its stays, fen; `own` when a related procedure makes it."""

    code: str
    layer: str
    principal: str
    main: str
    related: str
    kind: str
    moments: Moments
    hospitals: int
    own: OwnGroup | None


class Directory(NamedTuple):
    """Groups, core ones first, those of related procedures as they are tried; splits that are kept; the threshold."""

    groups: tuple[Group, ...]
    splits: tuple[Split, ...]
    threshold: int


def make_directory(con: duckdb.DuckDBPyConnection, files: Sequence[Path], rule: CatalogueRule) -> Directory:
    """The directory of the stays in these files (`directory_stays.write_stays`). Deterministic: no order matters."""
    con.read_parquet([str(file) for file in files]).create_view("read_stays")
    _run(con, "create_directory_stays")
    _run(con, "create_code_sets")
    combinations = [Combination(*row) for row in _rows(con, "combinations")]
    threshold = threshold_of(combinations, rule)
    tried = ("related_candidates", "related_sets")
    related = [Related(*row) for name in tried for row in _rows(con, name, {"threshold": threshold})]
    owns, cases = _settled(con, partial(own_groups, combinations, related, threshold, rule), threshold)
    _register_keys(con, "core_groups", [key for key, stays in cases.items() if stays >= threshold])
    _run(con, "create_members")
    made = {(own.principal, own.main, own.related): own for own in owns}
    groups = sorted((_group(row, made) for row in _rows(con, "directory_groups")), key=_order)
    parts = (
        PartMoments(_code(*row[:4]), row[4], row[5], Moments(*row[6:9]))
        for row in _rows(con, "directory_parts", {"split_total": rule.split_total})
    )
    return Directory(tuple(groups), tuple(kept_splits(parts, rule)), threshold)


def _settled(
    con: duckdb.DuckDBPyConnection, own_groups_without: Callable[[frozenset[Key]], list[OwnGroup]], threshold: int
) -> tuple[list[OwnGroup], dict[Key, int]]:
    """The own groups that keep the threshold when each stay is in one group, and the stays of every core candidate."""
    dropped: frozenset[Key] = frozenset()
    while True:
        owns = own_groups_without(dropped)
        _register_keys(con, "own_groups", [(own.principal, own.main, own.related) for own in owns])
        _run(con, "create_chosen")
        cases = {(row[0], row[1], row[2]): row[3] for row in _rows(con, "core_cases")}
        small = too_small(owns, cases, threshold)
        if not small:
            return owns, cases
        dropped |= small


def _register_keys(con: duckdb.DuckDBPyConnection, name: str, keys: Sequence[Key]) -> None:
    """Make groups a table, seq their order of trial."""
    columns = {
        part: pa.array([key[place] for key in keys], pa.string())
        for place, part in enumerate(("principal", "main", "related"))
    }
    con.register(name, pa.table({**columns, "seq": pa.array(range(len(keys)), pa.int32())}))


def _group(row: tuple[Any, ...], owns: Mapping[Key, OwnGroup]) -> Group:
    layer, principal, main, related, kind, cases, fee, squares, hospitals = row
    own = owns.get((principal, main, related)) if related else None
    code = _code(principal, main, related, kind)
    return Group(code, layer, principal, main, related, kind, Moments(cases, fee, squares), hospitals, own)


def _code(principal: str, main: str, related: str, kind: str) -> str:
    return comprehensive_code(principal, kind) if kind else core_code(principal, main, related)


def _order(group: Group) -> tuple[object, ...]:
    """Core groups first; own groups of a combination as they are tried, before the group without related procedures."""
    own = group.own
    turn = (-own.related.count(JOINT), -own.mean) if own else ()
    return group.layer != CORE, group.principal, group.main, own is None, turn, group.code


def _run(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(sql(CALIBRATION, name)).complete()


def _rows(con: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return con.execute(sql(CALIBRATION, name), parameters).fetchall()
