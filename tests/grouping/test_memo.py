"""Memos of small numbers give what their functions give, computed once for each row, however the rows come."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgcalc.base.errors import RulesError
from drgcalc.grouping.gathering import Gathering
from drgcalc.grouping.memo import Memo

PARTS = st.lists(st.lists(st.integers(0, 3_000), max_size=400), max_size=4)
PAIRS = st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), max_size=50)
HELD = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=60)


@settings(deadline=None, max_examples=30)
@given(PARTS)
def test_every_number_is_computed_once_and_remembered(parts: list[list[int]]) -> None:
    asked: list[int] = []
    memo = Memo.one_by_one(lambda number: asked.append(number) or 7 * number)
    for part in parts:
        assert memo.of(pl.Series(part, dtype=pl.Int64)).to_list() == [7 * number for number in part]
    assert sorted(asked) == sorted({number for part in parts for number in part})
    assert len(memo) == len(asked)


@settings(deadline=None, max_examples=30)
@given(PAIRS)
def test_pairs_are_told_apart_by_both_numbers(pairs: list[tuple[int, int]]) -> None:
    memo = Memo.one_by_one(lambda high, low: (3 * high + low) % 1_009)
    columns = (pl.Series([pair[place] for pair in pairs], dtype=pl.Int64) for place in (0, 1))
    assert memo.of(*columns).to_list() == [(3 * high + low) % 1_009 for high, low in pairs]


def test_rows_that_want_one_place_all_find_one() -> None:
    memo = Memo.one_by_one(lambda number: number % 97)
    numbers = pl.int_range(200_000, eager=True)
    assert memo.of(numbers).to_list() == (numbers % 97).to_list()
    assert memo.of(numbers.reverse()).to_list() == (numbers.reverse() % 97).to_list()


def test_what_is_forgotten_is_computed_again() -> None:
    asked: list[int] = []
    memo = Memo.one_by_one(lambda number: asked.append(number) or number)
    for _ in range(2):
        memo.of(pl.Series([5, 5, 6], dtype=pl.Int64))
        memo.forget()
    assert (asked, len(memo)) == ([5, 6, 5, 6], 0)


def test_numbers_that_fit_into_no_key_are_refused() -> None:
    memo = Memo.one_by_one(lambda *row: sum(row))
    small = pl.Series([1], dtype=pl.Int64)
    with pytest.raises(RulesError, match="kinds of records apart"):
        memo.of(small, pl.Series([1 << 21], dtype=pl.Int64), small)


@settings(deadline=None, max_examples=30)
@given(HELD)
def test_a_record_comes_to_the_sum_of_its_elements(held: list[tuple[int, int]]) -> None:
    held = sorted(held, key=lambda one: one[0])
    gathering = Gathering[int](0, lambda so_far, element: so_far + element)
    at, elements = (pl.Series([one[place] for one in held], dtype=pl.UInt32) for place in (0, 1))
    found = [gathering.state(number) for number in gathering.of(at, elements, 6)]
    assert found == [sum(element for place, element in held if place == record) for record in range(6)]


def test_what_is_known_of_small_numbers_is_known_beside_larger_ones() -> None:
    asked: list[tuple[int, ...]] = []
    memo = Memo.one_by_one(lambda *row: asked.append(row) or sum(row))
    for most in (0, 1, 7, 900, 5_000, 2_000_000):
        numbers = pl.Series([0, most // 2, most], dtype=pl.Int64)
        assert memo.of(numbers, numbers, numbers).to_list() == (3 * numbers).to_list()
    assert len(asked) == len(set(asked)) == len(memo)
