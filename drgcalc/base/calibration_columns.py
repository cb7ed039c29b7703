"""Columns of what a calibration reads and writes: expert edits, comparisons, flags, opening values, audit."""

from __future__ import annotations

from drgcalc.base.columns import COEFFICIENT, MONEY, POINTS, Column, Table

CHANGE = "DECIMAL(18,4)"
POINT_VALUE = "DECIMAL(18,8)"

_GROUP = Column("group_code", "VARCHAR", "", "病组编码", "the DRG or DIP group")
_VALID = (
    Column("effective_from", "DATE", "", "生效日期", "first day"),
    Column("effective_to", "DATE", "", "失效日期", "last day; empty while it is in force", nullable=True),
    Column("source", "VARCHAR", "", "依据", "calibration that gives it"),
)

SCORE_EDITS = Table(
    "score_edits",
    "one score that experts set (calibration.toml names the file)",
    (
        _GROUP,
        Column("score", POINTS, "points", "病组分值", "the score that stands; all others are rescaled"),
        Column("reason", "VARCHAR", "", "调整理由", "why history alone is not right"),
        Column("source", "VARCHAR", "", "依据", "minutes or letter that decided it"),
    ),
)

GROUP_MOVES = Table(
    "group_moves",
    "one group: its score in force and the calibrated one",
    (
        _GROUP,
        Column("old_score", POINTS, "points", "现行分值", "score in force; empty: none", nullable=True),
        Column("new_score", POINTS, "points", "新分值", "calibrated score; empty: none", nullable=True),
        Column("change", CHANGE, "", "变化率", "(new − old) ÷ old", nullable=True),
        Column("stays", "BIGINT", "stays", "病例数", "stays of the newest year of the history"),
        Column("old_points", POINTS, "points", "现行点数", "their points by the score in force", nullable=True),
        Column("new_points", POINTS, "points", "新点数", "their points by the calibrated score", nullable=True),
        Column("how", "VARCHAR", "", "来由", "history, edit, or in_force: kept for want of a history"),
    ),
)

HOSPITAL_MOVES = Table(
    "hospital_moves",
    "one pool and hospital: what the calibrated scores move",
    (
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital"),
        Column("stays", "BIGINT", "stays", "病例数", "stays of the newest year whose group has both scores"),
        Column("old_points", POINTS, "points", "现行点数", "their points by the scores in force"),
        Column("new_points", POINTS, "points", "新点数", "their points by the calibrated scores"),
        Column(
            "yuan_moved",
            MONEY,
            "yuan",
            "金额变化",
            "gain when the pool's booked money for these stays is shared by the new points; a pool sums to zero",
        ),
    ),
)

SCORE_FLAGS = Table(
    "score_flags",
    "one group whose score hangs on few stays or one hospital",
    (
        _GROUP,
        Column("reason", "VARCHAR", "", "原因", "small_sample, one_hospital, or both"),
        Column("stays", "BIGINT", "stays", "病例数", "stays of the whole history"),
        Column("hospitals", "BIGINT", "", "机构数", "hospitals that have such stays"),
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital whose absence would change the mean most"),
        Column(
            "change_without_hospital", CHANGE, "", "剔除机构变化率", "change of the mean without it, if any is left",
            nullable=True,
        ),
        Column(
            "change_without_dearest", CHANGE, "", "剔除最高费用变化率", "the same without the dearest stay",
            nullable=True,
        ),
    ),
)  # fmt: skip

OPENING_VALUES = Table(
    "opening_values",
    "one pool and period of validity: the point value a year opens with",
    (
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("value", POINT_VALUE, "yuan/point", "期初点值", "Σ w·cost ÷ Σ w·points over the history"),
        Column("stays", "BIGINT", "stays", "病例数", "stays it rests on"),
        Column("without_score", "BIGINT", "stays", "无分值病例数", "stays left out: their group has no score"),
        *_VALID,
    ),
)

DIRECTORY_AUDIT = Table(
    "audit",
    "one group of a directory from history, and why it exists",
    (
        _GROUP,
        Column("layer", "VARCHAR", "", "层级", "core or comprehensive"),
        Column("principal", "VARCHAR", "", "主要诊断", "subcategory; category of a comprehensive group"),
        Column("main_procedure", "VARCHAR", "", "主要手术操作", "empty: none that counts", nullable=True),
        Column("related_procedures", "VARCHAR", "", "相关手术操作", "what makes it a group of its own", nullable=True),
        Column("kind", "VARCHAR", "", "治疗方式", "of a comprehensive group", nullable=True),
        Column("cases", "BIGINT", "stays", "病例数", "stays of the history in it"),
        Column("hospitals", "BIGINT", "", "机构数", "hospitals that have such stays"),
        Column("mean_fee", MONEY, "yuan", "例均费用", "their mean cost"),
        Column("cv", CHANGE, "", "变异系数", "standard deviation of their cost ÷ mean", nullable=True),
        Column("threshold", "BIGINT", "stays", "核心病种例数阈值", "stays that a core group needs"),
        Column("parent", "VARCHAR", "", "上级", "group or category that it would be in otherwise"),
        Column("parent_mean", MONEY, "yuan", "比较均值", "mean that related procedures raise", nullable=True),
        Column("rise", CHANGE, "", "均值升幅", "by what share they raise it", nullable=True),
        Column("why", "VARCHAR", "", "成组理由", "the rule that made it a group"),
    ),
)

DIRECTORY_SPLITS = Table(
    "splits",
    "one part of an auxiliary dimension by which a group is split",
    (
        _GROUP,
        Column("dimension", "VARCHAR", "", "辅助目录维度", "cci, severity, tumour, age or icu"),
        Column("part", "VARCHAR", "", "辅助目录分型", "name of the part"),
        Column("cases", "BIGINT", "stays", "病例数", "stays of the group in that part"),
        Column("mean_fee", MONEY, "yuan", "例均费用", "their mean cost"),
        Column("factor", COEFFICIENT, "", "辅助调节系数", "that mean ÷ mean of the group"),
        Column("group_cases", "BIGINT", "stays", "病种病例数", "stays of the group"),
        Column("variance_left", CHANGE, "", "剩余方差比例", "share of the group's variance that is left inside parts"),
    ),
)

DIRECTORY_QUALITY = Table(
    "quality",
    "one directory from history",
    (
        Column("stays", "BIGINT", "stays", "病例数", "stays that can be in a group"),
        Column("threshold", "BIGINT", "stays", "核心病种例数阈值", "stays that a core group needs"),
        Column("core_groups", "BIGINT", "", "核心病种数", "core groups, those of related procedures included"),
        Column("own_groups", "BIGINT", "", "相关手术病种数", "core groups that a related procedure makes"),
        Column("comprehensive_groups", "BIGINT", "", "综合病种数", "groups of category × kind of treatment"),
        Column("core_stays", "BIGINT", "stays", "核心病种病例数", "stays in core groups"),
        Column("coverage", CHANGE, "", "核心病种覆盖率", "core stays ÷ stays"),
        Column("mean_cv", CHANGE, "", "平均变异系数", "CV of the groups, weighted by stays"),
        Column("riv", CHANGE, "", "组间变异占比", "share of the variance of cost that groups explain", nullable=True),
        Column("splits", "BIGINT", "", "辅助分型数", "groups × dimensions that are split"),
    ),
)

CALIBRATION_TABLES = (
    SCORE_EDITS,
    GROUP_MOVES,
    HOSPITAL_MOVES,
    SCORE_FLAGS,
    OPENING_VALUES,
    DIRECTORY_AUDIT,
    DIRECTORY_SPLITS,
    DIRECTORY_QUALITY,
)
