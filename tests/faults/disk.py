"""A disk that can be really full: a file system of its own in memory, which only this process and its children see.

Errors that a test throws in place of the system never reach what libraries write by themselves; a full disk does.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGE = 2 << 30
BLOCK = 4096
_NEW_NAMESPACE, _NEW_USER = 0x20000, 0x10000000
_REMOUNT, _RECURSIVE, _PRIVATE = 0x20, 0x4000, 0x40000
_DETACH = 2


class SmallDisk:
    """A file system mounted at a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._mount(LARGE)

    def used(self) -> int:
        """Octets that are taken."""
        told = os.statvfs(self.place)
        return (told.f_blocks - told.f_bfree) * told.f_frsize

    @contextmanager
    def room(self, octets: int) -> Iterator[None]:
        """While the block runs, only so many octets are free."""
        self._mount(self.used() + octets // BLOCK * BLOCK, _REMOUNT)
        try:
            yield
        finally:
            self._mount(LARGE, _REMOUNT)

    def _mount(self, size: int, how: int = 0) -> None:
        _call("mount", b"tmpfs", os.fsencode(self.place), b"tmpfs", how, f"size={size}".encode())


@contextmanager
def small_disk(place: Path) -> Iterator[SmallDisk | None]:
    """A small disk at an existing folder while the block runs; None where the system lets no process have one.

    Linux only, and before the process has threads.
    """
    disk = _mounted(place)
    try:
        yield disk
    finally:
        if disk:
            _call("umount2", os.fsencode(place), _DETACH)


def _mounted(place: Path) -> SmallDisk | None:
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", _NEW_NAMESPACE | (_NEW_USER if user else 0))
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {user} 1")
            Path("/proc/self/gid_map").write_text(f"0 {group} 1")
        _call("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
        return SmallDisk(place)
    except (AttributeError, OSError):
        return None


def _call(name: str, *words: object) -> None:
    """Call the system by name. Raises OSError, AttributeError where there is no such call."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*words):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
