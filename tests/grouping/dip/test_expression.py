"""Code expressions: the normal grammar, the marks and precedences of cities, and an evaluator that knows no tree."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgcalc.grouping.dip.expression import (
    AllOf,
    AnyOf,
    Anything,
    Code,
    Expression,
    ExpressionSyntaxError,
    Precedence,
    PrecedenceNeededError,
    Span,
    alternatives,
    canonical,
    holds,
    leaves,
    matched,
    matches,
    parse,
    read_local,
    to_text,
)

A, B, C, D = Code("K80.1"), Code("I10"), Code("51.2300"), Code("47.0")
DIAGNOSES = ("K80.100", "K80.100x001", "I10.x00", "A18.300x009+K93.0*", "B99", "51.2300", "47.0100")

codes = st.sampled_from(["K80", "K80.1", "K80.100x001", "I10", "A18", "51.23", "47", "A18.300x009+K93.0*"]).map(Code)
spans = st.sampled_from([Span("A00", "B99"), Span("K80", "K87"), Span("45", "54"), Span("47.0", "47.1")])
leaf = st.one_of(codes, spans, st.just(Anything()))
texts = st.recursive(
    leaf.map(to_text),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.lists(inner, min_size=2, max_size=3).map("+".join),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=8,
)
records = st.sets(st.sampled_from(DIAGNOSES), max_size=4)


class Plain:
    """A truth value whose `+` is and, `|` and `*` are or: Python's own precedence does the rest."""

    def __init__(self, truth: bool) -> None:
        self.truth = truth

    def __add__(self, other: "Plain") -> "Plain":
        return Plain(self.truth and other.truth)

    def __or__(self, other: "Plain") -> "Plain":
        return Plain(self.truth or other.truth)

    __mul__ = __or__


WORD = re.compile(r"[A-Z]\d[\w.]*\+[A-Z]\d[\w.]*\*|[A-Z0-9][\w.]*(?:-[A-Z0-9][\w.]*)?|\*")


def plainly(text: str, record: set[str], *, or_first: bool = False) -> bool:
    """The text as Python arithmetic of truth values: `|` binds less than `+`, `*` binds more."""
    names: dict[str, Any] = {}

    def name(found: re.Match[str]) -> str:
        names[key := f"v{len(names)}"] = Plain(any(_means(found.group(), code) for code in record))
        return key

    worded = WORD.sub(name, text)
    return bool(eval(worded.replace("|", "*") if or_first else worded, {}, names).truth)


def _means(word: str, code: str) -> bool:
    first, _, last = word.partition("-")
    if last:
        return first <= code[: len(first)] <= last and code[len(first) - 1 : len(first)] != ""
    return word == "*" or code[: len(word)] == word


@given(texts, records)
def test_an_expression_holds_as_plain_arithmetic_of_truth_says(text: str, record: set[str]) -> None:
    assert holds(parse(text), record) == plainly(text, record)


@given(texts, records)
def test_or_before_and_holds_as_plain_arithmetic_of_truth_says(text: str, record: set[str]) -> None:
    assert holds(read_local(text, Precedence.OR_FIRST), record) == plainly(text, record, or_first=True)


@given(texts)
def test_what_is_printed_reads_back_as_the_same_tree(text: str) -> None:
    for tree in (parse(text), read_local(text, Precedence.OR_FIRST)):
        assert parse(to_text(tree)) == tree


@given(texts, records)
def test_alternatives_hold_when_the_expression_holds(text: str, record: set[str]) -> None:
    tree = parse(text)
    rows = alternatives(tree, 10_000)
    assert rows is not None
    assert any(all(any(matches(part, code) for code in record) for part in row) for row in rows) == holds(tree, record)


@given(texts, records)
def test_matched_codes_alone_satisfy_the_expression(text: str, record: set[str]) -> None:
    tree = parse(text)
    used = matched(tree, record)
    assert used <= record
    assert holds(tree, used) == holds(tree, record)


@given(texts)
def test_without_a_precedence_a_text_is_read_only_if_none_is_needed(text: str) -> None:
    both = [read_local(text, choice) for choice in (Precedence.OR_FIRST, Precedence.AND_FIRST)]
    if both[0] == both[1]:
        assert read_local(text, None) == both[0]
    else:
        with pytest.raises(PrecedenceNeededError):
            read_local(text, None)


@given(st.text(alphabet="K8A0.x+|*()-/, 或和†＋｜　\u00a0_xé", max_size=30))
def test_any_text_is_an_expression_or_an_error_that_says_where(text: str) -> None:
    for precedence in (None, *Precedence):
        read = _tried(text, precedence)
        if isinstance(read, ExpressionSyntaxError):
            assert 0 <= read.position <= len(read.text)
            assert "at character" in str(read)
        else:
            assert parse(to_text(read)) == read


def _tried(text: str, precedence: Precedence | None) -> Expression | ExpressionSyntaxError | None:
    try:
        return read_local(text, precedence)
    except ExpressionSyntaxError as error:
        return error


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("K80.1", A),
        ("K80.1*", A),
        ("k80.1｜i10", AnyOf((A, B))),
        ("K80.1 + I10 | 51.2300", AnyOf((AllOf((A, B)), C))),
        ("K80.1+(I10|51.2300)", AllOf((A, AnyOf((B, C))))),
        ("A00-B99", Span("A00", "B99")),
        ("36.1-36.3", Span("36.1", "36.3")),
        ("*", Anything()),
        ("I10|I10", B),
        ("(K80.1|(I10|51.2300))", AnyOf((A, B, C))),
        ("A18.300X009†K93.0*", Code("A18.300x009+K93.0*")),
        ("A18.300x009+(K93.0*)", AllOf((Code("A18.300x009"), Code("K93.0")))),
        ("K80.1_x000D_|I10", AnyOf((A, B))),
        ("X59.X00", Code("X59.x00")),
        ("17.912a0", Code("17.912A0")),
        ("", None),
        (" _x000D_ ", None),
    ],
)
def test_the_normal_grammar_reads(text: str, tree: Expression | None) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "precedence", "tree"),
    [
        ("51.2300+47.0/I10", Precedence.OR_FIRST, AllOf((C, AnyOf((D, B))))),
        ("51.2300+47.0/I10", Precedence.AND_FIRST, AnyOf((AllOf((C, D)), B))),
        ("51.2300+47.0/I10", Precedence.ALL, AllOf((C, AnyOf((D, B))))),
        ("51.2300，47.0", Precedence.ALL, AllOf((C, D))),
        ("51.2300、47.0/I10", Precedence.ALL, AllOf((C, AnyOf((D, B))))),
        ("51.2300或47.0", None, AnyOf((C, D))),
        ("51.2300和47.0", None, AllOf((C, D))),
        ("51.2300/47.0|I10", None, AnyOf((C, D, B))),
        ("51.2300+(47.0/I10)", None, AllOf((C, AnyOf((D, B))))),
        ("A00～B99", None, Span("A00", "B99")),
    ],
)
def test_a_city_s_marks_read_under_its_precedence(text: str, precedence: Precedence | None, tree: Expression) -> None:
    assert read_local(text, precedence) == tree


def test_a_comma_between_principal_diagnoses_is_or() -> None:
    assert read_local("K80.1,I10", None, one_code=True) == AnyOf((A, B))


@pytest.mark.parametrize(
    ("text", "precedence", "position"),
    [("51.2300+47.0/I10", None, 0), ("51.2300,47.0", None, 7), ("51.2300,47.0", Precedence.OR_FIRST, 7)],
)
def test_what_depends_on_the_precedence_is_not_guessed(text: str, precedence: Precedence | None, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        read_local(text, precedence)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("K80.1|", 6),
        ("K80.1 I10", 6),
        ("K80.1/I10", 5),
        ("(K80.1", 6),
        ("K80.1)", 5),
        ("B99-A00", 4),
        ("A00-K80.1", 4),
        ("A00-", 4),
        ("+K80", 0),
        ("阑尾炎", 0),
        ("(" * 30_000, 100),
    ],
)
def test_an_error_says_where(text: str, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse(text)
    assert caught.value.position == min(position, len(caught.value.text))


def test_a_dagger_code_is_matched_by_what_stands_above_it_and_by_itself() -> None:
    pair = "A18.300x009+K93.0*"
    assert [matches(Code(code), pair) for code in ("A18.3", pair, "K93.0")] == [True, True, False]


def test_a_short_code_lies_in_no_range_of_longer_ones() -> None:
    assert not matches(Span("A00", "B99"), "B9")


def test_too_many_alternatives_are_none() -> None:
    tree = parse("+".join(f"(K{n}|I{n})" for n in range(20, 40)))
    assert alternatives(tree, 1000) is None


def test_the_canonical_text_does_not_know_the_order_of_parts() -> None:
    assert canonical(parse("I10+(47.0|K80)")) == canonical(parse("(K80|47.0)+I10"))
    assert len(list(leaves(parse("I10+(47.0|K80)")))) == 3
