"""traps.toml lists what spec/records.md warns of: each has its tests, and the tests that it names exist."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TRAPS = tomllib.loads((Path(__file__).parent / "traps.toml").read_text("utf-8"))["trap"]


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["what"])
def test_every_trap_has_tests_that_exist(trap: dict[str, list[str]]) -> None:
    missing = [name for name in trap["tests"] if name.split("::")[1] not in names_in(name.split("::")[0])]
    assert trap["tests"]
    assert not missing
