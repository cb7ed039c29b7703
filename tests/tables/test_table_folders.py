from __future__ import annotations

import csv
import hashlib
import tomllib
from pathlib import Path

import pytest

from drgcalc.base.errors import InputError, OutputError, RulesError
from drgcalc.base.scheme_columns import SCHEME_TABLES
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.folder import import_csv_folder, list_schemes, write_table_folder
from drgcalc.tables.importing import import_scheme
from drgcalc.tables.model import About, SourceFile


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_imports_give_the_same_bytes(book, read, tmp_path: Path):
    for name in ("one", "two"):
        write_table_folder(read(book), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) == 8


def test_the_folder_loads_and_its_checksums_are_those_of_its_files(book, load, tmp_path: Path):
    scheme = load(book)
    about = tomllib.loads((tmp_path / "scheme" / "scheme.toml").read_text(encoding="utf-8"))
    assert scheme.id == "small"
    assert about["imported_from"]["sha256"] == hashlib.sha256((tmp_path / "book.xlsx").read_bytes()).hexdigest()
    for table in SCHEME_TABLES:
        content = (tmp_path / "scheme" / f"{table.name}.csv").read_bytes()
        assert about["sha256"][f"{table.name}.csv"] == hashlib.sha256(content).hexdigest()


def test_the_loaded_order_is_the_order_of_trial(book, load):
    book["ADRG"][5:5] = [["O00", "未入组", "", "MDCO", 1]]
    book["DRG"].append(["O000", "未入组", "", "O00", "MDCO", 1])
    book["ADRG"][3][4] = 1
    scheme = load(book)
    assert [row.code for row in scheme.adrg if row.mdc == "MDCO"] == ["OB1", "OZ1", "O00"]
    assert [row.code for row in scheme.adrg if row.mdc == "MDCB"] == ["BB1", "BR1", "B00"]


def test_tables_are_sorted_with_plain_line_ends(book, load, tmp_path: Path):
    load(book)
    content = (tmp_path / "scheme" / "code_sets.csv").read_bytes()
    lines = content.decode().split("\n")
    assert b"\r" not in content
    assert lines[1:-1] == sorted(lines[1:-1])


def test_the_report_holds_every_note(book, read, tmp_path: Path):
    result = read(book)
    write_table_folder(result, tmp_path / "scheme")
    with (tmp_path / "scheme" / "import_report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["code", "severity", "sheet", "row", "column", "text", "done"]
    assert len(rows) == len(result.notes) + 1


def test_the_report_holds_nothing_a_spreadsheet_would_run(book, read, tmp_path: Path):
    book["DRG"][1][1] = "=HYPERLINK(1)\u00a0"
    write_table_folder(read(book), tmp_path / "scheme")
    report = (tmp_path / "scheme" / "import_report.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in report
    assert ",=HYPERLINK" not in report


def test_an_older_scheme_stays_when_the_new_one_cannot_be_put_in_place(book, read, tmp_path: Path, monkeypatch):
    folder = tmp_path / "scheme"
    write_table_folder(read(book), folder)
    before = contents(folder)
    book["DRG"][1][1] = "改名"
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if target == folder and ".old." not in str(path.parent):
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="cannot be written: Permission denied"):
        write_table_folder(read(book), folder)
    assert contents(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "scheme"]


def test_writing_tells_whether_something_changed(book, read, tmp_path: Path):
    folder = tmp_path / "scheme"
    assert write_table_folder(read(book), folder) == "created"
    assert write_table_folder(read(book), folder) == "unchanged"
    book["DRG"][1][1] = "改名"
    assert write_table_folder(read(book), folder) == "replaced"
    assert "改名" in {row.name for row in load_scheme(folder).drg}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "scheme"]


def test_a_folder_that_is_no_scheme_is_left_alone(book, read, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(OutputError, match="is not a scheme"):
        write_table_folder(read(book), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_parent_that_is_a_file_is_an_output_error(book, read, tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_table_folder(read(book), tmp_path / "file" / "scheme")


@pytest.mark.parametrize("title", ['a "quoted" title', "back\\slash", "控制\u0007字符", "换\n行"])
def test_any_title_survives_scheme_toml(book, read, tmp_path: Path, title):
    result = read(book)
    about = About(**{**vars(result.tables.about), "title": title})
    tables = type(result.tables)(**{**vars(result.tables), "about": about})
    write_table_folder(result._replace(tables=tables), tmp_path / "scheme")
    assert load_scheme(tmp_path / "scheme").title == title


def test_plain_csv_tables_import_to_the_same_scheme(book, load, tmp_path: Path):
    first = load(book)
    result = import_csv_folder(tmp_path / "scheme", scheme_id="small")
    write_table_folder(result, tmp_path / "again")
    again = load_scheme(tmp_path / "again")
    assert again == first
    assert again.title == first.title


def test_csv_tables_need_no_scheme_toml(book, load, tmp_path: Path):
    load(book)
    (tmp_path / "scheme" / "scheme.toml").unlink()
    result = import_csv_folder(tmp_path / "scheme", scheme_id="small")
    assert result.tables.about.title == "scheme"
    assert isinstance(result.tables.about.imported_from, SourceFile)


def test_a_set_declared_empty_survives_the_csv_tables(book, load, tmp_path: Path):
    book["ADRG"][3][2] = "ZYZD in DI_BR1 and QTSS in OP_LOST"
    load(book, empty_sets=["OP_LOST"])
    result = import_csv_folder(tmp_path / "scheme", scheme_id="small")
    assert ("OP_LOST", "OP", "") in result.tables.code_sets


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cc.csv", "code,level\nJ96.900,MCC\n", "no column exclusion_set"),
        ("cc.csv", "code,level,exclusion_set\nJ96.900,MCC\n", "row 2: 2 cells, expected 3"),
        ("cc.csv", 'code,level,exclusion_set\n"J96.900,MCC,EX_1\n', "is no sound CSV"),
        ("cc.csv", "", "no column code"),
    ],
)
def test_damaged_csv_tables_are_refused_with_file_and_row(book, load, tmp_path: Path, name, content, says):
    load(book)
    (tmp_path / "scheme" / name).write_text(content, encoding="utf-8")
    with pytest.raises((RulesError, InputError), match=says) as caught:
        import_csv_folder(tmp_path / "scheme", scheme_id="small")
    assert name in str(caught.value)


def test_a_missing_csv_table_is_named(book, load, tmp_path: Path):
    load(book)
    (tmp_path / "scheme" / "drg.csv").unlink()
    with pytest.raises(InputError, match=r"drg\.csv cannot be read"):
        import_csv_folder(tmp_path / "scheme", scheme_id="small")


def test_schemes_of_a_folder_are_listed_with_their_sizes(book, load, tmp_path: Path):
    load(book, name="schemes/small")
    lines = list_schemes(tmp_path / "schemes")
    assert [(line.id, line.kind, line.mdcs, line.adrgs, line.groups) for line in lines] == [("small", "drg", 4, 7, 9)]


def test_the_layout_is_recognised_from_the_path(book, load, tmp_path: Path):
    load(book)
    from_book = import_scheme(tmp_path / "book.xlsx", scheme_id="small")
    from_folder = import_scheme(tmp_path / "scheme", scheme_id="small")
    assert from_book.tables.rows() == from_folder.tables.rows()


def test_a_folder_of_nothing_known_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"neither mdc\.csv nor dip\.csv nor 1_MDC\.txt"):
        import_scheme(tmp_path, scheme_id="x")


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="does not exist"):
        import_scheme(tmp_path / "lost", scheme_id="x")


def test_the_folder_of_a_scheme_lists_that_scheme(book, load, tmp_path: Path):
    load(book, name="schemes/small")
    assert [line.id for line in list_schemes(tmp_path / "schemes/small")] == ["small"]
