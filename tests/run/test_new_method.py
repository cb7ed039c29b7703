"""A new payment method is a module with `read` and `pay` and a line of the registry: nothing else knows of it."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from generated_region import Terms, without_grouping
from year_machine import owed_by, small_year

import drgcalc
from drgcalc.run.explain import explain_hospital
from drgcalc.run.period import parse_period
from drgcalc.run.prove import prove
from drgcalc.run.verify import verify
from drgcalc.settlement.ledger import ZERO
from drgcalc.settlement.methods.inputs import Due, Inputs, Paid
from drgcalc.settlement.methods.registry import BY_KIND, METHODS, Method
from drgcalc.settlement.policy_reading import Choice, Table

WITH_GREETINGS = Terms("fund_only", "rescale", "exact", "all_records", False, "0.95", None, "carry", None, True, (),
                       "payable", False, "greetings")  # fmt: skip


def read(table: Table) -> Choice:
    return table.choice("below_quota", ("quota",))


def pay(terms: Choice, inputs: Inputs) -> Paid:
    """One yuan for every case, because it came."""
    dues = []
    for pool, hospital in inputs.places():
        cases = Decimal(sum(claim.cases for claim in inputs.claims_of(pool, hospital)))
        amount = (cases + ZERO).quantize(ZERO)
        dues.append(Due(pool, hospital, cases, "cases", amount, ZERO, f"{cases} × 1.00", terms.source))
    return Paid(tuple(dues))


def test_a_method_that_only_the_registry_knows_pays_a_whole_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_KIND, "greetings", Method("greetings", "问候费", read, pay))
    with without_grouping():
        year = small_year(tmp_path / "region", WITH_GREETINGS)
        for name in list(year.stays)[::3]:
            file, stay = year.stays[name]
            year.stays[name] = (file, stay._replace(method="9"))
        for month in ("2024-01", "2024-02"):
            year.settle(month)
            year.close(month)
        cleared = year.clear()
        assert cleared is not None
        paid = [due for due in owed_by(cleared) if not due.points]
        assert sum(due.payable for due in paid) == 100 * len(list(year.stays)[::3])
        assert all(found.holds for found in verify(year.folder))
        assert prove(year.folder, "2024").pools
        hospital = paid[0].key[1]
        explained = explain_hospital(year.folder, hospital, parse_period("2024"))
        assert any("× 1.00" in line.explanation for line in explained.lines)


def test_no_module_but_the_registry_knows_a_method() -> None:
    own = {method.read.__module__ for method in METHODS}
    package = Path(drgcalc.__file__).parent
    for path in sorted(package.rglob("*.py")):
        name = ".".join(("drgcalc", *path.relative_to(package).with_suffix("").parts))
        if name == "drgcalc.settlement.methods.registry":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                known = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)} & own
                assert not known, f"{name} imports {known}"
