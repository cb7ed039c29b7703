"""What can go wrong, in two kinds: bad data is a value (`Finding`), bad circumstances raise (`DrgcalcError`)."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class ExitCode(IntEnum):
    """How a command ended, for cron."""

    DONE = 0
    BUG = 1
    USAGE = 2
    INPUT = 3
    RULES = 4
    UNBALANCED = 5
    OUTPUT = 6
    INTERRUPTED = 130


class Finding(NamedTuple):
    """One thing that is wrong with one piece of input, and what to do about it.

    code: stable, listed in the README. severity: "error" (the record is rejected), "warning" or "info".
    file, row: where; row counts data rows from 1, 0 means the file as a whole. record_id: the settlement id.
    field, value: which column, and what it held (never a person's id or name).
    """

    code: str
    severity: str
    file: str
    row: int
    record_id: str
    field: str
    value: str
    message: str
    hint: str


class DrgcalcError(Exception):
    """A circumstance that stops a command: a sentence that says where and what, and a hint that says what to do."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(DrgcalcError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = ExitCode.USAGE


class InputError(DrgcalcError):
    """Records or their files cannot be read or used."""

    exit_code = ExitCode.INPUT


class RulesError(DrgcalcError):
    """A scheme, a policy, a score or a fund table is missing, damaged or contradicts itself."""

    exit_code = ExitCode.RULES


class UnbalancedError(DrgcalcError):
    """An identity does not hold to the fen: what it is about is not published."""

    exit_code = ExitCode.UNBALANCED


class OutputError(DrgcalcError):
    """Results cannot be written: locked, closed, full or not writable."""

    exit_code = ExitCode.OUTPUT
