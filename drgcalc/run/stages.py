"""Why a settlement is another than it was: one cause after the other is let in, and the settlement made again.

data: the records. decision: files of decisions/. parameter: hospitals, scores, fund and other tables. rule: scheme and
policy block. Every file is a step of its own; one that cannot be settled (new cases in a group that the old scores
lack) is taken with the next one, and both are named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeAlias

import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq

from drgcalc.base.columns import CASES
from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.report.year_model import Change
from drgcalc.run.decisions import FOLDER
from drgcalc.run.period import Period
from drgcalc.run.published import read_allocations, read_method_payments
from drgcalc.run.region import REGION_FILE, Region
from drgcalc.run.snapshot import region_of
from drgcalc.run.workspace import workspace
from drgcalc.run.writing import cases_writer
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation
from drgcalc.settlement.settle import Settlement

CAUSES = ("data", "decision", "parameter", "rule")
RECORDS, SCHEME, PAID_ONLY = "records", "scheme", "paid only"
PLACES = ("source_file", "source_row")
SETTLED = CASES.names()[CASES.names().index("method") : CASES.names().index("source_file")]
"""Columns of cases that are filled in when they are settled."""
PAYMENT_DECISIONS = ("deductions", "assessments", "transfers", "corrections", "advances")
"""Kinds of decisions that change what is paid, not what is payable."""

_GROUPING = ("status", "mdc", "adrg", "group_code", "complication")
_DIP_GROUPING = ("layer", "treatment_kind", "grassroots", "tcm", "tied_with")


class Amount(NamedTuple):
    """What a hospital is owed in a pool, and the part that waits, yuan."""

    payable: Decimal
    retained: Decimal


Amounts: TypeAlias = Mapping[tuple[str, str], Amount]
Resettle: TypeAlias = Callable[[Region, Period, Path, Path], Settlement]
"""(region, period, grouped cases, folder for work) -> settlement."""


Measure: TypeAlias = Callable[[Settlement], Amounts]


class Side(NamedTuple):
    """A state of a period: its cases on disk, the texts of its region, and the checksum of its scheme."""

    cases: Path
    texts: Mapping[str, str]
    scheme: str


def amounts_of(rows: Iterable[Allocation | MethodPayment]) -> dict[tuple[str, str], Amount]:
    """By pool and hospital, over points and other methods."""
    found: dict[tuple[str, str], list[Allocation | MethodPayment]] = {}
    for row in rows:
        found.setdefault((row.pool, row.hospital_id), []).append(row)
    return {
        key: Amount(total(row.payable for row in own), total(row.retained for row in own)) for key, own in found.items()
    }


def published_amounts(folder: Path) -> dict[tuple[str, str], Amount]:
    """The amounts of a published version."""
    return amounts_of([*read_allocations(folder), *read_method_payments(folder)])


def payables(settlement: Settlement) -> Amounts:
    """What a settlement owes, by pool and hospital, over points and other methods."""
    return amounts_of([*settlement.allocations, *settlement.methods])


def changes(
    period: Period,
    old: Side,
    before: Amounts,
    new: Side,
    closed: Mapping[str, Collection[str]],
    resettle: Resettle,
    measure: Measure = payables,
) -> list[Change]:
    """What changed between two states of a period, by cause, hospital and pool; together it is all that changed.

    `before` are the amounts of the old state, `measure` what they are of a settlement; `closed` the fingerprints of the
    decisions that closed periods were closed with. Empty where nothing changed. Raises RulesError when the new state
    cannot be settled.
    """
    found: list[Change] = []
    at = before
    with workspace() as work:
        steps = list(_steps(old, new, work))
        waiting: list[str] = []
        for number, (cause, what, cases, texts) in enumerate(steps):
            waiting.append(what)
            try:
                after = _settled(period, cases, texts, closed, work / f"step-{number}", resettle, measure)
            except RulesError:
                if number == len(steps) - 1:
                    raise
                continue
            found += _between(cause, " and ".join(waiting), at, after)
            at, waiting = after, []
    return found


def same_cases(one: Path, other: Path) -> bool:
    """Whether two files hold the same cases, points and places aside."""
    return _comparable(_read(one)).equals(_comparable(_read(other)))


def by_month(cases: Path, months: Iterable[str], folder: Path) -> dict[str, Path]:
    """The cases of each of these months, in files of `folder`; `cases` is read once, some rows at a time."""
    targets = {month: folder / f"{month}.parquet" for month in months}
    with ExitStack() as stack, pq.ParquetFile(cases) as source:
        writers = {month: stack.enter_context(cases_writer(target)) for month, target in targets.items()}
        for some in range(source.num_row_groups):
            table = source.read_row_group(some)
            for month, write in writers.items():
                write(table.filter(pc.equal(table["period"], month)))
    return targets


def effective(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that what is payable depends on."""
    return {name: text for name, text in texts.items() if cause_of(name) is not None}


def _steps(old: Side, new: Side, work: Path) -> Iterator[tuple[str, str, Path, Mapping[str, str]]]:
    """The states between the two, each with the cause and the name of what leads to it; what did not change is none."""
    texts = dict(old.texts)
    if not same_cases(old.cases, new.cases):
        cases = new.cases if old.scheme == new.scheme else _data_only(old.cases, new.cases, work / "data.parquet")
        if old.scheme == new.scheme or not same_cases(old.cases, cases):
            yield "data", RECORDS, cases, dict(texts)
        if cases != new.cases:
            yield "rule", SCHEME, new.cases, dict(texts)
    for cause in ("decision", "parameter", "rule"):
        for name in sorted({*texts, *new.texts}):
            if cause_of(name) != cause or texts.get(name) == new.texts.get(name):
                continue
            texts = {other: text for other, text in texts.items() if other != name}
            texts |= {name: new.texts[name]} if name in new.texts else {}
            yield cause, name, new.cases, dict(texts)


def cause_of(name: str) -> str | None:
    """What a file of the region is the cause of; None when it changes nothing that is payable."""
    if name == REGION_FILE:
        return "rule"
    folder, _, file = name.rpartition("/")
    if folder != FOLDER:
        return "parameter"
    return None if file.removesuffix(".csv").partition("-")[0] in PAYMENT_DECISIONS else "decision"


def _settled(
    period: Period,
    cases: Path,
    texts: Mapping[str, str],
    closed: Mapping[str, Collection[str]],
    work: Path,
    resettle: Resettle,
    measure: Measure,
) -> Amounts:
    work.mkdir()
    with region_of(texts, closed) as region:
        return measure(resettle(region, period, cases, work))


def _between(cause: str, what: str, before: Amounts, after: Amounts) -> Iterator[Change]:
    nothing = Amount(ZERO, ZERO)
    for pool, hospital in sorted({*before, *after}):
        then, now = before.get((pool, hospital), nothing), after.get((pool, hospital), nothing)
        if then != now:
            payable, retained = less(now.payable, then.payable), less(now.retained, then.retained)
            yield Change(cause, pool, hospital, payable, retained, what)


def _read(cases: Path) -> pl.DataFrame:
    frame = pl.from_arrow(pq.read_table(cases))
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col(pl.Categorical).cast(pl.String))


def _content() -> list[str]:
    return [name for name in CASES.names() if name not in (*SETTLED, *PLACES)]


def _comparable(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in _content() if name in frame.columns]
    return frame.select(names).sort(names)


def _data_only(old: Path, new: Path, target: Path) -> Path:
    """The new cases, those whose record is as it was with the group they had: what the records alone changed."""
    frame, before = _read(new), _read(old)
    grouping = [name for name in CASES.names() if name in (*_GROUPING, *_DIP_GROUPING) or name.startswith("aux_")]
    grouping = [name for name in grouping if name in frame.columns]
    record = [name for name in _content() if name in frame.columns and name not in grouping]
    number = pl.int_range(pl.len()).over(record).alias("copy")
    known = before.with_columns(number).select([*record, "copy", *grouping, pl.lit(True).alias("known")])
    joined = frame.with_columns(number).join(
        known, on=[*record, "copy"], how="left", suffix="_before", nulls_equal=True, maintain_order="left"
    )
    chosen = [
        pl.when(pl.col("known")).then(pl.col(f"{name}_before")).otherwise(pl.col(name)).alias(name) for name in grouping
    ]
    with cases_writer(target) as write:
        write(joined.with_columns(chosen).select(frame.columns).to_arrow())
    return target
