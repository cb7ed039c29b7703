"""What a directory means, claim by claim: the engine, its explanation and the plain reader say the same of each."""

from decimal import Decimal
from pathlib import Path

import pytest
from dip_folders import Directory, group, write_directory
from dip_runs import explained, load, match
from plain_dip import Found, PlainDip, Record

from drgcalc.grouping.dip.explain import DipExplainer

KINDS = {"51": "surgical", "36": "interventional", "99.2": "therapeutic", "87": "diagnostic"}


def case(diagnoses: str, procedures: str = "", **scalars: str) -> Record:
    return Record(
        tuple(diagnoses.split()),
        tuple(procedures.split(" ")) if procedures else (),
        {field: Decimal(text) for field, text in scalars.items()},
    )


def found(folder: Path, directory: Directory, *cases: Record) -> list[Found]:
    """Where all three readers put the cases."""
    scheme = load(write_directory(folder, directory))
    answers, plain, explainer = match(scheme, cases), PlainDip(folder), DipExplainer(scheme)
    for one, answer in zip(cases, answers, strict=True):
        assert answer == plain.find(one) == explained(explainer, one), one
    return answers


def groups(folder: Path, directory: Directory, *cases: Record) -> list[str | None]:
    return [answer.group for answer in found(folder, directory, *cases)]


ORDERED = [
    group("V", "I63", "", layer="comprehensive", kind="conservative"),
    group("C", "I63.9", ""),
    group("B", "*", "", layer="tuberculosis", secondary="A15-A19"),
    group("T", "*", "", layer="tumour", secondary="C00-C97"),
    group("F", "*", "", layer="burn", secondary="T31"),
    group("M", "I63|I64", "", layer="merged", condition="NL >= 65"),
    group("P", "*", "96.72", layer="pregroup"),
]


def test_layers_are_tried_in_order_whatever_the_order_of_rows(tmp_path: Path) -> None:
    asked = [
        case("I63.900 T31.200 C16.900 A15.000", "87.0301 96.7201", NL="70"),
        case("I63.900 T31.200 C16.900 A15.000", NL="70"),
        case("I63.900 T31.200 C16.900 A15.000", NL="40"),
        case("I63.900 C16.900 A15.000", NL="40"),
        case("I63.900 A15.000", NL="40"),
        case("I63.900", NL="40"),
        case("I63.200", NL="40"),
        case("I64.x00", NL="40"),
    ]
    assert groups(tmp_path, Directory(ORDERED), *asked) == ["P", "M", "F", "T", "B", "C", "V", None]


def test_an_excluded_diagnosis_goes_before_every_layer(tmp_path: Path) -> None:
    directory = Directory(ORDERED, excluded=["I63.9"])
    asked = case("I63.900x001", "96.7201", NL="70"), case("I63.200", NL="40")
    assert [answer.status for answer in found(tmp_path, directory, *asked)] == ["excluded", "grouped"]


def test_an_excluded_code_may_mean_itself_alone(tmp_path: Path) -> None:
    directory = Directory(ORDERED, excluded=["I63.900"], options={"excluded": "exact"})
    asked = case("I63.900"), case("I63.900x001")
    assert [answer.status for answer in found(tmp_path, directory, *asked)] == ["excluded", "grouped"]


RELATED = [
    group("NONE", "K80", "51.23"),
    group("ONE", "K80", "51.23", related_procedures="51.88"),
    group("TWO", "K80", "51.23", related_procedures="51.88+87.54"),
    group("NEAR", "K80.1", "51.23", related_procedures="87.54"),
]


def test_most_related_procedures_win_over_a_closer_diagnosis(tmp_path: Path) -> None:
    asked = [
        case("K80.100", "51.2300 51.8800 87.5400"),
        case("K80.100", "51.2300 87.5400"),
        case("K80.200", "51.2300 87.5400"),
        case("K80.200", "51.2300 51.8800"),
        case("K80.200", "51.8800 51.2300"),
    ]
    assert groups(tmp_path, Directory(RELATED), *asked) == ["TWO", "NEAR", "NONE", "ONE", None]


def test_related_procedures_may_be_only_preferred_or_ignored(tmp_path: Path) -> None:
    rows, asked = RELATED[1:3], case("K80.200", "51.2300 51.8800")
    alone = case("K80.200", "51.2300")
    assert groups(tmp_path / "1", Directory(rows, options={"related": "preferred"}), alone, asked) == ["ONE", "ONE"]
    ignored = found(tmp_path / "2", Directory(rows, options={"related": "ignored"}), alone, asked)
    assert [(answer.group, answer.tied) for answer in ignored] == [("ONE", "TWO")] * 2


def test_the_closest_diagnosis_then_the_closest_procedure_wins(tmp_path: Path) -> None:
    rows = [
        group("A", "K80-K83", "51.23"),
        group("B", "K80", "51.23"),
        group("C", "K80.1", "51"),
        group("D", "K80.1", "51.2"),
    ]
    asked = case("K81.000", "51.2300"), case("K80.200", "51.2300"), case("K80.100", "51.2300"), case("K80.100", "51.88")
    assert groups(tmp_path, Directory(rows), *asked) == ["A", "B", "D", "C"]


def test_the_longest_diagnosis_may_go_before_related_procedures(tmp_path: Path) -> None:
    asked = case("K80.100", "51.2300 51.8800 87.5400")
    assert groups(tmp_path, Directory(RELATED, options={"principal": "longest_first"}), asked) == ["NEAR"]


TIED = [
    group("A", "K80", "51.23", score="90"),
    group("B", "K80", "51.23", score="110.5"),
    group("C", "K80", "51.23"),
]


@pytest.mark.parametrize(("tie", "winner", "tied"), [("higher_score", "B", "A|C"), ("order", "A", "B|C")])
def test_ties_follow_the_policy_and_are_reported(tmp_path: Path, tie: str, winner: str, tied: str) -> None:
    (answer,) = found(tmp_path, Directory(TIED, options={"tie": tie}), case("K80.100", "51.2300"))
    assert (answer.group, answer.tied) == (winner, tied)


def test_two_rows_of_one_group_are_no_tie(tmp_path: Path) -> None:
    rows = [group("A", "K80", "51.23"), group("A", "K80", "51.23")]
    (answer,) = found(tmp_path, Directory(rows), case("K80.100", "51.2300"))
    assert (answer.group, answer.tied) == ("A", None)


def test_a_core_row_without_procedure_takes_cases_without_one(tmp_path: Path) -> None:
    rows = [group("A", "K80"), group("B", "K80", "51.23")]
    asked = case("K80.100"), case("K80.100", "51.2300"), case("K80.100", "87.5400")
    assert groups(tmp_path / "1", Directory(rows, kinds=KINDS), *asked) == ["A", "B", None]
    directory = Directory(rows, kinds=KINDS, options={"empty_main": "conservative_kind"})
    assert groups(tmp_path / "2", directory, *asked, case("K80.100", "03.3100")) == ["A", "B", None, "A"]


def test_a_procedure_that_is_never_main_lets_the_next_be_main(tmp_path: Path) -> None:
    directory = Directory(
        [group("A", "K80", "51.23", related_procedures="38.93"), group("B", "K80", "38.93")],
        main_procedures=[("38.9", "never_main", "")],
    )
    asked = case("K80.100", "38.9300 51.2300"), case("K80.100", "38.9300")
    assert groups(tmp_path, directory, *asked) == ["A", None]


def test_a_conservative_main_procedure_makes_the_case_conservative(tmp_path: Path) -> None:
    directory = Directory(
        [group("A", "K80"), group("B", "K80", "51.23")],
        main_procedures=[("99", "conservative", ""), ("99.25", "in_scope_only", "C00-C97")],
        kinds=KINDS,
    )
    asked = case("K80.100", "99.2500 51.2300"), case("K80.100", "99.0400"), case("K80.100", "51.2300 99.0400")
    answers = found(tmp_path, directory, *asked)
    assert [(answer.group, answer.kind) for answer in answers] == [
        ("A", "conservative"),
        ("A", "conservative"),
        ("B", "surgical"),
    ]


def test_a_procedure_with_a_scope_is_main_inside_it(tmp_path: Path) -> None:
    directory = Directory(
        [group("A", "*", "99.25"), group("B", "*")], main_procedures=[("99.25", "in_scope_only", "C00-C97")]
    )
    assert groups(tmp_path, directory, case("C16.900", "99.2500"), case("K80.100", "99.2500")) == ["A", "B"]


def test_a_blank_leading_procedure_says_that_there_is_no_main_one(tmp_path: Path) -> None:
    directory = Directory([group("A", "K80"), group("B", "K80", "51.23")])
    assert groups(tmp_path, directory, case("K80.100", " 51.2300")) == ["A"]


def test_newborns_are_grouped_by_weight_and_a_missing_weight_is_in_no_group(tmp_path: Path) -> None:
    rows = [
        group("LIGHT", "P07", layer="pregroup", condition="XSRTL < 29 and XSRTZ < 1500"),
        group("HEAVY", "P07", layer="pregroup", condition="XSRTL < 29 and XSRTZ >= 1500"),
    ]
    asked = [
        case("P07.200", XSRTL="3", XSRTZ="1499"),
        case("P07.200", XSRTL="28", XSRTZ="1500"),
        case("P07.200", XSRTL="3"),
    ]
    assert groups(tmp_path, Directory(rows), *asked) == ["LIGHT", "HEAVY", None]


def test_comprehensive_groups_are_category_times_kind_and_chapters_below(tmp_path: Path) -> None:
    rows = [
        group("K80-S", "K80", layer="comprehensive", kind="surgical"),
        group("K80-C", "K80", layer="comprehensive", kind="conservative"),
        group("K-D", "K00-K93", layer="comprehensive", kind="diagnostic"),
        group("K-S", "K00-K93", layer="comprehensive", kind="surgical"),
        group("REST", "*", layer="comprehensive"),
    ]
    asked = [
        case("K80.100", "87.5400 51.2300"),
        case("K80.100"),
        case("K80.100", "87.5400"),
        case("K81.000", "36.0600"),
        case("K81.000"),
    ]
    assert groups(tmp_path, Directory(rows, kinds=KINDS), *asked) == ["K80-S", "K80-C", "K-D", "K-S", "REST"]


def test_the_kind_is_of_the_main_procedure_where_the_city_says_so(tmp_path: Path) -> None:
    rows = [
        group("S", "K80", layer="comprehensive", kind="surgical"),
        group("D", "K80", layer="comprehensive", kind="diagnostic"),
    ]
    asked = case("K80.100", "87.5400 51.2300")
    assert groups(tmp_path / "1", Directory(rows, kinds=KINDS), asked) == ["S"]
    assert groups(tmp_path / "2", Directory(rows, kinds=KINDS, options={"kind_of": "main"}), asked) == ["D"]


def test_interventional_treatment_is_what_the_city_says(tmp_path: Path) -> None:
    kinds = ("surgical", "interventional", "therapeutic")
    rows = [group(kind, "I20", layer="comprehensive", kind=kind) for kind in kinds]
    for kind in kinds:
        directory = Directory(rows, kinds=KINDS, options={"interventional_as": kind})
        assert groups(tmp_path / kind, directory, case("I20.000", "36.0600")) == [kind]


def test_lower_kinds_are_tried_where_the_city_says_so(tmp_path: Path) -> None:
    rows = [group("C", "K80", layer="comprehensive", kind="conservative")]
    asked = case("K80.100", "51.2300")
    assert groups(tmp_path / "1", Directory(rows, kinds=KINDS), asked) == [None]
    (answer,) = found(tmp_path / "2", Directory(rows, kinds=KINDS, options={"lower_kinds": True}), asked)
    assert (answer.group, answer.kind) == ("C", "surgical")


def test_a_case_is_grassroots_by_its_row_or_by_the_list(tmp_path: Path) -> None:
    directory = Directory(
        [group("A", "J00", grassroots="1"), group("B", "K80", "*", tcm="1"), group("C", "K80")],
        grassroots=[("K80", "51.23"), ("Z99", "")],
    )
    asked = case("J00.x00"), case("K80.100", "51.2300"), case("K80.100", "47.0100"), case("K80.100"), case("Z99.900")
    answers = found(tmp_path, directory, *asked)
    assert [answer.grassroots for answer in answers] == [True, True, False, False, False]
    assert [answer.tcm for answer in answers] == [False, True, True, False, False]


def test_the_same_code_written_twice_is_one_procedure(tmp_path: Path) -> None:
    rows = [group("A", "K80", "51.23", related_procedures="51.2|51.8"), group("B", "K80", "51.23")]
    asked = case("K80.100", "51.2300 51.2300"), case("K80.100", "51.2300 51.2200 51.2200")
    assert groups(tmp_path, Directory(rows), *asked) == ["B", "A"]


def test_a_dagger_asterisk_pair_is_asked_for_as_one_code(tmp_path: Path) -> None:
    directory = Directory([group("A", "A18.300x009+K93.0*"), group("B", "A18")])
    assert groups(tmp_path, directory, case("A18.300x009+K93.0*"), case("A18.300")) == ["A", "B"]


PARTS = Directory(
    [group("A", "*")],
    cc=[("N17*", "MCC", "EX_1"), ("I10*", "CC", "")],
    exclusions={"EX_1": ("I12*",)},
    cci=[("I50", "heart failure", "1"), ("E11", "diabetes", "1"), ("E11.2", "diabetes", "2")],
    auxiliary=[
        ("severity", "died", "LYFS = 5 and ZYTS <= 3"),
        ("severity", "III", "QTZD in MCC"),
        ("severity", "II", "QTZD in CC"),
        ("cci", "3", "CCI >= 3"),
        ("cci", "1", "CCI >= 1"),
        ("age", "newborn", "XSRTL <= 28"),
        ("icu", "2", "ZZJH >= 48"),
    ],
)


TREATMENTS = Directory(
    [group("A", "*")],
    cc=[("I50*", "MCC", "")],
    code_sets=[
        ("SURGERY", "OP", "32.4*"),
        ("CHEMO", "OP", "99.25*"),
        ("CHEMO_ADMISSION", "DI", "Z51.1*"),
        ("METASTASIS", "DI", "C77*"),
    ],
    auxiliary=[
        ("tumour", "both", "ZYSS in SURGERY and QTSS in CHEMO"),
        ("tumour", "chemotherapy", "{ZYSS, QTSS} in CHEMO or {ZYZD, QTZD} in CHEMO_ADMISSION"),
        ("tumour", "metastasis", "QTZD in {METASTASIS, MCC}"),
        ("tumour", "surgery", "ZYSS in SURGERY and not QTZD in METASTASIS"),
    ],
)


@pytest.mark.parametrize(
    ("diagnoses", "procedures", "part"),
    [
        ("C34.100", "32.4100 99.2503", "both"),
        ("C34.100", "99.2503 32.4100", "chemotherapy"),
        ("C34.100 Z51.100", "", "chemotherapy"),
        ("C34.100 C77.100", "32.4100", "metastasis"),
        ("C34.100 I50.900", "32.4100", "metastasis"),
        ("C34.100", "32.4100", "surgery"),
        ("C77.100", "88.7600", None),
    ],
)
def test_tumours_are_parted_by_how_they_were_treated(
    tmp_path: Path, diagnoses: str, procedures: str, part: str | None
) -> None:
    (answer,) = found(tmp_path, TREATMENTS, case(diagnoses, procedures))
    assert answer.parts[2] == part


def test_the_first_part_of_a_dimension_that_holds_is_the_cases_part(tmp_path: Path) -> None:
    asked = [
        case("J18.900 N17.900 I10.x00", LYFS="5", ZYTS="2"),
        case("J18.900 N17.900 I10.x00", LYFS="5", ZYTS="4"),
        case("I12.900 N17.900 I10.x00"),
        case("J18.900", XSRTL="28", ZZJH="48.00"),
    ]
    answers = found(tmp_path, PARTS, *asked)
    assert [answer.parts[1] for answer in answers] == ["died", "III", "II", None]
    assert (answers[3].parts[3], answers[3].parts[4]) == ("newborn", "2")
    assert [answer.complication for answer in answers] == ["MCC", "MCC", "CC", None]


def test_a_condition_of_the_charlson_sum_counts_once_with_its_heaviest_weight(tmp_path: Path) -> None:
    asked = case("J18.900 E11.900 E11.200"), case("J18.900 E11.200 I50.900"), case("I50.900"), case("J18.900 I50.900")
    assert [answer.parts[0] for answer in found(tmp_path, PARTS, *asked)] == ["1", "3", None, "1"]
