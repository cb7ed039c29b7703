"""What a city says about its own directory: the [directory] table of region.toml or of a TOML file of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drgcalc.base.dip_columns import KINDS
from drgcalc.base.errors import InputError, RulesError
from drgcalc.grouping.dip.expression import Precedence
from drgcalc.tables.cells import heading
from drgcalc.tables.dip.words import aliases
from drgcalc.tables.model import Option

SECTION = "directory"
TYPES = ("core", "comprehensive", "grassroots", "tcm")
_KEYS = ("precedence", "aliases", "types", "kinds", "options")


@dataclass(frozen=True)
class LocalLayout:
    """How a city writes its directory.

    precedence: how cells join codes. aliases: column to headers that also name it. types: what the cells of the type
    column mean (TYPES). kinds: what the cells of the kind column mean. options: [options] of the scheme.
    """

    precedence: Precedence | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)

    def with_precedence(self, precedence: Precedence | None) -> LocalLayout:
        """The same with the precedence of the command line, if that gave one."""
        return self if precedence is None else replace(self, precedence=precedence)


def read_local_layout(path: Path) -> LocalLayout:
    """The [directory] table of a TOML file. Raises InputError when it cannot be read, RulesError for its content."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", hint="give the path of a TOML file") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesError(f"{path} is no TOML: {error}", hint="correct the file") from error
    section = document.get(SECTION)
    if not isinstance(section, dict):
        raise RulesError(f"{path} has no table [{SECTION}]", hint=f"write [{SECTION}] with {', '.join(_KEYS)}")
    unknown = sorted(set(section) - set(_KEYS))
    if unknown:
        raise RulesError(f"{path}: unknown key `{SECTION}.{unknown[0]}`", hint=f"keys are {', '.join(_KEYS)}")
    return LocalLayout(
        precedence=_precedence(path, section.get("precedence")),
        aliases=_aliases(path, _table(path, section, "aliases")),
        types=_meanings(path, "types", _table(path, section, "types"), TYPES),
        kinds=_meanings(path, "kinds", _table(path, section, "kinds"), KINDS),
        options=_options(path, _table(path, section, "options")),
    )


def _precedence(path: Path, value: object) -> Precedence | None:
    if value is None:
        return None
    if value not in list(Precedence):
        raise RulesError(f"{path}: `{SECTION}.precedence` is {value!r}", hint=f"it is one of {', '.join(Precedence)}")
    return Precedence(str(value))


def _table(path: Path, section: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = section.get(key, {})
    if not isinstance(table, dict):
        raise RulesError(f"{path}: `{SECTION}.{key}` is {table!r}", hint=f"write a table [{SECTION}.{key}]")
    return table


def _aliases(path: Path, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for column, headers in table.items():
        where = f"{path}: `{SECTION}.aliases.{column}`"
        if column not in aliases():
            raise RulesError(f"{where} is no column of a directory", hint=f"columns are {', '.join(aliases())}")
        if not isinstance(headers, list) or not all(isinstance(header, str) and heading(header) for header in headers):
            raise RulesError(f"{where} is {headers!r}", hint='write a list of headers: ["…"]')
    return {column: tuple(headers) for column, headers in table.items()}


def _meanings(path: Path, key: str, table: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, str]:
    for cell, meaning in table.items():
        if meaning not in allowed:
            raise RulesError(
                f"{path}: `{SECTION}.{key}.{cell}` is {meaning!r}", hint=f"it is one of {', '.join(allowed)}"
            )
    return {heading(cell): str(meaning) for cell, meaning in table.items()}


def _options(path: Path, table: Mapping[str, Any]) -> dict[str, Option]:
    for key, value in table.items():
        plain = isinstance(value, str | int | bool)
        if not plain and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise RulesError(
                f"{path}: `{SECTION}.options.{key}` is {value!r}",
                hint="an option is a text, a number, a flag or a list",
            )
    return dict(table)
