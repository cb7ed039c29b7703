"""How often codes stand in records: the same whatever the parts and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from drgcalc.records.code_book import new_books, read_codes
from drgcalc.records.code_reader import code_readers
from drgcalc.records.code_tally import CodeCount, CodeTally

CODES = st.sampled_from(["K80.302", "k80.302", "I10.x00", "-", "", "胆囊"])
RECORDS = st.lists(st.tuples(st.lists(CODES, max_size=4), st.lists(st.just("47.0100"), max_size=2)), max_size=8)


def tallied(parts: Iterable[list[tuple[list[str], list[str]]]]) -> list[CodeCount]:
    books, tally = new_books(code_readers()), CodeTally()
    for part in parts:
        columns = {
            "source_row": pa.array(range(len(part)), pa.int64()),
            "diagnoses": pa.array([diagnoses for diagnoses, _ in part], pa.list_(pa.string())),
            "procedures": pa.array([procedures for _, procedures in part], pa.list_(pa.string())),
        }
        tally.add(read_codes(pa.table(columns).combine_chunks(), books))
    return list(tally.counts())


@settings(deadline=None, max_examples=40)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_parts_and_their_order_change_no_count(parts: list, random) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert tallied(parts) == tallied(shuffled) == tallied([[record for part in parts for record in part]])


@settings(deadline=None, max_examples=40)
@given(RECORDS)
def test_every_text_is_counted_as_it_is_written(records: list) -> None:
    written = Counter(text for diagnoses, _ in records for text in diagnoses if text not in ("", "-"))
    counts = {count.reading.text: count.times for count in tallied([records]) if count.kind == "diagnosis"}
    assert counts == written
