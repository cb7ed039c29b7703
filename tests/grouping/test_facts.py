"""Facts: positions of scalars, packing, classes of codes and membership by category."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from drgcalc.grouping.facts import (
    NO_CLASS,
    ClassBook,
    CodeClass,
    Membership,
    Numbering,
    Scale,
    is_prefix,
    pack,
    scales_of,
    unpack,
)
from drgcalc.grouping.rules import parse

NUMBERS = st.decimals(min_value=0, max_value=5000, places=2)
SCALES = st.lists(NUMBERS, unique=True, max_size=8).map(lambda found: Scale("NL", tuple(sorted(found))))


def position(value: Decimal | None, scale: Scale) -> int:
    """Where a value stands: from 1, two steps for each number below it, one for a number equal to it."""
    if value is None:
        return 0
    return 1 + sum((value > number) + (value >= number) for number in scale.numbers)


@given(SCALES.filter(lambda scale: scale.numbers), st.data())
def test_positions_answer_every_comparison_as_the_numbers_do(scale: Scale, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(scale.numbers))
    value = data.draw(NUMBERS | st.sampled_from(scale.numbers))
    answers = {
        "<": value < number,
        "<=": value <= number,
        "=": value == number,
        ">=": value >= number,
        ">": value > number,
    }
    for op, holds in answers.items():
        assert (position(value, scale) in scale.positions_where(op, number)) == holds
        assert position(None, scale) not in scale.positions_where(op, number)
    assert 0 < position(value, scale) < scale.size


@given(st.lists(SCALES, max_size=6), st.data())
def test_unpack_undoes_pack(scales: list[Scale], data: st.DataObject) -> None:
    positions = [data.draw(st.integers(0, scale.size - 1)) for scale in scales]
    assert unpack(pack(positions, scales), scales) == positions


@given(st.lists(SCALES, min_size=1, max_size=4), st.data())
def test_different_positions_pack_differently(scales: list[Scale], data: st.DataObject) -> None:
    one, other = ([data.draw(st.integers(0, scale.size - 1)) for scale in scales] for _ in range(2))
    assert (pack(one, scales) == pack(other, scales)) == (one == other)


def test_scales_hold_each_number_once_in_order_by_field() -> None:
    rules = [parse("NL >= 70 and XB = 2"), parse("NL < 18 or not (NL >= 70.0)"), parse("ZYZD in DI_A")]
    assert scales_of(rules) == (Scale("NL", (Decimal(18), Decimal(70))), Scale("XB", (Decimal(2),)))


CODES = st.text("AB1.x", min_size=1, max_size=4)
LISTED = CODES | CODES.map(lambda code: f"{code}*") | st.just("A18.3+K93.0*")


@given(st.dictionaries(st.sampled_from("PQR"), st.frozensets(LISTED, max_size=6)), CODES | st.just("A18.3+K93.0*"))
def test_membership_is_the_code_itself_or_a_category_above_it(owners: dict[str, frozenset[str]], code: str) -> None:
    expected = {
        owner
        for owner, listed in owners.items()
        if code in listed or any(code.startswith(entry[:-1]) for entry in listed if is_prefix(entry))
    }
    assert Membership(owners).of(code) == expected


def test_a_dagger_asterisk_pair_is_no_category() -> None:
    assert is_prefix("I63*")
    assert not is_prefix("A18.3+K93.0*")
    assert not is_prefix("I63.900")


def test_codes_that_no_rule_asks_about_share_class_zero() -> None:
    book = ClassBook([parse("ZYZD in DI_A or QTZD in DI_B")], "ZYZD")
    assert book.number("X", frozenset({"DI_B", "DI_C"})) == 0
    assert book.number("Y", frozenset()) == 0
    assert book.seen(0) == NO_CLASS
    assert book.number("Z", frozenset({"DI_A", "DI_C"})) == book.number("V", frozenset({"DI_A"})) == 1


def test_codes_are_told_apart_only_where_rules_count_them() -> None:
    book = ClassBook([parse("length(OP_A ∩ {ZYSS, QTSS}) >= 2"), parse("ZYSS in OP_B")], "ZYSS")
    first, second = book.number("1", frozenset({"OP_A"})), book.number("2", frozenset({"OP_A"}))
    assert first != second
    assert book.seen(first) == CodeClass(frozenset({"OP_A"}), "1")
    assert book.number("3", frozenset({"OP_B"})) == book.number("4", frozenset({"OP_B"}))


def test_narrowing_drops_what_is_not_asked() -> None:
    wide = ClassBook([parse("QTZD in {DI_A, DI_B}"), parse("length(DI_C ∩ QTZD) > 1")], "QTZD")
    asked = ClassBook([parse("QTZD in DI_A")], "QTZD")
    both, only_b = wide.number("1", frozenset({"DI_A", "DI_C"})), wide.number("2", frozenset({"DI_B", "DI_C"}))
    assert wide.seen(wide.narrow(both, asked)) == CodeClass(frozenset({"DI_A"}), "")
    assert wide.narrow(only_b, asked) == 0


@given(st.lists(st.text(max_size=3)))
def test_numbering_gives_each_value_one_number_and_back(values: list[str]) -> None:
    numbering: Numbering[str] = Numbering()
    numbers = [numbering.number(value) for value in values]
    assert [numbering.value(number) for number in numbers] == values
    assert len(numbering) == len(set(values))
