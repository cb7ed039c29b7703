"""What was published is read back: only the columns asked for, one month at a time, a region once while it stays."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whole_year import MONTHS, WholeYear

from drgcalc.base.errors import OutputError
from drgcalc.base.settlement_columns import LEDGER
from drgcalc.run.closing import reopen
from drgcalc.run.group import CASES_FILE
from drgcalc.run.published import read_allocations, read_balances
from drgcalc.run.region import read_region
from drgcalc.run.stages import by_month
from drgcalc.run.writing import write_csv
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.payment_rows import together
from drgcalc.settlement.rows import Posting

FEN = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)
WORDS = st.sampled_from(("employee", "=1+1", "'quoted", '"a", b', "中文", "-", "two\nlines"))
POSTINGS = st.lists(
    st.builds(Posting, st.just("due"), WORDS, WORDS, st.none() | WORDS, FEN, WORDS, WORDS).filter(
        lambda posting: posting.amount
    ),
    max_size=8,
)


def write(folder: Path, name: str, postings: Sequence[Posting]) -> Path:
    path = folder / name
    write_csv(path, LEDGER, Book(tuple(postings)).rows("2024-01"), "both")
    return path


@given(st.lists(POSTINGS, max_size=3))
def test_balances_of_ledgers_are_those_of_their_books(
    tmp_path_factory: pytest.TempPathFactory, ledgers: list[list[Posting]]
) -> None:
    folder = tmp_path_factory.mktemp("ledgers")
    files = [write(folder, f"{number}.csv", postings) for number, postings in enumerate(ledgers)]
    assert read_balances(files) == together(Book(tuple(postings)).balances() for postings in ledgers)


@pytest.mark.parametrize("cell", ["", "NaN", "1.234", "12a", "1e3x"])
def test_a_ledger_with_a_damaged_amount_is_not_read(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path, "ledger.csv", [Posting("due", "employee", "due", None, Decimal("7.00"), "", "")])
    path.write_text(path.read_text(encoding="utf-8").replace("7.00", cell), encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be read"):
        read_balances([path])


def test_allocations_of_an_older_program_are_read_under_their_new_name(lived: WholeYear, tmp_path: Path) -> None:
    folder = lived.folder / "out/2024-05/v1"
    table = pq.read_table(folder / "allocations.parquet")
    old = ["pay_now" if name == "unretained" else name for name in table.column_names]
    pq.write_table(table.rename_columns(old), tmp_path / "allocations.parquet")
    assert read_allocations(tmp_path) == read_allocations(folder)


def test_the_cases_of_months_are_those_of_the_year(lived: WholeYear, tmp_path: Path) -> None:
    year = max((lived.folder / "out/cases/2024").glob("v*"), key=lambda path: int(path.name[1:])) / CASES_FILE
    whole = pq.read_table(year)
    for month, path in by_month(year, MONTHS[:3], tmp_path).items():
        assert pq.read_table(path).equals(whole.filter(pc.equal(whole["period"], month)))


def test_a_region_is_read_once_while_nothing_of_it_changes(copy: Path) -> None:
    reading = read_region(copy)
    assert reading.brought_up_to_date() is reading


@pytest.mark.parametrize("name", ["region.toml", "hospitals.csv", "decisions/deductions-new.csv"])
def test_a_region_is_read_again_when_a_file_of_it_changes(copy: Path, name: str) -> None:
    reading = read_region(copy)
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write("notice,hospital_id,pool,kind,amount,decided_on,month,reason,source\n" if "new" in name else "\n")
    assert reading.brought_up_to_date() is not reading


def test_a_region_is_read_again_when_a_month_is_opened(copy: Path) -> None:
    """Which decisions count depends on it."""
    reading = read_region(copy)
    reopen(copy, "2024-12", "更正")
    assert reading.brought_up_to_date() is not reading
