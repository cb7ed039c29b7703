"""Many settle runs while corrections come in, in any order: the same records end in the same ledger."""

from __future__ import annotations

import csv
import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from drgcalc.run.init import init
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

YEAR = parse_period("2024")
CORRECTIONS = 5
ROWS = 5
"""Records that a file corrects."""
RECORDS = "discharges/2024.csv"


def soak(runs: int, seed: int, work: Path, say: Callable[[str], None] = lambda _: None) -> set[str]:
    """Settle `runs` times, six to a round: five corrections in an order of its own. The SHA-256 of each last ledger."""
    base = work / "base"
    init(base)
    (base / "town.salt").write_bytes(bytes(range(64)))
    settings = base / "region.toml"
    settings.write_text(settings.read_text("utf-8").replace("[inputs]", '[salt]\nfile = "town.salt"\n[inputs]', 1))
    corrections = _corrections(base, random.Random(seed))
    chance, ledgers = random.Random(seed + 1), set()
    for number in range(-(-runs // (CORRECTIONS + 1))):
        ledgers.add(_round(Path(shutil.copytree(base, work / f"round-{number}")), corrections, chance))
        say(f"{(number + 1) * (CORRECTIONS + 1)} runs: {len(ledgers)} ledger")
    return ledgers


def _round(region: Path, corrections: dict[str, str], chance: random.Random) -> str:
    names = sorted(corrections)
    chance.shuffle(names)
    counts = [settle(region, YEAR).grouping.records]
    for name in names:
        (region / "discharges" / name).write_text(corrections[name], "utf-8")
        counts.append(settle(region, YEAR).grouping.records)
    for one in counts:
        assert one.read == one.accepted + one.rejected + one.duplicates + one.outside
    assert all(result.holds for result in verify(region))
    newest = max((region / "out/2024").glob("v*"), key=lambda path: int(path.name[1:]))
    digest = hashlib.sha256((newest / "ledger.csv").read_bytes()).hexdigest()
    shutil.rmtree(region)
    return digest


def _corrections(base: Path, chance: random.Random) -> dict[str, str]:
    """Files that correct some records each: other amounts, another sex, a new settlement id, a record that is wrong."""
    with (base / RECORDS).open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    rows = list(range(len(records) - 4))
    chance.shuffle(rows)
    found = {}
    for number in range(CORRECTIONS):
        mine = rows[number::CORRECTIONS][:ROWS]
        changed = ([*_changed(header, records[row], chance), RECORDS, str(row + 1)] for row in mine)
        lines = [[*header, "source_file", "source_row"], *changed]
        found[f"correction-{number}.csv"] = "".join(",".join(line) + "\n" for line in lines)
    return found


def _changed(header: list[str], record: list[str], chance: random.Random) -> list[str]:
    cells = dict(zip(header, record, strict=True))
    match chance.randrange(4):
        case 0:
            for name in ("总费用", "基金支付"):
                cells[name] = f"{float(cells[name]) + 100:.2f}"
        case 1:
            cells["性别"] = "2" if cells["性别"] == "1" else "1"
        case 2:
            cells["结算ID"] += "-A"
        case _:
            cells["性别"] = "?"
    return list(cells.values())
