"""A small invented scheme in the official layout, written with xlsxwriter, to be bent by each test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

Sheet = list[list[object]]
Book = dict[str, Sheet]

_SOUND: Book = {
    "MDC": [
        ["示例分组方案"],
        ["MDC编码", "MDC名称", "MDC规则", "排序"],
        ["MDCA", "先期分组", "", 1],
        ["MDCB", "神经系统", "ZYZD in DI_MDCB", 2],
        ["MDCO", "妊娠分娩", "ZYZD in DI_MDCO", 3],
        ["0000", "未入组", "", 4],
    ],
    "ADRG": [
        ["ADRG编码", "ADRG名称", "ADRG规则", "所属MDC编码", "MDC内排序"],
        ["AB1", "移植", "ZYSS in OP_AB1", "MDCA", 1],
        ["BB1", "开颅", "ZYZD in DI_BB1 and ZYSS in OP_BB1", "MDCB", 1],
        ["BR1", "脑梗死", "ZYZD in DI_BR1", "MDCB", 2],
        ["B00", "未入组", "", "MDCB", 3],
        ["OB1", "剖宫产", "ZYSS in OP_OB1", "MDCO", 1],
        ["OZ1", "其他", "ZYZD in DI_MDCO", "MDCO", 2],
        ["000", "未入组", "", "0000", 1],
    ],
    "DRG": [
        ["DRG", "DRG名称", "DRG规则", "所属ADRG编码", "所属MDC编码", "排序"],
        ["AB19", "移植", "", "AB1", "MDCA", 1],
        ["BB11", "开颅，伴严重并发症", "QTZD in MCC", "BB1", "MDCB", 1],
        ["BB15", "开颅", "", "BB1", "MDCB", 2],
        ["BR13", "脑梗死，伴并发症", "QTZD in MCC or QTZD in CC", "BR1", "MDCB", 1],
        ["BR15", "脑梗死", "", "BR1", "MDCB", 2],
        ["B000", "未入组", "", "B00", "MDCB", 1],
        ["OB19", "剖宫产", "", "OB1", "MDCO", 1],
        ["OZ19", "其他", "", "OZ1", "MDCO", 1],
        ["0000", "未入组", "", "000", "0000", 1],
    ],
    "集合": [
        ["集合编号", "ICD编码", "ICD名称", "类型编号"],
        ["OP_AB1", "50.5100", "甲", "OP"],
        ["DI_MDCB", "I63.900", "乙", "DI"],
        ["DI_MDCB", "I63.900x001", "丙", "DI"],
        ["DI_MDCB", "C71.900", "丁", "DI"],
        ["DI_BB1", "C71.900", "丁", "DI"],
        ["OP_BB1", "01.5900", "戊", "OP"],
        ["DI_BR1", "I63.900", "乙", "DI"],
        ["DI_BR1", "I63.900x001", "丙", "DI"],
        ["DI_MDCO", "O82.900", "己", "DI"],
        ["OP_OB1", "74.1x00", "庚", "OP"],
    ],
    "CC": [
        ["疾病编码", "疾病名称", "排除表", "类型"],
        ["J96.900", "辛", "EX_1", "MCC"],
        ["E11.900", "壬", "EX_1", "CC"],
    ],
    "排除表": [
        ["集合编号", "ICD编码", "ICD名称"],
        ["EX_1", "J96.000", "癸"],
    ],
}


def sound_book() -> Book:
    """The sheets of the scheme, free to change: name to rows, the header in row 1 (in `MDC` row 2)."""
    return deepcopy(_SOUND)


def write_book(
    path: Path, book: Mapping[str, Sequence[Sequence[object]]], shift: Mapping[str, int] | None = None
) -> Path:
    """Write sheets to a workbook; `shift` moves a sheet's cells that many columns to the right."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": datetime(2026, 9, 9, tzinfo=UTC)})
        for name, rows in book.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row, start=(shift or {}).get(name, 0)):
                    if isinstance(cell, str):
                        if cell:
                            sheet.write_string(number, place, cell)
                    elif cell is not None:
                        sheet.write(number, place, cell)
    return path
