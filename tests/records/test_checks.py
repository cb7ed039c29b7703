"""Every check has a record that it finds, and leaves the good record alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date

import pytest
from deliveries import Answer, record

from drgcalc.records.checks import CHECKS

Read = Callable[..., Answer]

TRIGGERS: dict[str, dict[str, str]] = {
    "R101": {"settlement_id": "-"},
    "R102": {"person_id": ""},
    "R103": {"hospital_id": " "},
    "R104": {"sex": "3"},
    "R105": {"settlement_id": "1.23457E+17"},
    "R106": {"person_id": "4.402E+17"},
    "R107": {"hospital_id": "1E+5"},
    "R108": {"pool": ""},
    "R109": {"discharge_mode": "7"},
    "R110": {"insured_region": "4402"},
    "R201": {"admitted_on": "2024-02-30"},
    "R202": {"discharged_on": ""},
    "R203": {"settled_on": "soon"},
    "R205": {"birth_date": "1960"},
    "R206": {"admitted_on": "2024-05-07"},
    "R207": {"settled_on": "2024-05-05"},
    "R208": {"discharged_on": "2026-01-16", "los_days": ""},
    "R209": {"birth_date": "2024-05-02", "age_years": "0"},
    "R210": {"los_days": "6"},
    "R211": {"los_days": "0"},
    "R212": {"age_years": "60"},
    "R213": {"age_years": "151"},
    "R214": {"age_years": "", "birth_date": ""},
    "R215": {"age_years": "0", "age_days": "400"},
    "R221": {"age_days": "20"},
    "R216": {"age_years": "0", "birth_date": ""},
    "R217": {"birth_weight_g": "10000"},
    "R218": {"admission_weight_g": "heavy"},
    "R219": {"ventilator_hours": "long"},
    "R220": {"icu_hours": "3.x"},
    "R301": {"total_fee": "1e3"},
    "R302": {"fund_booked": "7OO.00"},
    "R303": {"patient_paid": "300.001"},
    "R304": {"fund_booked": "", "patient_paid": "-"},
    "R305": {"fund_booked": ""},
    "R306": {
        "total_fee": "0",
        "fund_booked": "0",
        "patient_paid": "0",
        "drug_fee": "",
        "consumable_fee": "",
        "treatment_fee": "",
    },
    "R307": {"total_fee": "-1000", "fund_booked": "-700", "patient_paid": "-300"},
    "R308": {"is_refund": "1"},
    "R309": {"fund_booked": "1000.01", "patient_paid": ""},
    "R310": {"patient_paid": "300.02"},
    "R311": {"drug_fee": "x"},
    "R312": {"consumable_fee": "x"},
    "R313": {"treatment_fee": "5%"},
    "R314": {"drug_fee": "950"},
    "R315": {"is_refund": "maybe"},
    "R401": {"hospital_id": "H999"},
    "R403": {"hospital_id": "H002"},
    "R404": {"pool": "999"},
    "R405": {"settled_on": "2023-12-31", "admitted_on": "2023-12-20", "discharged_on": "2023-12-25"},
    "R501": {"diagnoses": ""},
    "R502": {"diagnoses": "K8030|I10.x00"},
    "R503": {"diagnoses": "K80.302|I1O.x00"},
    "R504": {"procedures": "6.3100"},
}
ELSEWHERE = {"R204", "R406", "R402", "R505", "R506", "R507", "R508", "R601", "R602", "R603", "R604"}


def test_every_check_is_triggered_by_some_test() -> None:
    assert set(TRIGGERS) | ELSEWHERE == {check.code for check in CHECKS}


def test_codes_are_unique_and_fit_into_the_mask() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS) <= 64


def test_the_good_record_has_no_findings(read: Read) -> None:
    answer = read([record()])
    assert answer.findings == []
    assert answer.counts == (1, 1, 0, 0, 0)


@pytest.mark.parametrize("code", sorted(TRIGGERS))
def test_a_check_finds_its_record_and_no_other(code: str, read: Read) -> None:
    answer = read([record(settlement_id="S1"), {**record(settlement_id="S2"), **TRIGGERS[code]}])
    check = next(check for check in CHECKS if check.code == code)
    rows = [row["row"] for row in answer.findings if row["code"] == code]
    assert rows == ([0] if check.per_file else [2])


@pytest.mark.parametrize("code", sorted(TRIGGERS))
def test_errors_reject_and_warnings_do_not(code: str, read: Read) -> None:
    answer = read([record(**TRIGGERS[code])])
    severities = {row["severity"] for row in answer.findings if row["code"] != "R405"}
    assert answer.counts.accepted == ("error" not in severities and code != "R405")
    assert answer.counts.read == 1 == sum(answer.counts[1:])


def test_an_unreadable_settlement_date_is_a_warning_where_discharge_decides(read: Read) -> None:
    answer = read([record(settled_on="soon")], date_basis="discharge")
    assert answer.codes() == {"R204"}
    assert answer.counts.accepted == 1


def test_a_missing_settlement_date_is_nothing_where_discharge_decides(read: Read) -> None:
    assert read([record(settled_on="")], date_basis="discharge").codes() == set()


def test_an_unknown_hospital_is_a_warning_where_the_region_allows_it(read: Read) -> None:
    answer = read([record(hospital_id="H999")], unknown_hospitals=True)
    assert answer.codes() == {"R402"}
    assert answer.counts.accepted == 1


def test_a_missing_main_procedure_beside_others_is_told(read: Read) -> None:
    row = record()
    del row["procedures"]
    answer = read([{**row, "主要手术操作编码": "-", "其他手术操作编码1": "51.2300x004"}])
    assert answer.codes() == {"R505"}
    assert answer.rows[0]["procedures"] == [None, "51.2300x004"]


def test_person_ids_appear_in_no_finding_and_no_rejected_row(read: Read) -> None:
    answer = read(
        [record(person_id="4.402E+17", sex="3"), record(settlement_id="S2", person_id="PSECRET", total_fee="x")]
    )
    assert "4.402E+17" not in str(answer.findings) + str(answer.rejected)
    assert "PSECRET" not in str(answer.findings) + str(answer.rejected)


def test_a_rejected_row_says_where_and_why_and_keeps_the_cells(read: Read) -> None:
    (row,) = read([record(sex="3", total_fee="1,0x")]).rejected
    assert (row["source_file"], row["source_row"], row["reasons"]) == ("in/records.csv", 1, "R104|R301")
    assert (row["sex"], row["total_fee"], row["diagnoses"]) == ("3", "1,0x", "K80.302|I10.x00")


def test_records_outside_the_month_are_set_aside_and_counted(read: Read) -> None:
    rows = [record(settlement_id="S1"), record(settlement_id="S2", settled_on="2024-06-01", sex="3")]
    answer = read(rows, first=date(2024, 5, 1), last=date(2024, 5, 31))
    assert answer.counts == (2, 1, 0, 0, 1)
    assert [(row["code"], row["value"]) for row in answer.findings] == [("R405", "1")]
    assert answer.rejected == []


def test_missing_amounts_are_the_rest_of_the_total(read: Read) -> None:
    rows = [record(settlement_id="S1", fund_booked=""), record(settlement_id="S2", patient_paid="")]
    assert [(str(row["fund_booked"]), str(row["patient_paid"])) for row in read(rows).rows] == [
        ("700.00", "300.00")
    ] * 2


def test_a_refund_line_is_kept_beside_the_line_it_reverses(read: Read) -> None:
    refund = record(is_refund="1", total_fee="-1000", fund_booked="-700", patient_paid="-300")
    answer = read([record(), refund])
    assert answer.counts.accepted == 2


def test_lengths_and_ages_are_computed_when_absent(read: Read) -> None:
    born = record(birth_date="2024-04-21", age_years="", los_days="", admitted_on="2024-05-06")
    (row,) = read([born]).rows
    assert (row["age_years"], row["age_days"], row["los_days"]) == (0, 15, 1)


def test_a_person_has_one_key_that_the_salt_decides(read: Read) -> None:
    rows = [record(settlement_id="S1"), record(settlement_id="S2", person_id=" ４４０２００１９８５")]
    keys = {row["person_key"] for row in read(rows).rows}
    secret = hashlib.blake2b(b"s" * 32, digest_size=16).hexdigest()
    assert keys == {hashlib.sha256(f"{secret}4402001985".encode()).hexdigest()[:24]}
    assert keys.isdisjoint(row["person_key"] for row in read(rows, salt=b"t" * 32).rows)


def test_checked_records_show_no_person_id(read: Read) -> None:
    assert "person_id" not in read([record()]).rows[0]


def test_people_insured_in_another_city_are_told_where_the_region_has_an_area_code(read: Read) -> None:
    rows = [record(insured_region="440203"), record(settlement_id="S2", insured_region="330100")]
    assert [row["row"] for row in read(rows, admin_code="440200").findings if row["code"] == "R406"] == [2]
    assert "R406" not in read(rows).codes()
