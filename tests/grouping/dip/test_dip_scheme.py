"""Directories are read strictly: what would never match, or means two things, is an error that names its row."""

from decimal import Decimal
from pathlib import Path

import pytest
from dip_folders import Directory, group, write_directory

from drgcalc.base.errors import RulesError
from drgcalc.grouping.dip.engine import DipEngine
from drgcalc.grouping.dip.expression import parse
from drgcalc.grouping.dip.scheme import DipOptions, DipScheme
from drgcalc.grouping.scheme import load_drg_scheme, load_scheme


def load(folder: Path, directory: Directory) -> DipScheme:
    scheme = load_scheme(write_directory(folder, directory))
    assert isinstance(scheme, DipScheme)
    return scheme


def refused(folder: Path, directory: Directory) -> str:
    with pytest.raises(RulesError) as caught:
        load(folder, directory)
    assert caught.value.hint
    return caught.value.message


def test_a_directory_is_read_with_everything_its_tables_say(tmp_path: Path) -> None:
    scheme = load(
        tmp_path,
        Directory(
            [group("B", "K80", "51.23|51.22", seq="2", score="12.5", tcm="1"), group("A", "I10", seq="1")],
            excluded=["Z00"],
            main_procedures=[("89.0", "never_main", ""), ("99.2", "in_scope_only", "C00-C97")],
            grassroots=[("J00", "")],
            kinds={"51": "surgical"},
            cci=[("I50", "heart failure", "1")],
            auxiliary=[("cci", "1", "CCI >= 1"), ("severity", "III", "QTZD in MCC and LYFS = 5")],
            options={"tie": "order", "main_anywhere": ["pregroup"]},
        ),
    )
    assert [row.code for row in scheme.rows] == ["A", "B"]
    assert scheme.rows[1].main_procedure == parse("51.23|51.22")
    assert (scheme.rows[1].score, scheme.rows[1].tcm, scheme.rows[0].score) == (Decimal("12.5"), True, None)
    assert scheme.main_procedures[1].scope == parse("C00-C97")
    assert scheme.options == DipOptions(tie="order", main_anywhere=("pregroup",))


def test_a_directory_is_no_drg_scheme(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="is a DIP directory"):
        load_drg_scheme(write_directory(tmp_path, Directory([group("A", "I10")])))


def test_an_unknown_kind_of_scheme_is_refused(tmp_path: Path) -> None:
    about = write_directory(tmp_path, Directory()) / "scheme.toml"
    about.write_text(about.read_text(encoding="utf-8").replace('"dip"', '"apg"'), encoding="utf-8")
    with pytest.raises(RulesError, match="'apg'"):
        load_scheme(tmp_path)


def test_a_table_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = write_directory(tmp_path, Directory([group("A", "I10")]))
    (folder / "dip.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(RulesError, match="is not the file"):
        load_scheme(folder)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (group("A", "I10", layer="basic"), "layer 'basic'"),
        (group("A", "47.01"), "asks in principal for 47.01"),
        (group("A", "I10", "I11"), "asks in main_procedure for I11"),
        (group("A", "I10+"), "principal"),
        (group("A", "I10", kind="surgical"), "kind 'surgical'"),
        (group("A", "I10", layer="comprehensive", kind="big"), "kind 'big'"),
        (group("A", "I10", grassroots="yes"), "grassroots 'yes'"),
        (group("A", "I10", score="many"), "score 'many'"),
        (group("A", "I10", score="NaN"), "score 'NaN'"),
        (group("A", "I10", seq="first"), "seq of A"),
        (group("", "I10"), "has no code"),
        (group("A", "I10", condition="QTZD in MCC"), "condition"),
        (group("A", "I10", condition="CCI >= 1"), "A"),
        (group("A", "I10", condition="NL >="), "A"),
    ],
)
def test_a_damaged_row_is_named(tmp_path: Path, row: dict[str, str], words: str) -> None:
    message = refused(tmp_path, Directory([row]))
    assert "dip.csv" in message
    assert words in message


@pytest.mark.parametrize(
    ("directory", "words"),
    [
        (Directory(main_procedures=[("89.0", "hidden", "")]), "effect 'hidden'"),
        (Directory(main_procedures=[("89.0", "in_scope_only", "")]), "principal_scope"),
        (Directory(main_procedures=[("89.0", "never_main", "C00")]), "principal_scope"),
        (Directory(main_procedures=[("89.0", "never_main", ""), ("89.0", "conservative", "")]), "stands twice"),
        (Directory(excluded=["z00"]), "'z00' would match no record"),
        (Directory(kinds={"51": "big"}), "kind 'big'"),
        (Directory(cc=[("I50", "MCC", "EX_1")]), "names exclusion table EX_1"),
        (Directory(cci=[("I50", "heart failure", "one")]), "weight 'one'"),
        (Directory(auxiliary=[("weight", "1", "")]), "dimension 'weight'"),
        (Directory(auxiliary=[("age", "1", "ZYZD in DI_1")]), "names set DI_1, which code_sets.csv lacks"),
        (Directory(auxiliary=[("age", "1", "ZYZD in CC")]), "levels exist for QTZD alone"),
        (Directory(auxiliary=[("age", "1", "QTSS in S")], code_sets=[("S", "DI", "C00")]), "a set of kind DI"),
        (Directory(auxiliary=[("age", "1", "length(S∩QTZD) > 1")], code_sets=[("S", "DI", "C00")]), "has the rule"),
        (Directory(code_sets=[("S", "DI", "c00")]), "would match no record"),
        (Directory(code_sets=[("S", "XX", "C00")]), "set S has kind 'XX'"),
        (Directory(auxiliary=[("age", "1", "NL > 1"), ("age", "1", "")]), "stands twice"),
        (Directory(auxiliary=[("cci", "1", "CCI >= 1")]), "cci.csv is not there"),
        (Directory(options={"tie": "random"}), "options.tie"),
        (Directory(options={"ties": "order"}), "unknown option"),
        (Directory(options={"lower_kinds": 1}), "options.lower_kinds"),
        (Directory(options={"main_anywhere": "core"}), "options.main_anywhere"),
        (Directory(options={"main_anywhere": ["basic"]}), "options.main_anywhere"),
    ],
)
def test_damage_in_other_tables_is_named(tmp_path: Path, directory: Directory, words: str) -> None:
    assert words in refused(tmp_path, directory)


def test_options_and_every_table_are_part_of_the_checksum(tmp_path: Path) -> None:
    base = load(tmp_path / "0", Directory([group("A", "I10")])).checksum
    others = [
        Directory([group("A", "I10")], options={"tie": "order"}),
        Directory([group("A", "I10")], excluded=["Z00"]),
        Directory([group("A", "I10")], cci=[("I50", "heart failure", "1")]),
    ]
    found = {load(tmp_path / str(n), directory).checksum for n, directory in enumerate(others, 1)}
    assert len(found | {base}) == len(others) + 1


def test_more_thresholds_than_a_number_can_hold_are_refused(tmp_path: Path) -> None:
    fields = ("NL", "XSRTL", "XSRTZ", "ZYTS", "LYFS", "HXJ", "ZZJH")
    rules = [f"{field} >= {number}" for field in fields for number in range(1, 300)]
    rows = [group(f"A{place}", "I10", condition=rule) for place, rule in enumerate(rules)]
    with pytest.raises(RulesError, match=r"dip\.csv compares scalars"):
        DipEngine(load(tmp_path / "1", Directory(rows)))
    listed = [("age", str(place), rule) for place, rule in enumerate(rules)]
    with pytest.raises(RulesError, match=r"auxiliary\.csv compares scalars"):
        DipEngine(load(tmp_path / "2", Directory(auxiliary=listed)))
