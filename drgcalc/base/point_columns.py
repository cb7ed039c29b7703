"""Columns of the tables that say how many points a case has beside its score: coefficients, factors, lists."""

from __future__ import annotations

from drgcalc.base.columns import COEFFICIENT, MONEY, POINTS, Column, Table

_VALID = (
    Column("effective_from", "DATE", "", "生效日期", "first day"),
    Column("effective_to", "DATE", "", "失效日期", "last day; empty while it is in force", nullable=True),
    Column("source", "VARCHAR", "", "依据", "document or calculation that sets it"),
)


def _key(name: str, chinese: str, meaning: str) -> Column:
    return Column(name, "VARCHAR", "", chinese, f"{meaning}; empty is any", required=False, nullable=True)


COEFFICIENTS = Table(
    "scores/coefficients",
    "one hospital, level, group and pool (or any of each), and period of validity; the most specific row counts",
    (
        _key("hospital_id", "机构代码", "the hospital"),
        _key("level", "机构等级", "hospital level"),
        _key("group_code", "病组编码", "the DRG or DIP group"),
        _key("pool", "基金池", "pool of region.toml"),
        Column("coefficient", COEFFICIENT, "", "调整系数", "what the points are multiplied by"),
        *_VALID,
    ),
)

AUXILIARY = Table(
    "scores/auxiliary",
    "one part of one auxiliary dimension, for a group or for all, and period of validity",
    (
        Column("group_code", "VARCHAR", "", "病种编码", "the DIP group; * is every group without a row of its own"),
        Column("dimension", "VARCHAR", "", "辅助目录维度", "cci, severity, tumour, age or icu"),
        Column("part", "VARCHAR", "", "辅助目录分型", "name of the part, as the scheme's auxiliary.csv has it"),
        Column("factor", COEFFICIENT, "", "辅助调节系数", "what the points are multiplied by"),
        *_VALID,
    ),
)

READMISSION_EXEMPT = Table(
    "scores/readmission",
    "one group whose stays neither are halved nor halve others, and period of validity",
    (Column("group_code", "VARCHAR", "", "病组编码", "the DRG or DIP group"), *_VALID),
)

FALLBACKS = Table(
    "scores/western",
    "one TCM group and the group that counts when there is too little treatment, and period of validity",
    (
        Column("group_code", "VARCHAR", "", "中医病种编码", "the TCM group"),
        Column("western_group", "VARCHAR", "", "对应西医病种编码", "the group whose score counts instead"),
        *_VALID,
    ),
)

BASE_POINTS = Table(
    "scores/elastic",
    "one hospital's base in one pool and year, where point values are elastic",
    (
        Column("year", "INTEGER", "", "年度", "settlement year"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital"),
        Column(
            "points", POINTS, "points", "基础点数", "points of the year within the base; those beyond are increment"
        ),
        Column("source", "VARCHAR", "", "依据", "document or calculation that sets it"),
    ),
)

POINT_TABLES = (COEFFICIENTS, AUXILIARY, READMISSION_EXEMPT, FALLBACKS, BASE_POINTS)
"""Tables of the region's folder scores/, each in a folder of its own, where the policy asks for them."""

REVIEW = Table(
    "review",
    "one case that is to be looked at, or was decided in special review (特例单议)",
    (
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column(
            "review",
            "VARCHAR",
            "",
            "审核标记",
            "flag of the segment, small_group, or special_ and the decision: item, points or rejected",
        ),
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital"),
        Column("settlement_id", "VARCHAR", "", "结算ID", "the case"),
        Column("discharged_on", "DATE", "", "出院时间", "date of discharge"),
        Column("group_code", "VARCHAR", "", "病组编码", "its group", nullable=True),
        Column("total_fee", MONEY, "yuan", "总费用", "its cost"),
        Column("reference_fee", MONEY, "yuan", "参照费用", "what its cost is compared with", nullable=True),
        Column("base_points", POINTS, "points", "基准点数", "score of the group", nullable=True),
        Column("segment", "VARCHAR", "", "费用区间", "segment or rule that was applied", nullable=True),
        Column("case_points", POINTS, "points", "病例点数", "points of the case", nullable=True),
        Column("amount", MONEY, "yuan", "核定金额", "paid beside the points, where approved by item", nullable=True),
        Column("notice", "VARCHAR", "", "文书号", "number of the notice, where decided", nullable=True),
    ),
)

BED_DAYS = Table(
    "bed_days",
    "one kind of inpatient care or group that is paid by bed days, as the policy says; not published",
    (
        Column("inpatient_type", "VARCHAR", "", "住院医疗类型", "kind of inpatient care", nullable=True),
        Column("group_code", "VARCHAR", "", "病组编码", "the group", nullable=True),
        Column("name", "VARCHAR", "", "规则", "name of the rule"),
    ),
)
