"""The settlement year at the terminal: payments, clearing, history of a period, what makes versions differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.base.money import total
from drgcalc.report.layout import indented, money, number, plain_table
from drgcalc.report.model import Settled
from drgcalc.report.year_model import Change, Changed, Explained, History, OwnView, PartChange
from drgcalc.settlement.clearing import ClearedPool
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.payment_rows import Difference, Payment

LARGEST = 10
_PARTS = (
    ("payable", "payable 本月应付", 1),
    ("corrections", "differences to closed periods 以前期间更正", 1),
    ("decided", "decided by hand 手工更正", 1),
    ("transferred", "moved between pools 险种划转", 1),
    ("carried_in", "left below zero before 上期结转", 1),
    ("retained", "retained for the clearing 暂留", -1),
    ("deferred", "deferred 缓付", -1),
    ("deposit", "quality deposit 质量保证金", -1),
    ("violation", "deducted for violations 违规扣款", -1),
    ("over_budget", "deducted over budget 超总额扣款", -1),
    ("carried_out", "left below zero now 结转下期", -1),
    ("paid", "= paid now 本月拨付", 0),
    ("advance", "beside it, advances 预付金", 1),
)


class _Part(NamedTuple):
    """A line of the clearing."""

    label: str
    amount: Callable[[ClearedPool], Decimal]
    is_sum: bool = False


_CLEARED = (
    _Part("payable of the year 年度应付", lambda row: row.payable),
    _Part("assessment 年度考核", lambda row: less(row.assessed, row.payable)),
    _Part("surplus kept, overrun shared 结余留用、超支分担", lambda row: row.shared),
    _Part("decided by hand 手工更正", lambda row: row.decided),
    _Part("moved between pools 险种划转", lambda row: row.transferred),
    _Part("differences to closed years 以前年度更正", lambda row: row.earlier),
    _Part("deducted for violations 违规扣款", lambda row: less(ZERO, row.violation)),
    _Part("deducted over budget 超总额扣款", lambda row: less(ZERO, row.over_budget)),
    _Part("sent month by month 月度已拨", lambda row: less(ZERO, row.monthly)),
    _Part("advances, recovered here 预付金抵扣", lambda row: less(ZERO, row.advance)),
    _Part("deposits held 暂扣质量保证金", lambda row: less(ZERO, row.deposit)),
    _Part("= clearing 清算拨付", lambda row: row.clearing, is_sum=True),
    _Part("beside it, deposits returned 返还质量保证金", lambda row: row.deposit_released),
)


def months(results: Sequence[Settled]) -> Iterator[RenderableType]:
    """One line a month that was settled together with others, and the total."""
    table = plain_table(
        "Months 各月结算, yuan",
        ("month", "left"),
        ("records", "right"),
        ("hospitals", "right"),
        ("payable 应付", "right"),
        ("paid 拨付", "right"),
        ("version", "left"),
    )
    whole: list[tuple[Decimal, Decimal]] = []
    for result in results:
        payables = [row.payable for row in result.allocations], [row.payable for row in result.methods]
        owed = total(amount for amounts in payables for amount in amounts)
        sent = total(row.paid for row in result.payments)
        whole.append((owed, sent))
        hospitals = len({row.hospital_id for row in result.allocations})
        place = f"v{result.place.version}{', as before' if result.place.unchanged else ''}"
        accepted = number(result.grouping.records.accepted)
        table.add_row(result.period, accepted, number(hospitals), money(owed), money(sent), place)
    table.add_section()
    owed, sent = (total(amounts) for amounts in zip(*whole, strict=True))
    table.add_row("total", "", "", money(owed), money(sent), "")
    yield table


def payments(rows: Sequence[Payment]) -> Iterator[RenderableType]:
    """One line a part of the payment and one column a pool; parts that are zero everywhere are left out."""
    if not rows:
        return
    pools = list(dict.fromkeys(row.pool for row in rows))
    table = plain_table("Payments 本月拨付, yuan", ("part", "fold"), *((pool, "right") for pool in pools))
    for name, label, sign in _PARTS:
        sums = [total(getattr(row, name) for row in rows if row.pool == pool) for pool in pools]
        if any(sums) or not sign:
            shown = [amount if sign >= 0 else less(ZERO, amount) for amount in sums]
            table.add_row(Text(label), *map(money, shown), style="" if sign else "bold")
    yield table


def differences(rows: Sequence[Difference]) -> Iterator[RenderableType]:
    """Differences to closed months and years, by period, cause and pool."""
    if not rows:
        return
    sums: defaultdict[tuple[str, str, str], list[Difference]] = defaultdict(list)
    for row in rows:
        sums[row.corrects, row.cause, row.pool].append(row)
    table = plain_table(
        "Differences to closed periods 以前期间更正, yuan",
        ("month", "left"),
        ("cause", "left"),
        ("pool", "left"),
        ("hospitals", "right"),
        ("given", "right"),
        ("taken", "right"),
    )
    for (month, cause, pool), found in sorted(sums.items()):
        given, taken = _signed(row.payable for row in found)
        table.add_row(month, cause, pool, number(len(found)), given, taken)
    yield table


def clearing(rows: Sequence[ClearedPool]) -> Iterator[RenderableType]:
    """One line a part of the final account and one column a pool, what is returned apart, and the targets below."""
    if not rows:
        return
    table = plain_table("Clearing 年终清算, yuan", ("part", "fold"), *((row.pool, "right") for row in rows))
    for part in _CLEARED:
        amounts = [part.amount(row) for row in rows]
        if any(amounts) or part.is_sum:
            table.add_row(Text(part.label), *map(money, amounts), style="bold" if part.is_sum else "")
    yield table
    for row in rows:
        words = [f"{row.pool}: clearing share 清算占比 {number(row.clearing_share)}"]
        words += [f"target {row.target}"] if row.target else []
        yield Text("; ".join([*words, f"deadline {row.deadline}"] if row.deadline else words))


def history(result: History) -> Iterator[RenderableType]:
    """Versions side by side, what changed from one to the next, and the trace."""
    yield Text(f"{result.period}: {len(result.versions)} versions", style="bold")
    for version in result.versions:
        mark = ", closed 扎账: this one holds" if version.closed else ""
        yield Text(f"v{version.number} (drgcalc {version.drgcalc}){mark}", style="bold")
        yield Text(f"    {number(version.accepted)} records accepted, {number(version.rejected)} rejected")
        for pool, amount in version.payable.items():
            yield Text(
                f"    {pool}: payable {money(Decimal(amount))}, point value {version.point_values.get(pool, '')}"
            )
        if version.changed:
            yield Text(f"    changed since the version before: {', '.join(version.changed)}")
    for event in result.trace:
        yield Text(f"{event.on} {event.event} v{event.version}" + (f": {event.reason}" if event.reason else ""))


def explained(result: Explained) -> Iterator[RenderableType]:
    """What is another in the two versions, what each of it moves, by pool, and the largest changes by hospital."""
    yield Text(f"{result.old} → {result.new}", style="bold")
    yield from _what_changed(result.changed)
    if not result.changes and not result.payments:
        yield Text("No hospital is owed or paid a fen more or less.")
        return
    if result.changes:
        yield _by_cause(result)
        yield _largest([_Moved(row.hospital_id, row.pool, f"{row.cause}: {row.what}", row.payable)
                        for row in result.changes], "payable")  # fmt: skip
    if result.payments:
        moved = list(_moved(result.payments))
        yield _by_part(moved)
        yield _largest(moved, "payment")


def own_view(result: OwnView) -> Iterator[RenderableType]:
    """The hospital's own amounts, the bureau's beside them, and the causes of the difference."""
    yield Text(f"{result.hospital_id} {result.period}, by its own records", style="bold")
    theirs = {row.pool: row.payable for row in result.statement}
    table = plain_table(
        "Own amount 本院测算, yuan",
        ("pool", "left"),
        ("points", "right"),
        ("yuan/point", "right"),
        ("payable", "right"),
        ("bureau", "right"),
    )
    for row in result.amounts:
        bureau = money(theirs[row.pool]) if row.pool in theirs else "not given"
        table.add_row(row.pool, number(row.points), format(row.point_value, "f"), money(row.payable), bureau)
        if row.increment_points is not None and row.increment_value is not None:
            table.add_row("  beyond base", number(row.increment_points), format(row.increment_value, "f"), "", "")
    yield table
    for row in result.amounts:
        if row.pool in theirs:
            yield from _chain(result, row.pool, row.payable, theirs[row.pool])
    if result.missing:
        yield Text(f"Not given by the bureau, and would tell more: {', '.join(result.missing)}")


def _chain(result: OwnView, pool: str, own: Decimal, bureau: Decimal) -> Iterator[RenderableType]:
    """From the own amount over every cause to the bureau's, and on to what is sent."""
    table = plain_table(
        f"{pool}: why they differ 差异原因, yuan", ("cause", "left"), ("what", "fold"), ("yuan", "right")
    )
    table.add_row("own amount", "", money(own))
    for cause in result.differences:
        if cause.pool == pool:
            table.add_row(cause.cause, Text(f"own: {cause.own}; bureau: {cause.bureau}"), money(cause.amount))
    table.add_row("= bureau", "payable 应付", money(bureau), style="bold")
    for step in result.payments:
        if step.pool == pool:
            table.add_row(step.cause, Text(step.bureau), money(step.amount))
    if pool in result.sent:
        table.add_row("= sent", "拨付", money(result.sent[pool]), style="bold")
    yield table


def _what_changed(rows: Sequence[Changed]) -> Iterator[RenderableType]:
    """Everything that is not alike, and how."""
    if not rows:
        yield Text("Records, tables, decisions, policy and scheme are the same in both.")
        return
    yield Text("What is not alike 变动内容", style="bold")
    for row in rows:
        yield Text(f"{row.cause}: {row.what}")
        yield from (indented(detail) for detail in row.details)


def _by_cause(result: Explained) -> Table:
    """What each cause gives and takes in a pool, and what all of it comes to."""
    table = plain_table(
        "Payable by cause 应付变动, yuan",
        ("cause", "fold"),
        ("pool", "left"),
        ("hospitals", "right"),
        ("given", "right"),
        ("taken", "right"),
    )
    parts: defaultdict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for change in result.changes:
        parts[change.cause, change.what, change.pool].append(change.payable)
    for (cause, what, pool), amounts in parts.items():
        table.add_row(Text(f"{cause}: {what}"), pool, number(len(amounts)), *_signed(amounts))
    table.add_section()
    for pool in dict.fromkeys(change.pool for change in result.changes):
        own = [change for change in result.changes if change.pool == pool]
        hospitals = len({change.hospital_id for change in own})
        table.add_row("= all causes", pool, number(hospitals), *_signed(_net(own)), style="bold")
    return table


def _net(changes: Iterable[Change]) -> list[Decimal]:
    """What each hospital gains or loses by all causes together."""
    parts: defaultdict[str, list[Decimal]] = defaultdict(list)
    for change in changes:
        parts[change.hospital_id].append(change.payable)
    return [total(amounts) for amounts in parts.values()]


class _Moved(NamedTuple):
    """What a cause, or a part of a payment, gives a hospital; below zero it takes."""

    hospital: str
    pool: str
    words: str
    amount: Decimal


def _moved(changes: Iterable[PartChange]) -> Iterator[_Moved]:
    """Changes of payments as what they do to what is sent, part by part in the order of a payment."""
    parts = {name: (place, label, sign or 1) for place, (name, label, sign) in enumerate(_PARTS)}
    for row in sorted(changes, key=lambda row: (parts[row.part][0], row.pool, row.hospital_id)):
        _, label, sign = parts[row.part]
        yield _Moved(row.hospital_id, row.pool, label, row.amount if sign > 0 else less(ZERO, row.amount))


def _by_part(moved: Iterable[_Moved]) -> Table:
    """What each part of the payment gives and takes in a pool."""
    table = plain_table(
        "Payment by part 拨付变动, yuan",
        ("part", "fold"),
        ("pool", "left"),
        ("hospitals", "right"),
        ("given", "right"),
        ("taken", "right"),
    )
    parts: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for row in moved:
        parts[row.words, row.pool].append(row.amount)
    for (words, pool), amounts in parts.items():
        table.add_row(Text(words), pool, number(len(amounts)), *_signed(amounts))
    return table


def _largest(moved: Sequence[_Moved], of: str) -> Table:
    rows = sorted(moved, key=lambda row: (-abs(row.amount), row.pool, row.hospital, row.words))
    shown = rows[:LARGEST]
    table = plain_table(
        f"Largest changes of the {of} by hospital ({len(shown)} of {len(rows)}), yuan",
        ("hospital", "fold"),
        ("pool", "left"),
        ("why", "fold"),
        ("yuan", "right"),
    )
    for row in shown:
        table.add_row(Text(row.hospital), row.pool, Text(row.words), money(row.amount))
    return table


def _signed(amounts: Iterable[Decimal]) -> tuple[str, str]:
    """Sums of what is above and below zero."""
    known = list(amounts)
    zero = Decimal("0.00")
    given = total([zero, *(amount for amount in known if amount > 0)])
    return money(given), money(total([zero, *(amount for amount in known if amount < 0)]))
