"""The committed example regions are what their generator writes, and settle to the committed totals."""

import csv
import json
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow.parquet as pq
import pytest

from drgcalc.base.errors import ExitCode
from drgcalc.base.money import total
from drgcalc.base.pricing_columns import FINDINGS_PRICED, REJECTED
from drgcalc.cli import main
from drgcalc.run.period import parse_period
from drgcalc.run.published_csv import read_rows
from drgcalc.run.region import load_region
from drgcalc.run.terms import terms_of
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.mending import PricedFinding
from drgcalc.settlement.points import case_points

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
EXPECTED = tomllib.loads(Path(__file__).with_name("expected.toml").read_text(encoding="utf-8"))
REGIONS = ("shaoguan", "points-city")
AMBIGUOUS = ("points-city",)
"""Regions whose scheme knows ambiguous cases (歧义): DRG schemes do, DIP directories do not."""
PERIODS = [(region, period) for region in REGIONS for period in EXPECTED[region]]
SIZE_LIMIT = 8_000_000


def generate(folder: Path, *regions: str) -> Path:
    command = [sys.executable, str(EXAMPLES / "make_examples.py"), str(folder), *regions]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the committed regions with every period of expected.toml settled."""
    root = tmp_path_factory.mktemp("settled")
    shutil.copytree(ROOT / "grouper_tables", root / "grouper_tables")
    for region in REGIONS:
        shutil.copytree(EXAMPLES / region, root / "examples" / region, ignore=shutil.ignore_patterns("out"))
    for region, period in PERIODS:
        asked = ("--month" if "-" in period else "--year", period)
        assert main(["settle", "--region", str(root / "examples" / region), *asked, "--quiet"]) == ExitCode.DONE
    return root / "examples"


def files(region: Path) -> list[str]:
    found = (path.relative_to(region) for path in region.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != "out")


def content(path: Path) -> object:
    """What a file says, whichever version of a library has packed it."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    if path.suffix == ".xlsx":
        return fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_arrow()
    return path.read_bytes()


def manifest(settled: Path, region: str, period: str) -> Any:
    return json.loads((settled / region / "out" / period / "v1" / "manifest.json").read_text(encoding="utf-8"))


def published(settled: Path, region: str, name: str) -> list[list[str]]:
    with (settled / region / "out" / "2024" / "v1" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("region", REGIONS)
def test_committed_region_is_what_the_generator_writes(generated: Path, region: str) -> None:
    assert files(generated / region) == files(EXAMPLES / region)
    for name in files(EXAMPLES / region):
        assert content(generated / region / name) == content(EXAMPLES / region / name), name


def test_generator_writes_the_same_bytes_twice(generated: Path, tmp_path: Path) -> None:
    again = generate(tmp_path, "points-city") / "points-city"
    for name in files(again):
        assert (again / name).read_bytes() == (generated / "points-city" / name).read_bytes(), name


def test_committed_regions_stay_small() -> None:
    sizes = [(EXAMPLES / region / name).stat().st_size for region in REGIONS for name in files(EXAMPLES / region)]
    assert sum(sizes) < SIZE_LIMIT


@pytest.mark.parametrize(("region", "period"), PERIODS)
def test_examples_settle_to_the_committed_totals(settled: Path, region: str, period: str) -> None:
    found = manifest(settled, region, period)
    expected = EXPECTED[region][period]
    assert {part: found[part] for part in expected} == expected


@pytest.mark.parametrize(("region", "period"), PERIODS)
def test_every_record_of_an_example_has_one_fate(settled: Path, region: str, period: str) -> None:
    counts = manifest(settled, region, period)["counts"]
    assert counts["read"] == sum(counts[fate] for fate in ("accepted", "rejected", "duplicates", "outside"))
    assert counts["accepted"] == sum(cases for name, cases in counts.items() if name.startswith("status:"))


@pytest.mark.parametrize("region", REGIONS)
def test_most_stays_of_an_example_are_grouped(settled: Path, region: str) -> None:
    counts = manifest(settled, region, "2024")["counts"]
    assert counts["status:grouped"] >= 0.97 * counts["accepted"]
    assert counts["status:ungrouped"] > 0
    assert (counts.get("status:ambiguous", 0) > 0) == (region in AMBIGUOUS)


@pytest.mark.parametrize("region", REGIONS)
def test_every_planted_mistake_is_found(settled: Path, region: str) -> None:
    """dirt.csv of the generator says how many records it spoils and by which code the editor must answer."""
    found = Counter(row[0] for row in published(settled, region, "findings.csv"))
    with (EXAMPLES / "generator" / region / "dirt.csv").open(encoding="utf-8", newline="") as file:
        planted = Counter({row["code"]: 0 for row in csv.DictReader(file)})
        file.seek(0)
        for row in csv.DictReader(file):
            planted[row["code"]] += int(row["rows"])
    assert {code: records for code, records in planted.items() if found[code] < records} == {}


def test_floor_lifts_the_employee_pool_and_cap_cuts_the_resident_pool(settled: Path) -> None:
    """Beds that a new hospital opens in July are added to the employee pool after both."""
    lines = {(row[0], row[2]): Decimal(row[4]) for row in published(settled, "shaoguan", "pool.csv")}
    employee = {item: amount for (pool, item), amount in lines.items() if pool == "employee"}
    resident = {item: amount for (pool, item), amount in lines.items() if pool == "resident"}
    (adjustment,) = (amount for item, amount in employee.items() if item.startswith("adjustment/"))
    assert employee["base"] < employee["floor"] == employee["payable_pool"] - adjustment < employee["cap"]
    assert resident["floor"] < resident["cap"] == resident["payable_pool"] < resident["base"]


@pytest.mark.parametrize("region", REGIONS)
def test_prices_of_an_example_have_the_points_of_their_groups_and_sum_to_zero(settled: Path, region: str) -> None:
    """The arithmetic of one case, on the terms that an accepted case of the same hospital and group has."""
    rules = terms_of(load_region(settled / region), parse_period("2024")).policy.points
    cases = pq.read_table(settled / region / "out/2024/v1/cases.parquet").to_pylist()
    terms = {
        (row["hospital_id"], row["group_code"], row["layer"]): row for row in cases if row["auxiliary_factor"] is None
    }
    layers = {row["group_code"]: row["layer"] for row in cases}
    checked = 0
    path = settled / region / "out/2024/v1/findings_priced.csv"
    for row in (PricedFinding(*cells) for cells in read_rows(path, FINDINGS_PRICED)):
        if row.yuan_hospital is not None:
            assert total((row.yuan_hospital, row.yuan_rest or ZERO, row.yuan_kept or ZERO)) == 0
        known = terms.get((row.hospital_id, row.group_mended, layers.get(row.group_mended)))
        if row.kind == REJECTED and row.points is not None and row.total_fee and known and known["reference_fee"]:
            found = case_points(
                rules,
                fee=row.total_fee,
                base_points=known["base_points"],
                reference_fee=known["reference_fee"],
                coefficient=known["coefficient"] or Decimal(1),
                layer=known["layer"],
            )
            assert row.points == found.points, row
            checked += 1
    assert checked >= 3
