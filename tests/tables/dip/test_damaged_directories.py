"""Whatever stands in the cells of a directory, an import either succeeds or says in a sentence what is wrong."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from dip_books import Book, sound_book
from hypothesis import given, settings
from hypothesis import strategies as st
from scheme_books import write_book

from drgcalc.base.errors import DrgcalcError
from drgcalc.grouping.dip.expression import Precedence
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.dip.check import check_dip
from drgcalc.tables.dip.local import LocalLayout
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.importing import import_scheme
from drgcalc.tables.model import ImportResult

CITY: Book = {
    "目录": [
        ["病种编码", "病种名称", "主要诊断编码", "主要手术操作编码", "病种类型(1核心2综合)", "病种分值", "CCI校正系数"],
        ["A-1", "甲", "K80.1", "51.2300/51.2200", 1, 812.3, 1.1],
        ["A-2", "K80手术", "K80", "", 2, 300, ""],
        ["A-3", "K80保守治疗", "K80", "", 2, 90.5, None],
    ]
}
WORDS = (
    "|_x000D_|0|1|-1|1e9|K80.1/|K80.1+K80.2|K80.1,K80.2|(K80|A00-B99|B-A|*|所有诊断|保守治疗|手术|是|51.2300|A18.3+K93.0*|=1+1"
    "|主要诊断编码|序号|小于29天|出生体重100克|²|综合|𝟙| |\u00a0|\ufeff"
)
CELLS = st.one_of(
    st.sampled_from([*WORDS.split("|"), "K80.1|", "K" * 40, "(" * 500]),
    st.text(max_size=12),
    st.integers(-5, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
CHANGES = ["cell", "cell", "cell", "cell", "drop row", "double row", "drop column", "swap", "drop sheet"]


@st.composite
def damaged(draw: st.DrawFn, sound: Book) -> Book:
    """The book with some cells, rows, columns or sheets changed."""
    book: Book = {name: [list(row) for row in rows] for name, rows in sound.items()}
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(book)))
        rows = book[name]
        if not rows:
            continue
        row = draw(st.integers(0, len(rows) - 1))
        match draw(st.sampled_from(CHANGES)):
            case "cell":
                rows[row][draw(st.integers(0, len(rows[row]) - 1))] = draw(CELLS)
            case "drop row":
                del rows[row]
            case "double row":
                rows.insert(draw(st.integers(0, len(rows))), list(rows[row]))
            case "drop column":
                place = draw(st.integers(0, 7))
                book[name] = [cells[:place] + cells[place + 1 :] or [""] for cells in rows]
            case "swap":
                rows[row], rows[0] = rows[0], rows[row]
            case "drop sheet" if len(book) > 1:
                del book[name]
            case _:
                continue
    return book


def attempt(path: Path, local: LocalLayout) -> ImportResult | DrgcalcError:
    """What an import gives, or the error it gives instead; anything else is a bug and is raised."""
    try:
        return import_scheme(path, scheme_id="damaged", local=local)
    except DrgcalcError as error:
        return error


def check(book: Book, local: LocalLayout) -> None:
    with TemporaryDirectory() as folder:
        path = write_book(Path(folder) / "book.xlsx", book)
        outcome = attempt(path, local)
        if isinstance(outcome, DrgcalcError):
            assert "book.xlsx" in outcome.message
            assert outcome.hint
        else:
            write_table_folder(outcome, Path(folder) / "scheme")
            scheme = load_scheme(Path(folder) / "scheme")
            assert isinstance(scheme, DipScheme)
            check_dip(scheme)


@settings(max_examples=60, deadline=None)
@given(damaged(sound_book()))
def test_a_damaged_national_workbook_imports_soundly_or_gives_a_clear_error(book: Book) -> None:
    check(book, LocalLayout())


@settings(max_examples=60, deadline=None)
@given(damaged(CITY), st.sampled_from([None, *Precedence]))
def test_a_damaged_city_directory_imports_soundly_or_gives_a_clear_error(
    book: Book, precedence: Precedence | None
) -> None:
    check(book, LocalLayout(precedence=precedence))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_as_csv_import_or_give_a_clear_error(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.csv"
        path.write_bytes("病种编码,主要诊断编码\nA-1,K80.1\n".encode() + content)
        outcome = attempt(path, LocalLayout())
        assert not isinstance(outcome, DrgcalcError) or "book.csv" in outcome.message
