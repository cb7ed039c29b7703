"""A table folder that is damaged is refused with its file, its row and what to do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from scheme_folders import ABOUT, HEADERS, Tables, sign, write_scheme

from drgcalc.base.errors import RulesError
from drgcalc.grouping.engine import Engine
from drgcalc.grouping.scheme import AdrgRow, CcRow, DrgRow, MdcRow, load_scheme

SOUND = Tables(
    mdc=[("MDCB", "ZYZD in DI_B"), ("0000", "")],
    adrg=[("BA1", "ZYSS in OP_B", "MDCB"), ("B00", "", "MDCB"), ("000", "", "0000")],
    drg=[("BA11", "QTZD in MCC", "BA1", "MDCB"), ("BA15", "", "BA1", "MDCB"), ("0000", "", "000", "0000")],
    sets={"DI_B": ("I63*", "I10.x00"), "op_b": ("51.2300",)},
    cc=[("N17*", "MCC", "EX_1"), ("N17*", "CC", "")],
    exclusions={"EX_1": ("I63*",)},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_scheme(tmp_path / "small", SOUND)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def refusal(folder: Path) -> RulesError:
    with pytest.raises(RulesError) as caught:
        load_scheme(folder)
    assert caught.value.hint, "an error says what to do"
    return caught.value


def test_a_sound_folder_is_loaded_as_it_stands(folder: Path) -> None:
    scheme = load_scheme(folder)
    assert scheme.mdc[0] == MdcRow("MDCB", "name of MDCB", "ZYZD in DI_B", 0)
    assert scheme.adrg[1] == AdrgRow("B00", "name of B00", "", "MDCB", 1)
    assert scheme.drg[0] == DrgRow("BA11", "name of BA11", "QTZD in MCC", "BA1", "MDCB", 0)
    assert scheme.cc == (CcRow("N17*", "MCC", "EX_1"), CcRow("N17*", "CC", ""))
    assert scheme.code_sets["DI_B"].codes == {"I63*", "I10.x00"}
    assert scheme.code_sets["OP_B"].kind == "OP"
    assert scheme.exclusions == {"EX_1": frozenset({"I63*"})}


def test_rows_are_tried_by_number_and_equal_numbers_by_row(folder: Path) -> None:
    change(folder / "mdc.csv", "MDCB,name of MDCB,ZYZD in DI_B,0", "MDCB,name of MDCB,ZYZD in DI_B,10")
    change(folder / "mdc.csv", "0000,name of 0000,,1", "0000,name of 0000,,9")
    change(folder / "drg.csv", "BA1,MDCB,1", "BA1,MDCB,0")
    sign(folder)
    scheme = load_scheme(folder)
    assert [row.code for row in scheme.mdc] == ["0000", "MDCB"]
    assert [row.code for row in scheme.drg][:2] == ["BA11", "BA15"]


def test_the_checksum_names_the_content_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    before = load_scheme(folder).checksum
    shutil.copytree(folder, tmp_path / "copy")
    sign(tmp_path / "copy", about={**ABOUT, "title": "another title"})
    assert load_scheme(tmp_path / "copy").checksum == before
    change(folder / "drg.csv", "QTZD in MCC", "QTZD in CC")
    sign(folder)
    assert load_scheme(folder).checksum != before


@pytest.mark.parametrize("name", HEADERS)
def test_a_table_changed_by_one_byte_is_refused(folder: Path, name: str) -> None:
    path = folder / f"{name}.csv"
    path.write_bytes(path.read_bytes()[:-2] + b"9\n")
    error = refusal(folder)
    assert f"{name}.csv" in error.message
    assert "sha256" in error.message


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_table_is_named(folder: Path, name: str) -> None:
    (folder / f"{name}.csv").unlink()
    assert f"{name}.csv" in refusal(folder).message


def test_a_folder_without_scheme_toml_is_no_scheme(folder: Path) -> None:
    (folder / "scheme.toml").unlink()
    assert str(folder) in refusal(folder).message
    assert "nowhere" in refusal(folder / "nowhere").message


@pytest.mark.parametrize("name", HEADERS)
def test_a_wrong_header_is_shown_with_the_right_one(folder: Path, name: str) -> None:
    change(folder / f"{name}.csv", HEADERS[name], HEADERS[name].upper())
    sign(folder)
    error = refusal(folder)
    assert f"{name}.csv" in error.message
    assert HEADERS[name].upper() in error.message
    assert HEADERS[name] in error.hint


def test_an_empty_table_lacks_its_header(folder: Path) -> None:
    (folder / "cc.csv").write_bytes(b"")
    sign(folder)
    assert "cc.csv" in refusal(folder).message


def damaged(file: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: change(folder / file, old, new)


DAMAGES = {
    "unknown set": (damaged("mdc.csv", "ZYZD in DI_B", "ZYZD in DI_Q"), "mdc.csv", ("MDCB", "DI_Q")),
    "unknown set in a length": (
        damaged("adrg.csv", "ZYSS in OP_B", "length(OP_Q ∩ ZYSS) > 1"),
        "adrg.csv",
        ("BA1", "OP_Q"),
    ),
    "bad rule": (damaged("drg.csv", "QTZD in MCC", "QTZD inn MCC"), "drg.csv", ("BA11", "INN", "character 6")),
    "missing MDC": (damaged("mdc.csv", "MDCB,", "MDCX,"), "adrg.csv", ("BA1", "MDCB", "mdc.csv")),
    "missing ADRG": (damaged("adrg.csv", "BA1,", "BX1,"), "drg.csv", ("BA11", "BA1", "adrg.csv")),
    "ADRG of another MDC": (damaged("drg.csv", "BA1,MDCB,0", "BA1,0000,0"), "drg.csv", ("BA11", "BA1", "0000")),
    "missing exclusion table": (damaged("cc.csv", "EX_1", "EX_7"), "cc.csv", ("N17*", "EX_7", "exclusions.csv")),
    "unknown level": (damaged("cc.csv", "CC,\n", "DD,\n"), "cc.csv", ("N17*", "DD")),
    "code twice in a level": (damaged("cc.csv", "N17*,CC,", "N17*,MCC,"), "cc.csv", ("N17*", "MCC")),
    "order that is no number": (damaged("adrg.csv", "MDCB,1", "MDCB,1st"), "adrg.csv", ("B00", "1st")),
    "order that is missing": (damaged("drg.csv", "0000,2", "0000,"), "drg.csv", ("0000", "seq")),
    "unknown kind of set": (damaged("code_sets.csv", "DI_B,DI", "DI_B,DX"), "code_sets.csv", ("DI_B",)),
    "set of two kinds": (damaged("code_sets.csv", "DI_B,DI,I63", "DI_B,OP,I63"), "code_sets.csv", ("DI_B",)),
    "too few cells": (damaged("exclusions.csv", "EX_1,I63*", "EX_1"), "exclusions.csv", ("line 2", "1 cells")),
    "too many cells": (damaged("drg.csv", "QTZD in MCC", "QTZD in {MCC,CC}"), "drg.csv", ("line 2", "7 cells")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_refused_with_file_row_and_value(folder: Path, name: str) -> None:
    damage, file, words = DAMAGES[name]
    damage(folder)
    sign(folder)
    error = refusal(folder)
    assert file in error.message
    assert str(folder) in error.message
    for word in words:
        assert word in error.message


def test_a_table_in_another_encoding_is_refused(folder: Path) -> None:
    path = folder / "mdc.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("name of MDCB", "神经系统").encode("gb18030"))
    sign(folder)
    assert "mdc.csv" in refusal(folder).message


def test_a_level_asked_of_the_principal_diagnosis_is_refused(folder: Path) -> None:
    change(folder / "drg.csv", "QTZD in MCC", "ZYZD in MCC")
    sign(folder)
    with pytest.raises(RulesError, match="ZYZD"):
        Engine(load_scheme(folder))


ABOUT_DAMAGES = {
    "missing key": ('edition = "test"\n', "", "edition"),
    "unknown key": ('edition = "test"', 'edition = "test"\ncity = "x"', "city"),
    "another kind": ('kind = "drg"', 'kind = "apg"', "apg"),
    "no TOML": ('edition = "test"', 'edition = "test', "scheme.toml"),
    "unknown option": ("[sha256]", "[options]\nspeed = true\n[sha256]", "options.speed"),
    "option of a wrong type": ("[sha256]", "[options]\nretry_other_procedures = 1\n[sha256]", "retry_other_procedures"),
    "flag for a number": ("[sha256]", "[options]\nnewborn_weight_days = true\n[sha256]", "newborn_weight_days"),
    "checksums that are no table": ("[sha256]", "[checks]", "sha256"),
}


@pytest.mark.parametrize("name", ABOUT_DAMAGES)
def test_a_damaged_scheme_toml_is_refused_by_key(folder: Path, name: str) -> None:
    old, new, word = ABOUT_DAMAGES[name]
    change(folder / "scheme.toml", old, new)
    error = refusal(folder)
    assert "scheme.toml" in error.message
    assert word in error.message


@pytest.mark.parametrize("line", ["options = 3", "title = 3", "kind = 3", "sha256 = 3"])
def test_a_value_of_a_wrong_type_in_scheme_toml_is_refused_by_key(folder: Path, line: str) -> None:
    key = line.split()[0]
    kept = [old for old in (folder / "scheme.toml").read_text(encoding="utf-8").splitlines() if not old.startswith(key)]
    if key == "sha256":
        kept = kept[: kept.index("[sha256]")]
    (folder / "scheme.toml").write_text("\n".join([line, *kept]) + "\n", encoding="utf-8")
    error = refusal(folder)
    assert "scheme.toml" in error.message
    assert key in error.message
