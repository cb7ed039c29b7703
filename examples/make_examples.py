"""Write the example regions: discharges and scores, drawn from their hand-written tables; the same bytes at every run.

    python examples/make_examples.py [DIR [REGION ...]]

Without DIR the regions beside this file are written anew. With DIR complete copies are written there, of all regions or
of those that are named.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from generator.calibrated import calibrate
from generator.deliveries import write_deliveries
from generator.later import write_later
from generator.plan import read_plan, read_world
from generator.scores import write_scores
from generator.stays import Ward

from drgcalc.grouping.scheme import load_drg_scheme

HERE = Path(__file__).parent
REGIONS = ("shaoguan", "points-city")
SCHEME = HERE.parent / "grouper_tables" / "demo-drg"
BY_HAND = ("region.toml", "README.md", "hospitals.csv", "example.salt", "fund", "decisions")
CALIBRATED_BY_HAND = ("calibration.toml", "schemes/dip-base")
OF_A_YEAR = ("bookings", "feedback", "later/2024-08/decisions", "later/2024-12")
MADE = ("discharges", "scores", "schemes/dip-2024", "later/2024-04")


def make(name: str, target: Path) -> None:
    """Write the region `name` to `target`; its hand-written files are copied when it goes elsewhere."""
    region = HERE / name
    plan, world = read_plan(region), read_world()
    if target.resolve() != region.resolve():
        calibrated = CALIBRATED_BY_HAND if plan.calibrated_from else ()
        _copy_tables(region, target, (*BY_HAND, *calibrated, *(OF_A_YEAR if plan.late else ())))
    for folder in MADE:
        shutil.rmtree(target / folder, ignore_errors=True)
    ward = Ward(plan, world)
    stays = {year: ward.year(year) for year in sorted(plan.years)}
    write_deliveries(target, plan, write_later(target, region, plan, stays))
    if plan.pattern_scores:
        write_scores(target, plan, world, plan.pattern_scores, load_drg_scheme(SCHEME))
    if plan.calibrated_from:
        calibrate(target, plan)


def _copy_tables(region: Path, target: Path, names: Iterable[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        source = region / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / name, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target / name)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for region_name in sys.argv[2:] or REGIONS:
        make(region_name, folder / region_name)
