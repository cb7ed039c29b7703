"""Input patterns, file sums and the salt."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from drgcalc.base.errors import InputError
from drgcalc.records.salt import create_salt, default_salt_path, load_salt
from drgcalc.records.sources import expand, sha256_of


@pytest.fixture
def region(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("in/b.csv", "in/a.XLSX", "in/c.parquet", "in/deep/d.csv", "in/.hidden.csv", "in/~$a.xlsx"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def test_folders_files_and_globs_give_each_file_once_in_order(region: Path) -> None:
    found = expand(region, ["in/b.csv", "in", "in/*.csv", "in/deep/*"])
    assert [(source.relative, source.kind) for source in found.sources] == [
        ("in/a.XLSX", "xlsx"),
        ("in/b.csv", "csv"),
        ("in/c.parquet", "parquet"),
        ("in/deep/d.csv", "csv"),
    ]


def test_hidden_and_lock_files_are_counted(region: Path) -> None:
    assert [(finding.code, finding.value) for finding in expand(region, ["in"]).findings] == [("F102", "2")]


@pytest.mark.parametrize(
    ("name", "text", "message"), [("x.doc", "x", "kind .doc"), ("x.csv", "", "is empty"), ("x", "x", "without suffix")]
)
def test_files_that_cannot_be_read_are_refused(region: Path, name: str, text: str, message: str) -> None:
    (region / "in" / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        expand(region, ["in"])


def test_a_pattern_that_matches_nothing_is_refused(region: Path) -> None:
    with pytest.raises(InputError, match=r"'out/\*' .* matches no file"):
        expand(region, ["out/*"])


def test_the_sum_of_a_file_is_its_sha256(region: Path) -> None:
    assert sha256_of(region / "in/b.csv") == hashlib.sha256(b"x").hexdigest()


def test_a_new_salt_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "conf" / "x.salt"
    salt = create_salt(path)
    assert load_salt(path) == salt
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="exists already"):
        create_salt(path)


def test_a_missing_or_short_salt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        load_salt(tmp_path / "none")
    (tmp_path / "short").write_bytes(b"x")
    with pytest.raises(InputError, match="holds 1 bytes"):
        load_salt(tmp_path / "short")


def test_the_default_salt_lies_in_the_configuration_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/conf")
    assert default_salt_path("shaoguan") == Path("/conf/drgcalc/shaoguan.salt")


def test_a_folder_that_a_pattern_matches_stands_for_all_below_it(tmp_path: Path) -> None:
    (tmp_path / "in" / "may" / "late").mkdir(parents=True)
    for name in ("a.csv", "may/b.csv", "may/late/c.csv"):
        (tmp_path / "in" / name).write_text("x", encoding="utf-8")
    assert [source.relative for source in expand(tmp_path, ["in/*"]).sources] == [
        "in/a.csv",
        "in/may/b.csv",
        "in/may/late/c.csv",
    ]


def test_a_broken_link_is_refused_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match=r"a\.csv is no file"):
        expand(tmp_path, ["in"])
