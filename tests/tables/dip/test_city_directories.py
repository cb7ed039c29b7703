"""A city's own directory: headers by alias, precedences, types that contradict their header, numbers beside groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drgcalc.base.errors import DrgcalcError, RulesError
from drgcalc.grouping.dip.expression import Precedence
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.dip.local import LocalLayout, read_local_layout
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.importing import import_scheme
from drgcalc.tables.model import ImportResult

Read = Callable[..., ImportResult]
HEADER = ["病种编码", "病种名称", "主要诊断编码", "主要手术操作编码", "相关手术操作编码", "病种类型", "病种分值"]
ROWS: list[list[object]] = [
    ["K80.1:51.2300", "胆囊切除", "K80.1", "51.2300", "", "核心", "812.3"],
    ["K80.1:0", "胆囊结石", "K80.1", "保守治疗", "", "核心", "301.25"],
    ["J20.9:0", "支气管炎", "J20.9", "", "", "基层", "90"],
    ["M54:9", "腰痛", "M54", "", "", "中医", "120"],
    ["A09-4", "A09手术", "A09", "", "", "综合", "500"],
    ["A09-1", "A09保守治疗", "A09", "", "", "综合", "100"],
]


def directory(header: list[str] | None = None, rows: list[list[object]] | None = None) -> dict[str, list[list[object]]]:
    return {"病种目录": [["某市病种目录库"], [*(header or HEADER)], *(rows or ROWS)]}


def with_expression(cell: str) -> dict[str, list[list[object]]]:
    return directory(rows=[["X-1", "甲", "K80.1", cell, "", "核心", "1"]])


def local(**settings: object) -> LocalLayout:
    return LocalLayout(**settings)  # type: ignore[arg-type]


def notes(result: ImportResult, code: str) -> list[str]:
    return [f"{note.text} → {note.done}" for note in result.notes if note.code == code]


def test_types_become_layers_flags_and_kinds(read: Read) -> None:
    rows = [(one.code, one.layer, one.kind, one.grassroots, one.tcm) for one in read(directory()).tables.dip]
    assert rows == [
        ("K80.1:51.2300", "core", "", 0, 0),
        ("K80.1:0", "core", "", 0, 0),
        ("J20.9:0", "core", "", 1, 0),
        ("M54:9", "core", "", 0, 1),
        ("A09-4", "comprehensive", "surgical", 0, 0),
        ("A09-1", "comprehensive", "conservative", 0, 0),
    ]


def test_scores_are_kept_exactly_and_the_folder_loads(read: Read, tmp_path: Path) -> None:
    write_table_folder(read(directory()), tmp_path / "city")
    scheme = load_scheme(tmp_path / "city")
    assert isinstance(scheme, DipScheme)
    assert [str(row.score) for row in scheme.rows][:2] == ["812.3000", "301.2500"]
    assert scheme.rows[1].main_procedure is None


@pytest.mark.parametrize(
    ("precedence", "text"),
    [(Precedence.OR_FIRST, "51.2300+(51.8800|51.8500)"), (Precedence.AND_FIRST, "51.2300+51.8800|51.8500")],
)
def test_an_expression_reads_under_the_stated_precedence(read: Read, precedence: Precedence, text: str) -> None:
    result = read(with_expression("51.2300+51.8800/51.8500"), local=local(precedence=precedence))
    assert result.tables.dip[0].main_procedure == text


def test_commas_are_and_where_all_codes_are_asked(read: Read) -> None:
    result = read(with_expression("51.2300,51.8800"), local=local(precedence=Precedence.ALL))
    assert result.tables.dip[0].main_procedure == "51.2300+51.8800"


@pytest.mark.parametrize("cell", ["51.2300+51.8800/51.8500", "51.2300,51.8800"])
def test_an_expression_that_depends_on_the_precedence_is_refused_without_one(read: Read, cell: str) -> None:
    with pytest.raises(RulesError, match=r"row 3: main_procedure .*--precedence or-first, and-first or all"):
        read(with_expression(cell))


def test_an_expression_in_other_words_is_noted_with_its_normal_form(read: Read) -> None:
    assert notes(read(with_expression("51.2300/51.8800")), "T024") == ["51.2300/51.8800 → 51.2300|51.8800"]
    assert notes(read(with_expression("51.2300")), "T024") == []


def test_a_precedence_is_not_asked_for_where_nothing_depends_on_it(read: Read) -> None:
    assert read(with_expression("51.2300/51.8800")).tables.dip[0].main_procedure == "51.2300|51.8800"


def coded_types(header: str, *cells: int) -> dict[str, list[list[object]]]:
    rows = [[f"K{n}-9", f"手术{n}", f"K{n}", "", "", cell, "1"] for n, cell in enumerate(cells, start=20)]
    return directory([*HEADER[:5], header, HEADER[6]], rows)


def test_a_legend_in_the_header_tells_the_types(read: Read) -> None:
    result = read(coded_types("病种类型（1核心、2综合）", 1, 2))
    assert [one.layer for one in result.tables.dip] == ["core", "comprehensive"]


@pytest.mark.parametrize("header", ["病种类型（1核心 2综合）", "病种类型（核心=1，综合=2）", "病种类型"])
def test_a_header_that_contradicts_its_cells_is_an_error_not_a_guess(read: Read, header: str) -> None:
    with pytest.raises(RulesError, match=r"holds 1 \(2 rows\), 0 \(1 rows\).*\[directory.types\]"):
        read(coded_types(header, 1, 0, 1))


def test_types_that_the_city_states_are_taken_and_the_contradiction_is_noted(read: Read) -> None:
    stated = local(types={"1": "core", "0": "comprehensive"})
    result = read(coded_types("病种类型（1核心 2综合）", 1, 0), local=stated)
    assert [one.layer for one in result.tables.dip] == ["core", "comprehensive"]
    assert notes(result, "T031") == ["病种类型（1核心 2综合）: 1 (1 rows), 0 (1 rows) → 1 core, 0 comprehensive"]


def test_a_comprehensive_group_without_a_kind_is_an_error(read: Read) -> None:
    with pytest.raises(RulesError, match="nothing says the kind of treatment"):
        read(directory(rows=[["A09-4", "腹泻", "A09", "", "", "综合", "5"]]))


def test_numbers_of_a_region_are_kept_beside_the_scheme(read: Read, tmp_path: Path) -> None:
    header = [*HEADER, "CCI校正系数", "年龄系数", "肿瘤校正系数", "床日费用标准", "次均费用"]
    result = read(directory(header, [[*ROWS[0], 1.1, "", "1.25", 380, 8123.45]]))
    write_table_folder(result, tmp_path / "city")
    assert (tmp_path / "city/corrections.csv").read_text(encoding="utf-8").splitlines() == [
        "group_code,item,value,header",
        "K80.1:51.2300,bed_day,380.000000,床日费用标准",
        "K80.1:51.2300,cci,1.100000,CCI校正系数",
        "K80.1:51.2300,mean_fee,8123.450000,次均费用",
        "K80.1:51.2300,tumour,1.250000,肿瘤校正系数",
    ]
    load_scheme(tmp_path / "city")


def test_numbers_beside_the_groups_are_told(read: Read) -> None:
    result = read(directory([*HEADER, "CCI校正系数", "年龄系数"], [[*ROWS[0], 1.1, "0.9"]]))
    assert notes(result, "T032") == ["2 numbers → written to corrections.csv"]
    assert notes(read(directory()), "T032") == []


def test_a_directory_without_types_is_core_and_says_so(read: Read) -> None:
    place = HEADER.index("病种类型")
    rows = [[cell for at, cell in enumerate(row) if at != place] for row in ROWS[:2]]
    result = read(directory([*HEADER[:place], *HEADER[place + 1 :]], rows))
    assert {one.layer for one in result.tables.dip} == {"core"}
    assert notes(result, "T033") == ["no column 病种类型 → all groups are core"]


def test_a_group_of_two_names_keeps_the_first(read: Read) -> None:
    result = read(directory(rows=[ROWS[0], [ROWS[0][0], "胆囊全切", "K80.5", *ROWS[0][3:]]]))
    assert notes(result, "T034") == ["K80.1:51.2300: 胆囊全切 → known as 胆囊切除"]


def test_a_header_that_only_this_city_uses_is_named_in_a_layout_file(read: Read, tmp_path: Path) -> None:
    header = ["组号", *HEADER[1:]]
    with pytest.raises(RulesError, match="no sheet has the headers of a directory"):
        read(directory(header))
    path = tmp_path / "region.toml"
    path.write_text('[directory]\nprecedence = "or-first"\n[directory.aliases]\ncode = ["组号"]\n', encoding="utf-8")
    assert len(read(directory(header), local=read_local_layout(path)).tables.dip) == 6


def test_options_of_the_layout_file_become_options_of_the_scheme(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "layout.toml"
    path.write_text('[directory.options]\ntie = "order"\nlower_kinds = true\n', encoding="utf-8")
    write_table_folder(read(directory(), local=read_local_layout(path)), tmp_path / "city")
    scheme = load_scheme(tmp_path / "city")
    assert isinstance(scheme, DipScheme)
    assert (scheme.options.tie, scheme.options.lower_kinds) == ("order", True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("precedence = 1", "no table [directory]"),
        ("[directory]\nprecedence = 'loose'", "or-first, and-first, all"),
        ("[directory]\nheaders = 1", "unknown key `directory.headers`"),
        ("[directory.types]\n1 = 'main'", "`directory.types.1` is 'main'"),
        ("[directory.aliases]\nicd = ['x']", "is no column of a directory"),
        ("[directory.aliases]\ncode = 'x'", "write a list of headers"),
        ("[directory.options]\ntie = 1.5", "`directory.options.tie`"),
        ("[directory", "is no TOML"),
    ],
)
def test_a_layout_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "layout.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DrgcalcError) as caught:
        read_local_layout(path)
    assert says in f"{caught.value.message}; {caught.value.hint}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_directory_as_csv_reads_like_one_as_workbook(read: Read, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "directory.csv"
    lines = [",".join(map(str, row)) for row in directory()["病种目录"]]
    path.write_bytes("\n".join(lines).encode(encoding))
    assert import_scheme(path, scheme_id="small").tables.dip == read(directory()).tables.dip


def test_sheets_of_one_type_each_are_all_read(read: Read) -> None:
    header = [*HEADER[:5], HEADER[6]]
    book = {
        "核心病种": [header, ["A-1", "甲", "K80.1", "51.2300", "", "1"]],
        "综合病种": [header, ["B-1", "K80手术", "K80", "", "", "1"]],
        "说明": [["本目录自2025年起施行"]],
    }
    result = read(book)
    assert [(one.code, one.layer, one.seq) for one in result.tables.dip] == [
        ("A-1", "core", 1),
        ("B-1", "comprehensive", 2),
    ]
    assert notes(result, "T019") == ["说明 → left out"]


@pytest.mark.parametrize(
    ("place", "cell", "says"),
    [
        (0, "", "row 3: the group has no code"),
        (2, "", "row 3: the group has no principal diagnosis"),
        (6, "很多", "row 3: score is '很多', expected a plain number"),
        (5, "其他", "the type column '病种类型' holds"),
    ],
)
def test_a_bad_cell_is_named_by_row(read: Read, place: int, cell: str, says: str) -> None:
    book = directory(rows=[list(row) for row in ROWS])
    book["病种目录"][2][place] = cell
    with pytest.raises(RulesError) as caught:
        read(book)
    assert says in caught.value.message


def test_a_score_with_more_decimals_than_points_have_is_rounded_and_noted(read: Read) -> None:
    book = directory(rows=[[*ROWS[0][:6], "1.23456"]])
    result = read(book)
    assert str(result.tables.dip[0].score) == "1.2346"
    assert notes(result, "T025") == ["1.23456 → 1.2346"]
