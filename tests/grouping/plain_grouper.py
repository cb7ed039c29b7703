"""The rules of a table folder, evaluated one record at a time: written from spec/official-workbooks.md alone.

It shares no code with drgcalc, so that a mistake of the engine, of its parser or of its loader shows as a difference.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

Holds = Callable[["Seen"], bool]
TOKEN = re.compile(r"\s*(>=|<=|[<>=(){},∩]|\d+(?:\.\d+)?(?![\w.])|\w+)")
SCALARS = ("NL", "XB", "XSRTL", "XSRTZ", "ZYTS", "LYFS", "KS", "HXJ", "ZZJH")
COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}


class Case(NamedTuple):
    """A record: normalised codes, the first of each list leading, and its scalars by field name."""

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal]


class Answer(NamedTuple):
    """Where a record belongs."""

    status: str
    mdc: str | None
    adrg: str | None
    drg: str | None
    complication: str | None


class Seen(NamedTuple):
    """A record as one scheme sees it: codes by field, sets by field, levels."""

    codes: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, frozenset[str]]
    sets_of: Callable[[str], frozenset[str]]
    levels: frozenset[str]
    scalars: Mapping[str, Decimal]


class Listing:
    """Entries of lists of codes: which of them stand for a code, itself or as its category."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self.codes: dict[str, list[tuple[str, str]]] = {}
        self.categories: dict[str, list[tuple[str, str]]] = {}
        for listed, owner in entries:
            if listed.endswith("*") and "+" not in listed:  # A18.3+K93.0* is a code, not a category
                self.categories.setdefault(listed[:-1], []).append((listed, owner))
            else:
                self.codes.setdefault(listed, []).append((listed, owner))

    def of(self, code: str) -> list[tuple[str, str]]:
        above = (self.categories.get(code[:length], ()) for length in range(len(code) + 1))
        return self.codes.get(code, []) + [entry for entries in above for entry in entries]


class PlainGrouper:
    """A table folder, read with the csv module and run row by row."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str) -> list[dict[str, str]]:
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        def in_order(name: str) -> list[dict[str, str]]:
            return sorted(rows(name), key=lambda row: int(row["seq"]))

        self.mdc, self.adrg, self.drg = in_order("mdc"), in_order("adrg"), in_order("drg")
        self.sets = Listing((row["code"], row["set_id"].upper()) for row in rows("code_sets"))
        self.cc = {
            level: Listing((row["code"], row["exclusion_set"]) for row in rows("cc") if row["level"] == level)
            for level in ("MCC", "CC")
        }
        self.exclusions = Listing((row["code"], row["exclusion_set"]) for row in rows("exclusions"))
        self.sets_of = cache(lambda code: frozenset(name for _, name in self.sets.of(code)))
        self.adrgs_of = cache(lambda mdc: [row for row in self.adrg if row["mdc"] == mdc])
        self.drgs_of = cache(lambda mdc, adrg: [r for r in self.drg if (r["mdc"], r["adrg"]) == (mdc, adrg)])

    def group(self, case: Case) -> Answer:
        seen = self.see(case)
        level = "MCC" if "MCC" in seen.levels else "CC" if "CC" in seen.levels else None
        for mdc in self.mdc:
            if not reading(mdc["rule"])(seen):
                continue
            for adrg in self.adrgs_of(mdc["code"]):
                if not reading(adrg["rule"])(seen):
                    continue
                for drg in self.drgs_of(mdc["code"], adrg["code"]):
                    if reading(drg["rule"])(seen):
                        return Answer(status(adrg["code"]), mdc["code"], adrg["code"], drg["code"], level)
                return Answer("ungrouped", mdc["code"], adrg["code"], None, level)
        return Answer("ungrouped", None, None, None, level)

    def holds(self, text: str, case: Case) -> bool:
        return reading(text)(self.see(case))

    def see(self, case: Case) -> Seen:
        codes = {
            "ZYZD": case.diagnoses[:1],
            "QTZD": case.diagnoses[1:],
            "ZYSS": case.procedures[:1],
            "QTSS": case.procedures[1:],
        }
        sets = {field: frozenset(s for code in held for s in self.sets_of(code)) for field, held in codes.items()}
        return Seen(codes, sets, self.sets_of, frozenset(self._levels(case.diagnoses)), case.scalars)

    def _levels(self, diagnoses: tuple[str, ...]) -> Iterator[str]:
        """The levels of the other diagnoses; of a level's entries for a code the nearest names the exclusion table."""
        excluding = {table for _, table in self.exclusions.of(diagnoses[0])} if diagnoses else set()
        for other in diagnoses[1:]:
            for level, listing in self.cc.items():
                entries = listing.of(other)
                if entries and max(entries, key=lambda entry: (entry[0] == other, len(entry[0])))[1] not in excluding:
                    yield level


def status(adrg: str) -> str:
    if adrg.endswith("QY"):
        return "ambiguous"
    return "ungrouped" if adrg.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") in ("00", "000", "0000") else "grouped"


@cache
def reading(text: str) -> Holds:
    """A rule text as a function of what is seen of a record. ValueError when it is not one."""
    plain = re.sub(r"_x[0-9a-fA-F]{4}_", " ", text)
    plain = "".join(chr(ord(mark) - 0xFEE0) if "！" <= mark <= "～" else mark for mark in plain)
    plain = re.sub(r"[\u200b-\u200d\u2060\ufeff]", " ", plain).strip()
    if not plain:
        return lambda _: True
    tokens, position = [], 0
    while position < len(plain):
        match = TOKEN.match(plain, position)
        if not match:
            raise ValueError(plain[position:])
        tokens.append(match[1].upper())
        position = match.end()
        while position < len(plain) and plain[position].isspace():
            position += 1
    rest = _Rest(tokens)
    rule = rest.any_of()
    if rest.tokens:
        raise ValueError(rest.tokens[0])
    return rule


class _Rest:
    """The tokens that are not read yet; each method reads one construct of the grammar."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def skip(self, *expected: str) -> bool:
        if self.tokens and self.tokens[0] in expected:
            self.tokens.pop(0)
            return True
        return False

    def must(self, expected: str) -> None:
        if not self.skip(expected):
            raise ValueError(f"expected {expected}: {self.tokens[:3]}")

    def any_of(self) -> Holds:
        parts = [self.all_of()]
        while self.skip("OR"):
            parts.append(self.all_of())
        return lambda seen: any(part(seen) for part in parts)

    def all_of(self) -> Holds:
        parts = [self.single()]
        while self.skip("AND"):
            parts.append(self.single())
        return lambda seen: all(part(seen) for part in parts)

    def single(self) -> Holds:
        if self.skip("NOT"):
            inner = self.single()
            return lambda seen: not inner(seen)
        if self.skip("("):
            inside = self.any_of()
            self.must(")")
            return inside
        if self.skip("LENGTH"):
            return self.length()
        if self.tokens and self.tokens[0][0].isdigit():
            constant = Decimal(self.tokens.pop(0)) != 0
            return lambda _: constant
        if self.tokens and self.tokens[0] in SCALARS:
            name, compare, number = self.tokens.pop(0), COMPARE[self.tokens.pop(0)], Decimal(self.tokens.pop(0))
            return lambda seen: name in seen.scalars and compare(seen.scalars[name], number)
        return self.membership()

    def length(self) -> Holds:
        self.must("(")
        name = self.tokens.pop(0)
        self.must("∩")
        fields = self.names()
        self.must(")")
        compare, number = COMPARE[self.tokens.pop(0)], Decimal(self.tokens.pop(0))

        def holds(seen: Seen) -> bool:
            codes = {code for field in fields for code in seen.codes[field]}
            return compare(Decimal(sum(name in seen.sets_of(code) for code in codes)), number)

        return holds

    def membership(self) -> Holds:
        fields = self.names()
        negated = self.skip("NOT")
        self.must("IN")
        sets = frozenset(self.names())

        def holds(seen: Seen) -> bool:
            found = any(not sets.isdisjoint(seen.sets[field]) for field in fields)
            return found or not sets.isdisjoint(seen.levels)

        return (lambda seen: not holds(seen)) if negated else holds

    def names(self) -> list[str]:
        if not self.skip("{"):
            return [self.tokens.pop(0)]
        names = [self.tokens.pop(0)]
        while self.skip(","):
            names.append(self.tokens.pop(0))
        self.must("}")
        return names
