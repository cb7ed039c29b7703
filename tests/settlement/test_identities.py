"""The proof finds what does not add up, and says expected, found and difference."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from settlement_cases import hospitals_of, money_in, needs_vectors, one_pool, policy_of, shared_vectors, totals_of

from drgcalc.base.errors import ExitCode, UnbalancedError
from drgcalc.settlement.findings import FINDINGS, finding
from drgcalc.settlement.identities import (
    book_identities,
    count_identity,
    fund_identities,
    hospital_identities,
    point_identities,
    prove,
)
from drgcalc.settlement.indices import GroupSums, cmi, cost_index, time_index
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.rows import Counts
from drgcalc.settlement.settle import Settlement, settle_year

ROW = {"id": "A", "points": "60", "total": "800.00", "fund_booked": "600.00", "patient_paid": "200.00"}


@pytest.fixture
def done() -> Settlement:
    totals = totals_of([ROW])
    return settle_year(2024, policy_of(one_pool()), hospitals_of(totals), totals, money_in("1000.00"))


def test_a_lost_posting_is_found_in_its_step(done: Settlement) -> None:
    book = Book(done.book.postings[:-1])
    with pytest.raises(UnbalancedError, match=r"step points_payment, pool resident: .*difference -1,000\.00") as raised:
        prove(book_identities(book))
    assert raised.value.exit_code is ExitCode.UNBALANCED


def test_a_balanced_book_that_pays_something_else_is_found(done: Settlement) -> None:
    row = done.allocations[0]._replace(payable=Decimal("999.99"))
    broken = [entry.name for entry in hospital_identities(done.book, [row]) if not entry.holds]
    assert broken == ["payable", "payable of A"]
    with pytest.raises(UnbalancedError, match=r"payments, pool resident: .*1,000\.00 found 999\.99, difference -0\.01"):
        prove(fund_identities(done.lines, [row], {}))


def test_a_waterfall_that_does_not_fall_to_its_result_is_found(done: Settlement) -> None:
    lines = [line._replace(amount=Decimal("1.00")) if line.kind == "input" else line for line in done.lines]
    with pytest.raises(UnbalancedError, match="waterfall"):
        prove(fund_identities(lines, done.allocations, {}))


def test_records_that_vanish_are_found() -> None:
    counts = Counts(submitted=10, rejected=1, by_status={"grouped": 7, "ungrouped": 1})
    statement = count_identity(counts)
    assert not statement.holds
    assert statement.difference == -1
    assert "7 grouped + 1 rejected + 1 ungrouped" in statement.words


def test_points_of_hospitals_are_compared_with_points_of_cases() -> None:
    totals = totals_of([ROW])
    assert all(entry.holds for entry in point_identities({"resident": Decimal("60.0000")}, totals))
    assert not all(entry.holds for entry in point_identities({"resident": Decimal("60.0001")}, totals))
    assert not all(entry.holds for entry in point_identities({"employee": Decimal(1)}, []))


def test_every_finding_code_is_registered_once_and_says_what_to_do() -> None:
    codes = [kind.code for kind in FINDINGS]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"S\d{3}", code) for code in codes)
    assert all(kind.advice and kind.severity in ("error", "warning", "info") for kind in FINDINGS)
    assert finding("S001", "m").hint == FINDINGS[0].advice


def test_indices_of_no_cases_are_absent() -> None:
    assert cmi([], 3) is None


@needs_vectors()
def test_vectors_of_the_indices() -> None:
    vector = shared_vectors()["indices"]
    groups = [
        GroupSums(
            Decimal(group["weight"]),
            Decimal(group["mean_cost"]),
            Decimal(group["mean_los"]),
            group["cases"],
            Decimal(group["cost"]),
            group["los"],
        )
        for group in vector["groups"]
    ]
    assert str(cmi(groups, 3)) == vector["cmi"]
    assert str(cost_index(groups, 6)) == vector["cost_index"]
    assert str(time_index(groups, 2)) == vector["time_index"]
