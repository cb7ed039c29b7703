"""Lists of codes read straight from Parquet: the same whatever the file's encoding, row groups and parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgcalc.base.errors import InputError
from drgcalc.records.code_lists import ListReader, has_plain_lists
from drgcalc.records.reading import Part, Staged
from drgcalc.records.sources import Source

CODES = st.sampled_from(["K80.302", "I10.x00", "47.0100", "", None])
LISTS = st.one_of(st.none(), st.lists(CODES, max_size=4))
RECORDS = st.lists(st.tuples(LISTS, LISTS), min_size=1, max_size=40)


def staged(path: Path, diagnoses: str = "西医诊断", procedures: str = "手术") -> Staged:
    columns = {"diagnoses": (diagnoses,), "procedures": (procedures,)}
    held = {name: own for name, own in columns.items() if own[0]}
    return Staged(Source(path, path.name, "parquet"), "", path, held, pq.read_metadata(path).num_rows, False, "", 1, ())


def written(path: Path, records: list[tuple[Any, Any]], **options: Any) -> Staged:
    columns = zip(*records, strict=True)
    cells = [pa.array(list(column), pa.list_(pa.string())) for column in columns]
    pq.write_table(pa.table(dict(zip(["西医诊断", "手术"], cells, strict=True))), path, **options)
    return staged(path)


def read(item: Staged, sizes: list[int]) -> list[tuple[int, Any, Any]]:
    """The rows of all parts. sizes: rows of the parts, the last taking what is left."""
    rows: list[tuple[int, Any, Any]] = []
    with ListReader(item) as reader:
        first = 0
        while first < item.rows:
            size = min(sizes.pop() if sizes else item.rows, item.rows - first)
            table = reader.read(Part(1, item.source, first + 1, size))
            rows += [tuple(row.values()) for row in table.to_pylist()]
            first += size
    return rows


@settings(deadline=None, max_examples=60)
@given(
    RECORDS, st.integers(1, 9), st.booleans(), st.lists(st.integers(1, 7), max_size=8), st.sampled_from(["1.0", "2.6"])
)
def test_encoding_row_groups_and_parts_change_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    records: list,
    group: int,
    dictionary: bool,
    sizes: list[int],
    version: str,
) -> None:
    path = tmp_path_factory.mktemp("lists") / "a.parquet"
    item = written(path, records, row_group_size=group, use_dictionary=dictionary, version=version)
    assert read(item, sizes) == [(row, *lists) for row, lists in enumerate(records, start=1)]


@settings(deadline=None, max_examples=60)
@given(RECORDS, st.integers(1, 9), st.lists(st.tuples(st.integers(1, 7), st.booleans()), max_size=12))
def test_parts_that_nobody_asks_for_are_passed_over(
    tmp_path_factory: pytest.TempPathFactory, records: list, group: int, parts: list[tuple[int, bool]]
) -> None:
    item = written(tmp_path_factory.mktemp("lists") / "a.parquet", records, row_group_size=group)
    first = 0
    with ListReader(item) as reader:
        for asked, wanted in [*parts, (len(records), True)]:
            size = min(asked, len(records) - first)
            if wanted and size:
                table = reader.read(Part(1, item.source, first + 1, size))
                expected = [(row + 1, *records[row]) for row in range(first, first + size)]
                assert [tuple(row.values()) for row in table.to_pylist()] == expected
            first += size


def test_a_list_the_file_has_not_is_null(tmp_path: Path) -> None:
    item = written(tmp_path / "a.parquet", [(["A01"], ["1"]), ([], None)])
    del item.columns["procedures"]  # type: ignore[attr-defined]
    assert read(item, []) == [(1, ["A01"], None), (2, [], None)]


def test_lists_of_other_things_than_texts_are_left_to_the_database(tmp_path: Path) -> None:
    pq.write_table(pa.table({"西医诊断": [["A01"]], "手术": [[1]]}), tmp_path / "a.parquet")
    assert not has_plain_lists(staged(tmp_path / "a.parquet"))
    pq.write_table(pa.table({"西医诊断": [["A01"]], "手术": ["1|2"]}), tmp_path / "b.parquet")
    assert not has_plain_lists(staged(tmp_path / "b.parquet"))
    pq.write_table(pa.table({"西医诊断": [["A01"]], "手术": [["1"]]}), tmp_path / "c.parquet")
    assert has_plain_lists(staged(tmp_path / "c.parquet"))


def test_a_file_that_lost_rows_is_refused(tmp_path: Path) -> None:
    item = written(tmp_path / "a.parquet", [(["A01"], ["1"])])
    with ListReader(item) as reader, pytest.raises(InputError, match=r"a\.parquet: the file has lost rows"):
        reader.read(Part(1, item.source, 1, 2))
