"""What a directory is made of: the principal subcategory and the procedures that count of every stay of a history.

The records are read part by part; the base directory (its excluded diagnoses, main procedures, kinds and auxiliary
rules) says which stays count, by what kind they were treated and in which auxiliary parts they are. Of each part a
lean Parquet file stays in the work folder, so that memory does not grow with the records.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from drgcalc.base.dip_columns import DIMENSIONS
from drgcalc.calibration.directory import JOINT
from drgcalc.grouping.dip.procedures import ProcedureRules
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.grouper import grouper_of
from drgcalc.grouping.scheme import Status
from drgcalc.records.code_book import NO_CODE, CodeBook, PartCodes
from drgcalc.records.intake import Intake
from drgcalc.run.intake import Progress, watched_parts

CALIBRATION = "drgcalc.calibration"
FEN = 100
AUXILIARY_COLUMNS = tuple(f"aux_{dimension}" for dimension in DIMENSIONS)
_STAY = ("hospital_id", "person_key", "discharged_on")
"""What the lines of one stay have in common."""
_FACTS = [*_STAY, "is_refund", "total_fee"]
MARKS = "+*"
"""Dagger and asterisk of ICD-10, which the expressions of a directory would take for something else."""
CATEGORY_LENGTH = 3
SUBCATEGORY_LENGTH = 5
"""`K35.8`: the four characters of a subcategory and the point between them."""


class _Acts(NamedTuple):
    """Procedures of the records of a part by position: the main one, and the others that count, joined by JOINT."""

    main: pl.Series
    related: pl.Series


def write_stays(
    con: duckdb.DuckDBPyConnection, intake: Intake, base: DipScheme, work: Path, progress: Progress
) -> list[Path]:
    """Read the records and write one Parquet file a part, in order: the columns of calibration's view read_stays."""
    grouper, rules = grouper_of(base), ProcedureRules(base)
    files: list[Path] = []
    for part in watched_parts(con, intake, "records read", progress):
        _, records, codes = part.accepted()
        files.append(work / f"stays-{len(files):05}.parquet")
        _stays(records, codes, grouper.group(records, codes), rules).write_parquet(files[-1])
    return files


def _stays(records: pa.Table, codes: PartCodes, groups: pl.DataFrame, rules: ProcedureRules) -> pl.DataFrame:
    """The records of a part that can be in a group, row by row."""
    size = len(codes.source_rows)
    leading = codes.diagnoses.filter("leads")
    first = pl.zeros(size, dtype=pl.UInt32, eager=True).scatter(leading["at"], leading["number"])
    acts = _acts(codes, first, rules)
    facts = pl.DataFrame(records.select(_FACTS)).with_columns(
        stay=pl.struct(_STAY).hash(), fee=(pl.col("total_fee") * FEN).cast(pl.Int64)
    )
    auxiliary = groups.select(pl.col(name).cast(pl.String).fill_null("") for name in AUXILIARY_COLUMNS)
    stays = facts.select("hospital_id", "stay", "is_refund", "fee").with_columns(
        principal=_texts(codes.books.diagnoses, first, SUBCATEGORY_LENGTH).str.strip_chars_end(MARKS),
        category=_texts(codes.books.diagnoses, first, CATEGORY_LENGTH),
        main=acts.main,
        related=acts.related,
        kind=groups["treatment_kind"].cast(pl.String),
        status=groups["status"].cast(pl.String),
    )
    return pl.concat([stays, auxiliary], how="horizontal").filter(pl.col("status") != Status.EXCLUDED).drop("status")


def _acts(codes: PartCodes, principals: pl.Series, rules: ProcedureRules) -> _Acts:
    """Main and related procedures; records with a procedure of main_procedures.csv are counted by its rules."""
    size, book = len(codes.source_rows), codes.books.procedures
    elements = codes.procedures.with_columns(code=_texts(book, codes.procedures["number"], None))
    leads = elements.filter("leads")
    mains = _everywhere("", size).scatter(leads["at"], leads["code"])
    beside = elements.filter(~pl.col("leads") & (pl.col("number") != NO_CODE))
    beside = beside.filter(beside["code"] != mains.gather(beside["at"])).unique(["at", "code"]).sort("at", "code")
    joined = beside.group_by("at", maintain_order=True).agg(pl.col("code").str.join(JOINT))
    related = _everywhere("", size).scatter(joined["at"], joined["code"])
    special = elements.filter(_listed(book, elements["number"], rules))["at"].unique().sort()
    plain = _Acts(mains, related)
    return plain if special.is_empty() else _counted(codes, elements, special, principals, rules, plain)


def _everywhere(text: str, size: int) -> pl.Series:
    return pl.Series([text], dtype=pl.String).new_from_index(0, size)


def _counted(
    codes: PartCodes,
    elements: pl.DataFrame,
    special: pl.Series,
    principals: pl.Series,
    rules: ProcedureRules,
    plain: _Acts,
) -> _Acts:
    """The acts with those of `special` records as the rules of the directory count them, each distinct list once."""
    lists = (
        elements.filter(elements["at"].is_in(special.implode()))
        .group_by("at", maintain_order=True)
        .agg("number")
        .sort("at")
        .with_columns(principal=principals.gather(special))
    )
    known: dict[tuple[int, ...], tuple[str, str]] = {}
    mains, others = [], []
    for numbers, principal in lists.select("number", "principal").iter_rows():
        key = (principal, *numbers)
        if key not in known:
            texts = [codes.books.procedures.code(number) for number in numbers]
            counted = rules.count(texts, codes.books.diagnoses.code(principal))
            known[key] = counted.main, JOINT.join(sorted(counted.others))
        mains.append(known[key][0])
        others.append(known[key][1])
    at = lists["at"]
    return _Acts(plain.main.scatter(at, mains), plain.related.scatter(at, others))


def _listed(book: CodeBook, numbers: pl.Series, rules: ProcedureRules) -> pl.Series:
    """Whether each procedure has a row in main_procedures.csv."""
    codes = map(book.code, range(len(book)))
    return pl.Series([bool(code) and rules.row(code) is not None for code in codes], dtype=pl.Boolean).gather(numbers)


def _texts(book: CodeBook, numbers: pl.Series, length: int | None) -> pl.Series:
    """The codes of numbers, their first characters when a length is given; "" for no code."""
    codes = map(book.code, range(len(book)))
    return pl.Series([code[:length] for code in codes], dtype=pl.String).gather(numbers)
