"""A region as `drgcalc init` writes it, and the program called as a user calls it."""

from pathlib import Path

import pytest
from program import Ended, Run

from drgcalc.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
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
