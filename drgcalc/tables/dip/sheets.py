"""The ten sheets of the national DIP workbook: how each is recognised, and its columns by header text and position.

Source: NHSA workbook of DIP 3.0 (按病种分值（DIP）付费3.0版分组方案). Header texts vary, positions do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from drgcalc.tables.cells import heading
from drgcalc.tables.dip.placing import Wanted


class SheetLayout(NamedTuple):
    """A sheet: its published name, what its name is recognised by, and its columns."""

    name: str
    pattern: re.Pattern[str]
    columns: Mapping[str, Wanted]


def _group(*columns: tuple[str, Wanted]) -> dict[str, Wanted]:
    return {
        "category": Wanted(("类别", "病种类别", "分组类别"), 0, "category"),
        "seq": Wanted(("序号", "病种序号", "编号"), 1, "number", required=True),
        **dict(columns),
    }


def _principal(place: int) -> tuple[str, Wanted]:
    return "principal", Wanted(("主要诊断编码", "主诊断编码", "主要诊断"), place, "DI", required=True)


def _principal_name(place: int) -> tuple[str, Wanted]:
    return "principal_name", Wanted(("主要诊断名称", "主诊断名称"), place)


def _main(place: int) -> tuple[str, Wanted]:
    headers = ("主要手术操作编码", "主要手术编码", "主手术操作编码", "主要手术操作", "手术操作表达式", "手术操作编码")
    return "main_procedure", Wanted(headers, place, "OP")


def _main_name(place: int) -> tuple[str, Wanted]:
    return "main_procedure_name", Wanted(("主要手术操作名称", "主要手术名称", "手术操作名称"), place)


def _related(place: int) -> tuple[str, Wanted]:
    return "related_procedures", Wanted(("相关手术操作编码", "相关手术编码", "相关手术操作"), place, "OP")


def _secondary(place: int) -> tuple[str, Wanted]:
    headers = ("次要诊断编码", "其他诊断编码", "次要诊断", "次要诊断面积", "其他诊断")
    return "secondary", Wanted(headers, place, "DI")


def _codes(kind: str, headers: tuple[str, ...], names: tuple[str, ...]) -> dict[str, Wanted]:
    return {"code": Wanted(headers, 0, kind, required=True), "name": Wanted(names, 1)}


_DIAGNOSIS_CODE = ("主要诊断编码", "诊断编码", "疾病编码", "主要诊断")
_DIAGNOSIS_NAME = ("主要诊断名称", "诊断名称", "疾病名称")
_PROCEDURE_CODE = ("主要手术操作编码", "手术操作编码", "手术编码", "主要手术操作")
_PROCEDURE_NAME = ("主要手术操作名称", "手术操作名称", "手术名称")

SHEETS: Mapping[str, SheetLayout] = {
    "pregroup": SheetLayout(
        "一、先期分组",
        re.compile("先期分组"),
        _group(
            ("name", Wanted(("名称", "病种名称", "先期分组名称"), 2)),
            _principal(3), _principal_name(4), _main(5), _main_name(6), ("note", Wanted(("备注",), 7)),
        ),
    ),
    "merged": SheetLayout(
        "二、并项规则下的核心病种",
        re.compile("并项"),
        _group(_principal(2), _principal_name(3), _main(4), _main_name(5), _related(6),
               ("related_name", Wanted(("相关手术操作名称", "相关手术名称"), 7))),
    ),
    "burn": SheetLayout(
        "三、诊断辅助细分-烧伤类病种",
        re.compile("烧伤"),
        _group(_principal(2), ("principal_name", Wanted(("烧伤程度",), 3)), _secondary(4),
               ("secondary_name", Wanted(("面积", "烧伤面积"), 5)), _main(6), _main_name(7), _related(8),
               ("related_name", Wanted(("相关手术操作名称", "相关手术名称"), 9))),
    ),
    "tumour": SheetLayout(
        "三、诊断辅助细分-肿瘤类病种",
        re.compile("肿瘤"),
        _group(_principal(2), _principal_name(3), _secondary(4),
               ("secondary_name", Wanted(("次要诊断名称", "其他诊断名称"), 5)), _main(6), _main_name(7)),
    ),
    "tuberculosis": SheetLayout(
        "三、诊断辅助细分-结核类病种",
        re.compile("结核类|结核病种"),
        _group(_principal(2), _principal_name(3), _main(4), _main_name(5),
               ("resistant", Wanted(("是否耐药", "耐药"), 6)), ("resistance_rule", Wanted(("耐药规则",), 7))),
    ),
    "resistant": SheetLayout(
        "附表—结核耐药诊断", re.compile("耐药诊断"), _codes("DI", _DIAGNOSIS_CODE, _DIAGNOSIS_NAME)
    ),
    "core": SheetLayout(
        "四、基础规则下的核心病种",
        re.compile("基础规则"),
        _group(_principal(2), _principal_name(3), _main(4), _main_name(5)),
    ),
    "excluded": SheetLayout(
        "五、不纳入分组的主要诊断", re.compile("不纳入.*诊断"), _codes("DI", _DIAGNOSIS_CODE, _DIAGNOSIS_NAME)
    ),
    "main_procedures": SheetLayout(
        "五、不纳入分组的主要手术操作",
        re.compile("不纳入.*手术"),
        {**_codes("OP", _PROCEDURE_CODE, _PROCEDURE_NAME), "note": Wanted(("备注", "说明", "处理规则"), 2)},
    ),
    "grassroots": SheetLayout(
        "六、基层病种",
        re.compile("基层"),
        {
            "seq": Wanted(("序号", "编号"), 0, "number", required=True),
            **dict((_principal(1), _principal_name(2), _main(3), _main_name(4))),
        },
    ),
}  # fmt: skip


def match_sheets(names: Sequence[str]) -> dict[str, str]:
    """The sheet of each layout by its name, spaces and width apart; the first when several names fit."""
    found: dict[str, str] = {}
    for layout, sheet in SHEETS.items():
        exact = [name for name in names if heading(name) == heading(sheet.name)]
        fitting = exact or [name for name in names if sheet.pattern.search(heading(name))]
        if fitting:
            found[layout] = fitting[0]
    return found
