"""Netting between agencies (经办机构间轧差清算): what each has paid for others, one payment a pair. Rizhao."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.base.money import total
from drgcalc.settlement.identities import Statement, statement
from drgcalc.settlement.ledger import ZERO, less


class Advance(NamedTuple):
    """An amount that one agency has paid for another one's insured persons, yuan."""

    period: str
    paid_by: str
    owed_by: str
    amount: Decimal
    source: str


class Net(NamedTuple):
    """One payment between two agencies: what is left of the advances both ways."""

    period: str
    payer: str
    receiver: str
    amount: Decimal
    explanation: str


class Netted(NamedTuple):
    """Payments a pair, every agency's net (positive: it receives), and the proof that they sum to zero."""

    payments: tuple[Net, ...]
    nets: dict[str, Decimal]
    identities: tuple[Statement, ...]


def net(period: str, advances: Iterable[Advance]) -> Netted:
    """One-to-one netting of a period's advances. Raises RulesError for one that owes itself, or less than nothing."""
    rows = sorted(advances)
    for row in rows:
        if row.paid_by == row.owed_by or row.amount < 0:
            raise RulesError(
                f"{row.period}: an advance of {row.amount:,} yuan by {row.paid_by} for {row.owed_by}",
                hint="two different agencies, and an amount that is not negative: a correction goes the other way",
            )
    owed: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        owed[row.paid_by, row.owed_by] = total((owed.get((row.paid_by, row.owed_by), ZERO), row.amount))
    payments = []
    for one, other in sorted({(min(pair), max(pair)) for pair in owed}):
        to_one, to_other = owed.get((one, other), ZERO), owed.get((other, one), ZERO)
        amount = less(to_one, to_other)
        if amount:
            payer, receiver = (other, one) if amount > 0 else (one, other)
            words = f"{one} advanced {to_one:,} for {other}, {other} advanced {to_other:,} for {one}"
            payments.append(Net(period, payer, receiver, abs(amount), words))
    nets = {
        name: less(
            total([ZERO, *(row.amount for row in rows if row.paid_by == name)]),
            *(row.amount for row in rows if row.owed_by == name),
        )
        for name in sorted({name for pair in owed for name in pair})
    }
    return Netted(tuple(payments), nets, tuple(_identities(payments, nets)))


def _identities(payments: list[Net], nets: dict[str, Decimal]) -> list[Statement]:
    found = [statement("nets", "", ZERO, total([ZERO, *nets.values()]), "the nets of all agencies sum to zero")]
    for name, amount in nets.items():
        received = total([ZERO, *(row.amount for row in payments if row.receiver == name)])
        paid = total([ZERO, *(row.amount for row in payments if row.payer == name)])
        found.append(statement(f"net of {name}", "", amount, less(received, paid), "received less paid is the net"))
    return found
