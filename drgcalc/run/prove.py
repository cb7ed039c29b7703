"""`drgcalc prove`: the conservation statement that a bureau can publish, from the published files and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from drgcalc.base.errors import UnbalancedError, UsageError
from drgcalc.base.proof_columns import CONSERVATION
from drgcalc.report.proof_model import Proven
from drgcalc.run.manifest import MANIFEST, file_hash, is_sealed, read_manifest
from drgcalc.run.published import (
    ALLOCATIONS_PARQUET,
    LEDGER_FILE,
    METHODS_PARQUET,
    POOL_FILE,
    find_version,
    read_allocations,
    read_book,
    read_method_payments,
    read_waterfall,
)
from drgcalc.run.region import load_region
from drgcalc.run.writing import write_csv
from drgcalc.settlement.conservation import conservation
from drgcalc.settlement.identities import prove as refuse_false
from drgcalc.settlement.payment_rows import owing

READ = (MANIFEST, ALLOCATIONS_PARQUET, LEDGER_FILE, POOL_FILE)


def prove(folder: Path, period: str | None = None, pool: str | None = None, target: Path | None = None) -> Proven:
    """The statement of the newest version of a settled period, for one pool or all; as CSV to `target`, too.

    Raises UsageError when nothing is settled or there is no such pool, UnbalancedError when a file is not what was
    published or a statement does not hold: then nothing is written.
    """
    region = load_region(folder)
    version = find_version(region.out, period)
    manifest = read_manifest(version)
    sealed = file_hash(version / MANIFEST) if is_sealed(version) else ""
    _refuse_changed(version, {**manifest.outputs, MANIFEST: sealed})
    book, lines = read_book(version), read_waterfall(version)
    allocations = owing(read_allocations(version), read_method_payments(version))
    pools = [one for one in book.pools() if pool in (None, one)]
    if not pools:
        raise UsageError(f"no pool {pool} is settled in {version.name}", hint=f"pools are {', '.join(book.pools())}")
    found = tuple(conservation(manifest.period, one, book, lines, allocations) for one in pools)
    refuse_false(statement for one in found for statement in one.proofs)
    if target is not None:
        write_csv(target, CONSERVATION, (line for one in found for line in one.lines), "both")
    return Proven(
        region=region.name,
        period=manifest.period,
        folder=version.relative_to(region.folder).as_posix(),
        document=file_hash(version / LEDGER_FILE),
        pools=found,
    )


def _refuse_changed(version: Path, outputs: Mapping[str, str]) -> None:
    for name in (*READ, *(name for name in (METHODS_PARQUET,) if name in outputs)):
        path = version / name
        if not path.is_file() or file_hash(path) != outputs.get(name):
            raise UnbalancedError(
                f"{version / name} is not what was published", hint="`drgcalc verify` says what was changed"
            )
