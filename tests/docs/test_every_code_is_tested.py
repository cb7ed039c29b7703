"""What the program can say and be told is reached by a test: finding codes, exit codes, methods, words of a policy.

Something counts as reached when a test, or the data of one, names it; what only lists it (tests/docs) does not count.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from drgcalc.base.errors import ExitCode
from drgcalc.records.checks import CHECKS, FILE_CHECKS
from drgcalc.settlement.decision_findings import DECISION_FINDINGS
from drgcalc.settlement.findings import FINDINGS
from drgcalc.settlement.methods.registry import METHODS
from drgcalc.settlement.office_findings import OFFICE_FINDINGS
from drgcalc.settlement.pay_findings import PAY_FINDINGS
from drgcalc.tables.findings import CHECK_FINDINGS, IMPORT_NOTES

ROOT = Path(__file__).parents[2]
REGISTERED = (*CHECKS, *FILE_CHECKS, *FINDINGS, *DECISION_FINDINGS, *PAY_FINDINGS, *OFFICE_FINDINGS)
CODES = sorted({*(kind.code for kind in REGISTERED), *IMPORT_NOTES, *CHECK_FINDINGS})
READERS = ("number", "choice", "table", "tables", "has", "take", "text", "day")
"""Methods of policy_reading.Table that read a key."""


@cache
def whole_text() -> str:
    """All tests and their data."""
    here = Path(__file__).parent
    files = [path for kind in ("py", "toml") for path in sorted((ROOT / "tests").glob(f"**/*.{kind}"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if here not in path.parents)


@cache
def policies() -> str:
    """Policies that tests settle by: their data, and the region of `drgcalc init` without its comments."""
    template = (ROOT / "drgcalc" / "run" / "template" / "region.toml").read_text(encoding="utf-8")
    return whole_text() + re.sub(r"(?m)#.*$", "", template)


def named(word: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text) is not None


def modules() -> Iterator[tuple[str, ast.Module]]:
    """The modules that read a policy."""
    for path in sorted((ROOT / "drgcalc" / "settlement").glob("**/*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every reading of a key of a policy: module, call and key."""
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
                match node.args:
                    case [ast.Constant(value=str(key)), *_]:
                        yield name, node, key


def policy_keys() -> list[str]:
    return sorted({key for _, _, key in calls()})


def policy_words() -> list[str]:
    """The words that keys with a choice may have."""
    found: set[str] = set()
    for module, call, _ in calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "choice":
            scope = vars(importlib.import_module(module))
            try:
                choices = eval(compile(ast.Expression(call.args[1]), module, "eval"), scope)
            except NameError:  # choices that are made while reading: pools, items, methods
                continue
            found |= set(choices)
    return sorted(found)


@pytest.mark.parametrize("code", CODES)
def test_every_finding_code_has_a_test(code: str) -> None:
    assert named(code, whole_text())


@pytest.mark.parametrize("code", [code for code in ExitCode if code != ExitCode.BUG])
def test_every_exit_code_has_a_test(code: ExitCode) -> None:
    assert re.search(rf"\b(code|exit_code|returncode)\b.* == (\(?[^\n]*, )?{int(code)}\b", whole_text())


@pytest.mark.parametrize("kind", [method.kind for method in METHODS])
def test_every_payment_method_has_a_worked_example(kind: str) -> None:
    examples = (ROOT / "tests" / "settlement" / "methods.toml").read_text(encoding="utf-8")
    assert f'kind = "{kind}"' in examples


@pytest.mark.parametrize("key", policy_keys())
def test_every_key_of_a_policy_has_a_test(key: str) -> None:
    assert named(key, policies())


@pytest.mark.parametrize("word", policy_words())
def test_every_word_of_a_policy_has_a_test(word: str) -> None:
    assert named(word, policies())


@pytest.mark.parametrize("code", CODES)
def test_the_reference_lists_every_code(code: str) -> None:
    assert f"\n| {code} | " in (ROOT / "drgcalc" / "REFERENCE.md").read_text(encoding="utf-8")
