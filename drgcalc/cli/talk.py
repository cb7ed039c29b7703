"""What a command says: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from drgcalc.base.errors import DrgcalcError

if TYPE_CHECKING:
    from rich.console import RenderableType

Progress: TypeAlias = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Talk:
    """How a command was asked to talk, and where it works.

    json: one document on stdout and nothing else. log_format: "text" or "json" lines on stderr. dry_run: all the
    work, no publishing. strict: warnings and rejected records stop the command.
    """

    region: Path
    quiet: bool
    json: bool
    log_format: str
    dry_run: bool
    strict: bool

    def result(self, value: object, render: Callable[[], Iterable[RenderableType]]) -> None:
        """Print a result: as a document, or rendered, or not at all."""
        if self.json:
            from drgcalc.report.document import document

            click.echo(json.dumps(document(value), ensure_ascii=False, indent=2, sort_keys=True))
        elif not self.quiet:
            from drgcalc.cli.screen import Screen

            screen = Screen(highlight=False, markup=False, emoji=False)
            for renderable in render():
                screen.print(renderable)

    def note(self, message: str) -> None:
        """Tell the person, or the log, something that is not a result."""
        if not self.quiet:
            self._log("info", message)

    def failure(self, error: DrgcalcError) -> None:
        """Say why the command stops; with --json also as the document, so that a reader never finds an empty one."""
        self._log("error", error.message, hint=error.hint)
        for more in getattr(error, "__notes__", ()):
            self._log("info", more)
        if self.json:
            facts = {"message": error.message, "hint": error.hint, "exit_code": int(error.exit_code)}
            click.echo(json.dumps({"error": facts}, ensure_ascii=False, indent=2, sort_keys=True))

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A function (step, done, total) that shows a bar on a terminal, else one plain line a tenth."""
        if self.quiet:
            yield lambda _step, _done, _total: None
        elif sys.stderr.isatty() and self.log_format == "text":
            with _bar() as bar:
                yield bar
        else:
            yield _tenths(self.note)

    def _log(self, level: str, message: str, hint: str = "") -> None:
        if self.log_format == "json":
            facts = {"level": level, "message": message} | ({"hint": hint} if hint else {})
            click.echo(json.dumps(facts, ensure_ascii=False), err=True)
            return
        click.echo(message if level == "info" else f"{level}: {message}", err=True)
        if hint:
            click.echo(f"hint: {hint}", err=True)


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def show(step: str, done: int, whole: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=whole)
            bars.update(tasks[step], completed=done, total=whole)

        yield show


def _tenths(note: Callable[[str], None]) -> Progress:
    said: dict[str, int] = {}

    def show(step: str, done: int, whole: int) -> None:
        tenth = 10 * done // whole if whole else 10
        if tenth > said.get(step, 0):
            said[step] = tenth
            note(f"{step}: {done} of {whole}")

    return show
