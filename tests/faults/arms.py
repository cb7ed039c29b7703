"""What a run is armed with before it begins: at the n-th thing it asks of the file system it dies or is refused."""

from __future__ import annotations

import builtins
import io
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

ASKED = ("rename", "replace", "link", "fsync", "mkdir", "rmdir", "unlink", "open")
"""Functions of os that a run uses to change files; `open` of io is counted with them."""
PART = ".part"
"""How the files end that say what a finished part yielded."""


def arm(at: int, act: Callable[[], Any]) -> list[str]:
    """Act at the `at`-th time that the program asks something of the file system, before it is done.

    Gives the list of what it asked, which grows as it runs.
    """
    steps: list[str] = []

    def watched(name: str, whole: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **options: Any) -> Any:
            steps.append(f"{name} {_about(args)}")
            if len(steps) == at:
                act()
            return whole(*args, **options)

        return asked

    for name in ASKED:
        setattr(os, name, watched(name, getattr(os, name)))
    io.open = builtins.open = watched("open", io.open)  # type: ignore[assignment]
    return steps


def arm_never() -> list[str]:
    """Only list what the program asks."""
    return arm(sys.maxsize, lambda: None)


def _about(args: tuple[Any, ...]) -> str:
    """The file that a step is about; of two, the one that comes into being."""
    about = [arg for arg in args[:2] if isinstance(arg, str | bytes | os.PathLike)]
    named = [os.fsdecode(arg) for arg in about]
    if named and (len(named) == 1 or "/" not in named[1]):  # the second may be the mode
        return named[0]
    if named:
        return named[1]
    try:
        return os.readlink(f"/proc/self/fd/{args[0]}")
    except (OSError, IndexError):
        return ""


def arm_parts(at: int) -> None:
    """Die when the `at`-th part that this run groups is about to be kept; its cases are written by then."""
    whole, counted = io.open, {"parts": 0}

    def opened(file: Any, mode: str = "r", *others: Any, **options: Any) -> Any:
        counted["parts"] += str(file).endswith(PART) and "w" in mode
        if counted["parts"] == at:
            die()
        return whole(file, mode, *others, **options)

    io.open = builtins.open = opened  # type: ignore[assignment]


def die() -> None:
    """As a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(code: int) -> None:
    """As the system does."""
    raise OSError(code, os.strerror(code))


def limit_files(size: int) -> None:
    """No file may grow beyond so many octets."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
