"""Which diagnoses are complications (MCC, CC), and beside which principal diagnoses they do not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from drgcalc.grouping.facts import LEVEL_BITS, Membership, is_prefix
from drgcalc.grouping.table_folder import CcRow


class Complications:
    """The complication list and the exclusion tables of a scheme."""

    def __init__(self, cc: Sequence[CcRow], exclusions: Mapping[str, frozenset[str]]) -> None:
        self._rows = tuple(cc)
        self._listed = Membership({position: (row.code,) for position, row in enumerate(self._rows)})
        self.exclusion_tables = Membership(exclusions)

    def of(self, code: str) -> list[CcRow]:
        """The rows of the list that cover the code: of each level the most specific."""
        rows = [self._rows[position] for position in self._listed.of(code)]
        if len(rows) < 2:
            return rows
        return [max(of_level, key=_closeness) for of_level in _by_level(rows)]

    def bits(self, code: str, excluding: frozenset[str]) -> int:
        """The levels of a diagnosis beside a principal one that these exclusion tables hold, as LEVEL_BITS."""
        return sum(LEVEL_BITS[row.level] for row in self.of(code) if row.exclusion_set not in excluding)


def highest_level(bits: int) -> str | None:
    """MCC, CC or None, of level bits."""
    return max(
        (level for level, bit in LEVEL_BITS.items() if bits & bit), key=lambda level: LEVEL_BITS[level], default=None
    )


def _closeness(row: CcRow) -> tuple[bool, int]:
    """A row that names the code itself is closer to it than any category of it, a long category than a short one."""
    return (not is_prefix(row.code), len(row.code))


def _by_level(rows: Iterable[CcRow]) -> list[list[CcRow]]:
    levels: dict[str, list[CcRow]] = {}
    for row in rows:
        levels.setdefault(row.level, []).append(row)
    return [levels[level] for level in sorted(levels)]
