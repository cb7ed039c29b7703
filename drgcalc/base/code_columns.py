"""Tables of codes: crosswalks and grey lists of a region, and what every distinct code was read as."""

from __future__ import annotations

from drgcalc.base.columns import Column, Table, optional

CROSSWALK = Table(
    "crosswalk",
    "one code of another edition and what it is read as",
    (
        Column("original", "VARCHAR", "", "原编码", "code as records write it, for instance of the clinical edition"),
        optional("original_name", "VARCHAR", "", "原名称", "its name, for readers"),
        Column("mapped", "VARCHAR", "", "医保编码", "code of the insurance edition that it is read as"),
        optional("mapped_name", "VARCHAR", "", "医保名称", "its name, for readers"),
        Column("source", "VARCHAR", "", "依据", "document the row is taken from"),
    ),
)

GREY_CODES = Table(
    "grey_diagnoses",
    "one diagnosis that is not valid for settlement",
    (
        Column("code", "VARCHAR", "", "疾病编码", "the grey code"),
        optional("name", "VARCHAR", "", "疾病名称", "its name, for readers"),
        Column("source", "VARCHAR", "", "依据", "document that lists it"),
    ),
)

CODE_NAMES = Table(
    "names",
    "one code and its name",
    (
        Column("code", "VARCHAR", "", "编码", "diagnosis or procedure, a whole code or a category"),
        Column("name", "VARCHAR", "", "名称", "what it is called where groups are named after codes"),
        Column("source", "VARCHAR", "", "依据", "document the names are taken from"),
    ),
)

CODES = Table(
    "codes",
    "one text of a code in the accepted records of the period",
    (
        Column("kind", "VARCHAR", "", "类别", "diagnosis or procedure"),
        Column("written", "VARCHAR", "", "原始写法", "the code as delivered"),
        Column("normalised", "VARCHAR", "", "规范写法", "in the one spelling: half width, upper case but x"),
        Column("repaired", "VARCHAR", "", "修复编码", "the code of the scheme it was repaired to", nullable=True),
        Column("mapped", "VARCHAR", "", "映射编码", "the code that the crosswalk maps it to", nullable=True),
        Column("mapped_by", "VARCHAR", "", "映射依据", "file and row of the crosswalk", nullable=True),
        Column("read_as", "VARCHAR", "", "采用编码", "the code that rules see"),
        Column(
            "proposals", "VARCHAR", "", "修复建议", "codes of the scheme a damaged one may stand for", nullable=True
        ),
        Column("grey", "BOOLEAN", "", "灰码", "whether the code that rules see is grey"),
        Column("in_scheme", "BOOLEAN", "", "方案收录", "whether the scheme names that code or its category"),
        Column("times", "BIGINT", "", "出现次数", "how often accepted records of the period hold it"),
    ),
)
