"""Codes of hospitals that a spreadsheet took for numbers: what is left of them when the zeros in front are lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ZERO = "0"


def without_zeros(known: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """What is left of the known codes that are numbers with zeros in front -> the codes it may have been, sorted.

    What is a known code itself has lost nothing. Two or more codes are ambiguous.
    """
    codes = set(known)
    found: dict[str, list[str]] = {}
    for code in sorted(codes):
        left = code.lstrip(ZERO)
        if left != code and left.isdecimal() and left not in codes:
            found.setdefault(left, []).append(code)
    return {left: tuple(whole) for left, whole in found.items()}


def restored(code: str) -> str:
    """A code that has its zeros again as a finding shows it."""
    return f"{code.lstrip(ZERO)} → {code}"


def shown(written: str, lost: Mapping[str, tuple[str, ...]]) -> str:
    """An unknown code as a finding shows it: with the codes it may have been."""
    return f"{written} ({' or '.join(lost[written])}?)" if written in lost else written
