"""The statement a bureau publishes adds up to the fen, and comes from published files that nobody has touched."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from drgcalc.base.errors import UnbalancedError, UsageError
from drgcalc.run.period import parse_period
from drgcalc.run.prove import prove
from drgcalc.run.settle import settle
from drgcalc.settlement.conservation import FROM, TO
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.rows import Posting


def test_every_pool_receives_to_the_fen_what_it_was_given(settled: Path) -> None:
    result = prove(settled, "2024")
    assert len(result.pools) == 2
    for pool in result.pools:
        sides = {side: [line.amount for line in pool.lines if line.side == side] for side in (FROM, TO)}
        assert sum(sides[FROM]) == sum(sides[TO]) == pool.given == pool.received > 0
        assert {"risk_reserve", "hospital"} <= {line.account for line in pool.lines}
        assert any(line.account.startswith("carve_out/") for line in pool.lines)
        assert any("rescaled" in words for words in pool.closing)


def test_a_month_shows_what_is_retained_and_what_other_months_have(settled: Path) -> None:
    settle(settled, parse_period("2024-05"))
    accounts = {line.account for pool in prove(settled, "2024-05").pools for line in pool.lines}
    assert {"hospital", "hospital_retained", "other_months"} <= accounts


def test_one_pool_can_be_asked_for_and_written_as_csv(settled: Path, tmp_path: Path) -> None:
    result = prove(settled, "2024", "resident", tmp_path / "proof.csv")
    with (tmp_path / "proof.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [Decimal(row[-1]) for row in rows] == [line.amount for line in result.pools[0].lines]
    with pytest.raises(UsageError, match="no pool other"):
        prove(settled, "2024", "other")


@pytest.mark.parametrize("name", ["ledger.csv", "pool.csv", "allocations.parquet", "manifest.json"])
def test_a_changed_file_is_never_proven(settled: Path, name: str, tmp_path: Path) -> None:
    with (settled / "out/2024/v1" / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(UnbalancedError, match="is not what was published"):
        prove(settled, "2024", target=tmp_path / "proof.csv")
    assert not (tmp_path / "proof.csv").exists()


def test_a_ledger_forged_with_its_hash_does_not_balance(settled: Path) -> None:
    from drgcalc.run.manifest import file_hash, read_manifest, write_manifest

    version = settled / "out/2024/v1"
    text = (version / "ledger.csv").read_text("utf-8-sig")
    line = next(line for line in text.splitlines() if ",hospital,H" in line)
    cells = line.split(",")
    cells[6] = str(Decimal(cells[6]) + Decimal("0.01"))
    (version / "ledger.csv").write_text(text.replace(line, ",".join(cells)), "utf-8-sig", newline="\n")
    manifest = json.loads((version / "manifest.json").read_text("utf-8"))
    manifest["outputs"]["ledger.csv"] = file_hash(version / "ledger.csv")
    (version / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    write_manifest(version, read_manifest(version))
    with pytest.raises(UnbalancedError, match=r"difference 0\.01"):
        prove(settled, "2024")


def test_an_account_nobody_has_foreseen_is_a_line_of_its_own() -> None:
    from drgcalc.settlement.conservation import conservation

    one, other = (
        Posting("s", "p", name, None, Decimal(amount), "", "") for name, amount in (("income", -5), ("new", 5))
    )
    found = conservation("2024", "p", Book((one, other)), (), ())
    assert [(line.side, line.account, line.amount) for line in found.lines] == [
        (FROM, "income", Decimal(5)),
        (TO, "new", Decimal(5)),
    ]
