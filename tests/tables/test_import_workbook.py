from __future__ import annotations

import re
from pathlib import Path

import pytest
from scheme_books import sound_book

from drgcalc.base.errors import InputError, RulesError
from drgcalc.tables.findings import IMPORT_NOTES, summarise
from drgcalc.tables.official import import_workbook


def codes_of(result) -> set[str]:
    return {note.code for note in result.notes} - {"T001"}


def notes_of(result, code: str) -> list[tuple[str, int, str, str]]:
    return [(note.sheet, note.row, note.text, note.done) for note in result.notes if note.code == code]


def order(result, mdc: str) -> list[str]:
    return [row.code for row in sorted(result.tables.adrg, key=lambda row: row.seq) if row.mdc == mdc]


def test_a_sound_workbook_gives_its_tables_and_only_says_where_the_columns_were(book, read):
    result = read(book)
    assert codes_of(result) == {"T008"}
    assert result.tables.about.title == "示例分组方案"
    assert [row.code for row in result.tables.mdc] == ["MDCA", "MDCB", "MDCO", "0000"]
    assert len(result.tables.code_sets) == 10


def test_columns_are_found_by_header_wherever_they_stand(book, read):
    expected = read(book).tables
    book["集合"] = [[row[3], row[2], row[0], row[1]] for row in book["集合"]]
    assert read(book).tables.code_sets == expected.code_sets


def test_an_empty_first_column_is_seen_and_reported(book, read):
    result = read(book, shift={"ADRG": 1})
    assert result.tables.adrg == read(sound_book()).tables.adrg
    assert ("ADRG", 1, "the first column is empty", "columns taken by header text") in notes_of(result, "T001")


def test_row_numbers_are_those_of_the_spreadsheet_even_below_blank_rows(book, read):
    book["ADRG"] = [[], [], *book["ADRG"]]
    book["ADRG"][4][2] = "ZYSS\u00a0in OP_BB1"
    assert [(sheet, row) for sheet, row, _, _ in notes_of(read(book), "T003")] == [("ADRG", 5)]


@pytest.mark.parametrize("old", ["DRG", "DRG编码"])
def test_both_published_headers_of_the_drg_code_are_known(book, read, old):
    book["DRG"][0][0] = old
    assert len(read(book).tables.drg) == 9


def test_header_text_may_hold_spaces_and_line_breaks(book, read):
    book["CC"][0] = ["疾病\n编码", "疾病名称", "排除表\u3000", " 类型"]
    assert len(read(book).tables.cc) == 2


@pytest.mark.parametrize("artefact", ["_x000D_", "_x000A_", "_x0009_", "\u00a0", "\u3000", "\u200b", "\n", "\t", "  "])
def test_artefacts_in_a_rule_fold_to_one_space_and_are_reported(book, read, artefact):
    book["ADRG"][2][2] = f"ZYZD in DI_BB1{artefact} and{artefact}ZYSS in OP_BB1{artefact}"
    result = read(book)
    assert result.tables.adrg[1].rule == "ZYZD in DI_BB1 and ZYSS in OP_BB1"
    assert [(sheet, row) for sheet, row, _, _ in notes_of(result, "T003")] == [("ADRG", 3)]


def test_the_report_spells_out_what_cannot_be_seen(book, read):
    book["ADRG"][3][2] = "ZYZD in\u00a0DI_BR1"
    assert notes_of(read(book), "T003")[0][2] == "ZYZD in\\u00a0DI_BR1"


def test_rule_text_is_kept_as_published_but_for_spaces(book, read):
    book["ADRG"][2][2] = "zyzd IN di_BB1 AND (ZYSS In {OP_bb1,OP_OB1})"
    assert read(book).tables.adrg[1].rule == "zyzd IN di_BB1 AND (ZYSS In {OP_bb1,OP_OB1})"


def test_codes_and_set_names_are_stored_in_one_spelling_and_reported(book, read):
    book["集合"].append(["op_ob1", "74.2X00", "子", "op"])
    book["集合"].append(["DI_MDCB", " g45.900X002\u200b", "丑", "DI"])
    members = read(book).tables.code_sets
    assert ("OP_OB1", "OP", "74.2x00") in members
    assert ("DI_MDCB", "DI", "G45.900x002") in members
    assert {"T003", "T004"} <= codes_of(read(book))


def test_a_fall_back_row_placed_early_moves_behind_the_rows_it_would_swallow(book, read):
    book["ADRG"][5:5] = [["O00", "未入组", "", "MDCO", 1]]
    book["ADRG"][6][4] = 2
    book["ADRG"][7][4] = 3
    book["DRG"].append(["O000", "未入组", "", "O00", "MDCO", 1])
    result = read(book)
    assert order(result, "MDCO") == ["OB1", "OZ1", "O00"]
    assert notes_of(result, "T006") == [("ADRG", 6, "O00", "O00, order 1, moved behind OB1, OZ1")]


def test_published_order_numbers_stay_where_a_fall_back_moves(book, read):
    book["ADRG"].append(["O00", "未入组", "", "MDCO", 1])
    book["ADRG"][5][4], book["ADRG"][6][4] = 7, 9
    numbers = {row.code: row.seq for row in read(book).tables.adrg if row.mdc == "MDCO"}
    assert numbers == {"OB1": 7, "OZ1": 9, "O00": 10}


def test_an_empty_gate_of_mdca_is_not_a_fall_back(book, read):
    result = read(book)
    assert min(result.tables.mdc, key=lambda row: row.seq).code == "MDCA"
    assert notes_of(result, "T008") == [("MDC", 3, "MDCA: no condition", "kept in its place")]


def test_an_ordinary_row_without_condition_stays_and_is_reported(book, read):
    book["DRG"].append(["BR18", "长期住院", "ZYTS > 60", "BR1", "MDCB", 3])
    result = read(book)
    assert [row.code for row in result.tables.drg if row.adrg == "BR1"] == ["BR13", "BR15", "BR18"]
    assert [(sheet, row) for sheet, row, _, _ in notes_of(result, "T009")] == [("DRG", 6)]


def test_the_literal_1_is_a_rule_that_always_holds(book, read):
    book["ADRG"][6][2] = "1"
    result = read(book)
    assert result.tables.adrg[5].rule == "1"
    assert "T009" not in codes_of(result)


def test_rows_of_one_order_number_keep_the_order_of_the_sheet(book, read):
    book["ADRG"][3][4] = 1
    result = read(book)
    assert order(result, "MDCB") == ["BB1", "BR1", "B00"]
    assert len({row.seq for row in result.tables.adrg if row.mdc == "MDCB"}) == 3
    assert [(sheet, row) for sheet, row, _, _ in notes_of(result, "T007")] == [("ADRG", 4)]


def test_rows_stand_in_order_of_their_numbers_not_of_the_sheet(book, read):
    book["ADRG"][2][4], book["ADRG"][3][4] = 2, 1
    assert order(read(book), "MDCB") == ["BR1", "BB1", "B00"]


def test_a_member_listed_twice_is_dropped_with_both_rows_named(book, read):
    book["集合"].append(["DI_BR1", "I63.900", "乙", "DI"])
    assert notes_of(read(book), "T005") == [("集合", 12, "I63.900", "dropped: DI_BR1 holds it in row 8")]


def test_a_group_row_listed_twice_is_dropped(book, read):
    book["DRG"].append(list(book["DRG"][2]))
    result = read(book)
    assert len(result.tables.drg) == 9
    assert [(sheet, row) for sheet, row, _, _ in notes_of(result, "T005")] == [("DRG", 11)]


def test_a_group_listed_twice_with_two_rules_keeps_both(book, read):
    book["DRG"].append(["BB11", "开颅", "NL >= 70", "BB1", "MDCB", 3])
    result = read(book)
    assert [row.code for row in result.tables.drg].count("BB11") == 2
    assert "T018" in codes_of(result)


def test_a_set_nobody_names_is_noted_once(book, read):
    book["集合"] += [["DI_FREE", "A01.000", "寅", "DI"], ["DI_FREE", "A01.100", "卯", "DI"]]
    assert notes_of(read(book), "T010") == [("集合", 12, "DI_FREE", "kept")]


def test_an_unused_exclusion_table_is_noted(book, read):
    book["排除表"].append(["EX_9", "A01.000", "辰"])
    assert notes_of(read(book), "T011") == [("排除表", 3, "EX_9", "kept")]


def test_a_missing_exclusion_table_never_excludes_and_is_reported(book, read):
    book["CC"].append(["U82.100", "巳", "EX_999", "MCC"])
    result = read(book)
    assert ("U82.100", "MCC", "") in result.tables.cc
    assert [(sheet, row, text) for sheet, row, text, _ in notes_of(result, "T012")] == [("CC", 4, "EX_999")]


def test_a_complication_of_both_levels_keeps_both(book, read):
    book["CC"].append(["J96.900", "辛", "EX_1", "CC"])
    result = read(book)
    assert [row.level for row in result.tables.cc if row.code == "J96.900"] == ["MCC", "CC"]
    assert "T013" in codes_of(result)


def test_a_complication_with_two_exclusion_tables_keeps_the_first(book, read):
    book["排除表"].append(["EX_2", "A01.000", "辰"])
    book["CC"] += [["J96.900", "辛", "EX_2", "MCC"], ["I50.900", "午", "EX_2", "CC"]]
    result = read(book)
    assert [row.exclusion_set for row in result.tables.cc if row.code == "J96.900"] == ["EX_1"]
    assert "T022" in codes_of(result)


def test_a_code_of_an_unusual_shape_is_kept_and_reported_once(book, read):
    book["集合"] += [["DI_BR1", "163.9", "未", "DI"], ["DI_MDCB", "163.9", "未", "DI"]]
    result = read(book)
    assert ("DI_BR1", "DI", "163.9") in result.tables.code_sets
    assert [(sheet, row, text) for sheet, row, text, _ in notes_of(result, "T014")] == [("集合", 12, "163.9")]


def test_blank_rows_are_skipped_and_reported(book, read):
    book["CC"].insert(2, ["", " ", "", ""])
    result = read(book)
    assert len(result.tables.cc) == 2
    assert [(sheet, row) for sheet, row, _, _ in notes_of(result, "T002")] == [("CC", 3)]


def test_sheets_that_are_no_part_of_the_scheme_are_reported(book, read):
    book["说明"] = [["随便"]]
    assert [sheet for sheet, *_ in notes_of(read(book), "T019")] == ["说明"]


def test_a_row_without_name_takes_its_code(book, read):
    book["DRG"][1][1] = ""
    result = read(book)
    assert result.tables.drg[0].name == "AB19"
    assert "T017" in codes_of(result)


def test_amendments_add_exclusions_and_are_recorded(book, read, tmp_path: Path):
    amendments = tmp_path / "amendments.csv"
    amendments.write_text("exclusion_set,code\nEX_1,J96.000\nEX_1,j96.100\n", encoding="utf-8-sig")
    result = read(book, amendments=amendments)
    assert {row.code for row in result.tables.exclusions} == {"J96.000", "J96.100"}
    assert {"T015", "T016"} <= codes_of(result)
    assert result.tables.about.amendments is not None
    assert result.tables.about.amendments.file == "amendments.csv"


def test_amendments_with_a_strange_header_are_refused(book, read, tmp_path: Path):
    amendments = tmp_path / "amendments.csv"
    amendments.write_text("table,icd\nEX_1,J96.000\n", encoding="utf-8")
    with pytest.raises(RulesError, match="no column exclusion_set"):
        read(book, amendments=amendments)


def test_amendments_in_another_encoding_are_refused(book, read, tmp_path: Path):
    amendments = tmp_path / "amendments.csv"
    amendments.write_bytes("集合编号,ICD编码\nEX_1,J96.000\n".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        read(book, amendments=amendments)


def test_a_rule_that_does_not_parse_names_sheet_row_and_text(book, read):
    book["ADRG"][3][2] = "ZYZD in DI_BR1 and and NL > 3"
    with pytest.raises(RulesError, match=r"sheet ADRG, row 4: the rule of BR1 does not parse.*and and NL > 3"):
        read(book)


def test_a_set_without_members_names_sheet_row_and_text(book, read):
    book["ADRG"][3][2] = "ZYZD in DI_LOST"
    with pytest.raises(
        RulesError, match=r"sheet ADRG, row 4: .* names set DI_LOST.*ZYZD in DI_LOST.*--empty-set DI_LOST"
    ):
        read(book)


def test_a_set_declared_empty_is_stored_and_reported(book, load):
    book["ADRG"][3][2] = "ZYZD in DI_BR1 and QTSS in OP_LOST"
    scheme = load(book, empty_sets=["op_lost"])
    assert scheme.code_sets["OP_LOST"].kind == "OP"
    assert not any(scheme.code_sets["OP_LOST"].codes)


def test_a_set_taken_as_empty_is_noted_where_it_is_asked_for(book, read):
    book["ADRG"][3][2] = "ZYZD in DI_BR1 and QTSS in OP_LOST"
    result = read(book, empty_sets=["OP_LOST"])
    assert notes_of(result, "T021") == [("ADRG", 4, "BR1: OP_LOST", "taken as empty")]


def test_declaring_one_set_empty_does_not_excuse_another(book, read):
    book["ADRG"][3][2] = "ZYZD in DI_LOST"
    with pytest.raises(RulesError, match="DI_LOST"):
        read(book, empty_sets=["OP_LOST"])


def test_declaring_a_set_empty_that_has_members_keeps_them_and_is_reported(book, read):
    result = read(book, empty_sets=["DI_BR1"])
    assert result.tables.code_sets == read(book).tables.code_sets
    assert [text for _, _, text, _ in notes_of(result, "T023")] == ["DI_BR1"]


def test_several_problems_are_told_at_once(book, read):
    book["ADRG"][3][2] = "ZYZD in DI_LOST"
    book["DRG"][1][5] = "first"
    with pytest.raises(RulesError, match=r"(?s)row 2: the order number of AB19.*row 4: the rule of BR1"):
        read(book)


@pytest.mark.parametrize(
    ("sheet", "row", "column", "cell", "says"),
    [
        ("ADRG", 2, 3, "MDCQ", "BB1 belongs to MDC MDCQ, which has no row"),
        ("ADRG", 2, 3, "", "BB1 names no MDC"),
        ("ADRG", 2, 0, "", "the code is empty"),
        ("DRG", 2, 3, "BB9", "BB11 belongs to ADRG BB9 of MDC MDCB, which has no row"),
        ("DRG", 2, 5, "", "the order number of BB11"),
        ("DRG", 2, 5, 1.5, "the order number of BB11"),
        ("集合", 2, 3, "XX", "the type of set DI_MDCB is 'XX'"),
        ("集合", 2, 3, "OP", "set DI_MDCB is DI here and OP above"),
        ("集合", 2, 1, "", "a member needs a set and a code"),
        ("CC", 1, 3, "MAJOR", "a complication needs a code and MCC or CC"),
        ("排除表", 1, 1, "", "an exclusion needs a table and a code"),
    ],
)
def test_a_row_that_cannot_be_used_is_an_error_that_says_why(book, read, sheet, row, column, cell, says):
    book[sheet][row][column] = cell
    with pytest.raises(RulesError, match=re.escape(says)) as caught:
        read(book)
    assert f"sheet {sheet}, row " in str(caught.value)
    assert caught.value.hint


def test_a_missing_sheet_is_named_with_the_sheets_found(book, read):
    del book["排除表"]
    with pytest.raises(RulesError, match="no sheet 排除表; it has MDC, ADRG"):
        read(book)


def test_an_unknown_header_is_named_with_row_and_the_headers_found(book, read):
    book["CC"][0][3] = "等级"
    with pytest.raises(
        RulesError, match=r"sheet CC, row 1: no column 类型; the headers found are 疾病编码, 疾病名称, 排除表, 等级"
    ):
        read(book)


def test_a_header_that_stands_twice_is_refused(book, read):
    book["CC"] = [[*row, row[3]] for row in book["CC"]]
    with pytest.raises(RulesError, match="header 类型 stands in columns D and E"):
        read(book)


def test_an_empty_sheet_is_refused(book, read):
    book["排除表"] = []
    with pytest.raises(RulesError, match="sheet 排除表: the sheet is empty"):
        read(book)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path):
    path = tmp_path / "book.xlsx"
    path.write_text("MDC编码,MDC名称\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"book\.xlsx is no xlsx workbook"):
        import_workbook(path, scheme_id="x")


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"lost\.xlsx cannot be read"):
        import_workbook(tmp_path / "lost.xlsx", scheme_id="x")


def test_a_cell_at_the_far_end_of_a_sheet_is_refused_before_it_fills_memory(book, read):
    book["CC"].append([""] * 16_383 + ["x"])
    book["CC"] += [[]] * 5_000 + [["A01.000", "", "EX_1", "CC"]]
    with pytest.raises(InputError, match="spreads over 16384 columns"):
        read(book)


def test_notes_are_summed_up_by_code_with_examples_and_meaning(book, read):
    book["集合"] += [["DI_BR1", "I63.900", "乙", "DI"]] * 5
    summary = {line.code: line for line in summarise(read(book).notes)}
    assert summary["T005"].times == 5
    assert len(summary["T005"].examples) == 3
    assert summary["T005"].meaning == IMPORT_NOTES["T005"].meaning
