"""A directory from history: the norm's rules on worked stays, and what must hold for any stays."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from calibration_cases import catalogue_rule, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from drgcalc.base.money import round_half_up
from drgcalc.calibration.directory import PartMoments, kept_splits
from drgcalc.calibration.dispersion import Moments
from drgcalc.run.directory_groups import Directory, make_directory

EXAMPLE = examples()["directory"]
AUX = ("aux_cci", "aux_severity", "aux_tumour", "aux_age", "aux_icu")


def stay(number: int, row: dict[str, Any], **others: object) -> dict[str, object]:
    codes = {name: row[name] for name in ("principal", "category", "main", "related", "kind")}
    plain = {"hospital_id": f"H{number % 3}", "stay": number, "is_refund": False, "fee": row["fee"] * 100}
    return {**plain, **codes, **dict.fromkeys(AUX, ""), **others}


def worked_stays(example: dict[str, Any] = EXAMPLE) -> list[dict[str, object]]:
    rows = [row for row in example["stays"] for _ in range(row["cases"])]
    return [stay(number, row) for number, row in enumerate(rows)]


@contextmanager
def written(folder: Path, stays: list[dict[str, object]]) -> Iterator[list[Path]]:
    """The stays in two parts, as they are read."""
    half = (len(stays) + 1) // 2
    files = []
    for name, part in (("one", stays[:half]), ("two", stays[half:])):
        if part:
            files.append(folder / f"{name}.parquet")
            pl.DataFrame(part, schema_overrides={"stay": pl.UInt64, "fee": pl.Int64}).write_parquet(files[-1])
    yield files


def directory_of(folder: Path, stays: list[dict[str, object]], **rule: Any) -> Directory:
    with written(folder, stays) as files, duckdb.connect() as con:
        return make_directory(con, files, catalogue_rule(**rule))


def test_groups_of_the_worked_example(tmp_path: Path) -> None:
    found = directory_of(tmp_path, worked_stays(), threshold=EXAMPLE["threshold"])
    assert {group.code: group.moments.cases for group in found.groups} == EXAMPLE["groups"]
    own = {group.code: str(round_half_up(group.own.rise, 4)) for group in found.groups if group.own}
    assert own == EXAMPLE["own"]


def test_procedures_that_raise_the_mean_together_make_a_group_of_the_set(tmp_path: Path) -> None:
    """What the norm says of one related procedure holds for a set beside the group its stays would be in."""
    example = examples()["together"]
    found = directory_of(tmp_path, worked_stays(example), threshold=example["threshold"])
    owns = {group.code: group.own for group in found.groups if group.own}
    assert {group.code: group.moments.cases for group in found.groups} == example["groups"]
    assert {code: str(round_half_up(own.rise, 4)) for code, own in owns.items()} == example["own"]
    assert {code: own.parent for code, own in owns.items()} == example["parents"]


def test_own_groups_come_before_the_group_they_are_taken_from(tmp_path: Path) -> None:
    codes = [group.code for group in directory_of(tmp_path, worked_stays()).groups]
    assert codes.index("K35.8:47.01:45.62") < codes.index("K35.8:47.01")


def test_a_share_to_cover_sets_the_threshold(tmp_path: Path) -> None:
    """128 stays: 53 of K35.8, 30 of J18.9 and 14 of K36 × 47.01 are 97, which is 75 %; without the 14 it is 64 %."""
    found = directory_of(tmp_path, worked_stays(), threshold=None, coverage=Fraction(3, 4))
    assert found.threshold == 14


def test_a_stay_that_is_refunded_in_full_is_none(tmp_path: Path) -> None:
    stays = worked_stays()
    reversal = {**stays[0], "is_refund": True, "fee": -int(str(stays[0]["fee"]))}
    found = directory_of(tmp_path, [*stays, reversal])
    assert {group.code: group.moments.cases for group in found.groups}["K35.8:47.01"] == 35


@pytest.mark.parametrize(
    ("changed", "kept"), [({}, 2), ({"split_part": 6}, 0), ({"split_total": 26}, 0), ({"split_fall": Fraction(1)}, 2)]
)
def test_a_split_is_kept_when_parts_are_large_and_costs_lie_closer(changed: dict[str, Any], kept: int) -> None:
    example = examples()["splits"]
    parts = [
        PartMoments("G", "severity", row["part"], Moments(row["cases"], row["cases"] * fee, row["cases"] * fee**2))
        for row in example["parts"]
        for fee in [row["fee"] * 100]
    ]
    rule = {name: example[name] for name in ("split_total", "split_part")} | {
        "split_fall": Fraction(example["split_fall"])
    }
    found = kept_splits(parts, catalogue_rule(**{**rule, **changed}))
    assert len(found) == kept
    factors = {row["part"]: row["factor"] for row in example["parts"]}
    assert all(str(round_half_up(row.factor, 6)) == factors[row.part] for row in found)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "principal": st.sampled_from(["A01.0", "A01.1", "B02"]),
            "main": st.sampled_from(["", "47.01", "51.23"]),
            "related": st.sampled_from(["", "54.51", "45.62", "45.62+54.51", "45.62+54.51+99.15"]),
            "fee": st.integers(1, 400),
        }
    ),
    min_size=1,
    max_size=60,
)


def made(rows: list[dict[str, Any]]) -> list[dict[str, object]]:
    return [
        stay(number, {**row, "category": row["principal"][:3], "kind": "surgical" if row["main"] else "conservative"})
        for number, row in enumerate(rows)
    ]


@settings(max_examples=25, deadline=None)
@given(ROWS, st.integers(1, 6))
def test_every_stay_is_in_one_group_and_core_groups_reach_the_threshold(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], threshold: int
) -> None:
    found = directory_of(tmp_path_factory.mktemp("stays"), made(rows), threshold=threshold)
    assert sum(group.moments.cases for group in found.groups) == len(rows)
    assert all(group.moments.cases >= threshold for group in found.groups if group.layer == "core")
    assert max(Counter(group.code for group in found.groups).values()) == 1


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_stays_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], random: Any
) -> None:
    stays = made(rows)
    one = directory_of(tmp_path_factory.mktemp("one"), stays, threshold=3)
    other = directory_of(tmp_path_factory.mktemp("other"), random.sample(stays, len(stays)), threshold=3)
    assert one == other
