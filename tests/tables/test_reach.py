"""What is said of rules is compared with trying every record of a small world."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from drgcalc.grouping.rules import And, Compare, Constant, Count, Member, Not, Or, Rule, parse
from drgcalc.grouping.scheme import CodeSet
from drgcalc.tables.reach import Reasoner, codes_of

SETS = {
    "DI_A": CodeSet("DI", frozenset({"A01", "A02"})),
    "DI_B": CodeSet("DI", frozenset({"A02", "B01"})),
    "DI_P": CodeSet("DI", frozenset({"A*"})),
    "DI_E": CodeSet("DI", frozenset({""})),
    "OP_X": CodeSet("OP", frozenset({"10.1"})),
    "OP_Y": CodeSet("OP", frozenset({"10.1", "20.2"})),
    "OP_Q": CodeSet("OP", frozenset({"20*"})),
}


class Record(NamedTuple):
    """A record of the small world; `levels` are the complications that count."""

    fields: dict[str, tuple[str, ...]]
    age: int | None
    levels: frozenset[str]


WORLD = [
    Record({"ZYZD": (principal,), "QTZD": other, "ZYSS": main, "QTSS": more}, age, levels)
    for principal, other, (main, more), age, levels in product(
        ("A01", "A02", "B01"),
        ((), ("A01",), ("B01",)),
        (((), ()), (("10.1",), ()), (("20.2",), ("10.1",)), (("10.1",), ("20.2",))),
        (None, 1, 2, 3),
        (frozenset(), frozenset({"MCC"}), frozenset({"CC"})),
    )
]

_DX = st.sampled_from([("ZYZD",), ("QTZD",), ("ZYZD", "QTZD")])
_OP = st.sampled_from([("ZYSS",), ("QTSS",), ("ZYSS", "QTSS")])
_OPS = st.sampled_from(["<", "<=", "=", ">=", ">"])


def _texts() -> st.SearchStrategy[str]:
    def asked(fields: tuple[str, ...], sets: list[str], negated: bool) -> str:
        return f"{{{', '.join(fields)}}} {'not ' if negated else ''}in {{{', '.join(sets)}}}"

    def listed(*names: str) -> st.SearchStrategy[list[str]]:
        return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)

    leaves = st.one_of(
        st.builds(asked, _DX, listed("DI_A", "DI_B", "DI_P", "DI_E"), st.booleans()),
        st.builds(asked, _OP, listed("OP_X", "OP_Y", "OP_Q"), st.booleans()),
        st.builds(asked, st.just(("QTZD",)), listed("MCC", "CC"), st.booleans()),
        st.builds("NL {} {}".format, _OPS, st.integers(1, 3)),
        st.builds(
            "length({} ∩ {{ZYSS, QTSS}}) {} {}".format, st.sampled_from(["OP_X", "OP_Y"]), _OPS, st.integers(0, 2)
        ),
        st.sampled_from(["0", "1"]),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=5,
    )


def holds(rule: Rule, record: Record) -> bool:
    """The rule, tried on a record the plain way."""
    match rule:
        case Constant(value):
            return value
        case And(parts):
            return all(holds(part, record) for part in parts)
        case Or(parts):
            return any(holds(part, record) for part in parts)
        case Not(part):
            return not holds(part, record)
        case Member(fields, sets):
            return any(
                name in record.levels if name in ("MCC", "CC") else matching(name, fields, record) for name in sets
            )
        case Count(set_id, fields, op, number):
            return compares(len(matching(set_id, fields, record)), op, int(number))
        case Compare(_, op, number):
            return record.age is not None and compares(record.age, op, int(number))


def matching(set_id: str, fields: tuple[str, ...], record: Record) -> set[str]:
    return {
        code
        for field in fields
        for code in record.fields[field]
        for listed in SETS[set_id].codes
        if code == listed or (listed.endswith("*") and code.startswith(listed[:-1]))
    }


def compares(left: int, op: str, right: int) -> bool:
    return {"<": left < right, "<=": left <= right, "=": left == right, ">=": left >= right, ">": left > right}[op]


@settings(max_examples=300, deadline=None)
@given(st.lists(_texts(), min_size=1, max_size=3))
def test_what_is_called_impossible_no_record_meets(texts: list[str]):
    rules = [parse(text) for text in texts]
    if not Reasoner(SETS).possible(rules):
        assert not any(all(holds(rule, record) for rule in rules) for record in WORLD)


@settings(max_examples=300, deadline=None)
@given(_texts(), _texts())
def test_what_is_called_implied_holds_for_every_record(text: str, other: str):
    rule, wider = parse(text), parse(other)
    if Reasoner(SETS).implies(rule, wider):
        assert all(holds(wider, record) for record in WORLD if holds(rule, record))


@given(_texts())
def test_every_rule_implies_itself(text: str):
    assert Reasoner(SETS).implies(parse(text), parse(text))


def test_codes_and_prefixes_meet_include_and_exclude_each_other():
    wide, narrow = codes_of({"I63*", "C71.9"}), codes_of({"I63.9", "I63.1*", "J96.0"})
    assert wide.meets(narrow) == codes_of({"I63.9", "I63.1*"}) == narrow.meets(wide)
    assert narrow.without(wide) == codes_of({"J96.0"})
    assert wide.includes(codes_of({"I63.9", "I63.2*"}))
    assert not narrow.includes(codes_of({"I63*"}))


def test_a_dagger_asterisk_pair_is_one_code_not_a_prefix():
    assert codes_of({"A18.3+K93.0*"}).prefixes == frozenset()
