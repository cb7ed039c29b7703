"""`drgcalc tables`: the schemes that ship, and a region's own."""

from pathlib import Path

import pytest
from program import Run, change


def differences(run: Run, old: Path, new: Path) -> list[str]:
    """The kinds of rows in which two schemes differ."""
    document = run("tables", "diff", old, new, "--json").document
    return [kind for kind, rows in document.items() if isinstance(rows, list) and rows]


def test_the_shipped_scheme_is_listed(run: Run) -> None:
    assert "demo-drg" in {scheme["id"] for scheme in run("tables", "list", "--json").document}


def test_the_list_counts_rows_and_says_that_the_demonstration_pays_nobody(run: Run) -> None:
    out = run("tables", "list").out
    assert "813" in out
    assert "demo-drg is a demonstration and pays nobody" in out


def test_show_prints_the_official_rule_of_a_code(run: Run, region: Path) -> None:
    ended = run("tables", "show", region / "schemes/demo-drg", "HC4")
    assert ended.code == 0
    assert "{ZYSS, QTSS} in OP_HC4" in ended.out


def test_show_of_an_unknown_code_ends_with_2(run: Run, region: Path) -> None:
    assert run("tables", "show", region / "schemes/demo-drg", "XX99").code == 2


def test_the_shipped_scheme_is_sound(run: Run, region: Path) -> None:
    assert run("tables", "check", region / "schemes/demo-drg").code == 0


def test_a_damaged_scheme_ends_with_4(run: Run, region: Path) -> None:
    change(region / "schemes/demo-drg/mdc.csv", "MDCA", "MDCX")
    ended = run("tables", "check", region / "schemes/demo-drg")
    assert ended.code == 4
    assert "mdc.csv" in ended.err


def test_a_scheme_differs_from_itself_in_nothing(run: Run, region: Path) -> None:
    scheme = region / "schemes/demo-drg"
    assert differences(run, scheme, scheme) == []


def test_a_comparison_shows_rules_word_by_word_and_counts_codes(run: Run, region: Path, tmp_path: Path) -> None:
    scheme, plain, new = region / "schemes/demo-drg", tmp_path / "plain", tmp_path / "new"
    run("tables", "export", scheme, plain)
    change(plain / "adrg.csv", "{ZYSS, QTSS} in OP_HC4", "ZYSS in OP_HC4")
    change(plain / "code_sets.csv", "OP_HC4,OP,", "OP_HC4,OP,99.9900\nOP_HC4,OP,")
    run("tables", "import", plain, "--id", "new", "--out", new)
    out = run("tables", "diff", scheme, new).out
    assert "[-{ZYSS, QTSS}-] [+ZYSS+] in OP_HC4" in out
    assert "OP_HC4 changed: 1 added, 0 dropped: +99.9900" in out


def test_an_exported_scheme_is_imported_as_it_was(run: Run, region: Path, tmp_path: Path) -> None:
    scheme, plain, again = region / "schemes/demo-drg", tmp_path / "plain", tmp_path / "again"
    assert run("tables", "export", scheme, plain).code == 0
    assert run("tables", "import", plain, "--id", "again", "--out", again).code == 0
    assert differences(run, scheme, again) == []


def test_an_import_without_id_and_out_takes_both_from_the_name(
    run: Run, region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("tables", "export", region / "schemes/demo-drg", "方案 3.0 (终稿).xlsx")
    ended = run("tables", "import", "方案 3.0 (终稿).xlsx")
    assert ended.code == 0, ended.err
    assert "schemes/方案-3-0-终稿: created" in ended.out
    about = tmp_path / "schemes/方案-3-0-终稿/scheme.toml"
    assert about.read_text(encoding="utf-8").startswith('id = "方案-3-0-终稿"\n')


def test_a_name_without_letters_needs_an_id(run: Run, tmp_path: Path) -> None:
    ended = run("tables", "import", tmp_path / "---.xlsx")
    assert ended.code == 2
    assert "write --id ID" in ended.err


def test_a_set_without_members_is_refused_unless_it_is_declared_empty(run: Run, region: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    run("tables", "export", region / "schemes/demo-drg", plain)
    sets = plain / "code_sets.csv"
    lines = sets.read_text(encoding="utf-8").splitlines(keepends=True)
    sets.write_text("".join(line for line in lines if not line.startswith("OP_HC4,")), encoding="utf-8")
    refused = run("tables", "import", plain, "--out", tmp_path / "out")
    assert refused.code == 4
    assert "OP_HC4" in refused.err
    assert not (tmp_path / "out").exists()
    assert run("tables", "import", plain, "--out", tmp_path / "out", "--empty-set", "OP_HC4").code == 0


def test_a_dry_import_writes_nothing(run: Run, region: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    run("tables", "export", region / "schemes/demo-drg", plain)
    assert run("tables", "import", plain, "--id", "again", "--out", tmp_path / "again", "--dry-run").code == 0
    assert not (tmp_path / "again").exists()


def test_a_missing_file_to_import_ends_with_3(run: Run, tmp_path: Path) -> None:
    ended = run("tables", "import", tmp_path / "none.xlsx", "--id", "x", "--out", tmp_path / "x")
    assert ended.code == 3
    assert "none.xlsx" in ended.err
