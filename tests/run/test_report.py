"""Reports: what a clerk sees, and what a program reads."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from drgcalc.base.errors import Finding
from drgcalc.report import findings, stakes, terminal
from drgcalc.report.document import document
from drgcalc.report.model import FindingCount, Place, Proof, Verified
from drgcalc.settlement.mending import AtStake, PricedFinding, Stakes
from drgcalc.settlement.rows import Allocation, PoolLine

LONG = "示例市第一人民医院（三级甲等综合医院）南院区及互联网医院"


def shown(*renderables: RenderableType) -> list[str]:
    console = Console(file=StringIO(), width=80)
    for renderable in renderables:
        console.print(renderable)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def allocation(number: int, payable: str, name: str = LONG) -> Allocation:
    zero, amount = Decimal(0), Decimal(payable)
    points = Decimal("12345678.1234")
    return Allocation(
        "2024",
        "employee",
        f"H{number:02}",
        name,
        "三级",
        1,
        0,
        points,
        zero,
        zero,
        zero,
        zero,
        amount,
        zero,
        amount,
        zero,
    )


def test_a_month_shows_what_is_paid_now() -> None:
    row = allocation(1, "100.00")._replace(retained=Decimal("15.00"), unretained=Decimal("85.00"))
    lines = shown(*terminal.allocations([row]))
    assert any("less retained" in line for line in lines)
    assert next(line for line in lines if "total" in line).split()[-2:] == ["100.00", "85.00"]


def test_long_chinese_names_and_large_amounts_stay_inside_80_columns() -> None:
    lines = shown(*terminal.allocations([allocation(n, "123456789012.34") for n in range(12)]))
    assert max(map(cell_len, lines)) <= 80
    assert "".join(line[:22].strip() for line in lines).count("互联网医院") >= 1


def test_numbers_stand_under_each_other_beside_chinese_text() -> None:
    lines = [PoolLine("p", 1, "a", "基金征收总额", Decimal("1.00"), "input", "第五条")]
    lines += [PoolLine("p", 2, "b", "x", Decimal("-123456.00"), "deduction", "s")]
    one, other = (line for line in shown(terminal.waterfall("p", lines)) if ".00" in line)
    assert cell_len(one[: one.index(".00")]) == cell_len(other[: other.index(".00")])


def test_sums_and_bounds_of_the_waterfall_are_no_summands() -> None:
    kinds = (("征收", "input"), ("风险金", "deduction"), ("基数", "subtotal"), ("保底线", "limit"), ("总额", "result"))
    lines = [PoolLine("p", n, "i", label, Decimal("1.00"), kind, "s") for n, (label, kind) in enumerate(kinds, 1)]
    assert [line.mark for line in lines] == ["", "", "小计", "参照", "合计"]
    labels = [line.split()[:-2] for line in shown(terminal.waterfall("p", lines)) if line.rstrip().endswith("s")]
    assert labels == [["征收"], ["风险金"], ["=", "基数"], ["(保底线)"], ["=", "总额"]]


def test_the_ten_largest_allocations_come_first_and_the_rest_is_summed() -> None:
    lines = shown(*terminal.allocations([allocation(n, f"{n}.00", "医院") for n in range(1, 13)]))
    hospitals = [line.split()[0] for line in lines if line.strip().startswith("H")]
    assert hospitals == [f"H{n:02}" for n in range(12, 2, -1)]
    assert any("2 others" in line and "3.00" in line for line in lines)
    assert any("total" in line and "78.00" in line for line in lines)


def wrong_sex(row: int, value: str, file: str = "a.csv", message: str = "sex must be 1 or 2") -> Finding:
    return Finding("R104", "error", file, row, "S1", "sex", value, message, "correct it")


def blocks(times: int, *examples: Finding) -> list[str]:
    return [line.rstrip() for line in shown(*findings.blocks([FindingCount("R104", "error", times, examples)]))]


def test_a_block_of_findings_says_message_and_hint_once_and_names_three_places() -> None:
    rows = (wrong_sex(7, "3"), wrong_sex(9, "x"), wrong_sex(2, "y", "b.csv"), wrong_sex(3, "z", "b.csv"))
    assert blocks(12345, *rows) == [
        "Findings 问题",
        "R104 error × 12,345: sex must be 1 or 2",
        "    a.csv row 7: sex=3; row 9: sex=x; b.csv row 2: sex=y",
        "    → correct it",
    ]


def test_findings_that_say_different_things_are_all_quoted() -> None:
    lines = blocks(2, wrong_sex(7, "3", message="one thing"), wrong_sex(8, "4", message="another"))
    assert lines[1:4] == ["R104 error × 2", "    a.csv row 7: sex=3: one thing", "    a.csv row 8: sex=4: another"]


def test_a_finding_about_a_file_shows_no_empty_field() -> None:
    lines = blocks(1, Finding("R701", "warning", "a.csv", 0, "", "", "", "the file is empty", ""))
    assert lines[1:] == ["R104 error × 1: the file is empty", "    a.csv"]


def test_long_findings_stay_inside_80_columns() -> None:
    lines = blocks(3, *(wrong_sex(row, "很长的值" * 20, "discharges/" + "x" * 90 + ".csv") for row in (1, 2, 3)))
    assert max(map(cell_len, lines)) <= 80


def test_beside_results_a_code_is_one_line_and_the_file_with_all_is_named() -> None:
    counts = [FindingCount("R104", "error", 12345, (wrong_sex(7, "3"), wrong_sex(9, "x")))]
    text = shown(*findings.lines(counts, Place("2024", 1, "out/2024/v1", unchanged=False)))
    assert [" ".join(line.split()) for line in text if "R104" in line] == ["R104 error 12,345 sex must be 1 or 2"]
    assert text[-1] == "All of them, with file and row: out/2024/v1/findings.csv"


def test_markup_in_data_is_text() -> None:
    assert any("[red]a.csv row 7: sex=[/]" in line for line in blocks(1, wrong_sex(7, "[/]", "[red]a.csv", "a [bold")))


def test_failed_statements_show_expected_found_and_difference() -> None:
    proof = Proof("points of cases", False, "10.00", "12.00", "2.00")
    text = "\n".join(shown(*terminal.verified(Verified("2024", "out/2024/v1", (proof,)))))
    assert all(part in text for part in ("1 failed", "10.00", "12.00", "2.00"))


def test_amounts_in_documents_keep_their_decimals_as_text() -> None:
    assert document({"amount": Decimal("1.10"), "day": date(2024, 1, 1), "rows": (1, None)}) == {
        "amount": "1.10",
        "day": "2024-01-01",
        "rows": [1, None],
    }


def test_rows_become_objects() -> None:
    proof = Proof("s", True, "1", "1", "")
    assert document(Verified("2024", "f", (proof,)))["proofs"][0]["statement"] == "s"  # type: ignore[index,call-overload]


def test_a_float_has_no_place_in_a_document() -> None:
    with pytest.raises(TypeError, match="float"):
        document({"amount": 1.1})


def test_what_is_at_stake_is_one_sentence_a_pool_and_the_records_with_the_most() -> None:
    """Figures as large as they come still stand whole at 80 columns."""
    value, mended = Decimal("10.11607760"), Decimal("10.11128577")
    money = [Decimal(amount) for amount in ("123456789.12", "123456789.10", "-123456789.10", "0.00")]
    points = Decimal("12345678.1234")
    sums = (
        AtStake("employee", "rejected", 14, 10, 2, points, money[0], Decimal("119838510.00"), value, mended),
        AtStake(None, "rejected", 5, 0, 0, Decimal("0.0000"), Decimal("0.00"), None, None, None),
    )
    where = ("employee", "H44022200021", "44020020240000011741", "discharges/2024.csv", 7, Decimal("9.00"))
    row = PricedFinding(
        "rejected", "R105|R602", *where, None, "K80.5:51.4100x001", points, *money, False, None, "m", "h"
    )
    lines = shown(*stakes.at_stake(Stakes(sums, (row,)), Place("2024", 1, "out/2024/v1", unchanged=False)))
    assert [line for line in lines if cell_len(line) > 80] == []
    text = " ".join(" ".join(lines).split())
    assert (
        "employee: 14 rejected, 8 with a price (2 more share an id with them): 12,345,678.1234 points, about "
        "123,456,789.12 yuan of the pool of 119,838,510.00; mended, they bring a point from 10.11607760 to 10.11128577 "
        "yuan" in text
    )
    assert "pool not known: 5 rejected, none with a price" in text
    assert all(cell in text for cell in ("44020020240000011741", "12,345,678.1234", "123,456,789.12", "R105 R602"))
    assert not list(stakes.at_stake(Stakes((), ()), Place("2024", 1, "", unchanged=False)))
