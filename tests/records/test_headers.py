"""Names of columns: those of the specification and those of the alias table."""

from __future__ import annotations

import pytest

from drgcalc.records.headers import Alias, built_in_aliases, match

SPECIFIED = {
    "settlement_id": "setl_id 结算ID",
    "encounter_id": "mdtrt_id 就诊ID",
    "person_id": "psn_no P800 人员编号",
    "record_no": "medcasno P3 病案号",
    "hospital_id": "fixmedins_code P900 定点医疗机构代码",
    "hospital_level": "hi_setl_lv 医保结算等级",
    "pool": "insutype hi_type 险种",
    "insured_region": "insuplc_admdvs 参保地",
    "sex": "gend P5 性别",
    "birth_date": "brdy P6 出生日期",
    "age_years": "age P7 年龄",
    "age_days": "nwb_age P66 不足一周岁天数",
    "birth_weight_g": "nwb_bir_wt P681 新生儿出生体重",
    "admission_weight_g": "nwb_adm_wt P67 新生儿入院体重",
    "admitted_on": "adm_time P22 入院时间",
    "discharged_on": "dscg_time P25 出院时间",
    "settled_on": "setl_end_date 结算日期",
    "los_days": "act_ipt_days P27 实际住院天数",
    "department": "dscg_dept_codg 出院科别",
    "discharge_mode": "dscg_way P741 离院方式",
    "readmission_planned": "days_rinp_flag_31 31天再住院计划",
    "ventilator_hours": "vent_used_dura 呼吸机使用时间",
    "inpatient_type": "ipt_med_type 住院医疗类型",
    "payment_method": "hi_paymtd 医保支付方式",
    "diagnoses": "diag_code P321 主要诊断",
    "procedures": "oprn_oprt_code P490 手术操作",
    "total_fee": "medfee_sumamt P782 总费用",
    "fund_booked": "fund_pay_sumamt 基金支付",
    "patient_paid": "psn_selfpay+psn_ownpay P751 个人支付",
    "is_refund": "refd_setl_flag 退费标志",
}
"""spec/records.md: canonical name -> settlement-list, front-page and Chinese names."""


@pytest.mark.parametrize("canonical", SPECIFIED)
def test_every_name_of_the_specification_is_known(canonical: str) -> None:
    for spelled in SPECIFIED[canonical].split():
        header = [*spelled.split("+"), "something else"]
        assert canonical in match([header], "a.csv", (), ()).columns, spelled


@pytest.mark.parametrize("spelling", [str, str.upper, str.lower, " {} ".format, "{}*".format, "{}(元)".format])
def test_every_row_of_the_alias_table_leads_to_its_column(spelling: object) -> None:
    def found(alias: Alias) -> bool:
        header = [spelling(part.replace("{n}", "1")) for part in alias.header.split("+")]  # type: ignore[operator]
        return alias.canonical in match([header], "a.csv", (), ()).columns

    assert [alias for alias in built_in_aliases() if not found(alias)] == []
