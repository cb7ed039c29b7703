"""Whatever stands in the cells, an import either succeeds or says in a sentence what is wrong."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheme_books import Book, sound_book, write_book

from drgcalc.base.errors import DrgcalcError, InputError
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.check import check_scheme
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.model import ImportResult
from drgcalc.tables.official import import_workbook

_TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "\u00a0",
            "_x000D_",
            "0",
            "1",
            "-1",
            "1.5",
            "1e9",
            "99999999999",
            "X",
            "x",
            "MCC",
            "cc",
            "DI",
            "op",
            "O00",
            "0000",
            "QY",
            "DI_BB1",
            "di_bb1",
            "EX_1",
            "K80.X00X001",
            "I63*",
            "*",
            "A18.3+K93.0*",
            "=1+1",
            "'",
            '"',
            "\ufeff",
            "ZYZD in DI_BB1",
            "ZYZD in",
            "not",
            "((ZYZD in DI_BB1)",
            "NL >= 7 0",
            "length(OP_BB1 ∩ {ZYSS}) > 1",
            "NL = 0x1",
            "MDC编码",
            "集合编号",
            "ZYZD in {DI_BB1,}",
            "ZYZD，in DI_BB1",
            "𝟙",
        ]
    ),
    st.text(max_size=12),
)
_CELLS = st.one_of(
    _TEXTS, st.integers(-5, 10**12), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
)


def attempt(path: Path) -> ImportResult | DrgcalcError:
    """What an import gives, or the error it gives instead; anything else is a bug and is raised."""
    try:
        return import_workbook(path, scheme_id="damaged")
    except DrgcalcError as error:
        return error


@st.composite
def damaged_books(draw: st.DrawFn) -> Book:
    """The sound scheme with some cells, rows, columns or sheets changed."""
    book = sound_book()
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(book)))
        rows = book[name]
        if not rows:
            continue
        row = draw(st.integers(0, len(rows) - 1))
        match draw(
            st.sampled_from(
                ["cell", "cell", "cell", "cell", "drop row", "double row", "drop column", "swap", "drop sheet"]
            )
        ):
            case "cell" if rows[row]:
                rows[row][draw(st.integers(0, len(rows[row]) - 1))] = draw(_CELLS)
            case "drop row":
                del rows[row]
            case "double row":
                rows.insert(draw(st.integers(0, len(rows))), list(rows[row]))
            case "drop column":
                place = draw(st.integers(0, 5))
                book[name] = [cells[:place] + cells[place + 1 :] for cells in rows]
            case "swap":
                rows[row], rows[0] = rows[0], rows[row]
            case "drop sheet" if len(book) > 1:
                del book[name]
            case _:
                continue
    return book


@settings(max_examples=80, deadline=None)
@given(damaged_books())
def test_a_damaged_workbook_imports_soundly_or_gives_a_clear_error(book: Book):
    with TemporaryDirectory() as folder:
        path = write_book(Path(folder) / "book.xlsx", book)
        outcome = attempt(path)
        if isinstance(outcome, DrgcalcError):
            assert "book.xlsx" in outcome.message
            assert outcome.hint
        else:
            write_table_folder(outcome, Path(folder) / "scheme")
            check_scheme(load_scheme(Path(folder) / "scheme"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_workbook_with_damaged_bytes_imports_or_gives_a_clear_error(data: st.DataObject):
    with TemporaryDirectory() as folder:
        path = write_book(Path(folder) / "book.xlsx", sound_book())
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
        outcome = attempt(path)
        assert not isinstance(outcome, DrgcalcError) or "book.xlsx" in outcome.message


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        ["xl/worksheets/sheet4.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    ),
    st.data(),
)
def test_a_workbook_with_damaged_parts_imports_or_gives_a_clear_error(part: str, data: st.DataObject):
    with TemporaryDirectory() as folder:
        sound = write_book(Path(folder) / "sound.xlsx", sound_book())
        with zipfile.ZipFile(sound) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        text = parts[part].decode()
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start, min(len(text), start + 40)))
        parts[part] = (
            text[:start] + data.draw(st.sampled_from(["", "<", "&", "9999999", '"', "</row>", "A1"])) + text[end:]
        ).encode()
        path = Path(folder) / "book.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        outcome = attempt(path)
        assert not isinstance(outcome, DrgcalcError) or "book.xlsx" in outcome.message


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("drgcalc.tables.spreadsheet.MAX_UNPACKED_BYTES", 1_000)
    with pytest.raises(InputError, match="no scheme is that big"):
        import_workbook(write_book(tmp_path / "book.xlsx", sound_book()), scheme_id="big")


def test_another_zip_file_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("letter.txt", "no workbook")
    with pytest.raises(InputError, match="no xlsx workbook"):
        import_workbook(tmp_path / "book.xlsx", scheme_id="zip")
