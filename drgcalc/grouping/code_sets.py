"""Sets of codes that the rules of a scheme or of a directory name: code_sets.csv of a table folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from drgcalc.base.errors import RulesError
from drgcalc.grouping.rules import DIAGNOSIS_FIELDS, VIRTUAL_SETS, Member, Rule, walk
from drgcalc.grouping.table_folder import check_spelling
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE, normalise_diagnosis, normalise_procedure

FILE = "code_sets.csv"


class CodeSet(NamedTuple):
    """The members of a set; a code that ends in * stands for everything that begins so. kind: DI or OP."""

    kind: str
    codes: frozenset[str]


def read_code_sets(folder: Path, rows: pl.DataFrame) -> dict[str, CodeSet]:
    """The sets by their names, as rules write them. Raises RulesError for a set of both kinds, or of neither."""
    # Each distinct code becomes one text, so that finding it in another set costs no comparison of texts.
    distinct = rows["code"].unique()
    text_of = distinct.to_list().__getitem__
    numbered = rows.with_columns(rows["code"].cast(pl.Enum(distinct)).to_physical())
    sets: dict[str, CodeSet] = {}
    for set_id, kind, members in numbered.group_by("set_id", "kind", maintain_order=True).agg("code").iter_rows():
        if set_id.upper() in sets or kind not in (DIAGNOSIS, PROCEDURE):
            raise RulesError(
                f"{folder / FILE}: set {set_id} has kind {kind!r}",
                hint="a set is either DI (diagnoses) or OP (procedures)",
            )
        sets[set_id.upper()] = CodeSet(kind, frozenset(map(text_of, members)))
    return sets


def check_set_spelling(folder: Path, rows: pl.DataFrame) -> None:
    """Raises RulesError for a code that is not spelled as records are."""
    for kind, normalise in ((DIAGNOSIS, normalise_diagnosis), (PROCEDURE, normalise_procedure)):
        codes = rows["code"].filter(rows["kind"] == kind).unique()
        check_spelling(folder / FILE, normalise, codes)


def wrong_sets(rule: Rule, sets: Mapping[str, CodeSet]) -> str | None:
    """What is wrong with the sets that the memberships of a rule name; None when nothing is."""
    for part in walk(rule):
        if not isinstance(part, Member):
            continue
        kind = DIAGNOSIS if part.fields[0] in DIAGNOSIS_FIELDS else PROCEDURE
        for name in part.sets:
            if name in VIRTUAL_SETS and part.fields != ("QTZD",):
                return f"asks {part.fields[0]} for {name}, and levels exist for QTZD alone"
            if name not in VIRTUAL_SETS and name not in sets:
                return f"names set {name}, which {FILE} lacks"
            if name not in VIRTUAL_SETS and sets[name].kind != kind:
                return f"asks {part.fields[0]} for {name}, a set of kind {sets[name].kind}"
    return None
