"""A small region through a whole year: twelve months paid and closed, corrected after closing, merged, joined, cleared.

H002 becomes part of H001 in September; H004 joins in July. After February and March are closed, records of February
come late and one of March is refunded; in August the score of a group is corrected from January on.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

from drgcalc.report.model import Settled
from drgcalc.run.closing import close
from drgcalc.run.decisions import KINDS
from drgcalc.run.init import init
from drgcalc.run.manifest import file_hash
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle

MONTHS = [f"2024-{number:02}" for number in range(1, 13)]
STEP = 3
"""Every third stay of the template is taken into every month: nineteen."""

POLICY = """
[policy.payment]
negative = { value = "carry", source = "第二十条" }
advance_limit = { value = 0.2, unit = "ratio", source = "第二十一条" }
[policy.payment.deposit]
ratio = { value = 0.05, unit = "ratio", source = "第二十二条" }
maximum = { value = 0.05, unit = "ratio", source = "经办规程" }

[policy.clearing]
missing_assessment = { value = "full_score", source = "第二十三条" }
share_to = { value = 0.05, unit = "ratio", source = "清算通知" }
deadline = { value = 2025-05-31, source = "清算通知" }
quarter_check = { value = 0.15, unit = "ratio", source = "第二十四条" }
"""

DECISIONS = {
    "advances": ["预1,H001,employee,advance,5000,2024-01-05,拨付单"],
    "deductions": [
        "扣1,H001,employee,violation,300.00,2024-04-08,2024-02,分解住院,审核文书",
        "扣2,H003,resident,over_budget,99999.00,2024-05-08,,超总额,审核文书",
        "扣3,H002,employee,violation,120.50,2024-10-08,2024-07,串换项目,审核文书",
    ],
    "transfers": ["转1,H001,employee,resident,250.00,2024-06-03,2024-05,险种录错,划转单"],
    "corrections": ["更1,H003,resident,2024-01,data,-12.34,2024-03-10,手工更正,更正单"],
    "adjustments": [
        "调1,employee,,6000,2024-07-01,新增床位,医保科,approved,2024-06-01,approved,2024-06-20,批复",
        "调2,employee,,9000,2024-07-01,待定,医保科,approved,2024-06-01,pending,,批复",
    ],
    "mergers": ["H002,H001,2024-09-01,合并批复"],
    "entries": ["H004,join,2024-07-01,新增协议"],
    "assessments": ["2024,H001,,0.98,0.95,2024-12-31,考核通报", "2024,H003,,0.96,,2024-12-31,考核通报"],
}


@dataclass(frozen=True)
class WholeYear:
    """The region after the year, what every month settled to, and the hashes of each month's files at its closing."""

    folder: Path
    months: dict[str, Settled]
    year: Settled
    at_closing: dict[str, dict[str, str]]


def live(place: Path) -> WholeYear:
    """Run the year of a new region in `place`."""
    folder = place / "region"
    make_region(folder)
    months: dict[str, Settled] = {}
    at_closing: dict[str, dict[str, str]] = {}
    for month in MONTHS:
        if month == "2024-04":
            come_late(folder)
        if month == "2024-08":
            correct_score(folder)
        months[month] = settle(folder, parse_period(month))
        close(folder, month)
        at_closing[month] = hashes_of(folder / "out" / month / "v1")
    return WholeYear(folder, months, settle(folder, parse_period("2024")), at_closing)


def make_region(folder: Path) -> None:
    """The region of `drgcalc init` with nineteen stays in every month, a salt, a fourth hospital, and decisions."""
    init(folder)
    (folder / "test.salt").write_bytes(bytes(range(64)))
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8").replace("[inputs]", '[salt]\nfile = "test.salt"\n[inputs]')
    settings.write_text(text + POLICY, encoding="utf-8")
    with (folder / "hospitals.csv").open("a", encoding="utf-8") as file:
        file.write("H004,示例市妇幼保健院,二级,1.00,2024-01-01,,示例：等级系数表\n")
    header, *rows = csv.reader((folder / "discharges/2024.csv").read_text(encoding="utf-8-sig").splitlines())
    stays = [moved(row, month, number) for month in MONTHS for number, row in enumerate(rows[::STEP])]
    write_records(folder, "2024", header, stays)
    write_decisions(folder, DECISIONS)


def moved(row: list[str], month: str, number: int) -> list[str]:
    """A stay of the template in another month; from July on some belong to the hospital that has joined."""
    hospital = "H004" if month >= "2024-07" and number % 5 == 0 else row[2]
    days = [f"{month}-02", f"{month}-09", f"{month}-09"]
    return [f"{month}-{row[0]}", f"{month}-{row[1]}", hospital, *row[3:6], *days, *row[9:]]


def write_records(folder: Path, name: str, header: list[str], rows: list[list[str]]) -> None:
    with (folder / "discharges" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def write_decisions(folder: Path, decisions: dict[str, list[str]], suffix: str = "") -> None:
    for kind, rows in decisions.items():
        lines = [",".join(KINDS[kind].table.names()), *rows]
        (folder / "decisions" / f"{kind}{suffix}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def come_late(folder: Path) -> None:
    """Two stays of February come late, and one of March is refunded."""
    header, *rows = csv.reader((folder / "discharges/2024.csv").read_text(encoding="utf-8").splitlines())
    february = [row for row in rows if row[0].startswith("2024-02")]
    march = next(row for row in rows if row[0].startswith("2024-03"))
    late = [[f"L{row[0]}", f"L{row[1]}", *row[2:]] for row in february[:2]]
    refund = [*march[:11], *(f"-{amount}" for amount in march[11:14])]
    write_records(folder, "late", [*header, "退费标志"], [*([*row, "0"] for row in late), [*refund, "1"]])


def correct_score(folder: Path) -> None:
    """The score of strokes is corrected, from January on."""
    path = next(iter(sorted((folder / "scores").glob("*.csv"))))
    text = path.read_text(encoding="utf-8-sig")
    assert "BR25,1095," in text
    path.write_text(text.replace("BR25,1095,", "BR25,1195,"), encoding="utf-8")


def hashes_of(folder: Path) -> dict[str, str]:
    return {path.name: file_hash(path) for path in sorted(folder.iterdir())}


def once(lived: Path, folder: Path) -> Path:
    """The same region with its final records, tables and decisions, and nothing published."""
    return Path(shutil.copytree(lived, folder, ignore=shutil.ignore_patterns("out")))
