"""The tables of a DIP scheme folder (scheme.toml kind = "dip"): the required ones may be empty, the others absent."""

from __future__ import annotations

from drgcalc.base.columns import AUXILIARY_DIMENSIONS, POINTS, Column, Table
from drgcalc.base.scheme_columns import SCHEME_TABLES

LAYERS = ("pregroup", "merged", "burn", "tumour", "tuberculosis", "core", "comprehensive")
KINDS = ("surgical", "interventional", "therapeutic", "diagnostic", "conservative")
PROCEDURE_KINDS = KINDS[:-1]
EFFECTS = ("never_main", "conservative", "in_scope_only")
DIMENSIONS = tuple(AUXILIARY_DIMENSIONS)

_EXPRESSION = (
    "code expression: `A|B` any, `A+B` all (binds tighter), brackets, `A00-B99`, `*`; a code means all below it"
)


def _expression(name: str, chinese: str, meaning: str) -> Column:
    return Column(name, "VARCHAR", "", chinese, f"{meaning}; {_EXPRESSION}", nullable=True)


DIP = Table(
    "dip",
    "one row of a directory: a group, or one of several ways into it",
    (
        Column("code", "VARCHAR", "", "病种编码", "the group that is paid"),
        Column("name", "VARCHAR", "", "病种名称", "its name"),
        Column("layer", "VARCHAR", "", "层级", f"{', '.join(LAYERS)}: the order in which they are tried"),
        Column("seq", "INTEGER", "", "序号", "order in the plan"),
        _expression("principal", "主要诊断", "what the principal diagnosis must be"),
        _expression(
            "main_procedure", "主要手术操作", "what the main procedure must be; empty: no procedure that counts"
        ),
        _expression("related_procedures", "相关手术操作", "procedures that must be there beside it; empty: none asked"),
        _expression("secondary", "次要诊断", "what the other diagnoses must hold; empty: nothing asked"),
        Column(
            "condition",
            "VARCHAR",
            "",
            "附加条件",
            "rule of the official language over scalars (newborn weight, age); empty always holds",
            nullable=True,
        ),
        Column("kind", "VARCHAR", "", "治疗方式", f"comprehensive groups: {', '.join(KINDS)}", nullable=True),
        Column("grassroots", "BOOLEAN", "", "基层病种", "1: paid alike at every hospital level"),
        Column("tcm", "BOOLEAN", "", "中医病种", "1: a group of traditional Chinese medicine"),
        Column(
            "score",
            POINTS,
            "points",
            "病种分值",
            "as the directory prints it; the region's scores count",
            nullable=True,
        ),
        Column("note", "VARCHAR", "", "备注", "what the directory says beside it", nullable=True),
    ),
)

EXCLUDED_DIAGNOSES = Table(
    "excluded_diagnoses",
    "one principal diagnosis that is not grouped",
    (
        Column("code", "VARCHAR", "", "不纳入分组的主要诊断", "code, itself and everything below it"),
        Column("name", "VARCHAR", "", "名称", "its name", nullable=True),
        Column("note", "VARCHAR", "", "备注", "what the directory says beside it", nullable=True),
    ),
)

MAIN_PROCEDURES = Table(
    "main_procedures",
    "one procedure that cannot be a main procedure, or not always",
    (
        Column("code", "VARCHAR", "", "手术操作编码", "code, itself and everything below it"),
        Column("name", "VARCHAR", "", "名称", "its name", nullable=True),
        Column(
            "effect",
            "VARCHAR",
            "",
            "处理",
            "never_main: the next one is main; conservative: as main, the case counts as conservative; in_scope_only: "
            "main only with a principal diagnosis in scope, else conservative",
        ),
        _expression("principal_scope", "主要诊断范围", "principal diagnoses of in_scope_only"),
        Column("note", "VARCHAR", "", "备注", "what the directory says beside it", nullable=True),
    ),
)

GRASSROOTS = Table(
    "grassroots",
    "one combination that makes a case grassroots (基层病种): a flag, not a group",
    (
        Column("seq", "INTEGER", "", "序号", "order in the plan"),
        _expression("principal", "主要诊断", "what the principal diagnosis must be"),
        _expression("main_procedure", "主要手术操作", "what the main procedure must be; empty: none that counts"),
        Column("name", "VARCHAR", "", "名称", "its name", nullable=True),
    ),
)

PROCEDURE_KIND_TABLE = Table(
    "procedure_kinds",
    "one prefix of procedure codes; the longest that a code begins with decides",
    (
        Column("prefix", "VARCHAR", "", "手术操作类目", "category of ICD-9-CM-3, or a part of one, or a whole code"),
        Column("kind", "VARCHAR", "", "操作类别", f"{', '.join(PROCEDURE_KINDS)}"),
        Column("name", "VARCHAR", "", "名称", "what the prefix covers"),
        Column("source", "VARCHAR", "", "依据", "why it is of that kind"),
    ),
)

CCI = Table(
    "cci",
    "one diagnosis that counts in the Charlson sum",
    (
        Column("code", "VARCHAR", "", "疾病编码", "code, itself and everything below it"),
        Column("condition_name", "VARCHAR", "", "合并症", "the condition it belongs to; each counts once"),
        Column("weight", "INTEGER", "", "权重", "what the condition adds"),
        Column("source", "VARCHAR", "", "依据", "publication of the weight"),
    ),
)

AUXILIARY = Table(
    "auxiliary",
    "one part of one auxiliary dimension; the first part of a dimension that holds is the case's part",
    (
        Column("dimension", "VARCHAR", "", "辅助目录", f"{', '.join(DIMENSIONS)}"),
        Column("part", "VARCHAR", "", "分型", "name of the part, as the tables of factors name it"),
        Column(
            "rule",
            "VARCHAR",
            "",
            "规则",
            "rule of the official language over scalars, CCI, MCC and CC, and sets of code_sets.csv",
            nullable=True,
        ),
        Column("name", "VARCHAR", "", "名称", "its name", nullable=True),
        Column("source", "VARCHAR", "", "依据", "document that sets it"),
    ),
)

CORRECTIONS = Table(
    "corrections",
    "one number that a directory prints beside a group and that belongs to a region",
    (
        Column("group_code", "VARCHAR", "", "病种编码", "the group"),
        Column(
            "item",
            "VARCHAR",
            "",
            "项目",
            f"{', '.join(DIMENSIONS)} (factors), mean_fee or bed_day (yuan): for scores/ of the region, with dates",
        ),
        Column("value", "DECIMAL(18,6)", "", "数值", "factor, or yuan"),
        Column("header", "VARCHAR", "", "表头", "what the directory calls it"),
    ),
)

_SHARED = {table.name: table for table in SCHEME_TABLES}
DIP_REQUIRED = (DIP, EXCLUDED_DIAGNOSES, MAIN_PROCEDURES, GRASSROOTS, PROCEDURE_KIND_TABLE)
CODE_SETS = _SHARED["code_sets"]
DIP_OPTIONAL = (_SHARED["cc"], _SHARED["exclusions"], CCI, AUXILIARY, CODE_SETS)
DIP_TABLES = (*DIP_REQUIRED, *DIP_OPTIONAL, CORRECTIONS)
