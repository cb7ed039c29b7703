"""What an interrupted run has grouped is taken over by the next; the result is that of a run without interruption."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgcalc.base.errors import InputError, OutputError
from drgcalc.cli.main import main
from drgcalc.records.intake import Intake, Part
from drgcalc.run import group as module
from drgcalc.run.case_file import CaseFile
from drgcalc.run.group import group
from drgcalc.run.init import init
from drgcalc.run.intake import make_intake
from drgcalc.run.kept import Kept
from drgcalc.run.period import parse_period
from drgcalc.run.publish import lock
from drgcalc.run.settle import settle
from drgcalc.run.writing import case_schema, cases_writer

YEAR = parse_period("2024")
RECORDS, PARTS = 57, 6
"""Of the template's year, cut every 10 rows."""
FINISHED = 4
"""Parts that the interrupted run of fixture `begun` has finished."""


def in_small_parts(*given: Any, repair: bool, **changes: Any) -> Intake:
    return replace(make_intake(*given, repair=repair), **{"rows_per_part": 10, **changes})


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "make_intake", in_small_parts)
        yield


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region of which nothing is grouped."""
    folder = tmp_path_factory.mktemp("restart") / "region"
    init(folder)
    (folder / "test.salt").write_bytes(bytes(range(64)))
    text = (folder / "region.toml").read_text(encoding="utf-8")
    text = text.replace("[inputs]", '[salt]\nfile = "test.salt"\n[inputs]', 1)
    (folder / "region.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def begun_once(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(ready, tmp_path_factory.mktemp("begun") / "region"))
    interrupted(folder, FINISHED)
    return folder


@pytest.fixture(scope="module")
def undisturbed(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a run without interruption publishes: SHA-256 by path."""
    folder = Path(shutil.copytree(ready, tmp_path_factory.mktemp("undisturbed") / "region"))
    assert group(folder, YEAR).taken_over == 0
    assert not kept(folder)
    return published(folder)


@pytest.fixture
def region(ready: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "region"))


@pytest.fixture
def begun(begun_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun_once, tmp_path / "region"))


def published(region: Path) -> dict[str, str]:
    """SHA-256 of everything under out/ but the lock, by path."""
    files = (path for path in (region / "out").rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(region).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def kept(region: Path) -> list[Path]:
    return sorted((region / "out/cases/2024").glob(".kept-*/*"))


@contextmanager
def stopped_behind(parts: int) -> Iterator[None]:
    """Runs are interrupted when so many parts are finished."""
    whole = Kept.add

    def add(self: Kept, part: Part, *others: Any) -> None:
        whole(self, part, *others)
        if part.number == parts:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Kept, "add", add)
        yield


def interrupted(region: Path, parts: int, **options: Any) -> None:
    with stopped_behind(parts), pytest.raises(KeyboardInterrupt):
        group(region, YEAR, **options)


def taken_by_next_run(region: Path, **options: Any) -> int:
    """How many records the next run takes over; it is stopped at the first part that it groups itself."""
    found = []

    def add(self: Kept, *_: Any) -> None:
        found.append(self.records)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Kept, "add", add)
        with pytest.raises(KeyboardInterrupt):
            group(region, YEAR, **options)
    return found[0]


def test_a_run_goes_on_behind_each_part_to_the_same_bytes(region: Path, undisturbed: dict[str, str]) -> None:
    for parts in range(1, PARTS + 1):
        interrupted(region, parts)
        assert len(kept(region)) == parts + 1
    assert group(region, YEAR).taken_over == RECORDS
    assert published(region) == undisturbed


def test_a_run_that_is_interrupted_once_ends_as_one_that_is_not(begun: Path, undisturbed: dict[str, str]) -> None:
    assert group(begun, YEAR).taken_over == 10 * FINISHED
    assert published(begun) == undisturbed


@pytest.mark.parametrize("rows_per_group", [7, 1000])
def test_typed_records_are_taken_over_to_the_same_bytes_as_texts_are(region: Path, rows_per_group: int) -> None:
    source = region / "discharges/2024.csv"
    records = pl.read_csv(source, infer_schema=False)
    lists = [pl.col(name).str.split("|") for name in ("诊断编码", "手术操作编码")]
    pq.write_table(
        records.with_columns(lists).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(_small_lists(records.columns)),
        source.with_suffix(".parquet"),
        row_group_size=rows_per_group,
    )
    source.unlink()
    other = Path(shutil.copytree(region, region.parent / "other"))
    group(other, YEAR)
    interrupted(region, 3)
    assert group(region, YEAR).taken_over > 0
    assert published(region) == published(other)


def _small_lists(names: list[str]) -> pa.Schema:
    """Texts, and lists of them as most writers of Parquet have them."""
    listed = ("诊断编码", "手术操作编码")
    return pa.schema([(name, pa.list_(pa.string()) if name in listed else pa.string()) for name in names])


def test_settling_takes_over_what_grouping_has_begun(begun: Path, undisturbed: dict[str, str]) -> None:
    assert settle(begun, YEAR).grouping.taken_over == 10 * FINISHED
    assert undisturbed.items() <= published(begun).items()


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def cut(path: Path, place: int) -> None:
    path.write_bytes(path.read_bytes()[:place])


def remove(path: Path, _place: int) -> None:
    path.unlink()


DAMAGES = [
    (flip, "cases.parquet", 10, 0),
    (flip, "cases.parquet", -1, 30),
    (cut, "cases.parquet", -1, 30),
    (remove, "cases.parquet", 0, 0),
    (flip, "00003.part", 5, 20),
    (flip, "00003.part", 1000, 20),
    (cut, "00002.part", 64, 10),
    (remove, "00001.part", 0, 0),
]


@pytest.mark.parametrize(("spoil", "name", "place", "taken"), DAMAGES)
def test_a_damaged_part_is_not_taken_nor_any_behind_it(
    begun: Path, spoil: Callable[[Path, int], None], name: str, place: int, taken: int
) -> None:
    spoil(next(path for path in kept(begun) if path.name == name), place)
    assert taken_by_next_run(begun) == taken


@pytest.mark.parametrize(("spoil", "name", "place", "taken"), [DAMAGES[1], DAMAGES[6]])
def test_damaged_parts_are_grouped_again_to_the_same_bytes(
    begun: Path,
    undisturbed: dict[str, str],
    spoil: Callable[[Path, int], None],
    name: str,
    place: int,
    taken: int,
) -> None:
    spoil(next(path for path in kept(begun) if path.name == name), place)
    assert group(begun, YEAR).taken_over == taken
    assert published(begun) == undisturbed


def change_record(region: Path) -> None:
    path = region / "discharges/2024.csv"
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(lines[:-3]), "utf-8")


def correct_record(region: Path) -> None:
    first, second, *_ = (region / "discharges/2024.csv").read_text("utf-8-sig").splitlines()
    text = f"{first},source_file,source_row\n{second},discharges/2024.csv,1\n"
    (region / "discharges/correction.csv").write_text(text, "utf-8")


def change_hospital(region: Path) -> None:
    with (region / "hospitals.csv").open("a", encoding="utf-8") as file:
        file.write("H999,新增医院,二级,1.0,2024-01-01,,文件\n")


def change_scheme(region: Path) -> None:
    scheme = next(path for path in (region / "schemes").iterdir() if path.is_dir())
    shutil.copytree(scheme, region / "schemes/other")
    about = region / "schemes/other/scheme.toml"
    about.write_text(about.read_text("utf-8").replace('title = "', 'title = "新', 1), "utf-8")
    settings = region / "region.toml"
    text = settings.read_text("utf-8").replace(f'"schemes/{scheme.name}"', '"schemes/other"')
    settings.write_text(text, "utf-8")


@pytest.mark.parametrize("change", [change_record, correct_record, change_hospital, change_scheme])
def test_parts_of_other_records_tables_or_schemes_are_not_taken_and_go(
    begun: Path, change: Callable[[Path], None]
) -> None:
    change(begun)
    assert taken_by_next_run(begun) == 0
    assert not kept(begun)


def test_parts_of_another_way_to_read_codes_are_not_taken(begun: Path) -> None:
    assert taken_by_next_run(begun, repair_codes=True) == 0


def test_parts_that_were_cut_otherwise_are_not_taken(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "make_intake", partial(in_small_parts, rows_per_part=15))
    assert taken_by_next_run(begun) == 0


def test_a_dry_run_leaves_its_parts_to_the_next_run_and_none_when_it_ends(region: Path) -> None:
    interrupted(region, 2, dry_run=True)
    assert group(region, YEAR, dry_run=True).taken_over == 20
    assert not kept(region)


def test_a_dry_run_of_other_records_spares_the_parts_of_the_real_run(begun: Path) -> None:
    records = (begun / "discharges/2024.csv").read_bytes()
    change_record(begun)
    assert taken_by_next_run(begun, dry_run=True) == 0
    (begun / "discharges/2024.csv").write_bytes(records)
    assert taken_by_next_run(begun) == 10 * FINISHED


def test_only_our_own_folders_are_removed(begun: Path) -> None:
    (begun / "out/cases/2024/.kept-notes").mkdir()
    change_record(begun)
    taken_by_next_run(begun)
    assert [path.name for path in (begun / "out/cases/2024").glob(".kept-*")] == [".kept-notes"]


def test_parts_are_needless_where_their_cases_are_published(begun: Path, tmp_path: Path) -> None:
    parts = Path(shutil.copytree(kept(begun)[0].parent, tmp_path / "parts"))
    group(begun, YEAR)
    shutil.copytree(parts, begun / "out/cases/2024/.kept-0123456789abcdef")
    assert group(begun, YEAR).reused
    assert not kept(begun)


def test_a_second_run_at_once_is_refused_and_touches_no_part(begun: Path) -> None:
    before = published(begun)
    with lock(begun / "out"), pytest.raises(OutputError, match="another run holds"):
        group(begun, YEAR)
    assert published(begun) == before


def test_a_disk_that_refuses_leaves_the_parts_that_were_finished(region: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_bytes

    def refusing(self: Path, content: bytes) -> int:
        if self.name == "00003.part":
            raise OSError(28, "No space left on device", str(self))
        return whole(self, content)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", refusing)
        with pytest.raises(OutputError, match="disk is full") as refused:
            group(region, YEAR)
    assert any("20 of 57 records are grouped and kept" in note for note in refused.value.__notes__)
    assert taken_by_next_run(region) == 20


def test_a_place_that_cannot_be_written_is_told(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(self: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "touch", read_only)
    with pytest.raises(OutputError, match="cannot be written"):
        group(begun, YEAR)
    assert len(kept(begun)) == FINISHED + 1


def test_a_run_that_fails_behind_the_last_part_has_lost_none_that_was_finished(
    begun: Path, undisturbed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OutputError("the disk is full", hint="free space")

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_rejected", refuse)
        with pytest.raises(OutputError):
            group(begun, YEAR)
    assert group(begun, YEAR).taken_over >= 10 * FINISHED
    assert published(begun) == undisturbed


def test_records_that_are_refused_leave_nothing(begun: Path) -> None:
    with pytest.raises(InputError, match="--strict"):
        group(begun, YEAR, strict=True)
    assert not (begun / "out/cases").exists()


def test_an_interruption_before_the_first_part_leaves_nothing(region: Path) -> None:
    assert taken_by_next_run(region) == 0
    assert not (region / "out/cases").exists()


def on_day(day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "make_intake", partial(in_small_parts, today=day))


def test_a_part_with_dates_in_the_future_is_not_taken_on_another_day(
    region: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_day(date(2024, 2, 1), monkeypatch)
    interrupted(region, FINISHED)
    on_day(date(2024, 12, 31), monkeypatch)
    assert taken_by_next_run(region) < 10 * FINISHED


def test_a_part_without_them_is_taken_on_a_later_day_and_none_of_a_day_to_come(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_day(date.today() + timedelta(days=1), monkeypatch)
    assert taken_by_next_run(begun) == 10 * FINISHED
    on_day(date.today() - timedelta(days=1), monkeypatch)
    assert taken_by_next_run(begun) == 0


def test_the_person_is_told_what_is_kept_and_what_was_taken_over(
    region: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["group", "--region", str(region), "--year", "2024"]
    with stopped_behind(FINISHED):
        assert main(words) == 130
    assert "40 of 57 records are grouped and kept" in capsys.readouterr().err
    assert main(words) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "40 of 57 records were taken over from a run that was interrupted" in told


CELLS = {"status": st.sampled_from(["grouped", "ungrouped"]), "source_row": st.integers(0, 9), "sex": st.just("1")}


def cases_of(rows: list[dict[str, Any]]) -> pa.Table:
    whole = [{**dict.fromkeys(case_schema().names), **row} for row in rows]
    return pa.Table.from_pylist(whole, schema=case_schema())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.fixed_dictionaries(CELLS), max_size=5), max_size=5), st.data())
def test_a_file_written_part_by_part_is_that_of_one_writer(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[dict[str, Any]]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("file")
    tables = [cases_of(rows) for rows in parts]
    with cases_writer(folder / "one.parquet") as write:
        for table in tables:
            write(table)
    with (folder / "parts.parquet").open("w+b") as file:
        first = CaseFile(file)
        marks = [first.write(table) for table in tables]
    taken = data.draw(st.integers(0, len(parts)))
    with (folder / "parts.parquet").open("r+b") as file:
        second = CaseFile(file)
        assert all(second.take(mark) for mark in marks[:taken])
        for table in tables[taken:]:
            second.write(table)
        digest = second.finish()
    content = (folder / "parts.parquet").read_bytes()
    assert content == (folder / "one.parquet").read_bytes()
    assert digest == hashlib.sha256(content).hexdigest()
