"""The engine against a plain reader of the same tables, and against the explanation of each record."""

import tempfile
from decimal import Decimal
from pathlib import Path

from engine_runs import run_engine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain_grouper import Answer, Case, PlainGrouper
from random_schemes import CASES, SETS, schemes
from scheme_folders import Tables, write_scheme

from drgcalc.grouping.explain import Explainer, PlainRecord
from drgcalc.grouping.scheme import load_scheme

BOUNDED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a counterexample at once; add Phase.shrink for a small one
)
FEW = settings(BOUNDED, max_examples=6)


def answers(tables: Tables, cases: list[Case], **how: int) -> list[Answer]:
    """What the engine says, after the plain reader and the explanation have said the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_scheme(Path(name), tables)
        scheme, plain = load_scheme(folder), PlainGrouper(folder)
    expected = [plain.group(case) for case in cases]
    found = run_engine(scheme, cases, **how)
    explainer = Explainer(scheme)
    for case, by_engine, by_reader in zip(cases, found, expected, strict=True):
        assert by_engine == by_reader, case
        explained = explainer.explain(PlainRecord(case.diagnoses, case.procedures, case.scalars))
        told = (explained.status, explained.mdc, explained.adrg, explained.group_code)
        assert told == by_reader[:4], case
    return found


@BOUNDED
@given(schemes(), st.lists(CASES, min_size=1, max_size=15))
def test_engine_explanation_and_plain_reader_agree_on_any_scheme(tables: Tables, cases: list[Case]) -> None:
    answers(tables, cases)


@FEW
@given(schemes(), st.lists(CASES, min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_order_and_parts_change_no_answer(tables: Tables, cases: list[Case], random) -> None:
    once = answers(tables, cases, parts=1)
    order = list(range(len(cases)))
    random.shuffle(order)
    shuffled = answers(tables, [cases[i] for i in order], parts=20)
    assert [once[i] for i in order] == shuffled
    assert answers(tables, cases, parts=20) == once


def case(diagnoses: str, procedures: str = "", **scalars: str) -> Case:
    return Case(
        tuple(diagnoses.split()), tuple(procedures.split()), {field: Decimal(text) for field, text in scalars.items()}
    )


def one(tables: Tables, *asked: Case) -> list[tuple[str, str | None]]:
    return [(answer.status, answer.drg or answer.adrg) for answer in answers(tables, list(asked))]


CHAIN = Tables(
    mdc=[("MDCA", ""), ("MDCB", "ZYZD in DI_A"), ("0000", "")],
    adrg=[
        ("AA1", "{ZYSS, QTSS} in OP_A", "MDCA"),
        ("BA1", "ZYSS in OP_C", "MDCB"),
        ("QY", "ZYSS in OP_D", "MDCB"),
        ("BZ1", "NL >= 18", "MDCB"),
        ("000", "", "0000"),
    ],
    drg=[
        ("AA19", "", "AA1", "MDCA"),
        ("BA11", "QTZD in MCC", "BA1", "MDCB"),
        ("BA13", "QTZD in CC", "BA1", "MDCB"),
        ("BQY", "", "QY", "MDCB"),
        ("BZ1H", "NL >= 70", "BZ1", "MDCB"),
        ("BZ15", "", "BZ1", "MDCB"),
        ("0000", "", "000", "0000"),
    ],
    sets=SETS,
    cc=[("N17*", "MCC", "EX_1"), ("E11.900", "CC", ""), ("N17.900", "CC", "")],
    exclusions={"EX_1": ("A00.100",)},
)


def test_a_gate_that_holds_without_an_adrg_lets_the_next_mdc_try() -> None:
    assert one(CHAIN, case("A00.000", "51.2200"), case("A00.000", NL="18")) == [
        ("grouped", "AA19"),
        ("grouped", "BZ15"),
    ]


def test_an_adrg_without_a_drg_that_holds_keeps_the_record_ungrouped() -> None:
    assert one(CHAIN, case("A00.000", "47.0100", NL="40")) == [("ungrouped", "BA1")]


def test_a_qy_row_is_ambiguous_and_a_fall_back_is_ungrouped() -> None:
    assert one(CHAIN, case("A00.000", "36.0600"), case("J18.900")) == [("ambiguous", "BQY"), ("ungrouped", "0000")]


def test_a_missing_age_fails_every_comparison() -> None:
    assert one(CHAIN, case("A00.000"), case("A00.000", NL="70")) == [("ungrouped", "0000"), ("grouped", "BZ1H")]


def test_a_code_that_is_mcc_and_cc_keeps_cc_where_mcc_is_excluded() -> None:
    free, excluded = case("A00.000 N17.900", "47.0100"), case("A00.100 N17.900", "47.0100")
    assert one(CHAIN, free, excluded) == [("grouped", "BA11"), ("grouped", "BA13")]


def test_the_principal_diagnosis_is_no_complication_of_itself() -> None:
    tables = Tables(
        mdc=[("MDCA", "")],
        adrg=[("AA1", "", "MDCA")],
        drg=[("AA11", "QTZD in MCC", "AA1", "MDCA"), ("AA15", "", "AA1", "MDCA")],
        cc=[("N17.900", "MCC", "")],
    )
    asked = [case("N17.900"), case("N17.900 N17.900"), case("J18.900 N17.900")]
    assert one(tables, *asked) == [("grouped", "AA15"), ("grouped", "AA11"), ("grouped", "AA11")]


def test_the_same_code_counts_once_in_a_length() -> None:
    tables = Tables(
        mdc=[("MDCA", "")],
        adrg=[("AA1", "length(OP_B ∩ {ZYSS, QTSS}) >= 2", "MDCA"), ("AB1", "", "MDCA")],
        drg=[("AA19", "", "AA1", "MDCA"), ("AB19", "", "AB1", "MDCA")],
        sets=SETS,
    )
    asked = [case("A00.000", "51.2200 51.2200"), case("A00.000", "51.2200 51.1000"), case("A00.000", "51.2200")]
    assert [group for _, group in one(tables, *asked)] == ["AB19", "AA19", "AB19"]


def test_a_dagger_asterisk_pair_is_one_code_and_no_category() -> None:
    tables = Tables(
        mdc=[("MDCA", "ZYZD in DI_P")],
        adrg=[("AA1", "", "MDCA")],
        drg=[("AA19", "", "AA1", "MDCA")],
        sets={"DI_P": ("A18.3+K93.0*",)},
    )
    asked = [case("A18.3+K93.0*"), case("A18.3+K93.000"), case("A18.3+K93.0")]
    assert [status for status, _ in one(tables, *asked)] == ["grouped", "ungrouped", "ungrouped"]


def test_the_listed_code_itself_goes_before_a_category_of_it() -> None:
    tables = Tables(
        mdc=[("MDCA", "")],
        adrg=[("AA1", "", "MDCA")],
        drg=[("AA13", "QTZD in CC", "AA1", "MDCA"), ("AA15", "", "AA1", "MDCA")],
        cc=[("N17.900", "CC", "EX_1"), ("N17.900*", "CC", "")],
        exclusions={"EX_1": ("A00.000",)},
    )
    assert one(tables, case("A00.000 N17.900"), case("A00.000 N17.900x001")) == [
        ("grouped", "AA15"),
        ("grouped", "AA13"),
    ]


def test_empty_parts_and_records_without_codes_are_grouped_too() -> None:
    assert answers(CHAIN, []) == []
    assert answers(CHAIN, [Case(("Z99.900",), (), {})], parts=3) == [Answer("ungrouped", "0000", "000", "0000", None)]


def test_no_procedure_and_no_diagnosis_are_in_no_set_not_even_in_one_without_members() -> None:
    """A set that a workbook names without members is kept as one empty code."""
    tables = Tables(
        mdc=[("MDCA", "")],
        adrg=[("AA1", "ZYSS in OP_E or QTSS in OP_E or {ZYZD, QTZD} in DI_E", "MDCA"), ("AB1", "", "MDCA")],
        drg=[("AA19", "", "AA1", "MDCA"), ("AB19", "", "AB1", "MDCA")],
        sets={"OP_E": ("",), "DI_E": ("",)},
    )
    asked = [case("A00.000"), case("A00.000", "51.2200"), case("A00.000 I10.x00", "51.2200 51.2300")]
    assert one(tables, *asked) == [("grouped", "AB19")] * 3


def many_numbers() -> Tables:
    """Eight scalar fields, each compared with a dozen numbers by the DRG rules."""
    fields = ("NL", "XSRTL", "XSRTZ", "ZYTS", "LYFS", "KS", "HXJ", "ZZJH")
    rules = [f"{field} >= {number}" for field in fields for number in range(1, 13)]
    drg = [(f"AA{number}", rule, "AA1", "MDCA") for number, rule in enumerate(rules)]
    return Tables(mdc=[("MDCA", "")], adrg=[("AA1", "", "MDCA")], drg=drg)


def test_a_scheme_may_compare_every_scalar_with_many_numbers() -> None:
    tables = many_numbers()
    first, last = case("A00.000", NL="12"), case("A00.000", ZZJH="7.50")
    assert [group for _, group in one(tables, first, last)] == ["AA0", "AA84"]


def test_numbers_beyond_any_value_and_finer_than_any_value_compare_exactly() -> None:
    tables = Tables(
        mdc=[("MDCA", "")],
        adrg=[("AA1", "", "MDCA")],
        drg=[
            ("AA1", "XSRTZ > 99999999999", "AA1", "MDCA"),
            ("AA2", "HXJ > 2.4999999", "AA1", "MDCA"),
            ("AA3", "NL > 69.5", "AA1", "MDCA"),
            ("AA4", "", "AA1", "MDCA"),
        ],
    )
    asked = [
        case("J18.900", HXJ="2.50"),
        case("J18.900", HXJ="2.49"),
        case("J18.900", NL="70"),
        case("J18.900", NL="69"),
    ]
    assert [group for _, group in one(tables, *asked)] == ["AA2", "AA4", "AA3", "AA4"]


RETRY = Tables(
    mdc=[("MDCA", "ZYZD in DI_A"), ("MDCB", "")],
    adrg=[("AA1", "ZYSS in OP_A or XSRTL <= 30", "MDCA"), ("AQY", "ZYSS in OP_D", "MDCA"), ("B00", "", "MDCB")],
    drg=[("AA19", "", "AA1", "MDCA"), ("AQY", "", "AQY", "MDCA"), ("B000", "", "B00", "MDCB")],
    sets=SETS,
)


def with_option(**options: int) -> Tables:
    return Tables(RETRY.mdc, RETRY.adrg, RETRY.drg, RETRY.sets, options=options)


def statuses(tables: Tables, *asked: Case) -> list[str]:
    """What engine and explanation say; the plain reader knows no options."""
    with tempfile.TemporaryDirectory() as name:
        scheme = load_scheme(write_scheme(Path(name), tables))
    found = run_engine(scheme, asked)
    for one_case, answer in zip(asked, found, strict=True):
        told = Explainer(scheme).explain(PlainRecord(*one_case))
        assert (told.status, told.mdc, told.adrg, told.group_code) == answer[:4]
    return [answer.status for answer in found]


def test_newborns_without_weight_are_ungrouped_where_the_scheme_wants_a_weight() -> None:
    asked = [
        case("A00.000", NL="0", XSRTL="28"),
        case("A00.000", NL="0", XSRTL="29"),
        case("A00.000", NL="0", XSRTL="28", XSRTZ="3000"),
    ]
    assert statuses(RETRY, *asked) == ["grouped"] * 3
    assert statuses(with_option(newborn_weight_days=28), *asked) == ["ungrouped", "grouped", "grouped"]


def test_other_procedures_are_tried_as_main_ones_where_the_scheme_wants_it() -> None:
    asked = [
        case("A00.000", "99.9900 99.9900 51.2200", NL="40"),
        case("A00.000", "36.0600 51.2200"),
        case("A00.000", "99.9900 47.0100"),
        case("A00.000"),
    ]
    assert statuses(RETRY, *asked) == ["ungrouped", "ambiguous", "ungrouped", "ungrouped"]
    retried = statuses(with_option(retry_other_procedures=True), *asked)
    assert retried[0] == "grouped"
    assert retried[2:] == ["ungrouped", "ungrouped"]
