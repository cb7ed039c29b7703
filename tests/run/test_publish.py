import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from drgcalc.base.errors import OutputError
from drgcalc.run.manifest import Manifest, read_manifest, with_outputs
from drgcalc.run.publish import Published, draft, latest, lock, output_errors, versions

MANIFEST = Manifest("settle", "2024", "0.1.0", {"a.csv": "1"}, {}, {}, "p", {"cases": 1}, {}, {}, {})


def publish(out: Path, content: str = "x", manifest: Manifest = MANIFEST) -> Published:
    with lock(out), draft(out, "2024") as sheet:
        (sheet.folder / "cases.parquet").write_text(content)
        return sheet.publish(with_outputs(manifest, sheet.folder))


def test_first_version_is_v1_and_says_what_it_holds(tmp_path: Path) -> None:
    published = publish(tmp_path)
    assert published == Published("2024", 1, False, tmp_path / "2024/v1")
    assert set(read_manifest(tmp_path / "2024/v1").outputs) == {"cases.parquet"}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".lock", "2024"]


def test_the_same_results_make_no_new_version(tmp_path: Path) -> None:
    publish(tmp_path)
    assert publish(tmp_path).unchanged
    assert versions(tmp_path, "2024") == [1]


def test_other_results_make_a_new_version_and_keep_the_old(tmp_path: Path) -> None:
    publish(tmp_path)
    assert publish(tmp_path, "y").version == 2
    assert (tmp_path / "2024/v1/cases.parquet").read_text() == "x"
    assert latest(tmp_path, "2024") == tmp_path / "2024/v2"


def test_a_damaged_version_is_published_anew(tmp_path: Path) -> None:
    publish(tmp_path)
    (tmp_path / "2024/v1/cases.parquet").write_text("damaged")
    assert not publish(tmp_path).unchanged


def test_version_ten_follows_nine(tmp_path: Path) -> None:
    for number in (2, 9):
        (tmp_path / f"2024/v{number}").mkdir(parents=True)
    assert publish(tmp_path).version == 10


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with lock(tmp_path), draft(tmp_path, "2024") as sheet:
            (sheet.folder / "cases.parquet").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [entry.name for entry in tmp_path.iterdir()] == [".lock"]


def test_what_a_killed_run_left_is_removed_and_only_that(tmp_path: Path) -> None:
    ours = [tmp_path / "2024/.v1.partial-99999", tmp_path / "cases/2024/.work.partial-a1_b2"]
    foreign = tmp_path / "2024/.my.partial-notes"
    for folder in (*ours, foreign):
        folder.mkdir(parents=True)
    publish(tmp_path)
    assert not any(folder.exists() for folder in ours)
    assert foreign.exists()


def test_a_second_run_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from drgcalc.run.publish import lock
        with lock(Path({str(tmp_path)!r})):
            print("held", flush=True)
            input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(OutputError, match=f"another run holds .*process {holder.pid}"), lock(tmp_path):
            pass
        holder.kill()
    assert publish(tmp_path).version == 1


def test_a_closed_period_is_refused(tmp_path: Path) -> None:
    publish(tmp_path)
    (tmp_path / "2024/closed.json").write_text("{}")
    with pytest.raises(OutputError, match="2024 is closed"):
        publish(tmp_path, "y")


def test_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot be written"):
        publish(tmp_path / "out")


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "cannot be written: Read-only")]
)
def test_refusals_of_the_disk_become_sentences(tmp_path: Path, number: int, said: str) -> None:
    with pytest.raises(OutputError, match=said) as caught, output_errors(tmp_path):
        raise OSError(number, os.strerror(number))
    assert caught.value.hint


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    folder = publish(tmp_path).folder
    (folder / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match=r"manifest\.json cannot be read"):
        read_manifest(folder)
