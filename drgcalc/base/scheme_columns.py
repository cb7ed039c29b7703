"""The tables of a DRG scheme folder, and the matrix of cases between two schemes."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, POINTS, Column, Table

TREE_TABLES = (
    Table(
        "mdc",
        "one row of the MDC sheet",
        (
            Column("code", "VARCHAR", "", "MDC编码", "major diagnostic category"),
            Column("name", "VARCHAR", "", "MDC名称", "its name"),
            Column(
                "rule",
                "VARCHAR",
                "",
                "MDC规则",
                "gate in the official rule language; empty always holds",
                nullable=True,
            ),
            Column("seq", "INTEGER", "", "排序", "order of trial"),
        ),
    ),
    Table(
        "adrg",
        "one row of the ADRG sheet",
        (
            Column("code", "VARCHAR", "", "ADRG编码", "adjacent DRG, or QY, or a fall-back"),
            Column("name", "VARCHAR", "", "ADRG名称", "its name"),
            Column("rule", "VARCHAR", "", "ADRG规则", "rule; empty always holds", nullable=True),
            Column("mdc", "VARCHAR", "", "所属MDC编码", "parent"),
            Column("seq", "INTEGER", "", "MDC内排序", "order of trial inside the MDC"),
        ),
    ),
    Table(
        "drg",
        "one row of the DRG sheet",
        (
            Column("code", "VARCHAR", "", "DRG编码", "group that is paid"),
            Column("name", "VARCHAR", "", "DRG名称", "its name"),
            Column("rule", "VARCHAR", "", "DRG规则", "rule; empty always holds", nullable=True),
            Column("adrg", "VARCHAR", "", "所属ADRG编码", "parent"),
            Column(
                "mdc",
                "VARCHAR",
                "",
                "所属MDC编码",
                "parent of the parent (ADRG codes such as QY stand in several MDCs)",
            ),
            Column("seq", "INTEGER", "", "排序", "order of trial inside the ADRG"),
        ),
    ),
)
"""The rows that are tried, with their rules: some hundreds."""

LIST_TABLES = (
    Table(
        "code_sets",
        "one member of one set",
        (
            Column("set_id", "VARCHAR", "", "集合编号", "the set a rule names"),
            Column("kind", "VARCHAR", "", "类型编号", "DI diagnoses, OP procedures"),
            Column("code", "VARCHAR", "", "ICD编码", "code, or a category prefix that ends in *"),
        ),
    ),
    Table(
        "cc",
        "one complication or comorbidity",
        (
            Column("code", "VARCHAR", "", "疾病编码", "code, or a category prefix that ends in *"),
            Column("level", "VARCHAR", "", "类型", "MCC or CC"),
            Column(
                "exclusion_set",
                "VARCHAR",
                "",
                "排除表",
                "principal diagnoses beside which it does not count",
                nullable=True,
            ),
        ),
    ),
    Table(
        "exclusions",
        "one member of one exclusion table",
        (
            Column("exclusion_set", "VARCHAR", "", "集合编号", "the exclusion table"),
            Column("code", "VARCHAR", "", "ICD编码", "principal diagnosis, or a category prefix that ends in *"),
        ),
    ),
)
"""What rules and levels look codes up in: a hundred thousand rows."""

SCHEME_TABLES = (*TREE_TABLES, *LIST_TABLES)

TRANSITIONS = Table(
    "transitions",
    "one hospital, pool, group under the old scheme and group under the new one",
    (
        Column("hospital_id", "VARCHAR", "", "定点医疗机构代码", "the hospital"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column(
            "old_status", "VARCHAR", "", "原入组状态", "status under the old scheme; empty when only the new one has it"
        ),
        Column("old_group", "VARCHAR", "", "原病组编码", "group under the old scheme; empty when there is none"),
        Column(
            "new_status", "VARCHAR", "", "新入组状态", "status under the new scheme; empty when only the old one has it"
        ),
        Column("new_group", "VARCHAR", "", "新病组编码", "group under the new scheme; empty when there is none"),
        Column("cases", "BIGINT", "cases", "病例数", "cases that went this way"),
        Column(
            "old_points",
            POINTS,
            "points",
            "原点数",
            "their points under the old scheme; empty when the region has no score for the group",
            nullable=True,
        ),
        Column("new_points", POINTS, "points", "新点数", "the same under the new scheme", nullable=True),
        Column("points_moved", POINTS, "points", "点数变化", "new points less old points", nullable=True),
        Column(
            "yuan_moved",
            MONEY,
            "yuan",
            "金额变化",
            "what the fund pays for them under the new scheme less the same under the old one; empty when not known",
            nullable=True,
        ),
        Column("total_fee", MONEY, "yuan", "总费用", "total cost of these cases"),
    ),
)
