"""`drgcalc history` and `drgcalc diff`: what versions of a period say, and what makes two of them differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from drgcalc.base.errors import UnbalancedError, UsageError
from drgcalc.base.money import total
from drgcalc.report.year_model import Change, Explained, History, PartChange, Version
from drgcalc.run.closed import closed_before, closed_periods, read_trace, standing_version
from drgcalc.run.group import CASES_FILE
from drgcalc.run.manifest import Manifest, read_manifest
from drgcalc.run.period import parse_period
from drgcalc.run.publish import versions
from drgcalc.run.region import load_region
from drgcalc.run.snapshot import read_texts
from drgcalc.run.stages import Amount, Side, changes, published_amounts
from drgcalc.run.terms import resettle
from drgcalc.run.what_changed import what_changed
from drgcalc.run.year import read_payments
from drgcalc.settlement.ledger import ZERO, less
from drgcalc.settlement.payment_rows import Payment

_NAMED = re.compile(r"(20\d\d(?:-\d\d)?)(?:/v(\d+))?")
_PARTS = ("corrections", "deferred", "deposit", "violation", "over_budget", "decided", "transferred", "carried_in",
          "carried_out", "advance", "paid")  # fmt: skip


def history(folder: Path, period: str) -> History:
    """The versions of a settled period. Raises UsageError when there is none."""
    region = load_region(folder)
    parse_period(period)
    numbers = versions(region.out, period)
    if not numbers:
        raise UsageError(f"{period} has no version in {region.out}", hint="run `drgcalc settle` first")
    closed = closed_periods(region.out).get(period)
    found: list[Version] = []
    before: Manifest | None = None
    for number in numbers:
        manifest = read_manifest(region.out / period / f"v{number}")
        found.append(_version(number, closed is not None and closed.version == number, manifest, before))
        before = manifest
    return History(period, tuple(found), read_trace(region.out, period))


def diff(folder: Path, old: str, new: str) -> Explained:
    """What makes version `new` of a period another than `old`; 2024-05 alone names the version that holds.

    Raises UsageError for versions that do not exist or are of different periods, RulesError when the new one cannot be
    settled again, UnbalancedError when the causes miss the difference.
    """
    region = load_region(folder)
    (period, before), (other, after) = _find(region.out, old), _find(region.out, new)
    if period != other:
        raise UsageError(
            f"{old} and {new} are different periods",
            hint="compare versions of one period: `drgcalc history` lists them",
        )
    then, now = published_amounts(before), published_amounts(after)
    found = changes(
        parse_period(period), _side(before), then, _side(after), closed_before(region.out, period), resettle
    )
    _prove(then, now, found)
    return Explained(
        f"{period}/{before.name}",
        f"{period}/{after.name}",
        tuple(found),
        tuple(_payments(before, after)),
        what_changed(before, after, parse_period(period)),
    )


def _version(number: int, closed: bool, manifest: Manifest, before: Manifest | None) -> Version:
    payable = {key.partition(" ")[2]: amount for key, amount in manifest.totals.items() if key.startswith("payable ")}
    return Version(
        number=number,
        closed=closed,
        drgcalc=manifest.drgcalc,
        accepted=manifest.counts["accepted"],
        rejected=manifest.counts["rejected"],
        payable=payable,
        point_values=manifest.point_values,
        changed=() if before is None else tuple(_changed(before, manifest)),
    )


def _changed(before: Manifest, after: Manifest) -> list[str]:
    """Names of files, policy, scheme or program that differ."""
    found = [
        name
        for then, now in ((before.inputs, after.inputs), (before.region, after.region))
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    ]
    for name, then_, now_ in (
        ("scheme", before.scheme, after.scheme),
        ("policy", before.policy, after.policy),
        ("drgcalc", before.drgcalc, after.drgcalc),
    ):
        if then_ != now_:
            found.append(name)
    return found


def _find(out: Path, named: str) -> tuple[str, Path]:
    found = _NAMED.fullmatch(named)
    if not found:
        raise UsageError(f"{named!r} is not a version", hint="write 2024-05/v1, or 2024-05 for the one that holds")
    period, number = found[1], found[2]
    folder = out / period / f"v{number}" if number else standing_version(out, period)
    if folder is None or not folder.is_dir():
        known = ", ".join(f"{period}/v{one}" for one in versions(out, period))
        raise UsageError(
            f"{named} is not published in {out}", hint=f"there are {known}" if known else "settle it first"
        )
    return period, folder


def _side(folder: Path) -> Side:
    return Side(folder / CASES_FILE, read_texts(folder), read_manifest(folder).scheme["checksum"])


def _prove(then: Mapping[tuple[str, str], Amount], now: Mapping[tuple[str, str], Amount], found: list[Change]) -> None:
    """The causes add up to what differs, hospital by hospital."""
    parts: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for change in found:
        parts[change.pool, change.hospital_id].append(change.payable)
    nothing = Amount(ZERO, ZERO)
    for key in {*then, *now, *parts}:
        expected = less(now.get(key, nothing).payable, then.get(key, nothing).payable)
        explained = total([ZERO, *parts[key]])
        if explained != expected:
            raise UnbalancedError(
                f"{key[1]}, pool {key[0]}: the causes add up to {explained}, the difference is {expected}",
                hint="a version was made by another drgcalc, or was changed: `drgcalc verify` says which",
            )


def _payments(before: Path, after: Path) -> list[PartChange]:
    then = {(row.pool, row.hospital_id): row for row in read_payments(before)}
    now = {(row.pool, row.hospital_id): row for row in read_payments(after)}
    found = []
    for key in sorted({*then, *now}):
        for part in _PARTS:
            amount = less(_part(now.get(key), part), _part(then.get(key), part))
            if amount:
                found.append(PartChange(part, *key, amount))
    return found


def _part(row: Payment | None, name: str) -> Decimal:
    return ZERO if row is None else Decimal(getattr(row, name))
