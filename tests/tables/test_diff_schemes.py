from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drgcalc.base.errors import InputError
from drgcalc.base.scheme_columns import TRANSITIONS
from drgcalc.grouping.scheme import CcRow, CodeSet, DrgRow
from drgcalc.tables.diff import Word, compare_words, diff_schemes
from drgcalc.tables.export import marked
from drgcalc.tables.transitions import transitions


@pytest.fixture
def scheme(book, load):
    return load(book)


def drg(scheme, code: str, **change: object):
    return replace(scheme, drg=tuple(row._replace(**change) if row.code == code else row for row in scheme.drg))


def test_a_scheme_does_not_differ_from_itself(scheme):
    assert not diff_schemes(scheme, scheme)


def test_groups_added_dropped_and_renamed_are_told_apart(scheme):
    new = drg(scheme, "BR15", name="脑梗死，无并发症")
    new = replace(
        new, drg=(*(row for row in new.drg if row.code != "BB11"), DrgRow("BR19", "新组", "", "BR1", "MDCB", 9))
    )
    changes = [(change.change, change.key) for change in diff_schemes(scheme, new).groups]
    assert changes == [("dropped", "MDCB BB1 BB11"), ("renamed", "MDCB BR1 BR15"), ("added", "MDCB BR1 BR19")]


def test_a_changed_rule_is_shown_word_by_word(scheme):
    (change,) = diff_schemes(scheme, drg(scheme, "BR13", rule="QTZD in MCC or NL >= 70")).rules
    assert change.key == "MDCB BR1 BR13"
    assert marked(change.words) == "QTZD in MCC or [-QTZD in CC-] [+NL >= 70+]"
    assert not change.same_meaning


def test_letter_case_and_spaces_are_no_change_of_a_rule(scheme):
    assert not diff_schemes(scheme, drg(scheme, "BR13", rule="qtzd  IN mcc OR QTZD in cc"))


def test_another_wording_of_the_same_rule_is_marked_so(scheme):
    (change,) = diff_schemes(scheme, drg(scheme, "BR13", rule="((QTZD in MCC) or QTZD in CC)")).rules
    assert change.same_meaning


def test_words_of_one_state_spell_the_text_of_that_edition():
    old, new = "ZYZD in DI_A and NL >= 70", "ZYZD in {DI_A, DI_B} and NL > 70"
    words = compare_words(old, new)
    for state, text in (("old", old), ("new", new)):
        spelled = "".join(word.text for word in words if word.state in ("same", state))
        assert spelled.replace(" ", "") == text.replace(" ", "")
    assert Word("same", "ZYZD in") in words


def test_a_changed_order_of_trial_is_told_for_its_scope(scheme):
    orders = {"BB1": 2, "BR1": 1}
    rows = sorted((row._replace(seq=orders.get(row.code, row.seq)) for row in scheme.adrg), key=lambda row: row.seq)
    (change,) = diff_schemes(scheme, replace(scheme, adrg=tuple(rows))).orders
    assert (change.scope, change.old_order, change.new_order) == ("MDCB", ("BB1", "BR1", "B00"), ("BR1", "BB1", "B00"))


def test_sets_tell_the_codes_they_gained_and_lost(scheme):
    sets = {**scheme.code_sets, "DI_BR1": CodeSet("DI", frozenset({"I63.900", "G45.900"}))}
    del sets["OP_AB1"]
    changes = {change.set_id: change for change in diff_schemes(scheme, replace(scheme, code_sets=sets)).sets}
    assert (changes["DI_BR1"].added, changes["DI_BR1"].dropped) == (("G45.900",), ("I63.900x001",))
    assert (changes["OP_AB1"].change, changes["OP_AB1"].dropped) == ("dropped", ("50.5100",))


def test_levels_of_complications_are_compared(scheme):
    new = replace(scheme, cc=(CcRow("J96.900", "CC", "EX_1"), CcRow("I50.900", "CC", "")))
    changes = [tuple(change) for change in diff_schemes(scheme, new).complications]
    assert changes == [("E11.900", "CC", ""), ("I50.900", "", "CC"), ("J96.900", "MCC", "CC")]


def test_renumbered_exclusion_tables_are_no_change_but_other_contents_are(scheme):
    renamed = replace(
        scheme,
        cc=tuple(row._replace(exclusion_set="EX_7") for row in scheme.cc),
        exclusions={"EX_7": scheme.exclusions["EX_1"]},
    )
    assert not diff_schemes(scheme, renamed)
    wider = replace(scheme, exclusions={"EX_1": frozenset({"J96.000", "J96.100"})})
    changes = diff_schemes(scheme, wider).exclusions
    assert [(change.code, change.added, change.dropped) for change in changes] == [
        ("E11.900", ("J96.100",), ()),
        ("J96.900", ("J96.100",), ()),
    ]


def cases(rows: list[tuple[str, str, str | None, str, str, str | None]]) -> pa.Table:
    names = ["settlement_id", "hospital_id", "group_code", "status", "total_fee", "case_points"]
    table = pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    typed = table.cast(
        pa.schema(
            [(name, pa.string()) for name in names[:4]]
            + [("total_fee", pa.decimal128(18, 2)), ("case_points", pa.decimal128(18, 4))]
        )
    )
    return typed.append_column("pool", pa.array(["employee"] * len(rows))).append_column(
        "is_refund", pa.array([row[4].startswith("-") for row in rows])
    )


OLD = cases(
    [
        ("1", "H1", "BR15", "grouped", "100.10", "80"),
        ("2", "H1", "BR15", "grouped", "200.20", "80"),
        ("3", "H2", "BR15", "grouped", "300.30", "80"),
        ("4", "H2", "BB15", "grouped", "400.40", "500"),
        ("5", "H2", None, "ungrouped", "500.50", None),
    ]
)
NEW = cases(
    [
        ("1", "H1", "BR13", "grouped", "100.10", "95.5"),
        ("2", "H1", "BR13", "grouped", "200.20", "95.5"),
        ("3", "H2", "BR15", "grouped", "300.30", "80"),
        ("4", "H2", "BB15", "grouped", "400.40", "480"),
        ("6", "H2", "BB15", "grouped", "600.60", "480"),
    ]
)


def test_transitions_count_cases_points_and_yuan_by_hospital_changed_flows_first():
    rows = transitions(OLD, NEW).to_pylist()
    assert [(row["hospital_id"], row["old_group"], row["new_group"], row["cases"]) for row in rows] == [
        ("H1", "BR15", "BR13", 2),
        ("H2", "", "BB15", 1),
        ("H2", "", "", 1),
        ("H2", "BB15", "BB15", 1),
        ("H2", "BR15", "BR15", 1),
    ]
    first = rows[0]
    assert (first["old_points"], first["new_points"], first["points_moved"]) == (160, 191, 31)
    assert first["total_fee"] == Decimal("300.30")


def test_transitions_lose_no_case_and_no_fen():
    rows = transitions(OLD, NEW).to_pylist()
    assert sum(row["cases"] for row in rows) == 6
    assert sum(row["total_fee"] for row in rows) == Decimal("2102.10")
    assert sum(row["points_moved"] for row in rows) == Decimal("31") - 20 + 480


def test_the_matrix_has_the_published_columns_and_no_floating_point():
    table = transitions(OLD, NEW)
    assert tuple(table.column_names) == TRANSITIONS.names()
    assert not any(pa.types.is_floating(field.type) for field in table.schema)


def test_a_reversal_with_the_id_of_what_it_reverses_is_a_case_of_its_own():
    stay = ("1", "H1", "BR15", "grouped", "100.10", "80")
    both = cases([stay, ("1", "H1", "BR15", "grouped", "-100.10", "-80")])
    (row,) = transitions(both, both).to_pylist()
    assert (row["cases"], row["old_points"], row["total_fee"]) == (2, 0, 0)


def test_transitions_read_parquet_files(tmp_path: Path):
    for name, table in (("old", OLD), ("new-1", NEW.slice(0, 2)), ("new-2", NEW.slice(2))):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    from_files = transitions(tmp_path / "old.parquet", [tmp_path / "new-1.parquet", tmp_path / "new-2.parquet"])
    assert from_files.equals(transitions(OLD, NEW))


def test_cases_that_cannot_be_read_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        transitions(tmp_path / "lost.parquet", NEW)
    with pytest.raises(InputError, match="no column case_points"):
        transitions(OLD.drop_columns(["case_points"]), NEW)
