"""rejected.csv is edited, put back, and only what it names changes."""

from __future__ import annotations

import csv
from pathlib import Path

from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

YEAR = parse_period("2024")


def spoil(region: Path, rows: int) -> list[list[str]]:
    """The template's records, the first ones without a sex and one refund without its flag."""
    path = region / "discharges/2024.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    sex, fees = header.index("性别"), [header.index(name) for name in ("总费用", "基金支付", "个人支付")]
    for record in records[:rows]:
        record[sex] = "?"
    for place in fees:
        records[rows][place] = f"-{records[rows][place]}"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *records])
    return records


def test_rejected_records_are_mended_and_fed_in_again_without_touching_the_others(settled: Path) -> None:
    before = settle(settled, YEAR).grouping.records
    spoil(settled, 3)
    broken = settle(settled, YEAR)
    records = broken.grouping.records
    assert (records.accepted, records.rejected) == (before.accepted - 4, before.rejected + 4)
    with (settled / broken.place.folder / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == records.rejected
    assert rows[3]["总费用 total_fee"].startswith("'-")  # a spreadsheet must not compute with it
    for row in rows[:3]:
        row["性别 sex"] = "1"
    with (settled / "discharges/mended.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    mended = settle(settled, YEAR).grouping.records
    assert mended.read == records.read + len(rows)
    assert (mended.accepted, mended.rejected, mended.duplicates) == (
        before.accepted - 1,
        before.rejected + 1,
        before.duplicates + len(rows),
    )
    assert mended.read == mended.accepted + mended.rejected + mended.duplicates + mended.outside
    assert all(result.holds for result in verify(settled))
