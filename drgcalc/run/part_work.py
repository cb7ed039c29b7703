"""Grouping part after part: what an earlier run has finished is taken as it is, the others are read and grouped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from drgcalc.grouping.grouper import Grouper
from drgcalc.records import results
from drgcalc.records.code_tally import CodeCount, CodeTally, PartCounts
from drgcalc.records.intake import CheckedPart, Intake, Part
from drgcalc.records.results import PartResults
from drgcalc.run.belt import Belt
from drgcalc.run.case_tally import CaseTally, PartCases
from drgcalc.run.cases import case_table
from drgcalc.run.if_mended import IfMended, SetAside
from drgcalc.run.intake import Progress, watched_parts
from drgcalc.run.kept import Finished, Kept
from drgcalc.run.publish import output_errors

STEP = "records grouped"


class _Read(NamedTuple):
    """A part that was read, and what reading found in it."""

    checked: CheckedPart
    found: PartResults


class _Made(NamedTuple):
    """What the cases of a part are made of, and what else it yielded."""

    part: Part
    records: pa.Table
    groups: pl.DataFrame
    found: PartResults
    codes: PartCounts
    cases: PartCases
    aside: list[SetAside]


class _Work(NamedTuple):
    """What parts are grouped with, and what is counted over them. engine: asked for when there is one to group."""

    engine: Callable[[], Grouper]
    codes: CodeTally
    cases: CaseTally
    mended: IfMended


@contextmanager
def grouped_parts(
    con: duckdb.DuckDBPyConnection,
    intake: Intake,
    engine: Callable[[], Grouper],
    mended: IfMended,
    kept: Kept,
    progress: Progress,
) -> Iterator[tuple[list[CodeCount], CaseTally]]:
    """Group part after part into `kept`, in order of file and row, beside the reading of the next part.

    Gives the codes of the accepted records with what they were read as, and the counts of the cases, when all are
    grouped; the last are still being written while the block runs. Raises what reading and writing raise.
    """
    work, show = _Work(engine, CodeTally(), CaseTally(), mended), kept.watched(progress)

    def finished(part: Part) -> PartResults | None:
        taken = kept.take(part, intake.today)
        if taken is None:
            return None
        work.codes.take(taken.codes, intake.readers())
        work.cases.take(PartCases.of_table(taken.cases))
        for aside in taken.aside:
            mended.keep(aside)
        show(STEP, 0, sum(file.rows for file in results.inputs(con)))
        return taken.results

    def write(made: _Made) -> None:
        cases = case_table(made.records, made.groups, made.part.source.relative)
        yielded = Finished(made.found, made.codes.table(), made.cases.table(), made.aside)
        kept.add(made.part, intake.today, cases, yielded)

    with output_errors(kept.cases.parent), Belt(partial(_group, work), write) as belt:
        for part in watched_parts(con, replace(intake, finished=finished), STEP, show):
            belt.put(_Read(part, results.of_part(con, part.part.number)))
        belt.finish_making()
        mended.finish()
        yield list(work.codes.counts()), work.cases


def _group(work: _Work, read: _Read) -> _Made:
    """The accepted records of a part with their groups, all of it counted, and what can be mended set aside."""
    part, records, codes = read.checked.accepted()
    groups = work.engine().group(records, codes)
    aside = work.mended.add(read.checked, groups)
    return _Made(part, records, groups, read.found, work.codes.add(codes), work.cases.add(groups), aside)
