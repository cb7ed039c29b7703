"""Columns of what a calibration reads and writes: expert edits, comparisons, flags, opening values, audit."""

from __future__ import annotations

from drgcalc.base.columns import MONEY, POINTS, Column, Table

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

CALIBRATION_TABLES = (SCORE_EDITS, GROUP_MOVES, HOSPITAL_MOVES, SCORE_FLAGS, OPENING_VALUES)
