"""A period that was settled from the same inputs is not settled again: what was published is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from drgcalc.base.errors import Finding
from drgcalc.base.payment_columns import CLEARING_POOLS
from drgcalc.report.model import Place, Proof, Settled
from drgcalc.run.differences import DIFFERENCES_FILE, read_differences
from drgcalc.run.group import FINDINGS_FILE, Cases
from drgcalc.run.manifest import Manifest, file_hash, is_sealed, read_manifest
from drgcalc.run.period import Period
from drgcalc.run.pricing import STAKES_FILE, read_stakes
from drgcalc.run.publish import latest
from drgcalc.run.published import read_allocations, read_book, read_method_payments, read_waterfall
from drgcalc.run.published_csv import read_findings, read_rows
from drgcalc.run.region import Region
from drgcalc.run.year import CLEARING_POOLS_FILE, POINT_VALUES_FILE, read_payments, read_values
from drgcalc.settlement.clearing import ClearedPool
from drgcalc.settlement.identities import book_identities, prove

_OF_RECORDS = ("F", "R")
"""What the codes of findings about records begin with."""


def settled_before(region: Region, period: Period, basis: Manifest, cases: Cases) -> Settled | None:
    """The newest version of a period, when it was made from the same inputs by the same program and is undamaged.

    Its ledger is proved again. None when there is work to do.
    """
    folder = latest(region.out, period.text)
    if not cases.result.reused or folder is None or not is_sealed(folder):
        return None
    manifest = read_manifest(folder)
    if replace(manifest, totals={}, point_values={}, outputs={}) != basis or not _intact(folder, manifest.outputs):
        return None
    identities = book_identities(read_book(folder))
    prove(identities)
    pools = folder / CLEARING_POOLS_FILE
    return Settled(
        region=region.name,
        period=period.text,
        grouping=cases.result,
        waterfall=read_waterfall(folder),
        values=read_values(folder / POINT_VALUES_FILE),
        allocations=read_allocations(folder),
        methods=read_method_payments(folder),
        payments=read_payments(folder),
        differences=read_differences(folder) if (folder / DIFFERENCES_FILE).is_file() else (),
        clearing=tuple(ClearedPool(*row) for row in read_rows(pools, CLEARING_POOLS)) if pools.is_file() else (),
        stakes=read_stakes(folder),
        findings=tuple(_own(folder)),
        proofs=tuple(
            Proof(one.name, one.holds, str(one.expected), str(one.found), str(one.difference)) for one in identities
        ),
        place=Place(period.text, int(folder.name[1:]), folder.relative_to(region.folder).as_posix(), unchanged=True),
    )


def _own(folder: Path) -> list[Finding]:
    """The findings that are not about records."""
    return [row for row in read_findings(folder / FINDINGS_FILE) if not row.code.startswith(_OF_RECORDS)]


def _intact(folder: Path, outputs: Mapping[str, str]) -> bool:
    """Whether every published file is there as it was; a version of an older program lacks some."""
    if POINT_VALUES_FILE not in outputs or STAKES_FILE not in outputs:
        return False
    return all((folder / name).is_file() and file_hash(folder / name) == digest for name, digest in outputs.items())
