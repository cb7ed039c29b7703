"""What methods read from their policy tables beyond single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import divide, total
from drgcalc.settlement.policy_reading import Number, Table, decimal
from drgcalc.settlement.rows import FundItem


class Budget(NamedTuple):
    """An item of the fund account that a method distributes."""

    item: str
    label: str
    source: str

    def amount(self, fund: Mapping[tuple[str, str], FundItem], pool: str) -> Decimal:
        """The item's amount in a pool, yuan. Raises RulesError when the account lacks it."""
        if (pool, self.item) not in fund:
            raise RulesError(
                f"fund: pool {pool} lacks {self.item} ({self.label}), which a payment method distributes",
                hint="add a row to fund/*.csv; write the amount 0 when there is none",
            )
        return fund[pool, self.item].amount


def read_budget(table: Table, key: str) -> Budget:
    """`key = { item = "…", label = "…", source = "…" }`."""
    entry = table.table(key)
    budget = Budget(entry.text("item"), entry.text("label"), entry.source())
    entry.finish()
    return budget


def read_shares(table: Table, key: str) -> tuple[Number, ...]:
    """`key = { value = [0.1, 0.2, 0.7], unit = "ratio", source = "…" }`: shares that sum to 1."""
    entry = table.table(key)
    value, source = entry.take("value"), entry.source()
    if entry.text("unit") != "ratio" or not isinstance(value, list) or not value:
        raise table.wrong(key, "must be a list of ratios", f'write {key} = {{ value = [0.5, 0.5], unit = "ratio", … }}')
    entry.finish()
    shares = tuple(decimal(share, entry, "value") for share in value)
    if min(shares) < 0 or total(shares) != 1:
        raise table.wrong(key, f"sums to {total(shares)}", "shares are not negative and sum to 1")
    return tuple(Number(share, "ratio", source) for share in shares)


def read_texts(table: Table, key: str) -> tuple[str, ...] | None:
    """A list of texts, or None when the key is left out, which means any."""
    if not table.has(key):
        return None
    value = table.take(key)
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and text for text in value):
        raise table.wrong(key, f"must be a list of texts, not {value!r}", f'write {key} = ["…"], or leave it out')
    return tuple(value)


def plain(value: Decimal) -> str:
    """A decimal for words: no exponent, no trailing zeros after the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(part: Decimal, whole: Decimal) -> str:
    """part ÷ whole in per cent with two decimals, for words; a dash when there is no whole."""
    return f"{divide(part * 100, whole, 2)} %" if whole else "–"
