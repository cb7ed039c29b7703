"""Reports: what a clerk sees, and what a program reads."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from drgcalc.base.errors import Finding
from drgcalc.report import terminal
from drgcalc.report.document import document
from drgcalc.report.model import FindingCount, Proof, Verified
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
        "2024", "employee", f"H{number:02}", name, "三级", 1, points, zero, zero, zero, zero, amount, zero
    )


def test_long_chinese_names_and_large_amounts_stay_inside_80_columns() -> None:
    lines = shown(*terminal.allocations([allocation(n, "123456789012.34") for n in range(12)]))
    assert max(map(cell_len, lines)) <= 80
    assert "".join(line[:22].strip() for line in lines).count("互联网医院") >= 1


def test_numbers_stand_under_each_other_beside_chinese_text() -> None:
    lines = [PoolLine("p", 1, "a", "基金征收总额", Decimal("1.00"), "input", "第五条")]
    lines += [PoolLine("p", 2, "b", "x", Decimal("-123456.00"), "deduction", "s")]
    one, other = (line for line in shown(terminal.waterfall("p", lines)) if ".00" in line)
    assert cell_len(one[: one.index(".00")]) == cell_len(other[: other.index(".00")])


def test_the_ten_largest_allocations_come_first_and_the_rest_is_summed() -> None:
    lines = shown(*terminal.allocations([allocation(n, f"{n}.00", "医院") for n in range(1, 13)]))
    hospitals = [line.split()[0] for line in lines if line.strip().startswith("H")]
    assert hospitals == [f"H{n:02}" for n in range(12, 2, -1)]
    assert any("2 others" in line and "3.00" in line for line in lines)
    assert any("total" in line and "78.00" in line for line in lines)


def test_findings_show_exact_counts_and_where_they_are() -> None:
    example = Finding("R104", "error", "a.csv", 7, "S1", "sex", "3", "sex must be 1 or 2", "correct it")
    text = "\n".join(shown(*terminal.findings([FindingCount("R104", "error", 12345, (example,))])))
    assert "12,345" in text
    assert "a.csv row 7: sex=3" in text


def test_markup_in_data_is_text() -> None:
    example = Finding("R104", "error", "[red]a.csv", 7, "", "", "[/]", "broken [bold", "")
    assert "[red]a.csv" in "\n".join(shown(*terminal.findings([FindingCount("R104", "error", 1, (example,))])))


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
