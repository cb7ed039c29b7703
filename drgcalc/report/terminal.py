"""Results as rich renderables that read well at 80 columns, Chinese names included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.base.money import total
from drgcalc.report import findings, stakes, year
from drgcalc.report.layout import money, number, plain_table
from drgcalc.report.model import Proof, Settled, Verified
from drgcalc.report.policy_model import PolicyChanges, Terms
from drgcalc.report.records import intake_counts, place_of, statuses, taken_over
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import RESULT, SUBTOTAL, Allocation, PoolLine, PoolValue

LARGEST = 10


def settled(result: Settled) -> Iterator[RenderableType]:
    """The main job, money first: pool, point values, allocations, payments; then records, findings, what to do next."""
    yield Text(f"{result.region} {result.period}", style="bold")
    for pool, lines in groupby(result.waterfall, key=lambda line: line.pool):
        yield waterfall(pool, list(lines))
    yield point_values(result.values)
    yield from allocations(result.allocations)
    yield from method_payments(result.methods)
    yield from year.payments(result.payments)
    yield from year.differences(result.differences)
    yield from year.clearing(result.clearing)
    yield from stakes.at_stake(result.stakes, result.place)
    yield Text(f"Balanced to the fen: {len(result.proofs)} statements checked.")
    yield Text("")
    yield intake_counts(result.grouping.records)
    yield from taken_over(result.grouping)
    yield from statuses(result.grouping)
    found = (*result.grouping.records.findings, *findings.counted(result.findings))
    yield from findings.lines(found, result.place)
    yield place_of(result.place)
    yield from _next_steps(result)


def waterfall(pool: str, lines: Sequence[PoolLine]) -> Table:
    """From collections to the pool that is paid out, line by line with the source of each.

    What lines above come to has a "=" before it; a bound, which is not added up, stands in brackets.
    """
    table = plain_table(f"Pool 基金池 {pool}, yuan", ("line", "fold"), ("amount", "right"), ("source", "fold"))
    for line in lines:
        is_sum = line.mark in (SUBTOTAL, RESULT)
        label = f"= {line.label}" if is_sum else f"({line.label})" if line.mark else line.label
        table.add_row(Text(label), money(line.amount), Text(line.source), style="bold" if is_sum else "")
    return table


def point_values(values: Sequence[PoolValue]) -> Table:
    """One line a pool: what is divided by what."""
    table = plain_table(
        "Point values 点值",
        ("pool", "left"),
        ("convention", "left"),
        ("pool, yuan", "right"),
        ("points", "right"),
        ("yuan/point", "right"),
    )
    for value in values:
        shown = format(value.value, "f") if value.status == "paid" else f"none: {value.status}"
        table.add_row(Text(value.pool), value.convention, money(value.fund), number(value.points), shown)
        if value.increment_points is not None and value.increment_value is not None:
            table.add_row("", "beyond the base", "", number(value.increment_points), f"{value.increment_value:f}")
    return table


def allocations(rows: Sequence[Allocation]) -> Iterator[RenderableType]:
    """The ten largest payables, the rest in one line, and the total; what is not retained where a part is."""
    if not rows:
        return
    last = ("less retained", "unretained") if any(row.retained for row in rows) else ("less booked", "difference")
    largest = sorted(rows, key=lambda row: (-row.payable, row.pool, row.hospital_id))
    shown, rest = largest[:LARGEST], largest[LARGEST:]
    table = plain_table(
        f"Largest allocations 应付金额 ({len(shown)} of {len(rows)}), yuan",
        ("hospital", "fold"),
        ("pool", "left"),
        ("points", "right"),
        ("payable", "right"),
        (last[0], "right"),
    )
    for row in shown:
        _allocation_line(table, f"{row.hospital_id} {row.hospital_name}", row.pool, [row], last[1])
    if rest:
        _allocation_line(table, f"{len(rest)} others", "", rest, last[1])
    table.add_section()
    _allocation_line(table, "total", "", rows, last[1])
    yield table


def method_payments(rows: Sequence[MethodPayment]) -> Iterator[RenderableType]:
    """One line a pool and method beside points: hospitals, what they are owed, and what of it is not retained."""
    if not rows:
        return
    table = plain_table(
        "Methods beside points 其他支付方式, yuan",
        ("method", "fold"),
        ("pool", "left"),
        ("hospitals", "right"),
        ("cases", "right"),
        ("payable", "right"),
        ("less retained", "right"),
    )
    for (pool, method), group in groupby(rows, key=lambda row: (row.pool, row.method)):
        own = list(group)
        amounts = [money(total(getattr(row, name) for row in own)) for name in ("payable", "unretained")]
        cases = sum(row.cases for row in own)
        table.add_row(Text(method), Text(pool), number(len(own)), number(cases), *amounts)
    yield table


def verified(result: Verified) -> Iterator[RenderableType]:
    """Every statement that was checked; those that fail with expected, found and difference."""
    failed = [proof for proof in result.proofs if not proof.holds]
    yield Text(f"{result.folder}: {len(result.proofs)} statements checked, {len(failed)} failed")
    yield from (Text(f"- {note}") for note in result.notes)
    if failed:
        yield proofs(failed)


def policy(terms: Terms) -> Iterator[RenderableType]:
    """Every number in force, with unit and source."""
    yield Text(f"{terms.title} · {terms.document} · {terms.effective_from} to {terms.effective_to}", style="bold")
    for term in terms.terms:
        value = " ".join(filter(None, (term.value, term.unit)))
        yield Text(f"{term.key}: {value}" + (f" · {term.source}" if term.source else ""))


def policy_changes(result: PolicyChanges) -> Iterator[RenderableType]:
    """Every entry that changed: what it was, what it is, and the sources of both."""
    yield Text(f"old: {result.old}\nnew: {result.new}", style="bold")
    if not result.changes:
        yield Text("They say the same.")
    for change in result.changes:
        yield Text(f"{change.key}: {change.old or 'nothing'} → {change.new or 'nothing'}")
        if sources := " → ".join(dict.fromkeys(filter(None, (change.old_source, change.new_source)))):
            yield Text(f"    {sources}")


def proofs(rows: Iterable[Proof]) -> Table:
    """Statements with what was expected, found, and the difference."""
    table = plain_table(
        "Failed 不成立", ("statement", "fold"), ("expected", "right"), ("found", "right"), ("difference", "right")
    )
    for row in rows:
        table.add_row(Text(row.statement), _short(row.expected), _short(row.found), row.difference)
    return table


def _next_steps(result: Settled) -> Iterator[Text]:
    yield Text("What to do next:", style="bold")
    rejected = result.grouping.records.rejected
    if rejected and result.place.folder:
        yield Text(
            f"- rejected records: {number(rejected)}; {result.place.folder}/findings_priced.csv says what to mend first"
        )
    if result.place.folder:
        yield Text(f"- open {result.place.folder}/allocations.csv in Excel; drgcalc verify {result.period} proves it")
    if result.place.folder and result.payments:
        yield Text(f"- drgcalc close {result.period} when it is right: later corrections are then differences")
    if result.allocations:
        largest = max(result.allocations, key=lambda row: row.payable)
        yield Text(f"- drgcalc explain --hospital {largest.hospital_id} shows how one amount came about")


def _allocation_line(table: Table, name: str, pool: str, rows: Sequence[Allocation], last: str) -> None:
    table.add_row(
        Text(name),
        Text(pool),
        number(total(row.points for row in rows)),
        money(total(row.payable for row in rows)),
        money(total(getattr(row, last) for row in rows)),
    )


def _short(text: str) -> str:
    """The first characters of a hash; amounts are never this long."""
    return text[:12] + "…" if len(text) > 40 else text
