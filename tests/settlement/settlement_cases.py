"""What the settlement tests share: the worked examples, and policies made by changing keys of one block."""

from __future__ import annotations

import copy
import functools
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from drgcalc.settlement.policy import Policy, read_policies
from drgcalc.settlement.rows import FundItem, Hospital, HospitalTotals

HERE = Path(__file__).parent
SHARED_VECTORS = HERE.parents[2] / "shared" / "vectors" / "settlement.toml"


@functools.cache
def examples(name: str) -> dict[str, Any]:
    """A file of worked examples beside the tests."""
    return read(HERE / f"{name}.toml")


def shared_vectors() -> dict[str, Any]:
    """The project's exact vectors; empty where the shared folder is not there."""
    return read(SHARED_VECTORS) if SHARED_VECTORS.is_file() else {}


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)


NO_VECTORS = f"no vectors at {SHARED_VECTORS}: the shared folder is not beside the repository"


def needs_vectors() -> pytest.MarkDecorator:
    """Skips a test where the shared vectors are not there."""
    return pytest.mark.skipif(not SHARED_VECTORS.is_file(), reason=NO_VECTORS)


def vector_cases(section: str, inside: str = "") -> list[Any]:
    """The cases of a section of the vectors, or one that is skipped and says why."""
    found = shared_vectors().get(section, {})
    cases = found.get(inside, []) if inside else found
    return list(cases) or [pytest.param({}, marks=pytest.mark.skip(reason=NO_VECTORS))]


def block(**changes: Any) -> dict[str, Any]:
    """The test policy block. A change is a dotted path with __ for dots; None takes the key away."""
    made = copy.deepcopy(examples("policy")["policy"][0])
    for path, value in changes.items():
        *parents, key = path.split("__")
        table = made
        for parent in parents:
            table = table[int(parent)] if parent.isdigit() else table[parent]
        if value is None:
            del table[key]
        else:
            table[key] = value
    return made


def policy_of(made: dict[str, Any]) -> Policy:
    """The policy a block says."""
    return read_policies([made], "region.toml")[0]


def number(value: object, unit: str) -> dict[str, object]:
    return {"value": value, "unit": unit, "source": "第一条"}


def choice(value: str) -> dict[str, str]:
    return {"value": value, "source": "第一条"}


def one_pool(**changes: Any) -> dict[str, Any]:
    """A block with one pool without carve-outs, reserve or limits, so that the pool is the collections."""
    formula = {
        "collections": {"item": "collections", "label": "基金征收总额", "source": "第一条"},
        "carve_outs": [],
        "reserve_rate": number(0, "ratio"),
        "reserve_base": choice("gross"),
    }
    return block(fund={"resident": formula}, limits=None, **changes)


def money_in(amount: str | Decimal, pool: str = "resident") -> list[FundItem]:
    return [FundItem(2024, pool, "collections", Decimal(amount), "决算表")]


def totals_of(rows: list[dict[str, str]], pool: str = "resident") -> list[HospitalTotals]:
    """Totals as the vectors write them."""
    return [
        HospitalTotals(
            pool,
            row["id"],
            1,
            1,
            0,
            Decimal(row["points"]),
            Decimal(row["total"]),
            Decimal(row["fund_booked"]),
            Decimal(row["patient_paid"]),
        )
        for row in rows
    ]


def hospitals_of(totals: list[HospitalTotals]) -> list[Hospital]:
    return [hospital(code, f"医院{code}", "2") for code in sorted({row.hospital_id for row in totals})]


def hospital(code: str, name: str, level: str) -> Hospital:
    return Hospital(code, name, level, Decimal(1), date(2024, 1, 1), None, "文件")
