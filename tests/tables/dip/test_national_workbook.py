"""The national DIP workbook: every sheet to its layer, columns by header or position, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from dip_books import (
    BURNS,
    CORE,
    EXCLUDED,
    GRASSROOTS,
    MERGED,
    PREGROUPS,
    PROCEDURES,
    RESISTANT,
    TUBERCULOSIS,
    Book,
    sound_book,
)
from scheme_books import write_book

from drgcalc.base.errors import RulesError, UsageError
from drgcalc.grouping.dip.expression import Precedence
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.dip.local import LocalLayout
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.importing import import_scheme
from drgcalc.tables.model import ImportResult

Read = Callable[..., ImportResult]


def row(result: ImportResult, code: str) -> dict[str, object]:
    """The first row of a group as a mapping without what is empty."""
    found = next(one for one in result.tables.dip if one.code == code)
    return {name: cell for name, cell in found._asdict().items() if cell not in ("", 0, None)}


def notes(result: ImportResult, code: str) -> list[str]:
    return [f"{note.sheet} {note.row}: {note.text} → {note.done}" for note in result.notes if note.code == code]


def test_every_sheet_has_its_layer(read: Read) -> None:
    layers = [(one.layer, one.code) for one in read(sound_book()).tables.dip]
    assert layers == [
        ("pregroup", "XQ-1"), ("pregroup", "XQ-2"), ("pregroup", "XQ-3"),
        ("merged", "BX-20"), ("merged", "BX-21"), ("merged", "BX-22"),
        ("burn", "FZ-30"), ("tumour", "FZ-40"),
        ("tuberculosis", "FZ-50"), ("tuberculosis", "FZ-50"), ("tuberculosis", "FZ-51"),
        ("core", "JC-60"), ("core", "JC-61"), ("core", "JC-62"),
    ]  # fmt: skip


def test_cells_become_the_normal_grammar(read: Read) -> None:
    result = read(sound_book())
    assert row(result, "BX-21") == {
        "code": "BX-21",
        "name": "胆囊结石：胆囊切除：经内镜取石",
        "layer": "merged",
        "seq": 21,
        "principal": "K80.0|K80.1",
        "main_procedure": "51.2300",
        "related_procedures": "51.1000+51.8800|51.8500",
    }
    assert row(result, "XQ-1")["principal"] == "*"
    assert row(result, "FZ-40")["main_procedure"] == "99.2503+(92.2400|92.2900)"
    assert row(result, "FZ-30")["secondary"] == "T31.3|T32.3"
    assert row(result, "JC-60")["principal"] == "A18.300x009+K93.0*"


def test_weights_and_ages_of_newborns_become_conditions(read: Read) -> None:
    result = read(sound_book())
    assert row(result, "XQ-2")["condition"] == "XSRTL < 29 and XSRTZ < 1000"
    assert row(result, "XQ-3")["condition"] == "XSRTL < 29 and XSRTZ >= 1000 and XSRTZ <= 1499"
    assert len(notes(result, "T020")) == 2


def test_a_condition_that_cannot_be_read_is_an_error_until_it_is_amended(read: Read, tmp_path: Path) -> None:
    book = sound_book()
    book[PREGROUPS][4][7] = "胎龄小于32周"
    with pytest.raises(RulesError, match=r"row 5: XQ-2: the condition '胎龄小于32周' cannot be read"):
        read(book)
    amendments = tmp_path / "amendments.csv"
    amendments.write_text("code,condition\nXQ-2,XSRTZ < 900\n", encoding="utf-8")
    assert row(read(book, amendments=amendments), "XQ-2")["condition"] == "XSRTZ < 900"


def test_resistant_tuberculosis_is_entered_by_either_diagnosis(read: Read) -> None:
    ways = [one for one in read(sound_book()).tables.dip if one.code == "FZ-50"]
    assert [(one.principal, one.secondary) for one in ways] == [
        ("A15-A19", "A15.000x010|U84.300"),
        ("A15.000x010", ""),
    ]


def test_lists_of_codes_are_read(read: Read) -> None:
    tables = read(sound_book()).tables
    assert [one.code for one in tables.excluded_diagnoses] == ["R99.x00", "V01", "V02", "V03"]
    assert [(one.code, one.effect, one.principal_scope) for one in tables.main_procedures] == [
        ("38.9300", "conservative", ""),
        ("00.4000", "never_main", ""),
        ("39.9500", "in_scope_only", "N17-N19"),
    ]
    assert [(one.seq, one.principal, one.main_procedure) for one in tables.grassroots] == [
        (1, "J20.9", ""),
        (2, "K35.8", "47.0100"),
    ]


def test_what_a_remark_does_to_a_procedure_is_noted(read: Read) -> None:
    assert [text.rpartition(" → ")[2] for text in notes(read(sound_book()), "T029")] == [
        "never_main",
        "in_scope_only N17-N19",
    ]


def test_the_folder_loads_and_two_imports_are_alike_to_the_byte(read: Read, tmp_path: Path) -> None:
    for name in ("first", "second"):
        assert write_table_folder(read(sound_book()), tmp_path / name) == "created"
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert files == [
        "dip.csv", "excluded_diagnoses.csv", "grassroots.csv", "import_report.csv",
        "main_procedures.csv", "procedure_kinds.csv", "scheme.toml",
    ]  # fmt: skip
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    scheme = load_scheme(tmp_path / "first")
    assert isinstance(scheme, DipScheme)
    assert len(scheme.rows) == 14


def test_columns_are_found_by_their_header_wherever_they_stand(read: Read) -> None:
    book = sound_book()
    for line, cells in enumerate(book[CORE]):
        book[CORE][line] = [*cells[4:], *cells[:4]] if line else cells
    assert row(read(book), "JC-61")["main_procedure"] == "47.0100"


def test_an_empty_first_column_does_not_matter(read: Read) -> None:
    assert read(sound_book(), shift=dict.fromkeys(sound_book(), 1)).tables.dip == read(sound_book()).tables.dip


def test_unknown_headers_are_taken_by_position_and_reported(read: Read) -> None:
    book = sound_book()
    book[CORE][1] = ["甲", "乙", "丙", "丁", "戊", "己"]
    result = read(book)
    assert row(result, "JC-61")["main_procedure"] == "47.0100"
    assert any(
        text.startswith(f"{CORE} 3: data from row 3 → category in A, seq in B") for text in notes(result, "T027")
    )


def test_names_taken_by_position_are_told_apart_from_codes(read: Read) -> None:
    book = sound_book()
    book[CORE][1] = ["甲", "乙", "丙", "丁", "戊", "己"]
    (told,) = (text for text in notes(read(book), "T036") if text.startswith(CORE))
    assert told.endswith("principal_name in D, main_procedure_name in F")
    assert not [text for text in notes(read(sound_book()), "T036") if text.startswith(CORE)]


def test_a_sheet_that_fits_neither_header_nor_position_is_an_error(read: Read) -> None:
    book = sound_book()
    book[CORE] = [["甲"] * 4, *([cells[3], cells[2], cells[1], cells[0]] for cells in book[CORE][2:])]
    with pytest.raises(RulesError, match=rf"sheet {CORE}: (no column|column [A-Z] should be)"):
        read(book)


@pytest.mark.parametrize(
    "header",
    [
        [["类别", "序号", "主要诊断", None, "主要手术操作", None], [None, None, "编码", "名称", "编码", "名称"]],
        [["类 别", "序号", "主要诊断代码", "主要诊断名称", "主要手术操作代码（ICD-9-CM-3）", "主要手术操作名称"]],
        [
            ["核心病种"],
            ["类别", "序号", "主诊断", None, "手术操作", None],
            [None, None, "编码", "名称", "编码", "名称"],
        ],
    ],
    ids=["two rows", "one row", "three rows"],
)
def test_headers_of_one_two_or_three_rows_are_read(read: Read, header: list[list[object]]) -> None:
    book = sound_book()
    book[CORE] = [*header, *book[CORE][2:]]
    assert row(read(book), "JC-61")["main_procedure"] == "47.0100"


def test_a_cell_merged_downwards_belongs_to_all_its_rows(read: Read) -> None:
    book = sound_book()
    book[MERGED][3][0] = None
    book[MERGED].insert(3, [None, None, None, None, "51.2400", "部分胆囊切除", "", ""])
    result = read(book)
    ways = [(one.principal, one.main_procedure) for one in result.tables.dip if one.code == "BX-20"]
    assert ways == [("K80.0|K80.1", "51.2300|51.2200"), ("K80.0|K80.1", "51.2400")]
    assert len(notes(result, "T028")) == 2


def test_a_remark_below_the_rows_is_skipped_and_noted(read: Read) -> None:
    book = sound_book()
    book[CORE].append(["注：编码为国家医保版2.0"])
    assert len(notes(read(book), "T026")) >= 1


def test_a_group_that_stands_twice_is_kept_once(read: Read) -> None:
    book = sound_book()
    book[CORE].append(list(book[CORE][-1]))
    assert len(notes(read(book), "T005")) == 1


@pytest.mark.parametrize(
    ("sheet", "line", "place", "cell", "says"),
    [
        (CORE, 3, 2, "K35.8+", "row 4: principal: expected a code"),
        (CORE, 3, 2, "K35.8 急性阑尾炎", "row 4: principal: no part of a code expression"),
        (CORE, 3, 2, "47.0100", "row 4: principal: 47.0100 is not a diagnosis"),
        (MERGED, 3, 4, "K35.8", "row 4: main_procedure: K35.8 is not a procedure"),
        (CORE, 3, 1, "六十", "row 4: seq is '六十', expected a whole number"),
        (CORE, 2, 0, "", "row 3: the group has no category"),
        (TUBERCULOSIS, 2, 6, "可能", "row 3: 是否耐药 is '可能'"),
        (EXCLUDED, 3, 0, "R99.1-R99.3", "cannot be written as a list of codes"),
        (PROCEDURES, 3, 0, "", "row 4: the row has no code"),
        (GRASSROOTS, 2, 1, "", "row 3: a grassroots row has no principal diagnosis"),
        (RESISTANT, 3, 0, "", "row 4: the row has no code"),
        (BURNS, 3, 4, "T31.3／T32.3;T33", "row 4: secondary: a comma joins codes only where the precedence is"),
    ],
)
def test_a_bad_cell_is_named_by_sheet_and_row(
    read: Read, sheet: str, line: int, place: int, cell: str, says: str
) -> None:
    book = sound_book()
    book[sheet][line][place] = cell
    with pytest.raises(RulesError) as caught:
        read(book)
    assert sheet in caught.value.message
    assert says in caught.value.message


def test_a_missing_sheet_is_named(read: Read) -> None:
    book: Book = {name: rows for name, rows in sound_book().items() if name != RESISTANT}
    with pytest.raises(RulesError, match=f"no sheet {RESISTANT}"):
        read(book)


def test_the_national_workbook_has_its_own_precedence(read: Read) -> None:
    with pytest.raises(UsageError, match=r"\+ always binds tighter"):
        read(sound_book(), local=LocalLayout(precedence=Precedence.OR_FIRST))


def test_options_that_mean_nothing_here_are_not_ignored(tmp_path: Path) -> None:
    path = write_book(tmp_path / "book.xlsx", sound_book())
    with pytest.raises(UsageError, match="--empty-set is for the sets of DRG rules"):
        import_scheme(path, scheme_id="x", empty_sets=["OP_X"])
