from __future__ import annotations

from dataclasses import replace

import pytest

from drgcalc.grouping.scheme import AdrgRow, CcRow, CodeSet, DrgRow
from drgcalc.tables.check import check_scheme
from drgcalc.tables.findings import CHECK_FINDINGS


@pytest.fixture
def scheme(book, load):
    return load(book)


def found(scheme, code: str) -> list[str]:
    return [finding.message for finding in check_scheme(scheme) if finding.code == code]


def codes(scheme) -> set[str]:
    return {finding.code for finding in check_scheme(scheme)}


def with_rule(scheme, code: str, rule: str):
    """The scheme with another rule for one ADRG or DRG."""
    return replace(
        scheme,
        adrg=tuple(row._replace(rule=rule) if row.code == code else row for row in scheme.adrg),
        drg=tuple(row._replace(rule=rule) if row.code == code else row for row in scheme.drg),
    )


def test_a_sound_scheme_has_no_findings(scheme):
    assert check_scheme(scheme) == []


def test_a_finding_says_where_what_and_what_it_means_for_payment(scheme):
    finding = next(item for item in check_scheme(with_rule(scheme, "BB11", "")) if item.code == "T104")
    assert (finding.file, finding.field, finding.severity) == ("drg.csv", "rule", "warning")
    assert "MDCB BB1 BB15 is tried after BB11" in finding.message
    assert finding.hint == CHECK_FINDINGS["T104"].meaning


def test_a_rule_that_does_not_parse_ends_the_checks(scheme):
    assert codes(with_rule(scheme, "BB1", "ZYZD in")) == {"T101"}


def test_a_set_that_does_not_exist_ends_the_checks(scheme):
    assert codes(with_rule(scheme, "BB1", "ZYZD in DI_LOST")) == {"T102"}


def test_rows_without_parents_are_found(scheme):
    lost = replace(scheme, adrg=(*scheme.adrg, AdrgRow("QR1", "x", "ZYZD in DI_BR1", "MDCQ", 1)))
    assert any("there is no MDC MDCQ" in message for message in found(lost, "T103"))
    lost = replace(scheme, drg=(*scheme.drg, DrgRow("BX19", "x", "", "BX1", "MDCB", 1)))
    assert any("MDCB has no ADRG BX1" in message for message in found(lost, "T103"))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("ZYZD in DI_BB1 and QTSS in OP_BB1 and ZYZD in DI_BR1", "sets that share no code"),
        ("ZYZD in DI_MDCO", "a set that cannot meet the gate"),
        ("NL < 3 and NL > 70", "numbers that exclude each other"),
        ("NL < 3 and NL = 3", "a bound that is left out"),
        ("ZYZD in DI_BR1 and ZYZD not in DI_MDCB", "an exception that leaves nothing"),
        ("(ZYZD in DI_MDCO or ZYZD in OP_AB1) and NL > 3", "every branch impossible"),
        ("0", "a literal zero"),
    ],
)
def test_conditions_that_contradict_each_other_are_unreachable(scheme, rule, why):
    changed = with_rule(scheme, "BB1", rule)
    assert any("MDCB BB1" in message for message in found(changed, "T106")), why
    assert {"MDCB BB1 BB11", "MDCB BB1 BB15"} <= {
        message.split(": ")[2].split(",")[0] for message in found(changed, "T109")
    }


@pytest.mark.parametrize(
    "rule",
    [
        "ZYZD in DI_BB1 or ZYZD in DI_MDCO",
        "{ZYZD, QTZD} in DI_MDCO",
        "NL >= 3 and NL <= 3",
        "not (NL < 3) and NL < 3",
        "QTZD in DI_MDCO and ZYZD not in DI_BR1",
        "QTZD in MCC and QTZD in CC",
    ],
)
def test_what_some_record_can_meet_is_never_called_impossible(scheme, rule):
    assert found(with_rule(scheme, "BB1", rule), "T106") == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("ZYZD in DI_MDCB", "ZYZD in DI_BR1"),
        ("{ZYZD, QTZD} in DI_BR1", "ZYZD in DI_BR1 and NL > 3"),
        ("NL >= 60 or QTZD in MCC", "NL > 70"),
        ("QTZD in MCC or QTZD in CC", "QTZD in CC and ZYSS in OP_BB1"),
        ("{ZYSS, QTSS} in OP_BB1", "length(OP_BB1 ∩ {ZYSS, QTSS}) >= 2"),
        ("ZYSS not in OP_BB1", "ZYSS not in {OP_BB1, OP_OB1}"),
    ],
)
def test_a_row_behind_one_that_holds_whenever_it_does_is_unreachable(scheme, earlier, later):
    changed = with_rule(with_rule(scheme, "BB1", earlier), "BR1", later)
    assert any("MDCB BR1 is tried after BB1" in message for message in found(changed, "T105"))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("ZYZD in DI_BR1", "QTZD in DI_BR1"),
        ("ZYZD in DI_BR1", "{ZYZD, QTZD} in DI_BR1"),
        ("NL > 70", "NL >= 70"),
        ("NL > 70", "XSRTL > 80"),
        ("QTZD in MCC", "QTZD in CC"),
        ("ZYSS not in {OP_BB1, OP_OB1}", "ZYSS not in OP_BB1"),
        ("{ZYSS, QTSS} in OP_BB1", "length(OP_BB1 ∩ {ZYSS, QTSS}) >= 0"),
    ],
)
def test_a_row_that_takes_more_than_the_earlier_one_is_reachable(scheme, earlier, later):
    changed = with_rule(with_rule(scheme, "BB1", earlier), "BR1", later)
    assert not any("MDCB BR1 is tried after BB1" in message for message in found(changed, "T105"))


def test_category_prefixes_count_as_all_codes_below_them(scheme):
    sets = {**scheme.code_sets, "DI_MDCB": CodeSet("DI", frozenset({"I63*", "C71*"}))}
    assert not codes(replace(scheme, code_sets=sets)) & {"T106", "T107"}
    narrow = {**scheme.code_sets, "DI_MDCB": CodeSet("DI", frozenset({"I63.900x*", "C71*"}))}
    assert (
        "1 of its principal diagnoses are outside MDCB: I63.900" in found(replace(scheme, code_sets=narrow), "T107")[0]
    )


def test_principal_diagnoses_outside_the_mdc_are_counted(scheme):
    sets = {**scheme.code_sets, "DI_BR1": CodeSet("DI", frozenset({"I63.900", "O82.900", "O81.000"}))}
    (message,) = found(replace(scheme, code_sets=sets), "T107")
    assert "MDCB BR1: 2 of its principal diagnoses are outside MDCB: O81.000, O82.900" in message


def test_codes_of_both_levels_are_found_also_below_a_prefix(scheme):
    both = replace(scheme, cc=(*scheme.cc, CcRow("J96.900", "CC", ""), CcRow("E11*", "MCC", "")))
    assert [message.split(": ")[1] for message in found(both, "T108")] == ["E11.900", "J96.900"]


def test_an_adrg_without_drg_is_found(scheme):
    assert len(found(replace(scheme, drg=tuple(row for row in scheme.drg if row.adrg != "BR1")), "T110")) == 1


def test_an_adrg_that_can_leave_a_case_without_drg_is_found(scheme):
    assert found(with_rule(scheme, "BR15", "NL < 60"), "T111") != []
    assert found(with_rule(scheme, "BR15", "ZYZD in DI_MDCB"), "T111") == []


def test_duplicate_orders_are_found(scheme):
    same = replace(scheme, drg=tuple(row._replace(seq=1) if row.adrg == "BR1" else row for row in scheme.drg))
    assert len(found(same, "T112")) == 2


def test_unused_sets_and_tables_are_found(scheme):
    sets = {**scheme.code_sets, "DI_FREE": CodeSet("DI", frozenset({"A01.000"}))}
    tables = {**scheme.exclusions, "EX_9": frozenset({"A01.000"})}
    assert {"T113", "T114"} == codes(replace(scheme, code_sets=sets, exclusions=tables))


def test_codes_of_a_wrong_shape_are_counted(scheme):
    sets = {**scheme.code_sets, "DI_BR1": CodeSet("DI", frozenset({"I63.900", "163.9", "I6E.9"}))}
    (message,) = found(replace(scheme, code_sets=sets), "T115")
    assert "2 codes: 163.9, I6E.9" in message


def test_a_fall_back_in_the_wrong_place_is_found(scheme):
    seqs = {"BB1": 2, "BR1": 3, "B00": 1}
    rows = sorted((row._replace(seq=seqs.get(row.code, row.seq)) for row in scheme.adrg), key=lambda row: row.seq)
    assert "MDCB B00 stands before BB1, BR1" in found(replace(scheme, adrg=tuple(rows)), "T116")[0]


def test_a_set_of_the_wrong_kind_is_found(scheme):
    assert "MDCB BB1 asks ZYSS for DI_BB1" in found(with_rule(scheme, "BB1", "ZYSS in DI_BB1"), "T117")[0]


def test_a_group_that_stands_twice_is_found(scheme):
    twice = replace(scheme, drg=(*scheme.drg, DrgRow("BR15", "x", "NL > 70", "BR1", "MDCB", 3)))
    assert len(found(twice, "T118")) == 2


def test_every_finding_code_has_a_severity_of_findings():
    assert {explained.severity for explained in CHECK_FINDINGS.values()} <= {"error", "warning", "info"}
