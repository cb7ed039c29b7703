"""What the codes of a record were read as, where that is not what is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from drgcalc.records.code_reader import Reading


def lines(readings: Iterable[Reading]) -> Iterator[Text]:
    """A line for each code that was repaired, mapped, or is grey, and for each that could be repaired."""
    for reading in readings:
        if ways := "; ".join(_ways(reading)):
            yield Text(f"written {reading.text}: {ways}")


def _ways(reading: Reading) -> Iterator[str]:
    if reading.repaired:
        yield f"repaired to {reading.proposals[0]}, the only code of the scheme it can come from"
    elif reading.proposals:
        yield f"damaged: perhaps {' or '.join(reading.proposals)}; --repair-codes takes the only candidate"
    if reading.mapped:
        yield f"read as {reading.code} by {reading.mapped.where} ({reading.mapped.source})"
    if reading.grey:
        yield f"a grey code 灰码 by {reading.grey.where} ({reading.grey.source}): never MCC or CC"
