"""What mending records would be worth, at the terminal: sums by pool, then the records with the most yuan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.base.pricing_columns import REJECTED
from drgcalc.report.layout import indented, money, number, plain_table
from drgcalc.report.model import Place
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.mending import AtStake, PricedFinding, Stakes

_WIDEST_ID = 20
"""Columns of the screen that a settlement id needs, so that it can be marked and copied whole."""


def at_stake(stakes: Stakes, place: Place) -> Iterator[RenderableType]:
    """A sentence a pool and kind, the largest records, and where all of them are; nothing where all is in order."""
    if not stakes.sums:
        return
    yield Text("At stake in records to mend 待修正金额", style="bold")
    for row in stakes.sums:
        yield indented(_sentence(row))
    if stakes.largest:
        yield _largest(stakes.largest)
    if place.folder:
        yield Text(f"All of them, with what they take from others and what to do: {place.folder}/findings_priced.csv")


def _sentence(row: AtStake) -> str:
    where = f"{row.pool}: " if row.pool else "pool not known: "
    if not row.priced or row.fund is None:
        return f"{where}{_records(row)}; no price is known"
    held = f"{number(row.points)} points, about {money(row.yuan_at_value)} yuan of the pool of {money(row.fund)}"
    return ". ".join(filter(None, (f"{where}{_records(row)}: {held}", _left_out(row), _value(row)))) + "."


def _records(row: AtStake) -> str:
    times = f"{number(row.records)} {'record' if row.records == 1 else 'records'}"
    return f"{times} rejected" if row.kind == REJECTED else f"{times} in another group for a damaged code"


def _left_out(row: AtStake) -> str:
    """What the sums do not hold."""
    parts = [
        f"{number(row.records - row.priced)} without a price" if row.records > row.priced else "",
        f"{number(row.alternatives)} with the id of another that is counted" if row.alternatives else "",
    ]
    told = ", ".join(filter(None, parts))
    return f"Not in it: {told}" if told else ""


def _value(row: AtStake) -> str:
    if row.point_value is None or row.point_value_mended in (None, row.point_value):
        return ""
    return f"With all of them mended a point is worth {row.point_value_mended:f} instead of {row.point_value:f} yuan"


def _largest(rows: Sequence[PricedFinding]) -> Table:
    table = plain_table(
        f"Mend these first 优先修正 ({len(rows)})",
        ("hospital, settlement", "fold"),
        ("code", "fold"),
        ("group", "fold"),
        ("points", "right"),
        ("yuan", "right"),
    )
    table.columns[0].min_width = _WIDEST_ID
    for row in rows:
        record = f"{row.hospital_id} {row.settlement_id or f'{row.file} row {row.row}'}"
        points = "" if row.points is None else number(row.points)
        yuan = money(row.yuan_at_value or ZERO)
        table.add_row(Text(record), row.codes.replace("|", " "), row.group_mended or "", points, yuan)
    return table
