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
    """A sentence a pool and kind, the largest records, and where all of them are; nothing where none can be mended."""
    if not stakes.sums:
        return
    yield Text("At stake in records to mend 待修正金额", style="bold")
    for row in stakes.sums:
        yield indented(_sentence(row))
    if stakes.largest:
        yield _largest(stakes.largest)
    if place.folder:
        yield Text(f"All of them, and what others would give: {place.folder}/findings_priced.csv")


def _sentence(row: AtStake) -> str:
    where = f"{row.pool}: " if row.pool else "pool not known: "
    counted = row.priced - row.alternatives
    if not counted or row.fund is None:
        return f"{where}{_records(row)}, none with a price"
    some = f", {number(counted)} with a price" if counted < row.records else ""
    shared = f" ({number(row.alternatives)} more share an id with them)" if row.alternatives else ""
    held = f"{number(row.points)} points, about {money(row.yuan_at_value)} yuan of the pool of {money(row.fund)}"
    return f"{where}{_records(row)}{some}{shared}: {held}{_value(row)}"


def _records(row: AtStake) -> str:
    what = "rejected" if row.kind == REJECTED else "in another group by a damaged code"
    return f"{number(row.records)} {what}"


def _value(row: AtStake) -> str:
    if row.point_value is None or row.point_value_mended in (None, row.point_value):
        return ""
    return f"; mended, they bring a point from {row.point_value:f} to {row.point_value_mended:f} yuan"


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
