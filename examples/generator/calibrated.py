"""Directory and scores of an example from its own history, by the commands that a city would use."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from drgcalc.run.calibrate_catalogue import CatalogueAsk, calibrate_catalogue
from drgcalc.run.calibrate_scores import calibrate_scores
from drgcalc.run.calibration_files import Ask
from generator.plan import Plan

SCHEME = "schemes/dip-2024"
SCORES = "scores/2024.csv"
FACTORS = "scores/auxiliary/2024.csv"


def calibrate(region: Path, plan: Plan) -> None:
    """Write the region's directory, its scores and the factors of its splits: what these commands give.

    drgcalc calibrate catalogue --years 2021:2023 --out schemes/dip-2024 --factors scores/auxiliary/2024.csv
    drgcalc calibrate scores --years 2021:2023 --out scores/2024.csv
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(
            shutil.copytree(region, Path(name) / region.name, ignore=shutil.ignore_patterns("out", "calibration"))
        )
        years, first = plan.calibrated_from, plan.scores_from
        calibrate_catalogue(CatalogueAsk(copy, years, first, table=copy / SCHEME, factors=copy / FACTORS, replace=True))
        calibrate_scores(Ask(copy, years, first, table=copy / SCORES, replace=True))
        for made in (SCHEME, SCORES, FACTORS):
            _bring(copy / made, region / made)


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
