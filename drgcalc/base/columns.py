"""Every column of every table drgcalc reads or writes: type, unit, Chinese name, meaning.

Types are DuckDB's; money is DECIMAL in yuan, points DECIMAL with four decimals, identifiers text. No DOUBLE.
"""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column. `required`: a table that a user hands in must have it; `nullable`: its cells may be empty."""

    name: str
    type: str
    unit: str
    chinese: str
    meaning: str
    required: bool = True
    nullable: bool = False


class Table(NamedTuple):
    """A named table: one row per `grain`."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


MONEY = "DECIMAL(18,2)"
POINTS = "DECIMAL(18,4)"
COEFFICIENT = "DECIMAL(12,6)"


def optional(name: str, type_: str, unit: str, chinese: str, meaning: str) -> Column:
    """A column that a file may lack, and whose cells may be empty."""
    return Column(name, type_, unit, chinese, meaning, required=False, nullable=True)


RECORDS = Table(
    "records",
    "one settled stay",
    (
        Column("settlement_id", "VARCHAR", "", "结算ID", "identifies the settlement; text, never a number"),
        optional("encounter_id", "VARCHAR", "", "就诊ID", "identifies the stay at the hospital"),
        Column(
            "person_id",
            "VARCHAR",
            "",
            "人员编号",
            "the insured person; hashed with the region's salt on reading",
        ),
        optional("record_no", "VARCHAR", "", "病案号", "number of the medical record"),
        Column("hospital_id", "VARCHAR", "", "定点医疗机构代码", "the hospital, a key of hospitals.csv"),
        optional("hospital_level", "VARCHAR", "", "医保结算等级", "level of the hospital at settlement"),
        Column("pool", "VARCHAR", "", "险种", "code of the insurance scheme, mapped to a pool of region.toml"),
        optional("insured_region", "VARCHAR", "", "参保地", "area code of the insured person, 6 digits"),
        Column("sex", "VARCHAR", "", "性别", "1 male, 2 female"),
        optional("birth_date", "DATE", "", "出生日期", "date of birth"),
        optional("age_years", "INTEGER", "years", "年龄", "completed years at admission"),
        optional("age_days", "INTEGER", "days", "不足一周岁天数", "age in days at admission, below one year"),
        optional("birth_weight_g", "INTEGER", "g", "新生儿出生体重", "weight at birth"),
        optional("admission_weight_g", "INTEGER", "g", "新生儿入院体重", "weight at admission, newborns"),
        Column("admitted_on", "DATE", "", "入院时间", "date of admission"),
        Column("discharged_on", "DATE", "", "出院时间", "date of discharge"),
        optional("settled_on", "DATE", "", "结算日期", "date of settlement"),
        optional(
            "los_days",
            "INTEGER",
            "days",
            "实际住院天数",
            "length of stay; discharge on the day of admission is 1",
        ),
        optional("department", "VARCHAR", "", "出院科别", "code of the discharging department"),
        optional(
            "discharge_mode",
            "VARCHAR",
            "",
            "离院方式",
            "1 home, 2 transfer, 3 primary care, 4 against advice, 5 death, 9 other",
        ),
        optional(
            "readmission_planned",
            "VARCHAR",
            "",
            "31天再住院计划",
            "whether a readmission within 31 days is planned",
        ),
        optional("ventilator_hours", "DECIMAL(9,2)", "hours", "呼吸机使用时间", "hours of invasive ventilation"),
        optional("icu_hours", "DECIMAL(9,2)", "hours", "重症监护时长", "hours in intensive care"),
        optional("inpatient_type", "VARCHAR", "", "住院医疗类型", "kind of inpatient care"),
        optional(
            "payment_method",
            "VARCHAR",
            "",
            "医保支付方式",
            "1 item, 2 single disease, 3 DIP, 4 DRG, 5 bed-day, 6 capitation, 7 quota",
        ),
        Column(
            "diagnoses",
            "VARCHAR[]",
            "",
            "诊断",
            "ICD-10 codes; the first is the principal diagnosis",
            nullable=True,
        ),
        Column(
            "procedures",
            "VARCHAR[]",
            "",
            "手术操作",
            "ICD-9-CM-3 codes; the first is the main procedure",
            required=False,
            nullable=True,
        ),
        Column("total_fee", MONEY, "yuan", "总费用", "total cost of the stay"),
        optional("fund_booked", MONEY, "yuan", "基金支付", "pooled-fund amount the hospital recorded at discharge"),
        optional("patient_paid", MONEY, "yuan", "个人支付", "paid by the patient, from the account or in cash"),
        optional("drug_fee", MONEY, "yuan", "药品费", "drugs"),
        optional("consumable_fee", MONEY, "yuan", "耗材费", "consumables"),
        optional("treatment_fee", MONEY, "yuan", "治疗费", "treatment"),
        optional("is_refund", "BOOLEAN", "", "退费标志", "a reversing line, with negative amounts"),
    ),
)

AUXILIARY_DIMENSIONS = {
    "cci": "合并症指数分型",
    "severity": "严重程度分型",
    "tumour": "肿瘤分型",
    "age": "年龄分型",
    "icu": "重症监护分型",
}
"""The auxiliary dimensions of DIP (辅助目录)."""

CASES = Table(
    "cases",
    "one accepted record",
    (
        Column("settlement_id", "VARCHAR", "", "结算ID", "identifies the settlement"),
        Column("person_key", "VARCHAR", "", "人员标识", "the person id, hashed with the region's salt"),
        Column("hospital_id", "VARCHAR", "", "定点医疗机构代码", "the hospital"),
        Column(
            "hospital_level",
            "VARCHAR",
            "",
            "机构等级",
            "level of the hospital on the deciding date",
            nullable=True,
        ),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("period", "VARCHAR", "", "结算月份", "month YYYY-MM of the deciding date (region.toml date_basis)"),
        Column("decided_on", "DATE", "", "判定日期", "the deciding date: terms in force that day apply"),
        Column("admitted_on", "DATE", "", "入院时间", "date of admission"),
        Column("discharged_on", "DATE", "", "出院时间", "date of discharge"),
        Column("sex", "VARCHAR", "", "性别", "1 male, 2 female"),
        Column("age_years", "INTEGER", "years", "年龄", "completed years at admission", nullable=True),
        Column("los_days", "INTEGER", "days", "住院天数", "length of stay"),
        Column("status", "VARCHAR", "", "入组状态", "grouped, ambiguous, ungrouped or excluded"),
        Column("mdc", "VARCHAR", "", "主要诊断大类", "major diagnostic category", nullable=True),
        Column("adrg", "VARCHAR", "", "核心病组", "adjacent DRG", nullable=True),
        Column("group_code", "VARCHAR", "", "病组编码", "the DRG or DIP group", nullable=True),
        Column(
            "complication",
            "VARCHAR",
            "",
            "并发症等级",
            "MCC, CC or empty: highest level that no exclusion removed",
            nullable=True,
        ),
        Column("layer", "VARCHAR", "", "病种层级", "DIP: layer of the directory that the case is in", nullable=True),
        Column("treatment_kind", "VARCHAR", "", "治疗方式", "DIP: kind of treatment of the case", nullable=True),
        Column("grassroots", "BOOLEAN", "", "基层病种", "DIP: paid alike at every hospital level", nullable=True),
        Column("tcm", "BOOLEAN", "", "中医病种", "DIP: a group of traditional Chinese medicine", nullable=True),
        Column("tied_with", "VARCHAR", "", "并列病种", "DIP: groups that matched as well, joined by |", nullable=True),
        *(
            Column(f"aux_{name}", "VARCHAR", "", chinese, f"DIP: part of the auxiliary dimension {name}", nullable=True)
            for name, chinese in AUXILIARY_DIMENSIONS.items()
        ),
        Column("total_fee", MONEY, "yuan", "总费用", "total cost of the stay"),
        Column("fund_booked", MONEY, "yuan", "基金支付", "fund amount booked at discharge"),
        Column("patient_paid", MONEY, "yuan", "个人支付", "paid by the patient"),
        Column("treatment_fee", MONEY, "yuan", "治疗费", "treatment, a part of the total cost", nullable=True),
        Column("is_refund", "BOOLEAN", "", "退费标志", "a reversing line, with negative amounts"),
        Column("inpatient_type", "VARCHAR", "", "住院医疗类型", "kind of inpatient care", nullable=True),
        Column(
            "payment_method", "VARCHAR", "", "医保支付方式", "code of the payment method on the record", nullable=True
        ),
        Column(
            "method",
            "VARCHAR",
            "",
            "结算方式",
            "id of the policy's method that pays the case beside points; empty: points, or not settled",
            nullable=True,
        ),
        Column(
            "points_group",
            "VARCHAR",
            "",
            "计点病组",
            "group whose score counts, where it is another one",
            nullable=True,
        ),
        Column(
            "base_points",
            POINTS,
            "points",
            "基准点数",
            "score of the group, or points a bed day; empty until settled",
            nullable=True,
        ),
        Column(
            "coefficient",
            COEFFICIENT,
            "",
            "调整系数",
            "coefficient that was applied; empty where none counts or none is known, which is 1",
            nullable=True,
        ),
        Column(
            "auxiliary_factor",
            COEFFICIENT,
            "",
            "辅助调节系数",
            "factor of the auxiliary directory; empty if there is none",
            nullable=True,
        ),
        Column(
            "kept_share",
            "DECIMAL(5,4)",
            "",
            "保留比例",
            "what the case keeps of its points after a readmission; empty is all",
            nullable=True,
        ),
        Column(
            "reference_fee",
            MONEY,
            "yuan",
            "参照费用",
            "cost the ratio was taken against; empty if the rule needs none",
            nullable=True,
        ),
        Column(
            "segment",
            "VARCHAR",
            "",
            "费用区间",
            "name of the outlier segment, or of the rule beside them, that was applied",
            nullable=True,
        ),
        Column(
            "case_points",
            POINTS,
            "points",
            "病例点数",
            "points of the case after all rules; empty until settled",
            nullable=True,
        ),
        Column("review", "VARCHAR", "", "审核标记", "what is to be looked at, or was decided", nullable=True),
        Column("source_file", "VARCHAR", "", "来源文件", "input file, relative to the region"),
        Column("source_row", "BIGINT", "", "来源行", "data row in that file, from 1"),
    ),
)

FINDINGS = Table(
    "findings",
    "one finding",
    (
        Column("code", "VARCHAR", "", "问题代码", "stable code of the check"),
        Column("severity", "VARCHAR", "", "级别", "error (record rejected), warning or info"),
        Column("file", "VARCHAR", "", "文件", "input file, relative to the region"),
        Column("row", "BIGINT", "", "行", "data row from 1; 0 is the file as a whole"),
        Column("record_id", "VARCHAR", "", "结算ID", "settlement id, if it could be read"),
        Column("field", "VARCHAR", "", "字段", "column concerned"),
        Column("value", "VARCHAR", "", "取值", "what the cell held; never a person's id"),
        Column("message", "VARCHAR", "", "说明", "what is wrong"),
        Column("hint", "VARCHAR", "", "处理建议", "what to do"),
    ),
)

HOSPITALS = Table(
    "hospitals",
    "one hospital and period of validity",
    (
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital"),
        Column("name", "VARCHAR", "", "机构名称", "name of the hospital"),
        Column("level", "VARCHAR", "", "机构等级", "level, as the policy names it"),
        Column("coefficient", COEFFICIENT, "", "调整系数", "hospital coefficient"),
        Column("effective_from", "DATE", "", "生效日期", "first day"),
        Column("effective_to", "DATE", "", "失效日期", "last day; empty while it is in force", nullable=True),
        Column("source", "VARCHAR", "", "依据", "document that sets the coefficient"),
    ),
)

SCORES = Table(
    "scores",
    "one group, or one group at one level, and period of validity",
    (
        Column("group_code", "VARCHAR", "", "病组编码", "the DRG or DIP group"),
        optional(
            "level",
            "VARCHAR",
            "",
            "机构等级",
            "hospital level, when scores differ by level; empty is every level",
        ),
        Column("score", POINTS, "points", "病组分值", "base points of the group"),
        Column("mean_fee", MONEY, "yuan", "例均费用", "mean cost of the group, the reference of outliers"),
        Column("effective_from", "DATE", "", "生效日期", "first day"),
        Column("effective_to", "DATE", "", "失效日期", "last day; empty while it is in force", nullable=True),
        Column("source", "VARCHAR", "", "依据", "document or calculation that sets the score"),
    ),
)

FUND = Table(
    "fund",
    "one item of one pool's fund account in one year",
    (
        Column("year", "INTEGER", "", "年度", "settlement year"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("item", "VARCHAR", "", "项目", "name the policy's formula uses"),
        Column("amount", MONEY, "yuan", "金额", "the amount"),
        Column("source", "VARCHAR", "", "依据", "statement it is taken from"),
    ),
)
