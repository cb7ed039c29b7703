"""A directory matched one record at a time: written from spec/official-workbooks.md and dip-practice.md alone.

It shares no code with drgcalc: its own reading of the tables, of code expressions and of rules, so that a mistake of
the engine, of its parsers or of its loader shows as a difference. Expressions become the list of their conjunctions;
for every one of them every code is compared, slowly and plainly.
"""

import csv
import itertools
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

LAYERS = ("pregroup", "merged", "burn", "tumour", "tuberculosis", "core", "comprehensive")
RANKS = ("conservative", "diagnostic", "therapeutic", "interventional", "surgical")
DEFAULTS = {
    "tie": "higher_score", "principal": "together", "related": "required", "main_anywhere": ["pregroup", "tumour"],
    "empty_main": "no_procedure", "kind_of": "highest", "interventional_as": "surgical", "lower_kinds": False,
    "excluded": "below",
}  # fmt: skip
SCALARS = ("NL", "XB", "XSRTL", "XSRTZ", "ZYTS", "LYFS", "KS", "HXJ", "ZZJH", "CCI")


class Record(NamedTuple):
    """Normalised codes, the first of each list leading, and scalars by field."""

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal]


class Found(NamedTuple):
    """Where a record belongs, and all that is found about it."""

    status: str
    group: str | None = None
    layer: str | None = None
    kind: str = "conservative"
    grassroots: bool = False
    tcm: bool = False
    tied: str | None = None
    complication: str | None = None
    parts: tuple[str | None, ...] = (None,) * 5


Conjunction = tuple[str, ...]


@cache
def conjunctions(text: str) -> tuple[Conjunction, ...]:
    """An expression as alternatives, each a tuple of codes, ranges or `*` that must all be met."""
    text = text.replace(" ", "")
    pairs = re.findall(r"[A-Z][0-9A-Zx.]+\+[A-Z][0-9A-Zx.]+\*", text)
    for number, pair in enumerate(pairs):
        text = text.replace(pair, f"@{number}@")
    tokens = re.findall(r"@\d+@|[^|+()]+|[|+()]", text)
    rest = list(tokens)

    def any_of() -> list[Conjunction]:
        found = all_of()
        while rest and rest[0] == "|":
            rest.pop(0)
            found += all_of()
        return found

    def all_of() -> list[Conjunction]:
        found = single()
        while rest and rest[0] == "+":
            rest.pop(0)
            found = [a + b for a, b in itertools.product(found, single())]
        return found

    def single() -> list[Conjunction]:
        token = rest.pop(0)
        if token == "(":
            inside = any_of()
            assert rest.pop(0) == ")"
            return inside
        if token.startswith("@"):
            return [(pairs[int(token.strip("@"))],)]
        return [(token if token == "*" else token.rstrip("*"),)]

    found = any_of()
    assert not rest
    return tuple(found)


def meets(token: str, code: str) -> bool:
    """Whether a code is the token's, below it, in its range, or any."""
    if not code:
        return False
    if token == "*":
        return True
    if re.fullmatch(r"[A-Z0-9.]+-[A-Z0-9.]+", token):
        first, last = token.split("-")
        return len(code) >= len(first) and first <= code[: len(first)] <= last
    return code[: len(token)] == token


def nearness(token: str) -> int:
    """Longer is nearer; a range lies just above what its ends share."""
    if token == "*":
        return 0
    if re.fullmatch(r"[A-Z0-9.]+-[A-Z0-9.]+", token):
        first, last = token.split("-")
        shared = 0
        while shared < len(first) and first[shared] == last[shared]:
            shared += 1
        return 2 * shared + 1
    return 2 * len(token)


def met(text: str, codes: list[str], leader: str | None = None) -> tuple[int, int] | None:
    """Codes and nearness of the best conjunction that holds; with a leader, one in which it takes part."""
    found = []
    for conjunction in conjunctions(text):
        is_met = all(any(meets(token, code) for code in codes) for token in conjunction)
        if is_met and (leader is None or any(meets(token, leader) for token in conjunction)):
            found.append((len(conjunction), sum(map(nearness, conjunction))))
    return max(found) if found else None


def covered(text: str, codes: list[str]) -> int | None:
    """How many of the codes are named by conjunctions that hold; None when none does."""
    tokens = {
        token
        for conjunction in conjunctions(text)
        if all(any(meets(one, code) for code in codes) for one in conjunction)
        for token in conjunction
    }
    return sum(any(meets(token, code) for token in tokens) for code in codes) if tokens else None


Asks = Callable[[list[str], list[str]], bool]
"""Whether a code of any of the fields is in any of the sets."""


def rule_holds(text: str, scalars: Mapping[str, Decimal], levels: Sequence[str], in_sets: Asks | None = None) -> bool:
    """A rule over scalars, levels and sets."""
    if not text:
        return True

    def compared(match: re.Match[str]) -> str:
        field, op, number = match.groups()
        value = scalars.get(field)
        if value is None:
            return " False "
        order = (value > Decimal(number)) - (value < Decimal(number))
        return f" {order in {'>=': (0, 1), '<=': (-1, 0), '>': (1,), '<': (-1,), '=': (0,)}[op]} "

    text = re.sub(rf"\b({'|'.join(SCALARS)})\s*(>=|<=|>|<|=)\s*([\d.]+)", compared, text)
    if in_sets:
        names = r"(\{[^}]*\}|[A-Z_]+)"

        def asked(match: re.Match[str]) -> str:
            fields, sets = (re.findall(r"[A-Z_]+", match[place]) for place in (1, 3))
            holds = in_sets(fields, sets) or not set(sets).isdisjoint(levels)
            return f" {holds != bool(match[2])} "

        text = re.sub(rf"{names} (not )?in {names}", asked, text)
    return bool(eval(text))


class PlainDip:
    """A directory as its files say."""

    def __init__(self, folder: Path) -> None:
        about = tomllib.loads((folder / "scheme.toml").read_text(encoding="utf-8"))
        self.options = {**DEFAULTS, **about.get("options", {})}
        self.rows = sorted(read(folder, "dip"), key=lambda row: int(row["seq"]))
        self.excluded = [row["code"] for row in read(folder, "excluded_diagnoses")]
        self.main = read(folder, "main_procedures")
        self.flags = read(folder, "grassroots")
        self.kinds = [(row["prefix"], row["kind"]) for row in read(folder, "procedure_kinds")]
        self.cc = read(folder, "cc")
        self.exclusions = read(folder, "exclusions")
        self.cci = read(folder, "cci")
        self.auxiliary = read(folder, "auxiliary")
        self.sets = read(folder, "code_sets")

    def find(self, record: Record) -> Found:
        """Where the record belongs."""
        principal = record.diagnoses[0] if record.diagnoses else ""
        main, others, kind = self.procedures(record, principal)
        levels = self.levels(record)
        top = "MCC" if "MCC" in levels else "CC" if "CC" in levels else None
        parts = self.parts(record, levels)
        nothing = Found("ungrouped", kind=kind, complication=top, parts=parts)
        if self.is_excluded(principal):
            return nothing._replace(status="excluded")
        for layer in LAYERS:
            tried = [kind]
            if layer == "comprehensive" and self.options["lower_kinds"]:
                tried = [*reversed(RANKS[: RANKS.index(kind) + 1])]
            for asked in tried if layer == "comprehensive" else [kind]:
                fitting = [
                    (fit, row)
                    for row in self.rows
                    if row["layer"] == layer and (fit := self.fit(row, record, main, others, asked)) is not None
                ]
                if fitting:
                    return self.won(fitting, nothing, principal, main, others, kind)
        return nothing

    def won(self, fitting: list, nothing: Found, principal: str, main: str, others: list[str], kind: str) -> Found:
        if self.options["principal"] == "longest_first":
            longest = max(fit[1] for fit, _ in fitting)
            fitting = [(fit, row) for fit, row in fitting if fit[1] == longest]
        best = max(fit for fit, _ in fitting)
        equal = [row for fit, row in fitting if fit == best]
        if self.options["tie"] == "higher_score":
            scores = [Decimal(row["score"]) if row["score"] else None for row in equal]
            order = sorted(range(len(equal)), key=lambda n: (scores[n] is None, -(scores[n] or 0), n))
            equal = [equal[n] for n in order]
        winner = equal[0]
        tied = [code for code in dict.fromkeys(row["code"] for row in equal) if code != winner["code"]]
        flagged = winner["grassroots"] == "1" or any(
            met(row["principal"] or "*", [principal]) is not None and self.main_fit(row, "core", main, others, kind)
            for row in self.flags
        )
        return nothing._replace(
            status="grouped", group=winner["code"], layer=winner["layer"], grassroots=flagged,
            tcm=winner["tcm"] == "1", tied="|".join(tied) or None,
        )  # fmt: skip

    def fit(self, row: dict, record: Record, main: str, others: list[str], kind: str) -> tuple | None:
        """How well a row fits: related procedures, then nearness of principal, main procedure, secondary, the rest."""
        principal = record.diagnoses[:1]
        near = met(row["principal"], list(principal)) if row["principal"] else (0, 0)
        reach = self.main_fit(row, row["layer"], main, others, kind)
        secondary = met(row["secondary"], list(record.diagnoses[1:])) if row["secondary"] else (0, 0)
        if near is None or reach is None or secondary is None:
            return None
        if row["kind"] and row["kind"] != kind:
            return None
        if not rule_holds(row["condition"], record.scalars, ()):
            return None
        related = 0
        if row["related_procedures"] and self.options["related"] != "ignored":
            anywhere = row["layer"] in self.options["main_anywhere"]
            found = covered(row["related_procedures"], ([main] if main and anywhere else []) + others)
            if found is None and self.options["related"] == "required":
                return None
            related = found or 0
        return (
            related + max(0, reach[0] - 1),
            near[1],
            reach[1],
            secondary[1],
            bool(row["condition"]),
            bool(row["kind"]),
        )

    def main_fit(self, row: dict, layer: str, main: str, others: list[str], kind: str) -> tuple[int, int] | None:
        """How the main procedure, or any where the layer says so, meets what the row asks."""
        codes = ([main] if main else []) + others
        if not row["main_procedure"]:
            if layer not in ("merged", "core"):
                return (0, 0)
            bare = kind == "conservative" if self.options["empty_main"] == "conservative_kind" else not main
            return (0, 0) if bare else None
        if layer in self.options["main_anywhere"] and "layer" in row:
            return met(row["main_procedure"], codes)
        return met(row["main_procedure"], codes, main) if main else None

    def procedures(self, record: Record, principal: str) -> tuple[str, list[str], str]:
        """The main procedure, the others that count, and the kind of treatment."""
        fates = [self.fate(code, principal) for code in record.procedures]
        main, conservative = "", False
        for code, fate in zip(record.procedures, fates, strict=True):
            if fate == "never":
                continue
            main, conservative = ("", True) if fate == "aside" else (code, False)
            break
        kept = [code for code, fate in zip(record.procedures, fates, strict=True) if fate != "aside" and code]
        others = [code for code in dict.fromkeys(kept) if code != main]
        if conservative:
            return main, others, "conservative"
        asked = [main] if self.options["kind_of"] == "main" else [main, *others]
        return main, others, max((self.kind(code) for code in asked), key=RANKS.index)

    def fate(self, code: str, principal: str) -> str:
        rows = [row for row in self.main if code and code.startswith(row["code"])]
        if not rows:
            return "counts"
        row = max(rows, key=lambda row: len(row["code"]))
        if row["effect"] == "never_main":
            return "never"
        in_scope = row["effect"] == "in_scope_only" and met(row["principal_scope"], [principal]) is not None
        return "counts" if in_scope else "aside"

    def kind(self, code: str) -> str:
        found = [(len(prefix), kind) for prefix, kind in self.kinds if code and code.startswith(prefix)]
        kind = max(found)[1] if found else "conservative"
        return self.options["interventional_as"] if kind == "interventional" else kind

    def is_excluded(self, principal: str) -> bool:
        if self.options["excluded"] == "exact":
            return principal in self.excluded
        return any(principal.startswith(code) for code in self.excluded)

    def levels(self, record: Record) -> list[str]:
        principal, found = (record.diagnoses[0] if record.diagnoses else ""), []
        excluding = {row["exclusion_set"] for row in self.exclusions if lists(row["code"], principal)}
        for code in record.diagnoses[1:]:
            for level in ("MCC", "CC"):
                rows = [row for row in self.cc if row["level"] == level and lists(row["code"], code)]
                if rows:
                    nearest = max(rows, key=lambda row: (not row["code"].endswith("*"), len(row["code"])))
                    if nearest["exclusion_set"] not in excluding:
                        found.append(level)
        return found

    def parts(self, record: Record, levels: list[str]) -> tuple[str | None, ...]:
        conditions: dict[str, int] = {}
        for code in record.diagnoses[1:]:
            for row in self.cci:
                if code.startswith(row["code"]):
                    heavier = max(int(row["weight"]), conditions.get(row["condition_name"], 0))
                    conditions[row["condition_name"]] = heavier
        scalars = {**record.scalars, "CCI": Decimal(sum(conditions.values()))}
        codes = {
            "ZYZD": record.diagnoses[:1], "QTZD": record.diagnoses[1:], "ZYSS": record.procedures[:1],
            "QTSS": record.procedures[1:],
        }  # fmt: skip

        def in_sets(fields: list[str], sets: list[str]) -> bool:
            entries = [row["code"] for row in self.sets if row["set_id"] in sets]
            return any(lists(entry, code) for field in fields for code in codes[field] if code for entry in entries)

        found = []
        for dimension in ("cci", "severity", "tumour", "age", "icu"):
            holding = [
                row["part"]
                for row in self.auxiliary
                if row["dimension"] == dimension and rule_holds(row["rule"], scalars, levels, in_sets)
            ]
            found.append(holding[0] if holding else None)
        return tuple(found)


def lists(entry: str, code: str) -> bool:
    """Whether an entry of a list of diagnoses is about a code: the code, or a category that ends in `*`."""
    if entry.endswith("*") and "+" not in entry:
        return bool(code) and code.startswith(entry[:-1])
    return entry == code


def read(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table; none when the file is not there."""
    path = folder / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
