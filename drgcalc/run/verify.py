"""`drgcalc verify`: recompute what a published version says about itself, and name what does not hold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from drgcalc.base.errors import DrgcalcError, UsageError
from drgcalc.base.money import total
from drgcalc.grouping.scheme import load_scheme
from drgcalc.report.model import Proof, Verified
from drgcalc.run.database import connect
from drgcalc.run.group import CASES_FILE
from drgcalc.run.manifest import Manifest, file_hash, read_manifest
from drgcalc.run.period import Period, parse_period
from drgcalc.run.points import Sums, sums
from drgcalc.run.publish import latest, periods
from drgcalc.run.published import read_allocations, read_book
from drgcalc.run.region import Region, load_region
from drgcalc.run.settle import ALLOCATIONS_PARQUET, LEDGER_FILE, proof_of, settle_sums, terms_of
from drgcalc.settlement.identities import book_identities, count_identity, point_identities
from drgcalc.settlement.ledger import Book
from drgcalc.settlement.rows import Allocation, Counts

MISSING = "missing"


def verify(folder: Path, period: str | None = None) -> tuple[Verified, ...]:
    """Check the newest version of a period, or of every period. Raises UsageError when there is none."""
    region = load_region(folder)
    known = periods(region.out)
    chosen = [name for name in known if period is None or name in (period, f"cases/{period}")]
    if not chosen:
        raise UsageError(
            f"nothing is published for {period or 'any period'} in {region.out}",
            hint=f"published are {', '.join(known)}" if known else "run `drgcalc settle` first",
        )
    return tuple(_verify(region, name) for name in chosen)


def _verify(region: Region, period: str) -> Verified:
    folder = latest(region.out, period)
    if folder is None:
        raise UsageError(f"{period} has no version in {region.out}", hint="run `drgcalc settle` first")
    manifest = read_manifest(folder)
    found = [*_files(region, folder, manifest), *_scheme(region, manifest), _counts(manifest)]
    # Sums are recomputed only from files that are what was published; otherwise the hash says it all.
    if manifest.command == "settle" and all(proof.holds for proof in found if proof.statement.startswith("output ")):
        found += _settlement(region, parse_period(manifest.period), folder, manifest)
    return Verified(manifest.period, folder.relative_to(region.folder).as_posix(), tuple(found))


def _files(region: Region, folder: Path, manifest: Manifest) -> Iterator[Proof]:
    """Hashes of outputs, inputs and tables. A salt and region.toml are no plain files: see manifest.py."""
    yield from _hashes("output", folder, manifest.outputs)
    yield from _hashes("input", region.folder, manifest.inputs)
    tables = {name: digest for name, digest in manifest.region.items() if name.endswith(".csv")}
    yield from _hashes("table", region.folder, tables)
    yield _equal("region.toml, policies aside", manifest.region["region.toml"], region.settings_hash)


def _hashes(kind: str, folder: Path, expected: Mapping[str, str]) -> Iterator[Proof]:
    for name, digest in expected.items():
        path = folder / name
        yield _equal(f"{kind} {name} has its SHA-256", digest, file_hash(path) if path.is_file() else MISSING)


def _scheme(region: Region, manifest: Manifest) -> Iterator[Proof]:
    try:
        checksum = load_scheme(region.scheme_folder).checksum
    except DrgcalcError as error:
        checksum = error.message
    yield _equal(f"scheme {manifest.scheme['id']} has its checksum", manifest.scheme["checksum"], checksum)


def _counts(manifest: Manifest) -> Proof:
    counts = manifest.counts
    submitted = counts["read"] - counts["duplicates"] - counts["outside"]
    by_status = {key: cases for key, cases in counts.items() if key.startswith("status:")}
    return proof_of(count_identity(Counts(submitted, counts["rejected"], by_status)))


def _settlement(region: Region, period: Period, folder: Path, manifest: Manifest) -> Iterator[Proof]:
    """Sums of cases, settlement of those sums, and identities of the ledger, all over again."""
    terms = terms_of(region, period)
    yield _equal("the policy block in force", manifest.policy, terms.block)
    with tempfile.TemporaryDirectory(prefix="drgcalc-") as work, connect(Path(work)) as con:
        again = sums(con, folder / CASES_FILE)
    published, book = read_allocations(folder), read_book(folder)
    yield from map(proof_of, (*point_identities(again.pool_points, again.totals), *book_identities(book)))
    yield from _sums_match(again, published)
    yield from _ledger_pays(book, published)
    settled = settle_sums(region, terms.policy, period, again)
    for now, then in zip(settled.allocations, published, strict=False):
        if now != then:
            yield _amount(f"payable of {then.hospital_id} in {then.pool}, settled again", then.payable, now.payable)
    yield _equal(f"rows of {ALLOCATIONS_PARQUET}", str(len(published)), str(len(settled.allocations)))
    yield Proof(f"{ALLOCATIONS_PARQUET}, settled again", settled.allocations == published, "the same", "", "")
    yield Proof(f"{LEDGER_FILE}, settled again", settled.book.postings == book.postings, "the same", "", "")


def _sums_match(again: Sums, published: tuple[Allocation, ...]) -> Iterator[Proof]:
    """allocations = sums over cases.parquet, per pool."""
    for pool in sorted({row.pool for row in published}):
        for name in ("points", "total_fee", "fund_booked", "patient_paid"):
            expected = total(getattr(row, name) for row in published if row.pool == pool)
            found = total(getattr(row, name) for row in again.totals if row.pool == pool)
            yield _amount(f"{name} of {pool} over cases", expected, found)


def _ledger_pays(book: Book, published: tuple[Allocation, ...]) -> Iterator[Proof]:
    """What the ledger gives hospitals = what allocations say is payable, per pool."""
    for pool in sorted({row.pool for row in published}):
        expected = total(row.payable for row in published if row.pool == pool)
        found = total(row.amount for row in book.postings if row.pool == pool and row.hospital_id)
        yield _amount(f"payable of {pool} in the ledger", expected, found)


def _equal(statement: str, expected: str, found: str) -> Proof:
    return Proof(statement, expected == found, expected, found, "")


def _amount(statement: str, expected: Decimal, found: Decimal) -> Proof:
    difference = total((found, expected.copy_negate()))
    return Proof(statement, not difference, str(expected), str(found), str(difference))
