"""A hospital-year as a hospital exports it: HQMS field codes, 800 columns, most of them blank, 1,080 octets a row.

The stays are those of the bench (stays.py) given to hospital H001; the pool and fund columns that HQMS lacks stand
between its own under their settlement-list names, as exports that join both have them.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

COLUMNS = 800
BATCH = 5_000
NAMES = {
    "settlement_id": "setl_id", "person_id": "P800", "pool": "insutype", "sex": "P5", "age_years": "P7",
    "age_days": "P66", "birth_weight_g": "P681", "admitted_on": "P22", "discharged_on": "P25",
    "settled_on": "setl_end_date", "los_days": "P27", "discharge_mode": "P741", "total_fee": "P782",
    "fund_booked": "fund_pay_sumamt", "patient_paid": "P751",
}  # fmt: skip
DIAGNOSES = ("P321", "P324", "P327", "P3291", "P3294", "P3297", "P3281", "P3284", "P3287", "P3271", "P3274")
PROCEDURES = ("P490", "P4911", "P4922", "P4533", "P4544")
FILLED = {
    "P10001": "示例市第一人民医院", "P10002": "1", "P10003": "-", "P10004": "自动出院登记", "P10005": "0.00",
    "P10006": "2024-05-07 03:04:05", "P10007": "示例市示例区示例街道", "P10008": "无特殊记载",
}  # fmt: skip
"""What stands in further columns of every row."""


def write_export(stays: Path, path: Path) -> None:
    """Write the stays of a Parquet file as one wide CSV export."""
    used = ("P900", *NAMES.values(), *DIAGNOSES, *PROCEDURES, *FILLED)
    blank = [f"P2{number:04d}" for number in range(COLUMNS - len(used))]
    share = len(blank) // len(used)
    header = [name for place, own in enumerate(used) for name in (own, *blank[place * share : (place + 1) * share])]
    header += blank[len(used) * share :]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_rows(stays))


def _rows(stays: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(stays).iter_batches(BATCH):
        for stay in batch.to_pylist():
            row = {header: stay[name] for name, header in NAMES.items() if stay[name] is not None}
            row |= dict(zip(DIAGNOSES, stay["diagnoses"], strict=False))
            row |= dict(zip(PROCEDURES, stay["procedures"], strict=False))
            yield {**row, **FILLED, "P900": "H001"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="write stays as a hospital's export of 800 columns")
    parser.add_argument("stays", type=Path)
    parser.add_argument("path", type=Path)
    asked = parser.parse_args()
    write_export(asked.stays, asked.path)
