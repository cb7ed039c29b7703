"""A region is a folder: region.toml read strictly, its tables, its scheme and its policy blocks.

An unknown key, a missing key or a value of the wrong kind is a RulesError that names file and key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from drgcalc.base.columns import RECORDS
from drgcalc.base.errors import RulesError
from drgcalc.run.closed import closed_marks, closed_with
from drgcalc.run.decisions import decision_files, read_decisions, without_late
from drgcalc.run.manifest import block_hash, file_hash
from drgcalc.run.method_tables import read_method_tables
from drgcalc.run.point_tables import point_table_files, read_point_tables
from drgcalc.run.region_codes import code_files
from drgcalc.run.region_tables import Score, decode, read_fund, read_hospitals, read_scores
from drgcalc.settlement.decisions import Decisions, hospitals_after
from drgcalc.settlement.methods.inputs import MethodTables
from drgcalc.settlement.point_tables import PointTables
from drgcalc.settlement.rows import FundItem, Hospital

REGION_FILE = "region.toml"
DATE_BASES = ("settlement", "discharge")

_REQUIRED = ("id", "name", "admin_code", "date_basis", "scheme", "inputs", "pools", "policy")
_OPTIONAL = ("aliases", "values", "salt", "privacy", "directory")
_UNKNOWN_HOSPITALS = ("reject", "accept")


@dataclass(frozen=True)
class Pool:
    """One fund pool (基金池): `codes` are the values of a record's insurance scheme (险种) that belong to it."""

    id: str
    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """One region's description and tables; records, scheme and policies are read by their own packages.

    `date_basis` says which date decides month and year. `aliases` maps a canonical column to extra headers, `values`
    a column to local value -> canonical value. `salt_file` is None when the region has none of its own.
    `accept_unknown_hospitals`: records of hospitals that hospitals.csv does not name are grouped, not rejected.
    `hospitals` are hospitals.csv after the `decisions` about levels, entries and mergers.
    `settings_hash` is the hash of region.toml without its policy blocks. `out` is where results are published.
    `small_cells`: below how many cases a hospital is told nothing of the others; None: it is told nothing at all.
    """

    folder: Path
    id: str
    name: str
    admin_code: str
    date_basis: str
    scheme_folder: Path
    inputs: tuple[str, ...]
    accept_unknown_hospitals: bool
    pools: tuple[Pool, ...]
    aliases: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]]
    salt_file: Path | None
    policy_blocks: tuple[Mapping[str, Any], ...]
    settings_hash: str
    hospitals: tuple[Hospital, ...]
    scores: tuple[Score, ...]
    point_tables: PointTables
    fund: tuple[FundItem, ...]
    decisions: Decisions
    methods: MethodTables
    out: Path
    small_cells: int | None = None

    def pool_of_code(self) -> dict[str, str]:
        """Insurance-scheme code of a record -> pool."""
        return {code: pool.id for pool in self.pools for code in pool.codes}

    def tables(self) -> tuple[Path, ...]:
        """The region's own tables, records aside."""
        return _table_files(self.folder)

    def case_tables(self) -> tuple[Path, ...]:
        """The region's own tables that cases depend on. Raises RulesError for a file in codes/ that is none."""
        return (*self.hospital_tables(), *code_files(self.folder))

    def hospital_tables(self) -> tuple[Path, ...]:
        """The tables that say which hospital is in force when, and at which level."""
        kinds = ("levels", "entries", "mergers")
        changes = [path for path in decision_files(self.folder) if path.stem.partition("-")[0] in kinds]
        return (self.folder / "hospitals.csv", *changes)


@dataclass(frozen=True)
class Reading:
    """A region as it was read, and what every file was that it was read from: hashes by path, "" cannot be read."""

    region: Region
    files: Mapping[str, str]

    def brought_up_to_date(self) -> Reading:
        """This reading while no file has changed since, else a new one. Raises RulesError as load_region does."""
        return self if _fingerprint(self.region.folder) == self.files else read_region(self.region.folder)


def read_region(folder: Path) -> Reading:
    """The region in `folder`, to be read again when it changes. Raises RulesError naming file and key."""
    before = _fingerprint(folder)  # a file that changes while it is read does not go unnoticed
    return Reading(load_region(folder), before)


def load_region(folder: Path, closed: Mapping[str, Collection[str]] | None = None) -> Region:
    """The region in `folder`, and only there. Raises RulesError naming file and key.

    `closed` holds the fingerprints of the decisions that each closed period was closed with; None: as out/ says.
    """
    if not (folder / REGION_FILE).is_file():
        raise RulesError(
            f"{folder} is not a region: it holds no {REGION_FILE}",
            hint="name the region's folder with --region DIR, or make one with `drgcalc init DIR`",
        )
    document = _read_toml(folder)
    _check_keys(document, _REQUIRED, _OPTIONAL, "")
    pools = _read_pools(_table(document, "pools"))
    inputs = _read_inputs(_table(document, "inputs"))
    hospitals = read_hospitals(folder)
    decided = read_decisions(folder, {row.hospital_id for row in hospitals}, [pool.id for pool in pools])
    decisions = without_late(decided, closed_with(folder / "out") if closed is None else closed)
    return Region(
        folder=folder,
        id=_text(document, "id"),
        name=_text(document, "name"),
        admin_code=_text(document, "admin_code"),
        date_basis=_one_of(document, "date_basis", DATE_BASES),
        scheme_folder=folder / _text(document, "scheme"),
        inputs=_texts(inputs, "discharges", "inputs."),
        accept_unknown_hospitals=_one_of(inputs, "unknown_hospitals", _UNKNOWN_HOSPITALS, "inputs.") == "accept",
        pools=pools,
        aliases=_read_aliases(document.get("aliases", {})),
        values=_read_values(document.get("values", {})),
        salt_file=_read_salt(folder, document.get("salt", {})),
        policy_blocks=_read_policy_blocks(document["policy"]),
        settings_hash=block_hash({key: value for key, value in document.items() if key != "policy"}),
        hospitals=hospitals_after(hospitals, decisions),
        scores=read_scores(folder),
        point_tables=read_point_tables(folder, [pool.id for pool in pools]),
        fund=read_fund(folder, [pool.id for pool in pools]),
        decisions=decisions,
        methods=read_method_tables(folder, [pool.id for pool in pools]),
        out=folder / "out",
        small_cells=_read_small_cells(document.get("privacy", {})),
    )


def _table_files(folder: Path) -> tuple[Path, ...]:
    """The tables of the region in `folder`, by what they are about and by name."""
    return (
        folder / "hospitals.csv",
        *code_files(folder),
        *sorted(folder.glob("scores/*.csv")),
        *point_table_files(folder),
        *sorted(folder.glob("fund/*.csv")),
        *decision_files(folder),
        *sorted(folder.glob("methods/*.csv")),
    )


def _fingerprint(folder: Path) -> dict[str, str]:
    """What a region is read from: its own files, and the marks of closed periods, which say which decisions count."""
    files = (folder / REGION_FILE, *_table_files(folder), *closed_marks(folder / "out"))
    return {str(path): _hash_of(path) for path in files}


def _hash_of(path: Path) -> str:
    """SHA-256 of a file; "" when it cannot be read, which is for its reader to tell."""
    try:
        return file_hash(path)
    except OSError:
        return ""


def _read_toml(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(decode(folder / REGION_FILE, REGION_FILE), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{REGION_FILE} is not TOML: {error}", hint="look at the line it names") from error


def _read_pools(tables: Mapping[str, Any]) -> tuple[Pool, ...]:
    if not tables:
        raise RulesError(f"{REGION_FILE}: [pools] names no pool", hint="add [pools.employee] with name and codes")
    pools: list[Pool] = []
    owner: dict[str, str] = {}
    for pool_id in tables:
        table, where = _table(tables, pool_id, "pools."), f"pools.{pool_id}."
        _check_keys(table, ("name", "codes"), (), where)
        codes = _texts(table, "codes", where)
        for code in codes:
            if code in owner:
                raise RulesError(
                    f"{REGION_FILE}: {where}codes: {code!r} belongs already to pool {owner[code]}",
                    hint="one insurance scheme feeds one pool",
                )
            owner[code] = pool_id
        pools.append(Pool(pool_id, _text(table, "name", where), codes))
    return tuple(pools)


def _read_inputs(table: Mapping[str, Any]) -> dict[str, Any]:
    """[inputs] with what it may leave out."""
    _check_keys(table, ("discharges",), ("unknown_hospitals",), "inputs.")
    return {"unknown_hospitals": _UNKNOWN_HOSPITALS[0], **table}


def _read_aliases(table: object) -> dict[str, tuple[str, ...]]:
    columns = _as_table(table, "aliases")
    for column in columns:
        _check_column(column, f"aliases.{column}")
    return {column: _texts(columns, column, "aliases.") for column in columns}


def _read_values(table: object) -> dict[str, dict[str, str]]:
    columns = _as_table(table, "values")
    for column in columns:
        _check_column(column, f"values.{column}")
    maps = {column: _table(columns, column, "values.") for column in columns}
    return {column: {local: _text(map_, local, f"values.{column}.") for local in map_} for column, map_ in maps.items()}


def _read_small_cells(table: object) -> int | None:
    privacy = _as_table(table, "privacy")
    if not privacy:
        return None
    _check_keys(privacy, ("small_cells",), (), "privacy.")
    entry = _table(privacy, "small_cells", "privacy.")
    _check_keys(entry, ("value", "source"), ("unit",), "privacy.small_cells.")
    value = entry["value"]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise RulesError(
            f"{REGION_FILE}: privacy.small_cells.value is {value!r}", hint="write a whole number of cases above 0"
        )
    _text(entry, "source", "privacy.small_cells.")
    return value


def _read_salt(folder: Path, table: object) -> Path | None:
    salt = _as_table(table, "salt")
    if not salt:
        return None
    _check_keys(salt, ("file",), (), "salt.")
    path = folder / Path(_text(salt, "file", "salt.")).expanduser()
    if path.resolve().is_relative_to((folder / "out").resolve()):
        raise RulesError(
            f"{REGION_FILE}: salt.file lies in out/, which is published",
            hint="keep the salt outside of the region, readable by this user only",
        )
    return path


def _read_policy_blocks(blocks: object) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(blocks, list) or not blocks or not all(isinstance(block, dict) for block in blocks):
        raise RulesError(f"{REGION_FILE}: policy must be one or more [[policy]] blocks", hint="write [[policy]]")
    return tuple(blocks)


def _check_column(column: str, where: str) -> None:
    if column not in RECORDS.names():
        raise RulesError(
            f"{REGION_FILE}: {where}: records have no column {column!r}",
            hint=f"the columns are {', '.join(RECORDS.names())}",
        )


def _check_keys(table: Mapping[str, Any], required: Sequence[str], optional: Sequence[str], where: str) -> None:
    for key in table:
        if key not in required and key not in optional:
            raise RulesError(
                f"{REGION_FILE}: unknown key {where}{key}", hint=f"known keys: {', '.join((*required, *optional))}"
            )
    for key in required:
        if key not in table:
            raise RulesError(f"{REGION_FILE}: the key {where}{key} is missing", hint="add it: it has no default")


def _as_table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RulesError(f"{REGION_FILE}: {where} must be a table, it is {value!r}", hint=f"write [{where}]")
    return value


def _table(table: Mapping[str, Any], key: str, where: str = "") -> dict[str, Any]:
    return _as_table(table[key], f"{where}{key}")


def _text(table: Mapping[str, Any], key: str, where: str = "") -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise RulesError(f"{REGION_FILE}: {where}{key} must be a text, it is {value!r}", hint="put it in quotes")
    return value


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = table[key]
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise RulesError(
            f"{REGION_FILE}: {where}{key} must be a list of texts, it is {values!r}", hint=f'write {key} = ["…"]'
        )
    return tuple(values)


def _one_of(table: Mapping[str, Any], key: str, choices: Sequence[str], where: str = "") -> str:
    value = _text(table, key, where)
    if value not in choices:
        raise RulesError(f"{REGION_FILE}: {where}{key} is {value!r}", hint=f"it must be one of {', '.join(choices)}")
    return value
