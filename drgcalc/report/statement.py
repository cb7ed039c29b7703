"""A hospital's statement at the terminal: points to payable, payable to sent, and what is still due, in one sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.base.money import total
from drgcalc.report.layout import money, plain_table
from drgcalc.report.statement_model import MonthLine, Statement, StatementLine
from drgcalc.settlement.account import STILL_DUE, Held, Part
from drgcalc.settlement.ledger import ZERO, Account, less
from drgcalc.settlement.pay_accounts import HOSPITAL, PAY_ACCOUNTS

_PARTS = {
    "owed_before": "owed before this month 期初应付未付",
    "payable": "payable 应付",
    "corrections": "differences to closed periods 以前期间更正",
    "assessment": "assessment 年度考核",
    "shared": "surplus kept, overrun shared 结余留用、超支分担",
    "decided": "decided by hand 手工更正",
    "transferred": "moved between pools 险种划转",
    "violation": "deducted for violations 违规扣款",
    "over_budget": "deducted over budget 超总额扣款",
    "deposit_kept": "deposit not returned 未返还质量保证金",
    "sent": "sent this month 本月拨付",
    "monthly": "sent month by month 月度已拨",
    "advance": "advances, recovered here 预付金抵扣",
    "deposit_released": "deposit returned 返还质量保证金",
    "clearing": "sent at the clearing 清算拨付",
    STILL_DUE: "still due 尚未拨付",
}
_TO_RECOVER = "to be recovered from the hospital 应追回"


def statement(result: Statement) -> Iterator[RenderableType]:
    """By pool: postings to what is payable, postings to what is sent, months or accounts, and all of it in one sum."""
    yield Text(f"{result.hospital_id} {result.hospital_name}, {result.period}", style="bold")
    pools = dict.fromkeys((*result.totals, *(part.pool for part in result.parts)))
    for pool in pools:
        if lines := [line for line in result.lines if line.pool == pool]:
            title = f"{pool}: from points to what is payable 应付, yuan"
            yield _postings(title, lines, "payable 应付", result.totals[pool])
        if months := [row for row in result.months if row.pool == pool]:
            yield _months(pool, months, result.hospital_id)
        if payments := [line for line in result.payments if line.pool == pool]:
            title = f"{pool}: from payable to sent 应付到拨付, yuan"
            yield _postings(title, payments, "left on the way", payments[-1].balance)
        if accounts := [row for row in result.held if row.pool == pool]:
            yield _held(pool, accounts)
        if parts := [part for part in result.parts if part.pool == pool]:
            yield _sum(pool, parts)
    yield from (Text(f"- {note}") for note in result.notes)


def _postings(title: str, lines: Sequence[StatementLine], end: str, amount: Decimal) -> Table:
    """One line a posting with the balance after it. The account is named where it is not the hospital's own."""
    table = plain_table(title, ("step", "left"), ("posting", "fold"), ("amount", "right"), ("balance", "right"))
    for line in lines:
        text = " · ".join(part for part in (line.explanation, line.source) if part)
        account = "" if line.account == HOSPITAL else f"{line.account}: "
        table.add_row(line.step, Text(account + text), money(line.amount), money(line.balance))
    table.add_section()
    table.add_row("", end, "", money(amount), style="bold")
    return table


def _months(pool: str, rows: Sequence[MonthLine], hospital_id: str) -> Table:
    table = plain_table(
        f"{pool}: months before the clearing 月度, yuan",
        ("month", "left"),
        ("payable", "right"),
        ("corrected", "right"),
        ("deducted", "right"),
        ("sent", "right"),
        ("still due", "right"),
    )
    for row in rows:
        name = row.period if row.hospital_id == hospital_id else f"{row.period} {row.hospital_id}"
        table.add_row(
            Text(name), *map(money, (row.payable, row.corrected, less(ZERO, row.deducted), row.sent, row.still_due))
        )
    table.add_section()
    sums = [total(getattr(row, name) for row in rows) for name in ("payable", "corrected", "deducted", "sent")]
    payable, corrected, deducted, sent = sums
    table.add_row("total", *map(money, (payable, corrected, less(ZERO, deducted), sent)), "", style="bold")
    return table


def _held(pool: str, rows: Sequence[Held]) -> Table:
    names: dict[str, Account] = {account.name: account for account in PAY_ACCOUNTS}
    table = plain_table(
        f"{pool}: what waits 未拨付余额, yuan",
        ("account", "fold"),
        ("before", "right"),
        ("change", "right"),
        ("after", "right"),
    )
    for row in rows:
        name = Text(f"{row.account} {names[row.account].chinese}")
        table.add_row(name, money(row.before), money(row.change), money(row.after))
    return table


def _sum(pool: str, parts: Sequence[Part]) -> Table:
    """All parts, the last one being what they come to."""
    table = plain_table(f"{pool}: in one sum 汇总, yuan", ("part", "fold"), ("amount", "right"))
    for is_due, rows in groupby(parts, key=lambda part: part.item == STILL_DUE):
        if is_due:
            table.add_section()
        for row in rows:
            label = _TO_RECOVER if is_due and row.amount < 0 else _PARTS[row.item]
            table.add_row(Text(f"= {label}" if is_due else label), money(row.amount), style="bold" if is_due else "")
    return table
