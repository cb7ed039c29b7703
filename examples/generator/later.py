"""What comes after its month was closed: late and reversed records, and a table that turns out to be wrong."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from generator.deliveries import write_delivery
from generator.plan import Late, Plan, Recognized, Some, rows
from generator.stays import Stay, negated

Years = Mapping[int, Sequence[Stay]]


def write_later(target: Path, region: Path, plan: Plan, stays: Years) -> Years:
    """Write what the plan says comes later; gives the stays without those that are held back until then.

    `region` has the hand-written tables.
    """
    if plan.recognized:
        _write_corrected(target / plan.recognized.path, region / "hospitals.csv", plan.recognized)
    return _write_late(target, plan, plan.late, stays) if plan.late else stays


def _write_late(target: Path, plan: Plan, late: Late, stays: Years) -> Years:
    held, taken = (_last(stays, late.hospital, some) for some in (late.held_back, late.taken_back))
    records = [*held, *(negated(stay) for stay in taken)]
    write_delivery(target / late.delivery.path, late.delivery, records, (), Random(plan.seed))
    kept_back = {stay.settlement_id for stay in held}
    return {year: [stay for stay in own if stay.settlement_id not in kept_back] for year, own in stays.items()}


def _last(stays: Years, hospital: str, some: Some) -> list[Stay]:
    """The last stays of a hospital in a month that no line of the year reverses, in their order."""
    own = stays[int(some.month[:4])]
    reversed_stays = {stay.encounter_id for stay in own if stay.is_refund}
    inside = [
        stay
        for stay in own
        if stay.hospital_id == hospital
        and stay.settled_on.isoformat().startswith(some.month)
        and stay.encounter_id not in reversed_stays
    ]
    return inside[-some.stays :]


def _write_corrected(path: Path, hospitals: Path, recognized: Recognized) -> None:
    """hospitals.csv with the coefficient that should have stood there."""
    found = rows(hospitals)
    key = recognized.hospital_id, recognized.effective_from.isoformat()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        for row in found:
            if (row["hospital_id"], row["effective_from"]) == key:
                row |= {"coefficient": recognized.coefficient, "source": recognized.source}
            writer.writerow(row)
