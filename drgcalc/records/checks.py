"""The registry of checks: stable codes, what they mean and what to do. One bit of `problems` each, in this order.

A check on one record is a boolean column of `sql/checks.sql` that bears its code in lower case; what needs other
records or tables is marked by `sql/mark_*.sql`. Severities: "error" (the record is rejected), "warning" (accepted, look
at it), "info". Codes never change their meaning; bits may, they live for one run only.
"""

from __future__ import annotations

from typing import NamedTuple

from drgcalc.base.errors import Finding


class Check(NamedTuple):
    """One check. field: the column whose original cell is shown, "" shows none; per_file: told as one count a file."""

    code: str
    severity: str
    field: str
    message: str
    hint: str
    per_file: bool = False


_SEND_AGAIN = "correct the record at the hospital and send it again"
_MAP_VALUES = "correct it, or map local codes in region.toml [values]"
_TEXT_IDS = "export identifiers as text: a spreadsheet has turned this one into a number and digits are lost"
_MONEY = "write a plain amount in yuan with at most two decimals"
_MEND_CODES = (
    "correct it at the hospital, map it in codes/, or run with --repair-codes where one code of the scheme is proposed"
)
_MEND_HOSPITAL = (
    "add the hospital, or correct the code; --repair-codes restores lost zeros in front where one hospital is proposed"
)
_DATE = "write dates as 2024-03-05"

CHECKS: tuple[Check, ...] = (
    Check("R101", "error", "settlement_id", "settlement_id is empty", _SEND_AGAIN),
    Check("R102", "error", "person_id", "person_id is empty", _SEND_AGAIN),
    Check("R103", "error", "hospital_id", "hospital_id is empty", _SEND_AGAIN),
    Check("R104", "error", "sex", "sex must be 1 (male) or 2 (female)", _MAP_VALUES),
    Check("R105", "error", "settlement_id", "settlement_id is written as a rounded number", _TEXT_IDS),
    Check("R106", "error", "person_id", "person_id is written as a rounded number", _TEXT_IDS),
    Check("R107", "error", "hospital_id", "hospital_id is written as a rounded number", _TEXT_IDS),
    Check("R108", "error", "pool", "pool (insurance scheme) is empty", _SEND_AGAIN),
    Check("R109", "warning", "discharge_mode", "discharge_mode must be 1, 2, 3, 4, 5 or 9", _MAP_VALUES),
    Check("R110", "warning", "insured_region", "insured_region must be an area code of 6 digits", _SEND_AGAIN),
    Check("R201", "error", "admitted_on", "admitted_on is empty or no date", _DATE),
    Check("R202", "error", "discharged_on", "discharged_on is empty or no date", _DATE),
    Check("R203", "error", "settled_on", "settled_on is empty or no date, and this region settles by it", _DATE),
    Check("R204", "warning", "settled_on", "settled_on is no date; it is left empty", _DATE),
    Check("R205", "warning", "birth_date", "birth_date is no date; it is left empty", _DATE),
    Check("R206", "error", "discharged_on", "discharged before admitted", _SEND_AGAIN),
    Check("R207", "warning", "settled_on", "settled before discharged", _SEND_AGAIN),
    Check("R208", "error", "discharged_on", "admission, discharge or settlement lies in the future", _SEND_AGAIN),
    Check("R209", "error", "birth_date", "born after the admission", _SEND_AGAIN),
    Check(
        "R210", "warning", "los_days", "los_days does not agree with the dates (same day is 1); it is kept", _SEND_AGAIN
    ),
    Check(
        "R211", "warning", "los_days", "los_days is no whole number above 0; it is computed from the dates", _SEND_AGAIN
    ),
    Check(
        "R212",
        "warning",
        "age_years",
        "age_years does not agree with birth_date by more than a year; it is kept",
        _SEND_AGAIN,
    ),
    Check("R213", "warning", "age_years", "age_years is no whole number from 0 to 150; it is left out", _SEND_AGAIN),
    Check("R214", "warning", "age_years", "neither age_years nor birth_date: rules on age will not hold", _SEND_AGAIN),
    Check("R215", "warning", "age_days", "age_days is no whole number from 0 to 366; it is left out", _SEND_AGAIN),
    Check(
        "R216",
        "warning",
        "age_days",
        "age 0 without age_days or birth_date: rules on newborns will not hold",
        _SEND_AGAIN,
    ),
    Check(
        "R217",
        "warning",
        "birth_weight_g",
        "birth_weight_g is no whole number from 1 to 9999; it is left out",
        _SEND_AGAIN,
    ),
    Check(
        "R218",
        "warning",
        "admission_weight_g",
        "admission_weight_g is no whole number from 1 to 9999; it is left out",
        _SEND_AGAIN,
    ),
    Check(
        "R219",
        "warning",
        "ventilator_hours",
        "ventilator_hours is no duration; it is left out",
        "write hours, or days/hours/minutes as 2/3/10",
    ),
    Check(
        "R220",
        "warning",
        "icu_hours",
        "icu_hours is no duration; it is left out",
        "write hours, or days/hours/minutes as 2/3/10",
    ),
    Check(
        "R221",
        "warning",
        "age_days",
        "age_days of somebody who is a year old or more; it is left out",
        "leave age_days empty from the first birthday on",
    ),
    Check("R301", "error", "total_fee", "total_fee is empty or no amount", _MONEY),
    Check("R302", "error", "fund_booked", "fund_booked is no amount", _MONEY),
    Check("R303", "error", "patient_paid", "patient_paid is no amount", _MONEY),
    Check(
        "R304",
        "error",
        "fund_booked",
        "neither fund_booked nor patient_paid is given",
        "give at least one of them: the other is the rest",
    ),
    Check(
        "R305",
        "info",
        "fund_booked",
        "fund_booked or patient_paid is computed as the rest of total_fee",
        "nothing, or export both columns",
        per_file=True,
    ),
    Check("R306", "error", "total_fee", "total_fee is zero", "send the cost, or withdraw the record"),
    Check(
        "R307",
        "error",
        "total_fee",
        "an amount is negative, but the record is no refund",
        "set the refund flag of a reversal, or correct the amount",
    ),
    Check(
        "R308",
        "error",
        "total_fee",
        "a refund must be negative",
        "write the reversal with negative amounts, or clear the refund flag",
    ),
    Check("R309", "error", "fund_booked", "fund_booked is more than total_fee", _SEND_AGAIN),
    Check("R310", "error", "total_fee", "fund_booked and patient_paid miss total_fee by more than 0.01", _SEND_AGAIN),
    Check("R311", "warning", "drug_fee", "drug_fee is no amount; it is left out", _MONEY),
    Check("R312", "warning", "consumable_fee", "consumable_fee is no amount; it is left out", _MONEY),
    Check("R313", "warning", "treatment_fee", "treatment_fee is no amount; it is left out", _MONEY),
    Check(
        "R314", "warning", "total_fee", "drugs, consumables and treatment together are more than total_fee", _SEND_AGAIN
    ),
    Check(
        "R315",
        "error",
        "is_refund",
        "the refund flag cannot be read",
        "write 1 or 0, or map local codes in region.toml [values]",
    ),
    Check("R401", "error", "hospital_id", "hospital_id is not in hospitals.csv", _MEND_HOSPITAL),
    Check(
        "R402",
        "warning",
        "hospital_id",
        "hospital_id is not in hospitals.csv; the region allows it",
        _MEND_HOSPITAL,
    ),
    Check(
        "R403",
        "error",
        "hospital_id",
        "the hospital is not in force in hospitals.csv on the deciding date",
        "correct effective_from and effective_to, or the code",
    ),
    Check(
        "R404",
        "error",
        "pool",
        "no pool of region.toml has this code",
        "add the code to a pool, or send the record to its own region",
    ),
    Check(
        "R405",
        "info",
        "",
        "the record lies outside the asked period and is set aside",
        "nothing: it is settled in its own period",
        per_file=True,
    ),
    Check(
        "R406",
        "warning",
        "insured_region",
        "insured in another region; care of such people may be a carve-out, and is then paid twice if it earns points",
        "leave these stays out of discharges/, or make sure that no carve-out of the policy pays for them",
    ),
    Check("R501", "error", "diagnoses", "no principal diagnosis", _SEND_AGAIN),
    Check(
        "R502",
        "warning",
        "diagnoses",
        "the principal diagnosis is not written as an ICD-10 code; it may not be grouped",
        _MEND_CODES,
    ),
    Check(
        "R503",
        "warning",
        "diagnoses",
        "an other diagnosis is not written as an ICD-10 code; rules may not see it",
        _MEND_CODES,
    ),
    Check(
        "R504",
        "warning",
        "procedures",
        "a procedure is not written as an ICD-9-CM-3 code; rules may not see it",
        _MEND_CODES,
    ),
    Check("R505", "warning", "procedures", "other procedures are given, but no main procedure", _SEND_AGAIN),
    Check(
        "R506",
        "warning",
        "",
        "a damaged code was repaired (--repair-codes) by the scheme's own list of codes, or by hospitals.csv",
        "have the hospital correct its export; codes.csv lists every repair by the scheme",
    ),
    Check(
        "R507",
        "warning",
        "diagnoses",
        "the principal diagnosis is a grey code (灰码) of the region: the record is not groupable",
        "have the hospital code it again, or correct codes/grey_diagnoses.csv",
    ),
    Check(
        "R508",
        "info",
        "diagnoses",
        "an other diagnosis is a grey code (灰码) of the region: it is no complication, neither MCC nor CC",
        "nothing; codes.csv lists the grey codes that were met",
        per_file=True,
    ),
    Check(
        "R601",
        "info",
        "settlement_id",
        "the same record was delivered before; this copy is dropped",
        "nothing, or deliver records once",
    ),
    Check(
        "R602",
        "error",
        "settlement_id",
        "records with this settlement_id differ; all of them are rejected",
        "find out which one is right and deliver only that",
    ),
    Check(
        "R603",
        "info",
        "settlement_id",
        "a corrected row replaces the record; this one is dropped",
        "nothing: the correction is the record now",
    ),
    Check(
        "R604",
        "error",
        "settlement_id",
        "the row that this one replaces is not there, or another correction names it too",
        "take source_file and source_row from rejected.csv or findings.csv, and correct a row once",
    ),
)

FILE_CHECKS: tuple[Check, ...] = (
    Check(
        "F101",
        "info",
        "",
        "columns that drgcalc does not use are ignored",
        "nothing, or name them in region.toml [aliases]",
    ),
    Check("F102", "info", "", "hidden and temporary files are ignored", "nothing, or remove them"),
    Check("F103", "info", "", "the file is not UTF-8; it was read as GB18030", "nothing, or export CSV as UTF-8"),
    Check("F104", "info", "", "the header has two rows", "nothing"),
    Check(
        "F105",
        "warning",
        "",
        "several columns mean the same; the first is used, the others are ignored",
        "choose one in region.toml [aliases]",
    ),
    Check("F106", "warning", "", "the file has a header but no records", "check the export"),
    Check("F107", "info", "", "blank rows are passed over", "nothing"),
    Check(
        "F108",
        "info",
        "",
        "the crosswalk maps to codes that the scheme does not name: its rules will not see them",
        "correct the rows, or nothing if the scheme has no use for these codes",
    ),
    Check("F109", "info", "", "codes were read by the crosswalk", "nothing; codes.csv lists them with their rows"),
)

_BITS = {check.code: 1 << number for number, check in enumerate(CHECKS)}
_FILE_CHECKS = {check.code: check for check in FILE_CHECKS}

OUTSIDE = _BITS["R405"]
DUPLICATE = _BITS["R601"] | _BITS["R603"]
"""Another record stands for this one: a copy of it, or its correction."""
ERRORS = sum(_BITS[check.code] for check in CHECKS if check.severity == "error")


def bit(code: str) -> int:
    """The bit of `problems` that stands for the check with this code. Raises KeyError."""
    return _BITS[code]


def checks_in(problems: int) -> tuple[Check, ...]:
    """The checks whose bits are set in `problems`, in order of the registry."""
    return tuple(check for check in CHECKS if problems & _BITS[check.code])


def file_finding(code: str, file: str, value: str) -> Finding:
    """The finding of a check on a file as a whole."""
    check = _FILE_CHECKS[code]
    return Finding(check.code, check.severity, file, 0, "", "", value, check.message, check.hint)
