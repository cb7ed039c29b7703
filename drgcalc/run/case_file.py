"""A Parquet file of cases that is written part by part and can be taken up again behind each of them.

A Parquet file says at its very end where everything in it lies: cut off before, it cannot be read. So each part has a
writer of its own, which is made to believe that it wrote all that stands before; what it would say at the end (its
footer) is kept aside, and the footers of all parts are joined when the file is finished. The file is octet for octet
what one writer makes of the same parts.
"""

from __future__ import annotations

import io
import mmap
import os
from collections.abc import Callable
from hashlib import sha256
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from drgcalc.run.writing import encoded_cases

_MAGIC = 4
"""Octets that every Parquet file begins with."""
_BUFFER = 4 << 20
_CHUNK = 1 << 20
_UNTOUCHED = 64 << 20


class Mark(NamedTuple):
    """The end of a part: octets of the file up to there, their SHA-256 in hex, and the footer of this part alone."""

    size: int
    sha256: str
    footer: bytes


class CaseFile:
    """The file behind the last part that was taken or written; `file` is open for reading and writing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0
        self._digest = sha256()
        self._footer: pq.FileMetaData | None = None

    def take(self, mark: Mark) -> bool:
        """Take the next part as an earlier run wrote it. False if the octets up to its mark are not what they were."""
        digest, left = self._digest.copy(), mark.size - self._size
        self._file.seek(self._size)
        while left > 0 and (octets := self._file.read(min(left, _CHUNK))):
            digest.update(octets)
            left -= len(octets)
        if left or digest.hexdigest() != mark.sha256:
            return False
        self._size, self._digest = mark.size, digest
        self._join(pq.read_metadata(pa.BufferReader(mark.footer)))
        return True

    def write(self, cases: pa.Table) -> Mark:
        """Write the cases of the next part (columns of base.columns.CASES), in place of anything that stands there."""
        self._file.seek(self._size)
        self._file.truncate()
        footer = self._encode(lambda write: write(cases))
        self._file.flush()
        mark = Mark(self._size, self._digest.hexdigest(), _octets_of(footer))
        self._join(footer)
        return mark

    def finish(self) -> str:
        """Write what must stand at the end, and have the disk keep all of it; gives the file's SHA-256 in hex."""
        self._file.seek(self._size)
        self._file.truncate()
        if self._footer is None:  # not a single part: a file without rows
            self._join(self._encode(lambda _: None))
        end = _octets_of(self._footer)[_MAGIC:]
        self._file.write(end)
        self._digest.update(end)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._digest.hexdigest()

    def _encode(self, fill: Callable[[Callable[[pa.Table], None]], None]) -> pq.FileMetaData:
        """Append what a writer makes when it is filled, and give its footer in place of writing it."""
        sink = _Continued(self._keep, self._size)
        stream = pa.PythonFile(sink, mode="w")
        buffered = pa.BufferedOutputStream(stream, _BUFFER)
        footers: list[pq.FileMetaData] = []
        with encoded_cases(buffered, footers) as write:
            buffered.flush()
            _pass_over(stream, self._size - _MAGIC)
            try:
                fill(write)
                buffered.flush()
            finally:
                sink.is_shut = True
        return footers[0]

    def _keep(self, octets: memoryview) -> None:
        self._file.write(octets)
        self._digest.update(octets)
        self._size += len(octets)

    def _join(self, footer: pq.FileMetaData) -> None:
        if self._footer is None:
            self._footer = footer
        else:
            self._footer.append_row_groups(footer)


class _Continued(io.RawIOBase):
    """What Arrow writes into: the first octets stand in the file already, and nothing is kept once it is shut."""

    def __init__(self, keep: Callable[[memoryview], None], there: int) -> None:
        self._keep, self._there = keep, there
        self.is_shut = False

    def writable(self) -> bool:
        return True

    def write(self, octets: object) -> int:
        view = memoryview(octets).cast("B")  # type: ignore[arg-type]
        known = min(self._there, len(view))
        self._there -= known
        if not self.is_shut and known < len(view):
            self._keep(view[known:])
        return len(view)


def _pass_over(stream: pa.NativeFile, size: int) -> None:
    """Move a stream on by octets that nobody reads: Arrow's streams count their position from what goes through."""
    if size > 0:
        with mmap.mmap(-1, min(size, _UNTOUCHED)) as untouched:
            for start in range(0, size, _UNTOUCHED):
                stream.write(pa.py_buffer(untouched)[: size - start])


def _octets_of(footer: pq.FileMetaData | None) -> bytes:
    """A Parquet file that consists of this footer alone."""
    octets = io.BytesIO()
    if footer is not None:
        footer.write_metadata_file(octets)
    return octets.getvalue()
