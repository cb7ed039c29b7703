"""A DIP directory (DIP病种目录库): the rows of its table folder, read strictly, and how the city reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from drgcalc.base.dip_columns import (
    AUXILIARY,
    CCI,
    CODE_SETS,
    DIMENSIONS,
    DIP,
    DIP_OPTIONAL,
    DIP_REQUIRED,
    EFFECTS,
    EXCLUDED_DIAGNOSES,
    GRASSROOTS,
    KINDS,
    LAYERS,
    MAIN_PROCEDURES,
    PROCEDURE_KIND_TABLE,
)
from drgcalc.base.errors import RulesError
from drgcalc.grouping.code_sets import CodeSet, check_set_spelling, read_code_sets, wrong_sets
from drgcalc.grouping.dip.expression import Code, Expression, ExpressionSyntaxError, Span, leaves, parse
from drgcalc.grouping.rules import Compare, Count, Rule, RuleSyntaxError, sets_of, walk
from drgcalc.grouping.rules import parse as parse_rule
from drgcalc.grouping.table_folder import (
    CcRow,
    check_complications,
    check_spelling,
    checksum_of,
    optional_rows_of,
    read_complications,
    read_exclusions,
    rows_of,
    whole_number,
)
from drgcalc.records.codes import normalise_diagnosis, normalise_procedure

CHARLSON = "CCI"
"""Name of the Charlson sum in the rules of auxiliary parts."""
CONSERVATIVE = KINDS[-1]


class DipRow(NamedTuple):
    """One way into a group of the directory (病种). None: nothing asked, or no procedure that counts."""

    code: str
    name: str
    layer: str
    seq: int
    principal: Expression | None
    main_procedure: Expression | None
    related_procedures: Expression | None
    secondary: Expression | None
    condition: str
    kind: str
    grassroots: bool
    tcm: bool
    score: Decimal | None
    note: str


class MainProcedure(NamedTuple):
    """A procedure that is never the main one, or as such makes the case conservative, or is main in a scope only."""

    code: str
    effect: str
    scope: Expression | None


class GrassrootsRow(NamedTuple):
    """A combination whose cases are paid alike at every level (基层病种)."""

    seq: int
    principal: Expression | None
    main_procedure: Expression | None
    name: str


class CharlsonRow(NamedTuple):
    """A diagnosis prefix and the condition it belongs to; a condition counts once, with its heaviest weight."""

    code: str
    condition: str
    weight: int


class AuxiliaryPart(NamedTuple):
    """A part of an auxiliary dimension (辅助目录分型) and the rule that puts a case into it."""

    dimension: str
    part: str
    rule: str
    name: str


@dataclass(frozen=True)
class DipOptions:
    """How a city reads its directory: scheme.toml [options].

    tie: which of equal matches wins, "higher_score" (of the directory, then order) or "order".
    principal: do rows with a shorter principal code compete ("together"), or only the longest that match
    ("longest_first")? related: related procedures are "required", only "preferred", or "ignored".
    main_anywhere: layers whose main_procedure any procedure of the case may meet, not the main one alone.
    empty_main: a core or merged row without a main procedure takes cases that have none that counts
    ("no_procedure"), or all that are treated conservatively ("conservative_kind").
    kind_of: the kind of treatment is that of the "main" procedure or the "highest" over all that count.
    interventional_as: the kind that interventional treatment is in comprehensive groups.
    lower_kinds: a case whose kind no comprehensive row has is tried as the next lower kinds.
    excluded: an excluded diagnosis is the code and all "below" it, or the "exact" code.
    """

    tie: str = "higher_score"
    principal: str = "together"
    related: str = "required"
    main_anywhere: tuple[str, ...] = ("pregroup", "tumour")
    empty_main: str = "no_procedure"
    kind_of: str = "highest"
    interventional_as: str = "surgical"
    lower_kinds: bool = False
    excluded: str = "below"


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "tie": ("higher_score", "order"),
    "principal": ("together", "longest_first"),
    "related": ("required", "preferred", "ignored"),
    "empty_main": ("no_procedure", "conservative_kind"),
    "kind_of": ("main", "highest"),
    "interventional_as": ("surgical", "interventional", "therapeutic"),
    "excluded": ("below", "exact"),
}


@dataclass(frozen=True)
class DipScheme:
    """A loaded directory. Rows stand in the order of the plan; `checksum` names its content."""

    id: str
    title: str
    kind: str
    edition: str
    source: str
    checksum: str
    options: DipOptions
    rows: tuple[DipRow, ...]
    excluded: frozenset[str]
    main_procedures: tuple[MainProcedure, ...]
    grassroots: tuple[GrassrootsRow, ...]
    procedure_kinds: Mapping[str, str]
    cc: tuple[CcRow, ...]
    exclusions: Mapping[str, frozenset[str]]
    charlson: tuple[CharlsonRow, ...]
    auxiliary: tuple[AuxiliaryPart, ...]
    code_sets: Mapping[str, CodeSet]
    folder: Path | None = field(default=None, compare=False)


def load_dip_scheme(folder: Path, about: Mapping[str, Any]) -> DipScheme:
    """The directory of a table folder whose scheme.toml is `about`, checked: checksums, headers, expressions, rules.

    Raises RulesError that names the file, the row and what to do.
    """
    digests = about["sha256"]
    tables = {table.name: rows_of(folder, table, digests) for table in DIP_REQUIRED}
    tables |= {table.name: optional_rows_of(folder, table, digests) for table in DIP_OPTIONAL}
    sets = pl.DataFrame(tables[CODE_SETS.name], schema=dict.fromkeys(CODE_SETS.names(), pl.String), orient="row")
    check_set_spelling(folder, sets)
    reader = _Reader(folder, read_code_sets(folder, sets))
    scheme = DipScheme(
        id=about["id"],
        title=about["title"],
        kind=about["kind"],
        edition=about["edition"],
        source=about["source"],
        checksum=checksum_of(about),
        options=_read_options(folder, about.get("options", {})),
        rows=tuple(sorted(map(reader.dip, tables[DIP.name]), key=lambda row: row.seq)),
        excluded=frozenset(row[0] for row in tables[EXCLUDED_DIAGNOSES.name]),
        main_procedures=tuple(map(reader.main_procedure, tables[MAIN_PROCEDURES.name])),
        grassroots=tuple(sorted(map(reader.grassroots, tables[GRASSROOTS.name]), key=lambda row: row.seq)),
        procedure_kinds={row[0]: reader.one_of(PROCEDURE_KIND_TABLE.name, row[0], "kind", row[1], KINDS)
                         for row in tables[PROCEDURE_KIND_TABLE.name]},
        cc=read_complications(folder, tables["cc"]),
        exclusions=read_exclusions(tables["exclusions"]),
        charlson=tuple(map(reader.charlson, tables[CCI.name])),
        auxiliary=tuple(map(reader.auxiliary, tables[AUXILIARY.name])),
        code_sets=reader.code_sets,
        folder=folder,
    )  # fmt: skip
    _check(folder, scheme)
    return scheme


class _Reader:
    """Rows of text to rows of a directory; every error names file and row."""

    def __init__(self, folder: Path, code_sets: Mapping[str, CodeSet]) -> None:
        self._folder = folder
        self.code_sets = code_sets

    def dip(self, cells: list[str]) -> DipRow:
        code, name, layer, seq, principal, main, related, secondary, condition, kind, grassroots, tcm, score, note = (
            cells
        )
        table = DIP.name
        if not code:
            raise self.error(table, f"the row of seq {seq}", "has no code", "every group has a code")
        return DipRow(
            code,
            name,
            self.one_of(table, code, "layer", layer, LAYERS),
            whole_number(self._folder, table, code, seq),
            self._diagnoses(table, code, "principal", principal),
            self._procedures(table, code, "main_procedure", main),
            self._procedures(table, code, "related_procedures", related),
            self._diagnoses(table, code, "secondary", secondary),
            self._condition(code, condition),
            self.one_of(table, code, "kind", kind, KINDS if layer == LAYERS[-1] else ()) if kind else "",
            self._flag(code, "grassroots", grassroots),
            self._flag(code, "tcm", tcm),
            self._score(code, score),
            note,
        )

    def main_procedure(self, cells: list[str]) -> MainProcedure:
        code, _, effect, scope, _ = cells
        table = MAIN_PROCEDURES.name
        effect = self.one_of(table, code, "effect", effect, EFFECTS)
        if (effect == "in_scope_only") != bool(scope):
            raise self.error(
                table, code, f"has effect {effect} and principal_scope {scope!r}", "in_scope_only alone has a scope"
            )
        return MainProcedure(code, effect, self._diagnoses(table, code, "principal_scope", scope))

    def grassroots(self, cells: list[str]) -> GrassrootsRow:
        seq, principal, main, name = cells
        table, shown = GRASSROOTS.name, f"seq {seq}"
        return GrassrootsRow(
            whole_number(self._folder, table, name, seq),
            self._diagnoses(table, shown, "principal", principal),
            self._procedures(table, shown, "main_procedure", main),
            name,
        )

    def charlson(self, cells: list[str]) -> CharlsonRow:
        code, condition, weight, _ = cells
        if not weight.isdecimal():
            raise self.error(CCI.name, code, f"has weight {weight!r}", "a weight is a whole number")
        return CharlsonRow(code, condition, int(weight))

    def auxiliary(self, cells: list[str]) -> AuxiliaryPart:
        dimension, part, rule, name, _ = cells
        table = AUXILIARY.name
        dimension = self.one_of(table, part, "dimension", dimension, DIMENSIONS)
        tree = self._rule(table, part, rule, (CHARLSON,))
        if any(isinstance(one, Count) for one in walk(tree)):
            raise self.error(
                table,
                part,
                f"has the rule {rule!r}",
                "it may ask for scalars, CCI, levels and code sets; it cannot count",
            )
        if wrong := wrong_sets(tree, self.code_sets):
            raise self.error(table, part, wrong, f"correct the rule, or add the set to {CODE_SETS.name}.csv")
        return AuxiliaryPart(dimension, part, rule, name)

    def one_of(self, table: str, code: str, column: str, text: str, allowed: tuple[str, ...]) -> str:
        """A cell that must be one of these words."""
        if text not in allowed:
            words = ", ".join(allowed) or "nothing: comprehensive rows alone have a kind"
            raise self.error(table, code, f"has {column} {text!r}", f"it may be {words}")
        return text

    def error(self, table: str, code: str, message: str, hint: str) -> RulesError:
        """An error of a row."""
        return RulesError(f"{self._folder / table}.csv: {code} {message}", hint=hint)

    def _diagnoses(self, table: str, code: str, column: str, text: str) -> Expression | None:
        return self._expression(table, code, column, text, lambda first: not first.isdecimal(), "diagnoses")

    def _procedures(self, table: str, code: str, column: str, text: str) -> Expression | None:
        return self._expression(table, code, column, text, str.isdecimal, "procedures")

    def _expression(
        self, table: str, code: str, column: str, text: str, fits: Callable[[str], bool], what: str
    ) -> Expression | None:
        try:
            expression = parse(text)
        except ExpressionSyntaxError as error:
            raise self.error(table, code, f"{column}: {error}", "correct the expression") from error
        for leaf in leaves(expression):
            first = leaf.code if isinstance(leaf, Code) else leaf.first if isinstance(leaf, Span) else ""
            if first and not fits(first[0]):
                raise self.error(table, code, f"asks in {column} for {first}", f"only {what} can stand there")
        return expression

    def _condition(self, code: str, text: str) -> str:
        tree = self._rule(DIP.name, code, text, ())
        if sets_of(tree):
            raise self.error(DIP.name, code, f"has the condition {text!r}", "a condition asks for scalars alone")
        return text

    def _rule(self, table: str, code: str, text: str, derived: tuple[str, ...]) -> Rule:
        try:
            return parse_rule(text, derived)
        except RuleSyntaxError as error:
            raise self.error(table, code, f"{error}", "correct the rule text") from error

    def _flag(self, code: str, column: str, text: str) -> bool:
        return self.one_of(DIP.name, code, column, text, ("0", "1")) == "1"

    def _score(self, code: str, text: str) -> Decimal | None:
        try:
            score = Decimal(text) if text else None
        except InvalidOperation as error:
            raise self.error(DIP.name, code, f"has score {text!r}", "a score is a number, or empty") from error
        if score is not None and not score.is_finite():
            raise self.error(DIP.name, code, f"has score {text!r}", "a score is a number, or empty")
        return score


def _read_options(folder: Path, given: Mapping[str, Any]) -> DipOptions:
    path = folder / "scheme.toml"
    known = {one.name for one in fields(DipOptions)}
    for key, value in given.items():
        if key not in known:
            raise RulesError(
                f"{path}: unknown option `options.{key}`", hint=f"options of a directory: {', '.join(sorted(known))}"
            )
        if key in _CHOICES and value not in _CHOICES[key]:
            raise RulesError(f"{path}: `options.{key}` is {value!r}", hint=f"write one of {', '.join(_CHOICES[key])}")
        if key == "lower_kinds" and not isinstance(value, bool):
            raise RulesError(f"{path}: `options.{key}` is {value!r}", hint="write true or false")
        if key == "main_anywhere" and not (isinstance(value, list) and all(layer in LAYERS for layer in value)):
            raise RulesError(f"{path}: `options.{key}` is {value!r}", hint=f"write a list of {', '.join(LAYERS)}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return DipOptions(**values)


def _check(folder: Path, scheme: DipScheme) -> None:
    check_complications(folder, scheme.cc, scheme.exclusions)
    diagnoses: Iterable[tuple[str, Iterable[str]]] = (
        (EXCLUDED_DIAGNOSES.name, scheme.excluded),
        (CCI.name, (row.code for row in scheme.charlson)),
    )
    procedures: Iterable[tuple[str, Iterable[str]]] = (
        (MAIN_PROCEDURES.name, (row.code for row in scheme.main_procedures)),
        (PROCEDURE_KIND_TABLE.name, scheme.procedure_kinds),
    )
    for listed, normalise in ((diagnoses, normalise_diagnosis), (procedures, normalise_procedure)):
        for name, codes in listed:
            check_spelling(folder / f"{name}.csv", normalise, codes)
    _refuse_twice(folder, MAIN_PROCEDURES.name, [row.code for row in scheme.main_procedures])
    _refuse_twice(folder, AUXILIARY.name, [f"{row.dimension} {row.part}" for row in scheme.auxiliary])
    _refuse_unasked_charlson(folder, scheme)


def _refuse_twice(folder: Path, table: str, keys: list[str]) -> None:
    repeated = [key for key, times in Counter(keys).items() if times > 1]
    if repeated:
        raise RulesError(f"{folder / table}.csv: {repeated[0]} stands twice", hint="keep one of the rows")


def _refuse_unasked_charlson(folder: Path, scheme: DipScheme) -> None:
    """A rule on the Charlson sum needs the list it is summed from: without it every sum would be 0."""
    for row in scheme.auxiliary:
        asks = any(
            isinstance(one, Compare) and one.field == CHARLSON for one in walk(parse_rule(row.rule, (CHARLSON,)))
        )
        if asks and not scheme.charlson:
            raise RulesError(
                f"{folder / AUXILIARY.name}.csv: {row.dimension} {row.part} asks for {CHARLSON}, "
                f"and {CCI.name}.csv is not there",
                hint=f"add {CCI.name}.csv, or take the rows out",
            )
