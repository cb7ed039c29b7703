"""A region as `drgcalc init` writes it, fresh or settled, and the program called as a user calls it."""

import shutil
from pathlib import Path

import pytest
from program import Ended, Run

from drgcalc.cli import main


@pytest.fixture(scope="session")
def settled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settled region and the salt it was settled with; tests work on copies."""
    home = tmp_path_factory.mktemp("settled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        assert main(["init", str(home / "region"), "--quiet"]) == 0
        assert main(["settle", "--region", str(home / "region"), "--year", "2024", "--quiet"]) == 0
    return home


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], settled_once: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(settled_once / "config"))
    monkeypatch.setenv("COLUMNS", "80")

    def call(*args: object) -> Ended:
        capsys.readouterr()
        code = main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return call


@pytest.fixture
def region(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "region"
    assert run("init", folder, "--quiet").code == 0
    return folder


@pytest.fixture
def settled(settled_once: Path, tmp_path: Path) -> Path:
    """A region whose year 2024 is settled."""
    return Path(shutil.copytree(settled_once / "region", tmp_path / "settled"))


@pytest.fixture
def grouped(settled: Path) -> Path:
    """A region whose year 2024 is grouped and not settled."""
    shutil.rmtree(settled / "out/2024")
    return settled
