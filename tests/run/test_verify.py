"""`drgcalc verify`: what was changed after publishing is a failure, what has moved on since is a note."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from drgcalc.base.settlement_columns import LEDGER
from drgcalc.report.model import Verified
from drgcalc.run.manifest import file_hash, read_manifest, write_manifest
from drgcalc.run.period import parse_period
from drgcalc.run.published import read_book
from drgcalc.run.published_csv import read_csv
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify
from drgcalc.run.writing import write_csv


def year(region: Path) -> Verified:
    (result,) = (one for one in verify(region, "2024") if "cases" not in one.folder)
    return result


def failures(region: Path) -> list[str]:
    return [proof.statement for proof in year(region).proofs if not proof.holds]


def reseal(version: Path) -> None:
    """As somebody who knows how the seal is made."""
    write_manifest(version, read_manifest(version))


def forge(version: Path) -> None:
    """Make the manifest agree with the files as they are now."""
    manifest = json.loads((version / "manifest.json").read_text("utf-8"))
    manifest["outputs"] = {name: file_hash(version / name) for name in manifest["outputs"]}
    (version / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    reseal(version)


def test_a_version_nobody_touched_holds_without_a_note(settled: Path) -> None:
    result = year(settled)
    assert (result.holds, result.notes) == (True, ())
    assert len(result.proofs) > 40


def test_a_month_nobody_touched_holds(settled: Path) -> None:
    settle(settled, parse_period("2024-05"))
    assert all(result.holds and not result.notes for result in verify(settled))


@pytest.mark.parametrize("name", ["allocations.csv", "pool.csv", "ledger.csv", "findings.csv"])
def test_a_figure_changed_together_with_its_hash_is_found(settled: Path, name: str) -> None:
    path = settled / "out/2024/v1" / name
    text = path.read_text("utf-8-sig")
    other = re.sub(r"\d\.(\d)", lambda found: f"7.{found[1]}", text.replace("S0", "S9"), count=3)
    assert other != text
    path.write_text(other, "utf-8-sig", newline="\n")
    forge(path.parent)
    assert any(name in statement for statement in failures(settled))


def test_points_swapped_between_cases_of_one_hospital_are_found(settled: Path) -> None:
    path = settled / "out/2024/v1/cases.parquet"
    table = pq.read_table(path)
    column = table.column_names.index("case_points")
    points, hospitals = table.column("case_points").to_pylist(), table.column("hospital_id").to_pylist()
    one = 0
    other = next(n for n, code in enumerate(hospitals) if code == hospitals[0] and points[n] != points[0])
    points[one], points[other] = points[other], points[one]
    field = table.schema.field(column)
    pq.write_table(table.set_column(column, field, pa.array(points, field.type)), path)
    forge(path.parent)
    assert [statement for statement in failures(settled) if "computed again" in statement]


@pytest.mark.parametrize(
    ("part", "change", "what"),
    [
        ("totals", lambda told: dict.fromkeys(told, "1"), "totals of the manifest"),
        ("point_values", lambda _: {}, "point values of the manifest"),
        ("counts", lambda told: told | {"accepted": 1}, "accepted records"),
        ("counts", lambda told: told | {"groups": told["groups"] + 1}, "groups met"),
        ("counts", lambda told: told | {"rejected": 0, "read": told["read"] - told["rejected"]}, "rejected records"),
    ],
)
def test_a_figure_changed_in_the_manifest_is_found(
    settled: Path, part: str, change: Callable[[dict[str, int]], object], what: str
) -> None:
    path = settled / "out/2024/v1/manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest[part] = change(manifest[part])
    path.write_text(json.dumps(manifest), "utf-8")
    reseal(path.parent)
    assert [statement for statement in failures(settled) if what in statement]


def test_a_file_too_many_is_named(settled: Path) -> None:
    (settled / "out/2024/v1/more.csv").write_text("x", "utf-8")
    assert failures(settled) == ["more.csv is no output of this version"]


def test_a_file_that_is_gone_is_named(settled: Path) -> None:
    (settled / "out/2024/v1/cases.parquet").unlink()
    assert failures(settled) == ["output cases.parquet has its SHA-256"]


def test_records_that_come_late_are_a_note_and_the_version_holds(settled: Path) -> None:
    (settled / "discharges/late.csv").write_bytes((settled / "discharges/2024.csv").read_bytes())
    result = year(settled)
    assert (result.holds, result.notes) == (True, ("the record file discharges/late.csv is new since",))
    assert any("computed again" in proof.statement for proof in result.proofs)


def test_records_that_are_gone_are_a_note(settled: Path) -> None:
    (settled / "discharges/2024.csv").unlink()
    result = year(settled)
    assert result.holds
    assert "the records cannot be looked at" in result.notes[0]


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("scores/2024.csv", ["the table scores/2024.csv has changed since", "points and payments are not computed"]),
        ("hospitals.csv", ["the table hospitals.csv has changed since", "points and payments are not computed"]),
    ],
)
def test_a_table_that_has_moved_on_is_a_note_and_nothing_is_computed_with_it(
    settled: Path, name: str, notes: list[str]
) -> None:
    with (settled / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    result = year(settled)
    assert result.holds
    assert all(part in " ".join(result.notes) for part in notes)
    assert not any("computed again" in proof.statement for proof in result.proofs)


def test_a_policy_that_has_moved_on_is_a_note(settled: Path) -> None:
    settings = settled / "region.toml"
    settings.write_text(settings.read_text("utf-8").replace('title = "', 'title = "新', 1), "utf-8")
    result = year(settled)
    assert result.holds
    assert "the policy block has changed since" in " ".join(result.notes)


def test_another_salt_is_a_note(settled: Path) -> None:
    (settled / "test.salt").write_bytes(bytes(64))
    result = year(settled)
    assert result.holds
    assert "the salt is missing or another one" in " ".join(result.notes)


def test_a_hospital_with_refunds_alone_settles_and_verifies(settled: Path) -> None:
    path = settled / "discharges/2024.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    place, amounts = (
        header.index("定点医疗机构代码"),
        [header.index(name) for name in ("总费用", "基金支付", "个人支付")],
    )
    hospital = rows[-1][place]
    refund = [f"-{cell}" if number in amounts else cell for number, cell in enumerate(rows[-1])]
    kept = [[*row, "0"] for row in rows if row[place] != hospital]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*header, "退费标志"], *kept, [*refund, "1"]])
    done = settle(settled, parse_period("2024"))
    assert any(row.payable < 0 for row in done.allocations if row.hospital_id == hospital)
    assert "S014" in [finding.code for finding in done.findings]
    assert (year(settled).holds, year(settled).folder) == (True, "out/2024/v2")


def test_no_explanation_looks_like_a_formula(settled: Path) -> None:
    settle(settled, parse_period("2024-05"))
    for period in ("2024", "2024-05"):
        postings = read_book(settled / f"out/{period}/v1").postings
        assert not [posting for posting in postings if posting.explanation[0] in "=+-@'"]


def test_texts_are_read_back_as_they_were_before_they_were_defused(tmp_path: Path) -> None:
    texts = ["-1 point", "=A1", "+x", "@y", "\tz", "＝全角", "plain", "it's", "'quoted'", "'=A1", "''"]
    rows = [["2024", number, "s", "p", "a", None, None, text, "x"] for number, text in enumerate(texts, 1)]
    write_csv(tmp_path / "ledger.csv", LEDGER, rows, "both")
    assert [row[7] for row in read_csv(tmp_path / "ledger.csv")] == texts
