"""Columns of what goes out to others: records to mend, the conservation statement, statements of hospitals."""

from __future__ import annotations

from drgcalc.base.columns import CASES, MONEY, RECORDS, Column, Table

REJECTED = Table(
    "rejected",
    "one rejected record, its cells as they were delivered; mended and put beside the other records it replaces itself",
    (
        Column("source_file", "VARCHAR", "", "来源文件", "input file, relative to the region"),
        Column("source_row", "BIGINT", "", "来源行", "data row in that file, from 1"),
        Column("reasons", "VARCHAR", "", "原因", "codes of the checks that reject it, joined by |"),
        Column("person_key", "VARCHAR", "", "人员标识", "the person id, hashed with the region's salt", nullable=True),
        *(
            Column(column.name, "VARCHAR", column.unit, column.chinese, column.meaning, nullable=True)
            for column in RECORDS.columns
            if column.name != "person_id"
        ),
    ),
)

CONSERVATION = Table(
    "conservation",
    "one account, or those of all hospitals together, in the statement of one pool",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("line", "INTEGER", "", "行次", "order of the line"),
        Column("side", "VARCHAR", "", "方向", "from: gives; to: receives; both sides have the same sum"),
        Column("account", "VARCHAR", "", "账户", "account of the ledger"),
        Column("label", "VARCHAR", "", "账户名称", "what a reader calls it"),
        Column("amount", MONEY, "yuan", "金额", "what the account gave or has"),
    ),
)

OWN_CASES = Table(
    "statements/cases",
    "one case of the hospital that the file is for",
    tuple(column for column in CASES.columns if column.name != "person_key"),
)

PEER_GROUPS = Table(
    "statements/groups",
    "one group of the hospital that the file is for, beside the same group of all others together",
    (
        Column("group_code", "VARCHAR", "", "病组编码", "the DRG or DIP group"),
        Column("cases", "BIGINT", "cases", "本院病例数", "stays of the hospital"),
        Column("mean_fee", MONEY, "yuan", "本院例均费用", "their mean cost"),
        Column(
            "other_cases",
            "BIGINT",
            "cases",
            "其他机构病例数",
            "stays of all others; empty where they are fewer than region.toml [privacy] allows, or of one hospital",
            nullable=True,
        ),
        Column(
            "other_mean_fee",
            MONEY,
            "yuan",
            "其他机构例均费用",
            "their mean cost, empty in the same places",
            nullable=True,
        ),
    ),
)

PROOF_TABLES = (REJECTED, CONSERVATION, OWN_CASES, PEER_GROUPS)
