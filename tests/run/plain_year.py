"""A settlement year as a clerk would do it with pencil and paper: fen as whole numbers, nothing of the program's own.

It takes what points and methods are owed in a month as given and says what is then sent, kept, carried and cleared;
and it gives cases their points a second time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import NamedTuple

from generated_region import Stay, Terms

Key = tuple[str, str]
OWED = ("retained", "deferred", "deposit", "carried", "receivable")


class Owed(NamedTuple):
    """What points or a method owe a hospital for a month, in fen; booked only counts for points."""

    key: Key
    payable: int
    retained: int
    booked: int
    points: bool


class Told(NamedTuple):
    """A difference to a closed month."""

    key: Key
    payable: int
    retained: int


class Decided(NamedTuple):
    """What decisions say of one period: (pool, hospital, amount) of each kind, hospitals as they are written."""

    violation: Sequence[tuple[str, str, int]] = ()
    over_budget: Sequence[tuple[str, str, int]] = ()
    decided: Sequence[tuple[str, str, int]] = ()
    into: Sequence[tuple[str, str, int]] = ()
    out: Sequence[tuple[str, str, int]] = ()
    advances: Sequence[tuple[str, str, int]] = ()


Accounts = defaultdict[tuple[str, Key], int]


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2)) if value >= 0 else -floor(-value + Fraction(1, 2))


def points_of(fee: int, score: int, mean: int, coefficient: Fraction) -> int:
    """Units of 10^-4 points of a cost in a group of this score and mean: low below half of it, high above twice it."""
    ratio = Fraction(fee, mean)
    times = ratio if ratio < Fraction(1, 2) else ratio - 1 if ratio > 2 else Fraction(1)
    return half_up(score * times * coefficient * 10_000)


def hospital_points(
    stays: Iterable[Stay], groups: Mapping[str, tuple[int, int]], coefficient: Callable[[str, str], Fraction]
) -> dict[Key, int]:
    """By pool and hospital, as written; `stays` are the period's, `coefficient` that of a hospital on a day."""
    own = list(stays)
    originals = {(stay.person, stay.pool, stay.hospital): stay for stay in own if not stay.refund}
    found: defaultdict[Key, int] = defaultdict(int)
    for stay in own:
        if not stay.refund:
            points = points_of(stay.fee, *groups[stay.group], coefficient(stay.hospital, stay.day))
        else:
            first = originals.get((stay.person, stay.pool, stay.hospital), stay)
            factor = coefficient(first.hospital, first.day)
            before = abs(first.fee)
            after = before + stay.fee
            terms = groups[first.group]
            points = (points_of(after, *terms, factor) if after else 0) - points_of(before, *terms, factor)
        found[stay.pool, stay.hospital] += points
    return dict(found)


def successors(mergers: Iterable[tuple[str, str, str]], until: str) -> dict[str, str]:
    """Hospital that has ended by a day -> the one that stands in its place."""
    direct = {old: new for old, new, day in mergers if day <= until}

    def last(hospital: str) -> str:
        return last(direct[hospital]) if hospital in direct else hospital

    return {hospital: last(hospital) for hospital in direct}


def pay(
    terms: Terms,
    owed: Sequence[Owed],
    differences: Iterable[Told],
    decided: Decided,
    heirs: Mapping[str, str],
    before: Accounts,
) -> tuple[dict[Key, dict[str, int]], Accounts]:
    """What payments.csv should say by pool and hospital, and the accounts after the month."""
    after: Accounts = defaultdict(int, before)
    for (account, (pool, hospital)), amount in before.items():
        if hospital in heirs:
            after[account, (pool, hospital)] -= amount
            after[account, (pool, heirs[hospital])] += amount
    opening = Accounts(int, after)
    flow: defaultdict[Key, int] = defaultdict(int)
    rows: defaultdict[Key, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def stand(pool: str, hospital: str) -> Key:
        return pool, heirs.get(hospital, hospital)

    def keep(name: str, key: Key, amount: int) -> None:
        flow[key] -= amount
        after[name, key] += amount
        rows[key][name] += amount

    for due in owed:
        key = stand(*due.key)
        flow[key] += due.payable
        rows[key]["payable"] += due.payable
        keep("retained", key, due.retained)
    for told in differences:
        key = stand(*told.key)
        flow[key] += told.payable
        rows[key]["corrections"] += told.payable
        keep("retained", key, told.retained)
    for due in owed if terms.defer else ():
        most = max(half_up(Fraction(terms.defer) * due.booked), 0)
        above = min(due.payable - most, due.payable - due.retained)
        if due.points and above > 0:
            keep("deferred", due.key, above)
    for key in list(flow) if terms.deposit else ():
        keep("deposit", key, half_up(Fraction("0.05") * max(flow[key], 0)))
    for name in ("violation", "over_budget"):
        for pool, hospital, amount in getattr(decided, name):
            flow[stand(pool, hospital)] -= amount
            rows[stand(pool, hospital)][name] += amount
    for name, column, sign in (("decided", "decided", 1), ("into", "transferred", 1), ("out", "transferred", -1)):
        for pool, hospital, amount in getattr(decided, name):
            flow[stand(pool, hospital)] += sign * amount
            rows[stand(pool, hospital)][column] += sign * amount
    for (account, key), amount in opening.items():
        if account == "carried" and amount:
            flow[key] += amount
            after["carried", key] -= amount
            rows[key]["carried_in"] += amount
    below = "carried" if terms.negative == "carry" else "receivable"
    for key, amount in flow.items():
        if amount < 0:
            after[below, key] += amount
            rows[key]["carried_out"] += amount
        else:
            rows[key]["paid"] += amount
    for pool, hospital, amount in decided.advances:
        rows[stand(pool, hospital)]["advance"] += amount
    for key in {*rows, *(key for _, key in opening)}:
        rows[key]["opening"] = sum(opening[name, key] for name in OWED)
        rows[key]["closing"] = sum(after[name, key] for name in OWED)
    return {key: dict(row) for key, row in rows.items()}, after


def shared(terms: Terms, assessed: int, booked: int) -> int:
    """What sharing adds, in fen: bands of the ratio whose base is 1."""
    base, other = (assessed, booked) if terms.sharing_base == "payable" else (booked, assessed)
    if not terms.sharing or base <= 0:
        return 0
    low, high = sorted((Fraction(other, base), Fraction(1)))
    own = Fraction(0)
    for lower, upper, share in terms.sharing:
        top = min(high, Fraction(upper)) if upper else high
        own += max(top - max(low, Fraction(lower)), Fraction(0)) * base * Fraction(share)
    return half_up(booked + (own if assessed > booked else -own) - assessed)


def clear(
    terms: Terms,
    owed: Iterable[Owed],
    months: Iterable[tuple[Key, int, int]],
    decided: Decided,
    heirs: Mapping[str, str],
    scores: Mapping[Key, tuple[Fraction, Fraction]],
) -> dict[Key, dict[str, int]]:
    """What clearing.csv should say: `months` are what months have paid and held back (deposit), by hospital then."""
    rows: defaultdict[Key, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def stand(pool: str, hospital: str) -> Key:
        return pool, heirs.get(hospital, hospital)

    for due in owed:
        rows[stand(*due.key)]["payable"] += due.payable
        rows[stand(*due.key)]["booked"] += due.booked
    for key, paid, deposit in months:
        rows[stand(*key)]["monthly"] += paid
        rows[stand(*key)]["deposit"] += deposit
    for name, column, sign in (
        ("violation", "violation", 1), ("over_budget", "over_budget", 1), ("decided", "decided", 1),
        ("into", "transferred", 1), ("out", "transferred", -1), ("advances", "advance", 1),
    ):  # fmt: skip
        for pool, hospital, amount in getattr(decided, name):
            rows[stand(pool, hospital)][column] += sign * amount
    for key, row in rows.items():
        score, of_deposit = scores.get(key, (Fraction(1), Fraction(1)))
        row["assessed"] = half_up(score * row["payable"])
        row["shared"] = shared(terms, row["assessed"], row["booked"])
        worth = row["assessed"] + row["shared"] + row["decided"] + row["transferred"]
        taken = row["violation"] + row["over_budget"] + row["monthly"] + row["advance"] + row["deposit"]
        row["clearing"] = worth - taken
        row["deposit_released"] = half_up(of_deposit * row["deposit"])
    return {key: dict(row) for key, row in rows.items()}
