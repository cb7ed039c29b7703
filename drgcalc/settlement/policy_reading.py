"""Strict reading of a TOML table: every key is asked for once, and what is left over or does not fit is an error.

Every message names the file, the dotted path of the key and what to write instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import round_half_up


class Unit(NamedTuple):
    """What a unit means, and how many decimals a number in it may have."""

    meaning: str
    places: int


UNITS = {
    "ratio": Unit("a share from 0 to 1", 4),
    "factor": Unit("what an amount is multiplied by", 6),
    "times": Unit("multiples of a cost", 4),
    "points": Unit("points", 4),
    "yuan": Unit("yuan", 2),
    "yuan_per_point": Unit("yuan a point", 8),
    "years": Unit("a number of years", 0),
    "months": Unit("a number of months", 0),
    "places": Unit("a number of decimals", 0),
    "days": Unit("whole days", 0),
    "cases": Unit("a number of cases", 0),
}


class Number(NamedTuple):
    """A number of law: its value, unit (a key of UNITS) and the article it comes from."""

    value: Decimal
    unit: str
    source: str


class Choice(NamedTuple):
    """One of several readings or rules, and the article that makes the choice."""

    value: str
    source: str


class Table:
    """A TOML table under a dotted path. Each reader takes a key out; `finish` refuses the keys nobody asked for."""

    def __init__(self, content: object, where: str, path: str) -> None:
        if not isinstance(content, Mapping):
            raise RulesError(f"{where}: {path} must be a table", hint=f"write [{path}] and its keys below it")
        self._content: dict[str, object] = {str(key): value for key, value in content.items()}
        self._asked: set[str] = set()
        self.where = where
        self.path = path

    def at(self, key: str) -> str:
        """The dotted path of `key`."""
        return f"{self.path}.{key}"

    def wrong(self, key: str, what: str, hint: str) -> RulesError:
        """The error that says what is wrong with `key`, to be raised."""
        return RulesError(f"{self.where}: {self.at(key)} {what}", hint=hint)

    def has(self, key: str) -> bool:
        """Whether the table has that key; asking makes it a known key."""
        self._asked.add(key)
        return key in self._content

    def names(self) -> tuple[str, ...]:
        """All keys, in the order they are written."""
        return tuple(self._content)

    def take(self, key: str) -> object:
        """The raw value of a required key."""
        if not self.has(key):
            raise self.wrong(key, "is missing", "add it: a policy block is complete, nothing is inherited or assumed")
        return self._content[key]

    def table(self, key: str) -> Table:
        """The table under a required key."""
        return Table(self.take(key), self.where, self.at(key))

    def tables(self, key: str) -> tuple[Table, ...]:
        """The array of tables under a required key; may be empty."""
        content = self.take(key)
        if not isinstance(content, list):
            raise self.wrong(key, "must be a list of tables", f"write [[{self.at(key)}]] once for each")
        return tuple(Table(item, self.where, f"{self.at(key)}[{number}]") for number, item in enumerate(content, 1))

    def text(self, key: str) -> str:
        """A required text that is not empty."""
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"must be a text, not {value!r}", "write it in quotes")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A required list of texts, none of them empty."""
        values = self.take(key)
        if not isinstance(values, list) or not values or not all(isinstance(text, str) and text for text in values):
            raise self.wrong(key, f"must be a list of texts, not {values!r}", 'write ["…", "…"]')
        return tuple(values)

    def day(self, key: str) -> date:
        """A required date."""
        value = self.take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(key, f"must be a date, not {value!r}", "write it as 2024-01-31, without quotes")
        return value

    def choice(self, key: str, options: Collection[str]) -> Choice:
        """`key = { value = "…", source = "…" }`, the value being one of `options`."""
        entry = self.table(key)
        value, source = entry.text("value"), entry.source()
        entry.finish()
        if value not in options:
            raise self.wrong(key, f"is {value!r}", f"choose one of {', '.join(options)}")
        return Choice(value, source)

    def number(self, key: str, unit: str) -> Number:
        """`key = { value = 0.03, unit = "ratio", source = "…" }` in that unit."""
        entry = self.table(key)
        value = decimal(entry.take("value"), entry, "value")
        found, source = entry.text("unit"), entry.source()
        entry.finish()
        if found != unit:
            raise self.wrong(key, f"has the unit {found!r}", f'it is {UNITS[unit].meaning}: write unit = "{unit}"')
        if unit == "ratio" and not 0 <= value <= 1:
            raise self.wrong(key, f"is {value}, and a ratio lies between 0 and 1", "write three per cent as 0.03")
        if unit != "times" and value < 0:
            raise self.wrong(key, f"is {value}, below zero", f"{unit} is never negative")
        places = UNITS[unit].places
        if round_half_up(value, places) != value:
            raise self.wrong(key, f"is {value}, with more than {places} decimals", f"{unit} has at most {places}")
        return Number(value, unit, source)

    def source(self) -> str:
        """The article of law: required beside every number and choice."""
        if not self.has("source"):
            raise RulesError(f"{self.where}: {self.path} has no source", hint='name the article: source = "第五条"')
        return self.text("source")

    def finish(self) -> None:
        """Refuse keys that nothing asked for."""
        unknown = [key for key in self._content if key not in self._asked]
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise self.wrong(unknown[0], "is not a key of this table", f"the keys here are: {known}")


def decimal(value: object, table: Table, key: str) -> Decimal:
    """A TOML number as an exact Decimal. Raises RulesError for texts, truth values and binary floats."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise table.wrong(
        key, f"must be a number, not {value!r}", "write digits without quotes, and read with parse_float=Decimal"
    )
