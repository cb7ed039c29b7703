"""Two schemes of one kind compared, DRG or DIP."""

from __future__ import annotations

from drgcalc.base.errors import UsageError
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.scheme import Scheme
from drgcalc.tables.diff import SchemeDiff, diff_schemes
from drgcalc.tables.dip.diff import DipDiff, diff_directories


def compare_schemes(old: Scheme | DipScheme, new: Scheme | DipScheme) -> SchemeDiff | DipDiff:
    """What `new` changes against `old`. Raises UsageError for a DRG scheme beside a DIP directory."""
    if isinstance(old, DipScheme) and isinstance(new, DipScheme):
        return diff_directories(old, new)
    if isinstance(old, DipScheme) or isinstance(new, DipScheme):
        raise UsageError(
            f"{old.id} is of kind {old.kind} and {new.id} of kind {new.kind}: their tables have nothing in common",
            hint="compare two schemes of one kind",
        )
    return diff_schemes(old, new)
