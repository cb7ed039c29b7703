"""The kinds of procedures that ship: the default of a DIP scheme whose source has none of its own."""

from __future__ import annotations

import csv
import io
from importlib import resources
from typing import NamedTuple

from drgcalc.base.dip_columns import PROCEDURE_KIND_TABLE

SHIPPED_KINDS = ("grouper_tables", "procedure-kinds", "procedure_kinds.csv")


class ProcedureKind(NamedTuple):
    """What kind of treatment the procedures are that begin with a prefix; the longest prefix of a code decides."""

    prefix: str
    kind: str
    name: str
    source: str


def shipped_procedure_kinds() -> tuple[ProcedureKind, ...]:
    """The kinds of all categories of ICD-9-CM-3, by prefix; columns base.dip_columns.PROCEDURE_KIND_TABLE."""
    text = resources.files("drgcalc").joinpath(*SHIPPED_KINDS).read_text(encoding="utf-8")
    return tuple(
        ProcedureKind(*(row[column] for column in PROCEDURE_KIND_TABLE.names()))
        for row in csv.DictReader(io.StringIO(text))
    )


def kind_of(code: str, kinds: dict[str, str]) -> str:
    """The kind of a procedure by the longest prefix of it that `kinds` (prefix to kind) has; "" when there is none."""
    for length in range(len(code), 0, -1):
        if kind := kinds.get(code[:length]):
            return kind
    return ""
