"""What an import finds on its way: notes on what it repaired, problems that stop it."""

from __future__ import annotations

from pathlib import Path

from drgcalc.base.errors import RulesError
from drgcalc.tables.cells import visible
from drgcalc.tables.findings import note
from drgcalc.tables.model import Note

SHOWN_PROBLEMS = 5


class Journal:
    """Collects the notes and problems of one import; `close` raises when there were problems."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.notes: list[Note] = []
        self.problems: list[str] = []

    def note(self, code: str, sheet: str, row: int, column: str, text: str, done: str) -> None:
        """Remember a repair or an oddity under a registered code."""
        self.notes.append(note(code, sheet, row, column, visible(text), done))

    def problem(self, sheet: str, row: int, what: str) -> None:
        """Remember something that makes the import impossible."""
        self.problems.append(f"sheet {sheet}, row {row}: {visible(what)}")

    def close(self) -> tuple[Note, ...]:
        """The notes. Raises RulesError with the first problems, if there were any."""
        if not self.problems:
            return tuple(self.notes)
        shown = "; ".join(self.problems[:SHOWN_PROBLEMS])
        more = len(self.problems) - SHOWN_PROBLEMS
        raise RulesError(
            f"{self.source}: {shown}{f'; and {more:,} more' if more > 0 else ''}",
            hint="nothing was written: correct the file, or ask its publisher for a sound copy",
        )
