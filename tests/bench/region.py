"""A region around the bench's stays: the template of `drgcalc init` with its tables widened to the scheme."""

from __future__ import annotations

import argparse
import csv
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme

YEAR = """
[policy.payment]
negative = { value = "carry", source = "bench" }
[policy.payment.deposit]
ratio = { value = 0.05, unit = "ratio", source = "bench" }
maximum = { value = 0.05, unit = "ratio", source = "bench" }
[policy.clearing]
missing_assessment = { value = "full_score", source = "bench" }
"""
LEVELS = (("三级", "1.05"), ("二级", "1.00"), ("一级", "0.90"))


def widen(region: Path, scheme_folder: Path, hospitals: int) -> None:
    """Give a region fresh from `drgcalc init` this scheme, so many hospitals and a score for every group; no records.

    Months are paid and years cleared.
    """
    settings = region / "region.toml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    relative = Path(os.path.relpath(scheme_folder, region)).as_posix()
    lines = [f'scheme = "{relative}"\n' if line.startswith("scheme = ") else line for line in lines]
    settings.write_text("".join(lines) + YEAR, encoding="utf-8")
    shutil.rmtree(region / "discharges")
    (region / "discharges").mkdir()
    _write(
        region / "hospitals.csv",
        ("hospital_id", "name", "level", "coefficient", "effective_from", "effective_to", "source"),
        (
            (f"H{number:03}", f"示例医院{number}", *LEVELS[number % 3], "2024-01-01", "", "bench")
            for number in range(1, hospitals + 1)
        ),
    )
    scheme = load_scheme(scheme_folder)
    groups = sorted({row.code for row in (scheme.rows if isinstance(scheme, DipScheme) else scheme.drg)})
    _write(
        next((region / "scores").glob("*.csv")),
        ("group_code", "score", "mean_fee", "effective_from", "effective_to", "source"),
        (
            (group, 400 + 7 * rank % 2600, f"{4000 + 53 * rank % 20000}.00", "2024-01-01", "", "bench")
            for rank, group in enumerate(groups)
        ),
    )


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="widen a region made by `drgcalc init` to a scheme")
    parser.add_argument("region", type=Path)
    parser.add_argument("scheme", type=Path)
    parser.add_argument("--hospitals", type=int, default=40)
    asked = parser.parse_args()
    widen(asked.region, asked.scheme, asked.hospitals)
