"""`diff` of two versions of a month between which the scheme or the tables changed: every fen has its cause."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from generated_region import Terms, without_grouping
from year_machine import Year, owed_rows, published, small_year, sums

from drgcalc.base.payment_columns import PAYMENTS
from drgcalc.report.year_model import Explained
from drgcalc.run.versions import diff, history

PLAIN = Terms("fund_only", "rescale", "exact", "all_records", True, "0.95", None, "carry", None, True, (), "payable",
              False, "")  # fmt: skip
MONTH = "2024-02"


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with without_grouping():
        made = small_year(tmp_path / "region", PLAIN)
        made.settle(MONTH)
        yield made


def explained(year: Year) -> Explained:
    """The difference of the first two versions, which adds up to the fen in payables and in payments."""
    year.settle(MONTH)
    first, second = (year.folder / "out" / MONTH / name for name in ("v1", "v2"))
    found = diff(year.folder, f"{MONTH}/v1", f"{MONTH}/v2")
    then, now = sums(owed_rows(first)), sums(owed_rows(second))
    moved = sums((change.pool, change.hospital_id, change.payable) for change in found.changes)
    assert {key: now[key] - then[key] for key in now if now[key] != then[key]} == {
        key: amount for key, amount in moved.items() if amount
    }
    paid = [sums((row["pool"], row["hospital_id"], row["paid"]) for row in published(folder, "payments.csv",
            PAYMENTS.names())) for folder in (first, second)]  # fmt: skip
    parts = sums((row.pool, row.hospital_id, row.amount) for row in found.payments if row.part == "paid")
    assert {key: paid[1][key] - paid[0][key] for key in paid[1] if paid[1][key] != paid[0][key]} == parts
    return found


def causes(found: Explained) -> set[str]:
    return {change.cause for change in found.changes}


def test_a_scheme_that_groups_otherwise_is_a_rule(year: Year) -> None:
    year.changed = {"scheme"}
    assert causes(explained(year)) == {"rule"}
    (_, second) = history(year.folder, MONTH).versions
    assert {"scheme", "region.toml"} <= set(second.changed)


@pytest.mark.parametrize("what", ["score", "coefficient", "fund"])
def test_a_table_that_changed_is_a_parameter(year: Year, what: str) -> None:
    year.changed = {what}
    assert causes(explained(year)) == {"parameter"}


def test_a_number_of_the_policy_that_changed_is_a_rule(year: Year) -> None:
    year.changed = {"reserve"}
    assert causes(explained(year)) == {"rule"}


def test_causes_that_come_together_are_told_apart(year: Year) -> None:
    name = next(name for name, (_, stay) in year.stays.items() if stay.day.startswith(MONTH) and stay.group == "BR25")
    del year.stays[name]
    year.changed = {"scheme", "score", "fund", "reserve"}
    assert causes(explained(year)) == {"data", "parameter", "rule"}


def test_a_scheme_with_the_same_groups_changes_nothing(year: Year) -> None:
    year.stays = {name: own for name, own in year.stays.items() if own[1].group != "BR25"}
    year.settle(MONTH)
    year.changed = {"scheme"}
    year.settle(MONTH)
    assert diff(year.folder, f"{MONTH}/v2", f"{MONTH}/v3").changes == ()
