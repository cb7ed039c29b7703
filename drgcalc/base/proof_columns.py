"""Columns of what goes out to others: records to mend, the conservation statement, statements of hospitals."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, RECORDS, Column, Table

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

PROOF_TABLES = (REJECTED, CONSERVATION)
