"""A settled region to spoil."""

import shutil
from pathlib import Path

import pytest

from drgcalc.run.init import init
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle


@pytest.fixture(scope="session")
def settled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region as `drgcalc init` writes it, its year settled, with a salt of its own; tests work on copies."""
    folder = tmp_path_factory.mktemp("faults") / "region"
    init(folder)
    (folder / "test.salt").write_bytes(bytes(range(64)))
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[inputs]", '[salt]\nfile = "test.salt"\n[inputs]', 1), encoding="utf-8")
    settle(folder, parse_period("2024"))
    return folder


@pytest.fixture
def settled(settled_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(settled_once, tmp_path / "region"))
