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


def _optional(name: str, type_: str, unit: str, chinese: str, meaning: str) -> Column:
    return Column(name, type_, unit, chinese, meaning, required=False, nullable=True)


RECORDS = Table(
    "records",
    "one settled stay",
    (
        Column("settlement_id", "VARCHAR", "", "结算ID", "identifies the settlement; text, never a number"),
        _optional("encounter_id", "VARCHAR", "", "就诊ID", "identifies the stay at the hospital"),
        Column(
            "person_id",
            "VARCHAR",
            "",
            "人员编号",
            "the insured person; hashed with the region's salt on reading",
        ),
        _optional("record_no", "VARCHAR", "", "病案号", "number of the medical record"),
        Column("hospital_id", "VARCHAR", "", "定点医疗机构代码", "the hospital, a key of hospitals.csv"),
        _optional("hospital_level", "VARCHAR", "", "医保结算等级", "level of the hospital at settlement"),
        Column("pool", "VARCHAR", "", "险种", "code of the insurance scheme, mapped to a pool of region.toml"),
        _optional("insured_region", "VARCHAR", "", "参保地", "area code of the insured person, 6 digits"),
        Column("sex", "VARCHAR", "", "性别", "1 male, 2 female"),
        _optional("birth_date", "DATE", "", "出生日期", "date of birth"),
        _optional("age_years", "INTEGER", "years", "年龄", "completed years at admission"),
        _optional("age_days", "INTEGER", "days", "不足一周岁天数", "age in days at admission, below one year"),
        _optional("birth_weight_g", "INTEGER", "g", "新生儿出生体重", "weight at birth"),
        _optional("admission_weight_g", "INTEGER", "g", "新生儿入院体重", "weight at admission, newborns"),
        Column("admitted_on", "DATE", "", "入院时间", "date of admission"),
        Column("discharged_on", "DATE", "", "出院时间", "date of discharge"),
        _optional("settled_on", "DATE", "", "结算日期", "date of settlement"),
        _optional(
            "los_days",
            "INTEGER",
            "days",
            "实际住院天数",
            "length of stay; discharge on the day of admission is 1",
        ),
        _optional("department", "VARCHAR", "", "出院科别", "code of the discharging department"),
        _optional(
            "discharge_mode",
            "VARCHAR",
            "",
            "离院方式",
            "1 home, 2 transfer, 3 primary care, 4 against advice, 5 death, 9 other",
        ),
        _optional(
            "readmission_planned",
            "VARCHAR",
            "",
            "31天再住院计划",
            "whether a readmission within 31 days is planned",
        ),
        _optional("ventilator_hours", "DECIMAL(9,2)", "hours", "呼吸机使用时间", "hours of invasive ventilation"),
        _optional("icu_hours", "DECIMAL(9,2)", "hours", "重症监护时长", "hours in intensive care"),
        _optional("inpatient_type", "VARCHAR", "", "住院医疗类型", "kind of inpatient care"),
        _optional(
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
        _optional("fund_booked", MONEY, "yuan", "基金支付", "pooled-fund amount the hospital recorded at discharge"),
        _optional("patient_paid", MONEY, "yuan", "个人支付", "paid by the patient, from the account or in cash"),
        _optional("drug_fee", MONEY, "yuan", "药品费", "drugs"),
        _optional("consumable_fee", MONEY, "yuan", "耗材费", "consumables"),
        _optional("treatment_fee", MONEY, "yuan", "治疗费", "treatment"),
        _optional("is_refund", "BOOLEAN", "", "退费标志", "a reversing line, with negative amounts"),
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
        _optional(
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

CROSSWALK = Table(
    "crosswalk",
    "one code of another edition and what it is read as",
    (
        Column("original", "VARCHAR", "", "原编码", "code as records write it, for instance of the clinical edition"),
        _optional("original_name", "VARCHAR", "", "原名称", "its name, for readers"),
        Column("mapped", "VARCHAR", "", "医保编码", "code of the insurance edition that it is read as"),
        _optional("mapped_name", "VARCHAR", "", "医保名称", "its name, for readers"),
        Column("source", "VARCHAR", "", "依据", "document the row is taken from"),
    ),
)

GREY_CODES = Table(
    "grey_diagnoses",
    "one diagnosis that is not valid for settlement",
    (
        Column("code", "VARCHAR", "", "疾病编码", "the grey code"),
        _optional("name", "VARCHAR", "", "疾病名称", "its name, for readers"),
        Column("source", "VARCHAR", "", "依据", "document that lists it"),
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

ALLOCATIONS = Table(
    "allocations",
    "one hospital and pool in the period",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("hospital_id", "VARCHAR", "", "机构代码", "the hospital"),
        Column("hospital_name", "VARCHAR", "", "机构名称", "name of the hospital"),
        Column("level", "VARCHAR", "", "机构等级", "level at the end of the period"),
        Column("cases", "BIGINT", "cases", "病例数", "stays that carry points; a reversed stay counts 0"),
        Column("cases_without_points", "BIGINT", "cases", "无点数病例数", "stays that the policy gives no points"),
        Column("points", POINTS, "points", "总点数", "sum of case points"),
        Column(
            "point_value",
            "DECIMAL(18,8)",
            "yuan/point",
            "点值",
            "money a point, as the convention defines it",
        ),
        Column("total_fee", MONEY, "yuan", "总费用", "cost of the records that count (policy: point_value.amounts)"),
        Column("fund_booked", MONEY, "yuan", "记账金额", "fund amount booked at discharge, of the same records"),
        Column("patient_paid", MONEY, "yuan", "个人支付", "paid by patients, of the same records"),
        Column("payable", MONEY, "yuan", "应付金额", "what the fund owes the hospital for the period"),
        Column("retained", MONEY, "yuan", "暂留金额", "part of a month's payable that waits for the clearing"),
        Column("pay_now", MONEY, "yuan", "本期实付", "payable less retained: what is paid now"),
        Column("difference", MONEY, "yuan", "差额", "payable less booked"),
        Column(
            "increment_points",
            POINTS,
            "points",
            "增量点数",
            "points beyond the hospital's base; empty unless values are elastic",
            nullable=True,
        ),
        Column(
            "increment_value",
            "DECIMAL(18,8)",
            "yuan/point",
            "增量点值",
            "money a point beyond the base; point_value is then that of points within it",
            nullable=True,
        ),
        Column("special_paid", MONEY, "yuan", "特例单议付费", "part of payable: cases approved by item (特例单议)"),
    ),
)

POOL = Table(
    "pool",
    "one line of one pool's waterfall",
    (
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("line", "INTEGER", "", "行次", "order of the line"),
        Column("item", "VARCHAR", "", "项目", "stable name of the line"),
        Column("label", "VARCHAR", "", "项目名称", "what a reader calls it"),
        Column(
            "amount",
            MONEY,
            "yuan",
            "金额",
            "signed: what is taken away is negative; sub-totals carry the running total",
        ),
        Column("kind", "VARCHAR", "", "类别", "input, deduction, subtotal, limit, draw or result"),
        Column("source", "VARCHAR", "", "依据", "article of the policy or fund statement"),
    ),
)

LEDGER = Table(
    "ledger",
    "one posting",
    (
        Column("period", "VARCHAR", "", "结算期", "year YYYY or month YYYY-MM"),
        Column("posting", "INTEGER", "", "序号", "number of the posting in this ledger, from 1"),
        Column("step", "VARCHAR", "", "步骤", "step it belongs to; the postings of a step sum to zero per pool"),
        Column("pool", "VARCHAR", "", "基金池", "pool of region.toml"),
        Column("account", "VARCHAR", "", "账户", "account that changes"),
        Column(
            "hospital_id",
            "VARCHAR",
            "",
            "机构代码",
            "the hospital, for accounts that hospitals have",
            nullable=True,
        ),
        Column("amount", MONEY, "yuan", "金额", "what the account gains; negative is what it gives"),
        Column("explanation", "VARCHAR", "", "说明", "the arithmetic in words and numbers"),
        Column("source", "VARCHAR", "", "依据", "article of the policy or fund statement"),
    ),
)

SCHEME_TABLES = (
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
