"""The engine and its explanation against a plain reader of the same files, on directories and records of every shape.

DRGCALC_DIP_RECORDS says how many records are compared; 5,000 when it is not set.
"""

import os
import tempfile
from pathlib import Path
from random import Random

import pytest
from dip_folders import write_directory
from dip_runs import explained, load, match
from plain_dip import Found, PlainDip
from random_directories import directory, record

from drgcalc.grouping.dip import parts, patterns
from drgcalc.grouping.dip.explain import DipExplainer

RECORDS = int(os.environ.get("DRGCALC_DIP_RECORDS", "5000"))
A_DIRECTORY = 200
"""Records for each random directory."""


def disagreements(number: int, first_seed: int = 0) -> tuple[int, list[str]]:
    """How many records were compared, and the first that engine and plain reader see differently, in each directory."""
    compared, found = 0, []
    seed = first_seed
    while compared < number:
        random = Random(seed)
        with tempfile.TemporaryDirectory() as name:
            folder = write_directory(Path(name), directory(random))
            records = [record(random) for _ in range(min(A_DIRECTORY, number - compared))]
            scheme, plain = load(folder), PlainDip(folder)
            engine, explainer = match(scheme, records, parts=1 + seed % 3), DipExplainer(scheme)
            for one, by_engine in zip(records, engine, strict=True):
                expected, told = plain.find(one), explained(explainer, one)
                if not by_engine == expected == told:
                    found.append(f"seed {seed}: {one}\n  engine {by_engine}\n  told   {told}\n  plain  {expected}")
                    break
        compared += len(records)
        seed += 1
    return compared, found


def test_engine_explanation_and_plain_reader_agree_on_every_record() -> None:
    compared, found = disagreements(RECORDS)
    assert not found, f"{len(found)} directories of {compared // A_DIRECTORY} differ, the first: {found[0]}"


def test_order_parts_and_threads_change_no_answer(tmp_path: Path) -> None:
    random = Random(7)
    scheme = load(write_directory(tmp_path, directory(random, rows=40)))
    records = [record(random) for _ in range(300)]
    once = match(scheme, records, parts=1)
    order = list(range(len(records)))
    random.shuffle(order)
    shuffled = match(scheme, [records[place] for place in order], parts=6)
    assert [once[place] for place in order] == shuffled


def test_forgetting_what_is_too_much_changes_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(11)
    scheme = load(write_directory(tmp_path, directory(random, rows=40)))
    records = [record(random) for _ in range(120)]
    remembered = match(scheme, records, parts=4)
    monkeypatch.setattr(patterns, "MOST_REMEMBERED", 5)
    monkeypatch.setattr(parts, "MOST_REMEMBERED", 5)
    assert match(scheme, records, parts=4) == remembered


def test_every_shape_of_answer_occurs_among_the_random_records() -> None:
    seen: list[Found] = []
    for seed in range(40):
        random = Random(seed)
        with tempfile.TemporaryDirectory() as name:
            plain = PlainDip(write_directory(Path(name), directory(random)))
            seen += [plain.find(record(random)) for _ in range(50)]
    assert {one.status for one in seen} == {"grouped", "ungrouped", "excluded"}
    assert {one.layer for one in seen} >= {"pregroup", "merged", "burn", "tumour", "tuberculosis", "core"}
    assert {one.layer for one in seen if one.kind == "surgical"} >= {"comprehensive"}
    assert any(one.tied for one in seen)
    assert any(one.grassroots for one in seen)
    assert any(one.tcm for one in seen)
    assert all(any(one.parts[place] for one in seen) for place in range(5))
