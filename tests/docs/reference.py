"""Write drgcalc/REFERENCE.md from the registries of the program: `python tests/docs/reference.py`.

Commands and options come from click, codes from the registries of findings, columns from base.columns. A test fails
while the file on disk differs from what this gives, so the reference can not drift.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from drgcalc.base import code_columns, columns, dip_columns, scheme_columns, settlement_columns
from drgcalc.base.calibration_columns import CALIBRATION_TABLES
from drgcalc.base.decision_columns import DECISION_TABLES
from drgcalc.base.errors import ExitCode
from drgcalc.base.method_columns import METHOD_TABLES
from drgcalc.base.office_columns import OFFICE_TABLES
from drgcalc.base.payment_columns import PAYMENT_TABLES
from drgcalc.base.point_columns import POINT_TABLES, REVIEW
from drgcalc.base.pricing_columns import PRICING_TABLES
from drgcalc.base.proof_columns import PROOF_TABLES
from drgcalc.cli.main import commands
from drgcalc.records.checks import CHECKS, FILE_CHECKS
from drgcalc.settlement.decision_findings import DECISION_FINDINGS
from drgcalc.settlement.findings import FINDINGS
from drgcalc.settlement.ledger import ACCOUNTS, STEPS
from drgcalc.settlement.methods.registry import METHODS
from drgcalc.settlement.office_findings import OFFICE_FINDINGS
from drgcalc.settlement.pay_accounts import PAY_ACCOUNTS, PAY_STEPS
from drgcalc.settlement.pay_findings import PAY_FINDINGS
from drgcalc.tables.findings import CHECK_FINDINGS, IMPORT_NOTES

REFERENCE = Path(__file__).parents[2] / "drgcalc" / "REFERENCE.md"

EXIT_CODES = {
    ExitCode.DONE: "done",
    ExitCode.BUG: "a bug in drgcalc: please report it",
    ExitCode.USAGE: "usage: the command line asks for something that does not exist or does not fit together",
    ExitCode.INPUT: "input: records or their files cannot be read or used; with `--strict` also rejected records",
    ExitCode.RULES: "rules: a scheme, policy, score or fund table is missing, damaged or contradicts itself",
    ExitCode.UNBALANCED: "unbalanced: an identity does not hold to the fen, or what was published has been changed",
    ExitCode.OUTPUT: "output: results cannot be written; another run holds the region, or the disk is full",
    ExitCode.INTERRUPTED: "interrupted: nothing was published",
}


def reference() -> str:
    """The whole text."""
    parts = [
        "# drgcalc: reference",
        "Written by `python tests/docs/reference.py` from the program itself; the README explains, this lists.",
        *section("Commands", command_parts()),
        *section("Exit codes", [table(("code", "meaning"), [(str(int(c)), EXIT_CODES[c]) for c in ExitCode])]),
        *section("Findings about records", [record_findings()]),
        *section("Findings about a settlement", [settlement_findings()]),
        *section(
            "Findings about decisions",
            [decision_findings()],
        ),
        *section("Findings about payments and clearing", [payment_findings()]),
        *section("Findings about feedback, fund and coverage", [office_findings()]),
        *section("Notes of an import and findings about a scheme", [scheme_findings()]),
        *section("Payment methods beside points", [payment_methods()]),
        *section("Accounts and steps of the ledger", ledger_parts()),
        *section("Tables", table_parts()),
    ]
    return "\n\n".join(parts) + "\n"


def section(title: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"## {title}"
    yield from parts


def command_parts() -> Iterator[str]:
    found = list(leaves(commands, "drgcalc"))
    everywhere = set.intersection(*({option.name for option in options(command)} for _, command in found))
    yield "Every command takes:"
    yield option_list(option for option in options(found[0][1]) if option.name in everywhere)
    for path, command in found:
        yield f"### `{path}`"
        yield command.help or ""
        if own := option_list(option for option in options(command) if option.name not in everywhere):
            yield own


def leaves(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        else:
            yield usage(path, name, command), command


def option_list(found: Iterable[click.Option]) -> str:
    return "\n".join(f"- `{', '.join(spelling(option))}`: {option.help}" for option in found)


def usage(path: str, name: str, command: click.Command) -> str:
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    words = [argument.make_metavar(click.Context(command)) for argument in arguments]
    return " ".join((path, name, *words))


def options(command: click.Command) -> Iterator[click.Option]:
    return (parameter for parameter in command.params if isinstance(parameter, click.Option))


def spelling(option: click.Option) -> list[str]:
    metavar = "" if option.is_flag else f" {option.metavar or option.type.name.upper()}"
    if isinstance(option.type, click.Choice):
        metavar = f" {'|'.join(map(str, option.type.choices))}"
    return [f"{flag}{metavar}" for flag in option.opts]


def record_findings() -> str:
    rows = [(check.code, check.severity, check.message, check.hint) for check in (*CHECKS, *FILE_CHECKS)]
    return table(("code", "severity", "what is wrong", "what to do"), rows)


def settlement_findings() -> str:
    return table(("code", "severity", "what it means", "what to do"), FINDINGS)


def decision_findings() -> str:
    return table(("code", "severity", "what is wrong", "what to do"), DECISION_FINDINGS)


def payment_findings() -> str:
    return table(("code", "severity", "what it means", "what to do"), PAY_FINDINGS)


def office_findings() -> str:
    return table(("code", "severity", "what it means", "what to do"), OFFICE_FINDINGS)


def scheme_findings() -> str:
    rows = [(code, *explained) for code, explained in (*IMPORT_NOTES.items(), *CHECK_FINDINGS.items())]
    return table(("code", "severity", "what it says", "what it means for payment"), rows)


def payment_methods() -> str:
    rows = [
        (method.kind, method.chinese, (sys.modules[method.read.__module__].__doc__ or "").split("\n")[0])
        for method in METHODS
    ]
    return table(("kind", "Chinese", "what it does"), rows)


def ledger_parts() -> Iterator[str]:
    yield table(("account", "Chinese", "meaning"), [account[:3] for account in ACCOUNTS])
    yield table(("step", "Chinese", "meaning"), STEPS)
    yield "Payments of a month and the clearing stand in ledgers of their own:"
    yield table(("account", "Chinese", "meaning"), [account[:3] for account in PAY_ACCOUNTS])
    yield table(("step", "Chinese", "meaning"), PAY_STEPS)


def table_parts() -> Iterator[str]:
    homes = (columns, code_columns, settlement_columns, scheme_columns)
    named = [value for home in homes for value in vars(home).values() if isinstance(value, columns.Table)]
    dip = (shape for shape in dip_columns.DIP_TABLES if shape not in scheme_columns.SCHEME_TABLES)
    beside = (*POINT_TABLES, *DECISION_TABLES, *PAYMENT_TABLES, *CALIBRATION_TABLES, *METHOD_TABLES, *PROOF_TABLES)
    beside = (*beside, REVIEW, *OFFICE_TABLES, *PRICING_TABLES)
    for shape in (*named, *scheme_columns.SCHEME_TABLES, *dip, *beside):
        yield f"### {shape.name}: one row is {shape.grain}"
        rows = [
            (f"`{column.name}`", column.type, column.unit, column.chinese, column.meaning) for column in shape.columns
        ]
        yield table(("column", "type", "unit", "Chinese", "meaning"), rows)


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{REFERENCE}\n")
