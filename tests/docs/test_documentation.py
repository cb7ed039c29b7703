"""The documentation names what the program has: nothing is missing, nothing is left over."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from reference import REFERENCE, reference

from drgcalc.base.errors import ExitCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_reference_is_what_the_program_says() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run: python tests/docs/reference.py"


@pytest.mark.parametrize("code", list(ExitCode))
def test_readme_names_every_exit_code(code: ExitCode) -> None:
    assert re.search(rf"^\| {int(code)} \|", README, re.MULTILINE)


def test_readme_names_only_commands_that_exist() -> None:
    from drgcalc.cli.main import commands

    named = set(re.findall(r"drgcalc ([a-z]+)", README))
    assert named <= set(commands.commands)


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_of_the_readme_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists()
