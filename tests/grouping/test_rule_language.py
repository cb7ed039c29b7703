"""The official rule language: every construct of its grammar, spreadsheet artefacts, and errors that say where."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_grouper import PlainGrouper
from random_schemes import CASES, GATE_ATOMS, GROUP_RULES, SETS, rules
from scheme_folders import Tables, write_scheme

from drgcalc.grouping.explain import Explainer, PlainRecord
from drgcalc.grouping.rules import (
    PROCEDURE_FIELDS,
    SCALAR_FIELDS,
    And,
    Compare,
    Constant,
    Count,
    Member,
    Not,
    Or,
    Rule,
    RuleSyntaxError,
    asks_for_codes,
    fields_of,
    fold,
    parse,
    sets_of,
    text_of,
)
from drgcalc.grouping.scheme import load_scheme

A, B = Member(("ZYZD",), ("DI_A",)), Member(("QTZD",), ("DI_B",))
OVER_70 = Compare("NL", ">=", Decimal(70))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Constant(True)),
        ("   ", Constant(True)),
        ("1", Constant(True)),
        ("0", Constant(False)),
        ("0.0", Constant(False)),
        ("0.5", Constant(True)),
        ("ZYZD in DI_A", A),
        ("{ZYZD} in {DI_A}", A),
        ("((ZYZD in DI_A))", A),
        ("{ZYSS, QTSS} in OP2_AC1", Member(("ZYSS", "QTSS"), ("OP2_AC1",))),
        ("{ZYZD,QTZD} in {DI_A,DI_B}", Member(("ZYZD", "QTZD"), ("DI_A", "DI_B"))),
        ("ZYSS not in OP_ALL", Not(Member(("ZYSS",), ("OP_ALL",)))),
        ("not ZYSS in OP_ALL", Not(Member(("ZYSS",), ("OP_ALL",)))),
        ("not not ZYZD in DI_A", Not(Not(A))),
        ("NL >= 70", OVER_70),
        ("NL>=70", OVER_70),
        ("XSRTZ < 1499.5", Compare("XSRTZ", "<", Decimal("1499.5"))),
        ("XB=2", Compare("XB", "=", Decimal(2))),
        ("XSRTL<=28", Compare("XSRTL", "<=", Decimal(28))),
        ("ZZJH > 0", Compare("ZZJH", ">", Decimal(0))),
        ("length(OP_IC2 ∩ {ZYSS, QTSS}) >= 2", Count("OP_IC2", ("ZYSS", "QTSS"), ">=", Decimal(2))),
        ("LENGTH ( OP_IC2∩ZYSS ) = 1", Count("OP_IC2", ("ZYSS",), "=", Decimal(1))),
        ("QTZD in MCC", Member(("QTZD",), ("MCC",))),
        ("ZYZD in DI_A and QTZD in DI_B", And((A, B))),
        ("ZYZD in DI_A or QTZD in DI_B", Or((A, B))),
        ("ZYZD in DI_A and QTZD in DI_B or NL >= 70", Or((And((A, B)), OVER_70))),
        ("NL >= 70 or ZYZD in DI_A and QTZD in DI_B", Or((OVER_70, And((A, B))))),
        ("ZYZD in DI_A and (QTZD in DI_B or NL >= 70)", And((A, Or((B, OVER_70))))),
        ("not ZYZD in DI_A and QTZD in DI_B", And((Not(A), B))),
        ("not (ZYZD in DI_A and QTZD in DI_B)", Not(And((A, B)))),
    ],
)
def test_every_construct_of_the_grammar_reads_as_the_specification_says(text: str, tree: Rule) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "zyzd IN di_a AND qtzd In Di_B",
        "ZYZD in DI_A_x000D_and QTZD in DI_B",
        "ZYZD in DI_A_x000D_\n_x000A_and_x0009_QTZD in DI_B",
        "ZYZD\u00a0in\u3000DI_A\r\nand\tQTZD\u200bin\u200b DI_B\ufeff",
        "（ＺＹＺＤ　ｉｎ　｛ＤＩ＿Ａ｝）and{QTZD}in{DI_B}",
        "\u2060ZYZD  in  DI_A  and  QTZD  in  DI_B  ",
    ],
)
def test_artefacts_of_spreadsheets_do_not_change_a_rule(text: str) -> None:
    assert parse(text) == And((A, B))


def test_official_examples_of_the_specification_are_read() -> None:
    newborn = parse("((NL=0) and (XSRTL>=29)) or ((NL=0) and (XSRTL<29))")
    assert fields_of(newborn) == {"NL", "XSRTL"}
    assert sets_of(parse("{ZYSS, QTSS} in OP1_AB1 or QTZD in MCC")) == {"OP1_AB1", "MCC"}
    assert not asks_for_codes(parse("QTZD in {MCC, CC} and NL >= 70"))
    assert asks_for_codes(parse("QTZD in {MCC, DI_A}"))


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        ("ZYZD in", 7, "the end"),
        ("ZYZD DI_A", 5, "DI_A"),
        ("ZYZD in DI_A QTZD in DI_B", 13, "QTZD"),
        ("ZYZD in DI_A and", 16, "the end"),
        ("(ZYZD in DI_A", 13, "the end"),
        ("ZYZD in DI_A)", 12, ")"),
        ("ZYZD in {DI_A", 13, "the end"),
        ("ZYZD in {}", 9, "}"),
        ("ZYZD in {DI_A,}", 14, "}"),
        ("NL in DI_A", 3, "IN"),
        ("NL >= DI_A", 6, "DI_A"),
        ("NL => 3", 4, ">"),
        ("NL >= -3", 6, "'-'"),
        ("NL >= 3years", 6, "3YEARS"),
        ("FOO in DI_A", 0, "FOO"),
        ("{ZYZD, ZYSS} in DI_A", 0, "together"),
        ("{NL} >= 3", 0, "NL"),
        ("length(OP_A) >= 2", 11, ")"),
        ("length(OP_A ∩ NL) >= 2", 14, "NL"),
        ("ZYZD in DI_A; drop", 12, "';'"),
        ("ZYZD in DI-A", 10, "'-'"),
        ("ZYZD in not", 8, "NOT"),
        ("1.2.3", 1, "'.'"),
    ],
)
def test_an_error_names_the_place_and_what_stands_there(text: str, at: int, found: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse(text)
    assert caught.value.position == at
    assert found in caught.value.message
    assert f"character {at + 1}" in str(caught.value)
    assert caught.value.text == text


NAMES = st.sampled_from(tuple(SETS))
NUMBERS = st.decimals(min_value=0, max_value=99999, allow_nan=False, places=2) | st.integers(0, 200).map(Decimal)
OPS = st.sampled_from((">=", "<=", ">", "<", "="))


def _tuples(names: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(names, min_size=1, max_size=3).map(tuple)


FIELDS = st.one_of(*(_tuples(st.sampled_from(fields)) for fields in (("ZYZD", "QTZD"), PROCEDURE_FIELDS)))
TREES = st.recursive(
    st.one_of(
        st.builds(Constant, st.booleans()),
        st.builds(Member, FIELDS, _tuples(NAMES)),
        st.builds(Compare, st.sampled_from(SCALAR_FIELDS), OPS, NUMBERS),
        st.builds(Count, NAMES, FIELDS, OPS, NUMBERS),
    ),
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_a_tree_written_as_text_reads_back_as_the_same_tree(tree: Rule) -> None:
    assert parse(text_of(tree)) == tree


@settings(max_examples=300, deadline=None)
@given(TREES, st.randoms(use_true_random=False))
def test_case_space_and_artefacts_never_change_the_tree(tree: Rule, random) -> None:
    spaces = (" ", "  ", "_x000D_", "\u00a0", "\u3000", "\n", "\t", " \u200b")
    text = "".join(random.choice(spaces) if mark == " " else mark for mark in text_of(tree))
    text = "".join(mark if "_x000D_" in text else random.choice((mark.lower(), mark.upper())) for mark in text)
    assert parse(text) == tree


WORDS = "ZYZD QTSS NL in not and or length MCC DI_A 主要诊断 >= <> 70 0.5 _x000D_"
FRAGMENTS = st.sampled_from((*WORDS.split(), *"(){},∩=；.-' \u3000"))


@settings(max_examples=500, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(FRAGMENTS, max_size=25).map(" ".join)
    | st.lists(FRAGMENTS, max_size=25).map("".join)
)
@example("²")
@example("٣ in DI_A")
@example("NL >= ٣")
@example("NL >= ²")
@example("ıN in DI_A")
@example("\x00")
@example("_x0041_")
def test_no_text_raises_anything_but_a_syntax_error(text: str) -> None:
    read = tree_or_error(text)
    if isinstance(read, RuleSyntaxError):
        assert 0 <= read.position <= len(read.text)
        assert read.text == fold(text)
    else:
        assert parse(text_of(read)) == read


def tree_or_error(text: str) -> Rule | RuleSyntaxError:
    try:
        return parse(text)
    except RuleSyntaxError as error:
        return error


@pytest.mark.parametrize("text", ["(" * 30_000, "not " * 8_000, "(" * 5_000 + "1" + ")" * 5_000])
def test_a_rule_nested_beyond_reason_is_refused_as_a_rule(text: str) -> None:
    """A cell holds up to 32,767 characters; a damaged one must not end the program with a stack trace."""
    with pytest.raises(RuleSyntaxError, match="inside each other"):
        parse(text)


def test_a_rule_of_thousands_of_branches_is_read() -> None:
    text = " or ".join(f"(ZYZD in DI_A and QTZD in DI_{n})" for n in range(3_000))
    assert len(sets_of(parse(text))) == 3_001


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> tuple[Explainer, PlainGrouper]:
    complications = [("E11.900", "CC", ""), ("N17*", "MCC", "EX_1"), ("J18.900", "CC", "EX_1"), ("J*", "MCC", "")]
    tables = Tables(sets=SETS, cc=complications, exclusions={"EX_1": ("A00.000", "I63*")})
    folder = write_scheme(tmp_path_factory.mktemp("sets"), tables)
    return Explainer(load_scheme(folder)), PlainGrouper(folder)


@settings(max_examples=400, deadline=None)
@given(text=GROUP_RULES | rules(GATE_ATOMS), cases=st.lists(CASES, min_size=1, max_size=8))
def test_a_rule_holds_exactly_when_an_independent_reader_of_its_text_says_so(judges, text, cases) -> None:
    explainer, plain = judges
    for case in cases:
        record = PlainRecord(case.diagnoses, case.procedures, case.scalars)
        assert explainer.prove(record, text).holds == plain.holds(text, case)
