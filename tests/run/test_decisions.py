"""Decisions of the bureau: every bad row gives its finding and is not applied; the order of files changes nothing."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from drgcalc.base.errors import RulesError
from drgcalc.run.decisions import DATED, KINDS, fingerprints, read_decisions, without_late
from drgcalc.run.region import load_region
from drgcalc.settlement.adjustments import approved
from drgcalc.settlement.decision_findings import DECISION_FINDINGS
from drgcalc.settlement.decisions import Decisions, hospitals_after
from drgcalc.settlement.special_cases import counted_special_cases

HOSPITALS, POOLS = {"H1", "H2", "H3"}, ("employee", "resident")

GOOD = {
    "special_cases": "S1,points,120.5,,2024-05-03,单议1,会议纪要",
    "deductions": "扣1,H1,employee,violation,1500.00,2024-05-06,2024-04,分解住院,审核文书",
    "assessments": "2024,H1,,0.98,0.95,2025-01-20,考核通报",
    "transfers": "转1,H1,employee,resident,300.00,2024-05-08,2024-03,险种录错,划转单",
    "mergers": "H2,H1,2024-06-01,批复1",
    "levels": "H3,二级,0.95,2024-07-01,批复2",
    "corrections": "更1,H1,employee,2024-02,data,-12.34,2024-05-10,重复上报,更正单",
    "adjustments": "调1,employee,,50000,2024-07-01,新增床位,医保科,approved,2024-06-01,approved,2024-06-20,批复3",
    "entries": "H3,join,2024-03-01,协议",
    "advances": "预1,H1,employee,advance,100000,2024-01-05,拨付单",
}


def write(folder: Path, files: dict[str, list[str]]) -> Path:
    """Decisions files by name: the header of their kind, then rows."""
    for name, rows in files.items():
        kind = KINDS[name.partition("-")[0]]
        path = folder / "decisions" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([",".join(kind.table.names()), *rows]) + "\n", encoding="utf-8")
    return folder


def read(folder: Path, files: dict[str, list[str]]) -> Decisions:
    return read_decisions(write(folder, files), HOSPITALS, POOLS)


def codes(decisions: Decisions) -> list[str]:
    return [finding.code for finding in decisions.findings]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_good_row_of_every_kind_is_read(kind: str, tmp_path: Path) -> None:
    decisions = read(tmp_path, {kind: [GOOD[kind]]})
    assert not decisions.findings
    assert decisions.kinds() == (kind,)


def test_amounts_and_days_are_exact(tmp_path: Path) -> None:
    decision = read(tmp_path, {"deductions": [GOOD["deductions"]]}).deductions[0]
    assert decision.amount == Decimal("1500.00")
    assert decision.decided_on == date(2024, 5, 6)
    assert (decision.where.file, decision.where.row) == ("decisions/deductions.csv", 1)


BAD = [
    ("deductions", GOOD["deductions"].replace("H1", "H9"), "D103"),
    ("mergers", GOOD["mergers"].replace("H1", "H9"), "D103"),
    ("deductions", GOOD["deductions"].replace("employee", "pension"), "D104"),
    ("transfers", GOOD["transfers"].replace("resident", "employee"), "D104"),
    ("deductions", GOOD["deductions"].replace("violation", "fraud"), "D105"),
    ("entries", GOOD["entries"].replace("join", "joins"), "D105"),
    ("deductions", GOOD["deductions"].replace("1500.00", "-1500.00"), "D106"),
    ("deductions", GOOD["deductions"].replace("1500.00", "1500.005"), "D102"),
    ("deductions", GOOD["deductions"].replace("2024-05-06", "2024-02-30"), "D102"),
    ("deductions", GOOD["deductions"].replace("2024-04", "四月"), "D106"),
    ("deductions", GOOD["deductions"].replace("扣1", ""), "D102"),
    ("deductions", GOOD["deductions"] + ",再来一格", "D102"),
    ("deductions", GOOD["deductions"].replace("2024-04", "2024-06"), "D106"),
    ("transfers", GOOD["transfers"].replace("2024-03", "2025-03"), "D106"),
    ("corrections", GOOD["corrections"].replace("2024-02", "2025"), "D106"),
    ("corrections", GOOD["corrections"].replace("-12.34", "0"), "D106"),
    ("special_cases", "S1,points,,,2024-05-03,,会议纪要", "D106"),
    ("special_cases", "S1,item,12,100,2024-05-03,,会议纪要", "D106"),
    ("special_cases", "S1,rejected,,100,2024-05-03,,会议纪要", "D106"),
    ("assessments", GOOD["assessments"].replace("0.98", "98"), "D106"),
    ("mergers", GOOD["mergers"].replace("H1", "H2"), "D106"),
    ("adjustments", GOOD["adjustments"].replace("2024-06-20", "2024-05-20"), "D106"),
    ("adjustments", GOOD["adjustments"].replace("approved,2024-06-01", "rejected,2024-06-01"), "D106"),
]


@pytest.mark.parametrize(("kind", "row", "code"), BAD)
def test_a_bad_row_gives_its_finding_and_is_not_applied(kind: str, row: str, code: str, tmp_path: Path) -> None:
    decisions = read(tmp_path, {kind: [row]})
    assert codes(decisions) == [code]
    assert decisions.kinds() == ()
    finding = decisions.findings[0]
    assert finding.severity == "error"
    assert (finding.file, finding.row) == (f"decisions/{kind}.csv", 1)
    assert finding.hint


@pytest.mark.parametrize(
    ("known", "unknown", "code", "kinds"),
    [
        ("H1", "H9", "D103", "deductions assessments transfers mergers corrections advances"),
        ("H2", "H9", "D103", "mergers"),
        ("H3", "H9", "D103", "levels entries"),
        ("employee", "pension", "D104", "deductions transfers corrections adjustments advances"),
        ("resident", "pension", "D104", "transfers"),
    ],
)
def test_a_hospital_or_pool_that_is_not_there_is_found_in_every_kind(
    known: str, unknown: str, code: str, kinds: str, tmp_path: Path
) -> None:
    assert {kind for kind, row in GOOD.items() if known in row} == set(kinds.split())
    for kind in kinds.split():
        decisions = read(tmp_path / kind, {kind: [GOOD[kind].replace(known, unknown)]})
        assert (codes(decisions), decisions.kinds()) == ([code], ())
        assert decisions.findings[0].value == unknown


@pytest.mark.parametrize("kind", sorted(DATED))
def test_a_decision_dated_in_a_closed_month_is_refused_unless_it_was_closed_with_it(kind: str, tmp_path: Path) -> None:
    decisions = read(tmp_path, {kind: [GOOD[kind]]})
    day = str(getattr(getattr(decisions, kind)[0], DATED[kind]))
    late = without_late(decisions, {day[:7]: ()})
    assert (codes(late), late.kinds()) == (["D109"], ())
    assert (late.findings[0].file, late.findings[0].row, late.findings[0].value) == (f"decisions/{kind}.csv", 1, day)
    assert without_late(decisions, {day[:7]: fingerprints(decisions, day[:7])}) == decisions
    assert without_late(decisions, {"2023-12": ()}) == decisions


def test_a_bad_row_leaves_the_others_applied(tmp_path: Path) -> None:
    decisions = read(tmp_path, {"deductions": [GOOD["deductions"].replace("H1", "H9"), GOOD["deductions"]]})
    assert codes(decisions) == ["D103"]
    assert len(decisions.deductions) == 1


def test_copies_count_once_and_contradictions_not_at_all(tmp_path: Path) -> None:
    row = GOOD["deductions"]
    copies = read(tmp_path / "a", {"deductions": [row], "deductions-2024-05": [row]})
    assert (codes(copies), len(copies.deductions)) == (["D107"], 1)
    contrary = read(tmp_path / "b", {"deductions": [row, row.replace("1500.00", "1600.00")]})
    assert (codes(contrary), len(contrary.deductions)) == (["D108", "D108"], 0)


def test_hospitals_merged_in_a_circle_are_not_merged(tmp_path: Path) -> None:
    decisions = read(tmp_path, {"mergers": ["H1,H2,2024-06-01,x", "H2,H1,2024-07-01,x"]})
    assert (codes(decisions), decisions.mergers) == (["D113", "D113"], ())


def test_an_unknown_file_is_a_finding_and_a_wrong_header_an_error(tmp_path: Path) -> None:
    folder = write(tmp_path, {"deductions": []})
    (folder / "decisions" / "wishes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert codes(read_decisions(folder, HOSPITALS, POOLS)) == ["D101"]
    (folder / "decisions" / "levels.csv").write_text("hospital,level\nH1,三级\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"decisions/levels\.csv: unknown column 'hospital'"):
        read_decisions(folder, HOSPITALS, POOLS)


def test_the_order_of_files_and_rows_changes_nothing(tmp_path: Path) -> None:
    rows = [f"扣{n},H{n % 3 + 1},employee,violation,{n}.50,2024-05-{n:02},,事由,文书" for n in range(1, 20)]
    expected = [row[:-1] for row in read(tmp_path / "all", {"deductions": rows}).deductions]
    dice = random.Random(5)
    for turn in range(5):
        dice.shuffle(rows)
        cut = dice.randrange(len(rows))
        files = {"deductions-b": rows[:cut], "deductions-a": rows[cut:]}
        assert [row[:-1] for row in read(tmp_path / str(turn), files).deductions] == expected


def test_decisions_about_hospitals_change_their_terms_by_date(region_folder: Path) -> None:
    write(region_folder, {
        "levels": ["H01,二级,0.9,2024-04-01,批复"], "entries": ["H02,join,2024-07-01,协议"], "mergers": [],
    })  # fmt: skip
    rows = [
        (row.hospital_id, row.level, row.coefficient, row.effective_from.isoformat(), row.effective_to)
        for row in load_region(region_folder).hospitals
    ]
    assert rows == [
        ("H01", "三级", Decimal("1.05"), "2024-01-01", date(2024, 3, 31)),
        ("H01", "二级", Decimal("0.9"), "2024-04-01", date(2024, 6, 30)),
        ("H01", "二级", Decimal("0.9"), "2024-07-01", None),
        ("H02", "二级", Decimal("0.9"), "2024-07-01", None),
    ]


def test_a_merged_hospital_goes_on_with_the_terms_of_the_one_in_its_place(region_folder: Path) -> None:
    region = load_region(write(region_folder, {"mergers": ["H02,H01,2024-05-01,批复"]}))
    own = [row for row in region.hospitals if row.hospital_id == "H02"]
    assert [(row.coefficient, row.effective_from.isoformat()) for row in own] == [
        (Decimal("0.9"), "2024-01-01"),
        (Decimal("1.05"), "2024-05-01"),
        (Decimal("1.10"), "2024-07-01"),
    ]
    assert region.decisions.successors(date(2024, 4, 30)) == {}
    assert region.decisions.successors(date(2024, 5, 31)) == {"H02": "H01"}


def test_no_decision_changes_no_hospital(region_folder: Path) -> None:
    region = load_region(region_folder)
    assert hospitals_after(region.hospitals, Decisions()) == region.hospitals


@pytest.mark.parametrize("review", ["pending", "rejected"])
def test_an_adjustment_without_final_approval_is_kept_and_said_to_wait(review: str, tmp_path: Path) -> None:
    pre, _, after = GOOD["adjustments"].rpartition("approved,2024-06-20")
    decisions = read(tmp_path, {"adjustments": [f"{pre}{review},2024-06-20{after}"]})
    assert [(finding.code, finding.severity, finding.value) for finding in decisions.findings] == [
        ("D114", "info", review)
    ]
    assert approved(decisions.adjustments, 2024) == ()


def test_an_adjustment_of_one_hospital_is_told_to_change_nothing(tmp_path: Path) -> None:
    decisions = read(tmp_path, {"adjustments": [GOOD["adjustments"].replace("employee,,", "employee,H1,")]})
    assert [(finding.code, finding.value) for finding in decisions.findings] == [("D115", "H1")]
    assert approved(decisions.adjustments, 2024) == ()


def test_special_cases_beyond_the_quota_of_the_pool_are_not_applied(tmp_path: Path) -> None:
    rows = [f"S{n},points,100,,2024-05-{n:02},,纪要" for n in range(1, 5)] + ["S9,rejected,,,2024-05-01,,纪要"]
    decided = read(tmp_path, {"special_cases": rows}).special_cases
    pools = dict.fromkeys(("S1", "S2", "S3", "S9"), "employee")
    found = counted_special_cases(decided, pools, {"employee": 400}, Decimal("0.005"))
    assert [row.settlement_id for row in found.counted] == ["S1", "S9", "S2"]
    assert [(finding.code, finding.record_id) for finding in found.findings] == [("D111", "S4"), ("D110", "S3")]


def test_every_code_says_what_to_do() -> None:
    assert len({kind.code for kind in DECISION_FINDINGS}) == len(DECISION_FINDINGS)
    assert all(kind.advice for kind in DECISION_FINDINGS)
