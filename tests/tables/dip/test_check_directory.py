"""What `tables check` finds in a directory: each check on the smallest directory that has the fault, and without it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from directories import directory, group
from hypothesis import given
from hypothesis import strategies as st

from drgcalc.base.dip_columns import KINDS
from drgcalc.grouping.dip.expression import Code, Span, holds, parse
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.tables.dip.check import check_dip
from drgcalc.tables.dip.cover import covers, leaf_covers
from drgcalc.tables.dip.model import GrassrootsLine
from drgcalc.tables.findings import CHECK_FINDINGS
from drgcalc.tables.kinds import ProcedureKind
from drgcalc.tables.model import Option

EVERY_KIND = [kind for kind in KINDS if kind != "interventional"]
COMPREHENSIVE = tuple(
    group(f"K80-{kind}", "K80", layer="comprehensive", kind=kind, seq=90 + n) for n, kind in enumerate(EVERY_KIND)
)
SOUND = (group("A", "K80.1", "51.2300", seq=1), group("B", "K80.1", seq=2), *COMPREHENSIVE)


def codes(scheme: DipScheme) -> list[str]:
    return [found.code for found in check_dip(scheme)]


def said(scheme: DipScheme, code: str) -> list[str]:
    return [found.message for found in check_dip(scheme) if found.code == code]


def test_a_sound_directory_has_no_findings(tmp_path: Path) -> None:
    assert codes(directory(tmp_path / "s", *SOUND)) == []


def test_every_finding_has_the_severity_and_meaning_of_its_code(tmp_path: Path) -> None:
    for found in check_dip(directory(tmp_path / "s", *SOUND[:2], excluded=("K80",))):
        assert (found.severity, found.hint) == (CHECK_FINDINGS[found.code].severity, CHECK_FINDINGS[found.code].meaning)


def test_two_groups_that_ask_for_the_same_are_named(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND, group("C", "K80.1", "51.2300", seq=3))
    assert said(scheme, "T201") == ["two groups ask for the same: C and A: K80.1 51.2300"]


def test_the_order_of_alternatives_does_not_hide_that_groups_ask_for_the_same(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND, group("C", "I10|I11", seq=3), group("D", "I11|I10", seq=4))
    assert len(said(scheme, "T201")) == 1


@pytest.mark.parametrize(("principal", "code"), [("R99|R98.1", "T202"), ("R99|I10", "T203"), ("I10", "")])
def test_principal_diagnoses_that_are_excluded_are_found(tmp_path: Path, principal: str, code: str) -> None:
    scheme = directory(tmp_path / "s", *SOUND, group("C", principal, seq=3), excluded=("R98", "R99"))
    assert [found for found in codes(scheme) if found in ("T202", "T203")] == ([code] if code else [])


def test_exact_exclusion_does_not_reach_below(tmp_path: Path) -> None:
    scheme = directory(
        tmp_path / "s", *SOUND, group("C", "R98.1", seq=3), excluded=("R98",), options={"excluded": "exact"}
    )
    assert "T202" not in codes(scheme)


def test_codes_of_an_unusual_shape_are_counted(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND, group("C", "K8A.1|KK|I10", seq=3))
    assert said(scheme, "T204") == ["codes of an unusual shape: 2 codes: K8A.1, KK"]


def test_order_numbers_of_several_groups_and_names_of_one_group_are_named(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND, group("C", "I10", seq=2), group("A", "I11", seq=1, name="other"))
    assert said(scheme, "T205") == ["order number of several groups: 2: B, C"]
    assert said(scheme, "T211") == ["group of several names: A: A, other"]


def test_a_category_without_a_kind_is_named(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND[:-1])
    assert said(scheme, "T206") == ["category without a kind of treatment: K80 has no conservative"]
    assert "T206" not in codes(directory(tmp_path / "l", *SOUND[:-1], options={"lower_kinds": True}))


def test_interventional_groups_are_asked_for_where_the_kind_is_kept(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND, options={"interventional_as": "interventional"})
    assert said(scheme, "T206") == ["category without a kind of treatment: K80 has no interventional"]


def test_groups_of_a_kind_that_no_case_has_are_named(tmp_path: Path) -> None:
    """Interventional treatment counts as surgical unless the directory keeps it apart."""
    scheme = directory(tmp_path / "s", *SOUND, group("I", "K80", layer="comprehensive", kind="interventional", seq=99))
    title = "comprehensive groups of a kind that no case has"
    assert said(scheme, "T215") == [f"{title}: interventional, 1 rows: I"]


@pytest.mark.parametrize("options", [{"interventional_as": "interventional"}, {"lower_kinds": True}])
def test_groups_of_interventional_treatment_are_met_where_it_is_kept_or_lower_kinds_are_tried(
    tmp_path: Path, options: dict[str, Option]
) -> None:
    row = group("I", "K80", layer="comprehensive", kind="interventional", seq=99)
    assert "T215" not in codes(directory(tmp_path / "s", *SOUND, row, options=options))


@pytest.mark.parametrize(
    ("kind", "kind_of", "lost"),
    [
        ("surgical", "highest", False),
        ("diagnostic", "highest", False),
        ("conservative", "highest", True),
        ("surgical", "main", True),
        ("diagnostic", "main", False),
    ],
)
def test_the_kind_of_a_group_agrees_with_that_of_its_main_procedure(
    tmp_path: Path, kind: str, kind_of: str, lost: bool
) -> None:
    """89.52 is a diagnostic procedure: the whole case may be of a higher kind, never of a lower one."""
    row = group("X", "K80", "89.52", layer="comprehensive", kind=kind, seq=99)
    assert ("T215" in codes(directory(tmp_path / "s", *SOUND, row, options={"kind_of": kind_of}))) == lost


def test_code_sets_that_no_rule_asks_for_and_odd_codes_in_sets_are_named(tmp_path: Path) -> None:
    sets = (("CHEMO", "OP", "99.25*"), ("RADIO", "OP", "92.2*"), ("ODD", "DI", "KK"))
    rules = (("tumour", "chemotherapy", "{ZYSS, QTSS} in {CHEMO, ODD_ONE}", "", "x"),)
    others = {"code_sets": (*sets, ("ODD_ONE", "OP", "99.2503")), "auxiliary": rules}
    scheme = directory(tmp_path / "s", *SOUND, others=others)
    assert said(scheme, "T216") == ["code sets that no rule asks for: 2 sets: ODD, RADIO"]
    assert said(scheme, "T204") == ["codes of an unusual shape: 1 codes: KK"]


def test_a_directory_without_comprehensive_groups_says_so(tmp_path: Path) -> None:
    assert codes(directory(tmp_path / "s", *SOUND[:2])) == ["T207"]


def test_procedures_without_a_kind_are_named(tmp_path: Path) -> None:
    kinds = (ProcedureKind("47", "surgical", "n", "s"),)
    scheme = directory(tmp_path / "s", *SOUND, group("C", "K35", "47.0100", seq=3), kinds=kinds)
    assert said(scheme, "T208") == ["procedures without a kind: 1 codes of dip.csv: 51.2300"]


@pytest.mark.parametrize(("effect", "lost"), [("never_main", True), ("conservative", True)])
def test_a_main_procedure_that_is_taken_away_is_found(tmp_path: Path, effect: str, lost: bool) -> None:
    scheme = directory(tmp_path / "s", *SOUND, procedures=(("51.23", effect),))
    assert ("T209" in codes(scheme)) == lost


def test_a_group_that_an_earlier_layer_takes_whole_is_found(tmp_path: Path) -> None:
    merged = group("M", "K80", "51.23|51.22", layer="merged", seq=50)
    scheme = directory(tmp_path / "s", *SOUND, merged)
    assert said(scheme, "T210") == ["an earlier layer takes every case: A A is tried after M of the layer merged"]


@pytest.mark.parametrize(
    "merged",
    [
        group("M", "K80.2", "51.23", layer="merged", seq=50),
        group("M", "K80", "51.2300x001", layer="merged", seq=50),
        group("M", "K80", "51.23", layer="merged", seq=50, secondary="I10"),
        group("M", "K80", "51.23", layer="merged", seq=50, related_procedures="47"),
        group("M", "K80", "51.23+47", layer="merged", seq=50),
    ],
    ids=["other diagnosis", "narrower procedure", "secondary", "related", "two procedures"],
)
def test_an_earlier_row_that_asks_for_more_takes_nothing_away(tmp_path: Path, merged: object) -> None:
    assert "T210" not in codes(directory(tmp_path / "s", *SOUND, merged))  # type: ignore[arg-type]


def test_a_pregroup_of_any_diagnosis_takes_its_procedures_from_all(tmp_path: Path) -> None:
    scheme = directory(tmp_path / "s", *SOUND, group("X", "*", "51.23", layer="pregroup", seq=50))
    assert len(said(scheme, "T210")) == 1


def test_rows_that_say_nothing_new_are_counted(tmp_path: Path) -> None:
    kinds = (ProcedureKind("51", "surgical", "n", "s"), ProcedureKind("51.2", "surgical", "n", "s"))
    scheme = directory(tmp_path / "s", *SOUND, kinds=kinds, excluded=("R99", "R99.1"))
    assert said(scheme, "T212") == [
        "rows that say nothing new: 1 rows: 51.2",
        "rows that say nothing new: 1 rows: R99.1",
    ]


@pytest.mark.parametrize(("principal", "unmet"), [("I10", True), ("K80.100", False), ("K8", False), ("K80.2", False)])
def test_grassroots_combinations_that_no_group_has_are_named(tmp_path: Path, principal: str, unmet: bool) -> None:
    scheme = directory(tmp_path / "s", *SOUND, grassroots=(GrassrootsLine(1, principal, "", "n"),))
    assert ("T213" in codes(scheme)) == unmet


def test_groups_without_a_score_are_named_where_others_have_one(tmp_path: Path) -> None:
    scored = SOUND[0]._replace(score=Decimal("1.5"))
    assert len(said(directory(tmp_path / "s", scored, *SOUND[1:]), "T214")) == 1


LEAVES = st.sampled_from(["K80", "K80.1", "K80.100", "I10", "I10-K80", "A00-B99", "K80.0-K80.2", "*"])
EXPRESSIONS = st.lists(st.lists(LEAVES, min_size=1, max_size=2).map("+".join), min_size=1, max_size=3).map("|".join)
RECORDS = st.sets(
    st.sampled_from(["K80.100", "K80.200x001", "K80.900", "I10.x00", "I20.000", "A01.000", "Z51.1"]), max_size=3
)


@given(EXPRESSIONS, EXPRESSIONS, RECORDS)
def test_what_is_covered_never_holds_alone(wide: str, narrow: str, record: set[str]) -> None:
    wider, narrower = parse(wide), parse(narrow)
    assert wider is not None
    assert narrower is not None
    if covers(wider, narrower) and holds(narrower, record):
        assert holds(wider, record)


def test_a_range_covers_what_lies_inside_it() -> None:
    assert leaf_covers(Span("A00", "B99"), Code("A18.3"))
    assert leaf_covers(Span("A00", "B99"), Span("A15", "A19"))
    assert leaf_covers(Code("K80"), Span("K80.0", "K80.2"))
    assert not leaf_covers(Span("A00", "B99"), Code("A1"))
