"""The terminal, through rich."""

from __future__ import annotations

from rich.console import Console


class Screen(Console):
    """A console that leaves a closed pipe to `main`, as printing does; rich would end the program with exit code 1."""

    def on_broken_pipe(self) -> None:
        """Say that nobody reads any more. Raises BrokenPipeError."""
        raise BrokenPipeError
