"""What is another in one version than in another, named: records, rows of tables, entries of the policy, the scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from drgcalc.report.year_model import Changed
from drgcalc.run.group import CASES_FILE
from drgcalc.run.manifest import Manifest, read_manifest
from drgcalc.run.period import Period
from drgcalc.run.policy import term_changes, terms_in_force
from drgcalc.run.region import REGION_FILE
from drgcalc.run.snapshot import read_texts, region_of
from drgcalc.run.stages import PAID_ONLY, SCHEME, cause_of

SHOWN = 3
"""Rows and records that are quoted; all of them are counted."""
_COMPARED = ("settlement_id", "hospital_id", "pool", "total_fee", "fund_booked", "patient_paid", "group_code", "status")


def what_changed(before: Path, after: Path, period: Period) -> tuple[Changed, ...]:
    """Everything that may make two published versions of a period differ, by cause and by name."""
    then, now = read_texts(before), read_texts(after)
    old, new = read_manifest(before), read_manifest(after)
    return (
        *_records(before / CASES_FILE, after / CASES_FILE, same_scheme=old.scheme == new.scheme),
        *_scheme(old, new),
        *(row for name in sorted({*then, *now}) for row in _file(name, then, now, period)),
        *_program(old, new),
    )


def _records(before: Path, after: Path, *, same_scheme: bool) -> Iterator[Changed]:
    """Cases that came, went, or say something else; with another scheme, groups are no matter of the records."""
    names = list(_COMPARED if same_scheme else _COMPARED[:6])
    then, now = (Counter(map(tuple, _rows(path, names))) for path in (before, after))
    gone, come = then - now, now - then
    changed = sorted({row[0] for row in gone} & {row[0] for row in come})
    more = sorted({row[0] for row in come} - set(changed))
    fewer = sorted({row[0] for row in gone} - set(changed))
    if gone or come:
        words = (("more", more), ("fewer", fewer), ("changed", changed))
        yield Changed("data", "records", tuple(f"{len(ids)} {what}: {_some(ids)}" for what, ids in words if ids))


def _rows(path: Path, names: list[str]) -> Iterable[tuple[str, ...]]:
    columns = pq.read_table(path, columns=names).to_pydict()
    return zip(*(columns[name] for name in names), strict=True)


def _scheme(old: Manifest, new: Manifest) -> Iterator[Changed]:
    if old.scheme != new.scheme:
        told = " → ".join(f"{one['id']} ({one['edition']}, {one['checksum'][:12]})" for one in (old.scheme, new.scheme))
        yield Changed("rule", SCHEME, (told,))


def _file(name: str, then: Mapping[str, str], now: Mapping[str, str], period: Period) -> Iterator[Changed]:
    """A file of the region: the policy entry by entry, a table row by row."""
    old, new = then.get(name), now.get(name)
    if old == new:
        return
    cause = cause_of(name)
    if name != REGION_FILE:
        yield Changed(cause or PAID_ONLY, name, tuple(_table(old or "", new or "")))
        return
    with region_of(then, {}) as before, region_of(now, {}) as after:
        changes = term_changes(terms_in_force(before, period), terms_in_force(after, period))
    details = [f"{row.key}: {row.old or 'nothing'} → {row.new or 'nothing'}" for row in changes]
    yield Changed("rule", name, tuple(details or ["nothing that is in force in the period"]))


def _table(old: str, new: str) -> Iterator[str]:
    """Lines that went and came."""
    then, now = Counter(old.splitlines()), Counter(new.splitlines())
    for what, lines in (("out", then - now), ("in", now - then)):
        rows = sorted(lines.elements())
        if rows:
            yield f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} {what}: {_some(rows, ' | ')}"


def _program(old: Manifest, new: Manifest) -> Iterator[Changed]:
    if old.drgcalc != new.drgcalc:
        yield Changed("rule", "drgcalc", (f"{old.drgcalc} → {new.drgcalc}",))


def _some(found: list[str], between: str = ", ") -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return between.join(found[:SHOWN]) + more
