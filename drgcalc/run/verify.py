"""`drgcalc verify`: recompute what a published version says about itself, and name what does not hold.

What was published must be what its inputs gave: files that were changed, added or taken away are failures. That the
region has moved on since (a late record, a new score) is none: it is noted, and what depends on it is not recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from drgcalc.base.errors import DrgcalcError, InputError, UsageError
from drgcalc.base.method_columns import METHOD_PAYMENTS
from drgcalc.base.money import total
from drgcalc.base.pricing_columns import REJECTED
from drgcalc.base.settlement_columns import ALLOCATIONS, LEDGER, POOL
from drgcalc.base.version import VERSION
from drgcalc.grouping.scheme import load_scheme
from drgcalc.records.salt import default_salt_path, load_salt
from drgcalc.records.sources import sha256_of
from drgcalc.report.model import Proof, Verified
from drgcalc.run.codes_file import CODES_FILE, REPAIRED_CODES, repaired_in
from drgcalc.run.database import connect, sql
from drgcalc.run.group import CASES_FILE, FINDINGS_FILE, REPAIR_CODES, REPAIRING, TIES
from drgcalc.run.if_mended import IF_MENDED_FILE
from drgcalc.run.intake import find_inputs, salt_mark
from drgcalc.run.manifest import MANIFEST, Manifest, file_hash, hashes, is_sealed, read_manifest
from drgcalc.run.period import parse_period
from drgcalc.run.points import Priced, published_sums, write_settled_cases
from drgcalc.run.pricing import PRICED_FILE, STAKES_FILE, SettledPools, read_stakes, write_priced
from drgcalc.run.publish import latest, periods
from drgcalc.run.published import (
    ALLOCATIONS_PARQUET,
    LEDGER_FILE,
    METHODS_PARQUET,
    POOL_FILE,
    read_allocations,
    read_book,
    read_method_payments,
)
from drgcalc.run.published_csv import read_findings
from drgcalc.run.region import Region, load_region
from drgcalc.run.rejected import MENDING_FILE, REJECTED_FILE, write_mending
from drgcalc.run.settle import ALLOCATIONS_FILE, METHODS_FILE, case_proofs, figures, proof_of
from drgcalc.run.terms import Terms, settle_sums, terms_of
from drgcalc.run.verify_year import year_identities
from drgcalc.run.workspace import workspace
from drgcalc.run.writing import write_csv
from drgcalc.run.year import POINT_VALUES_FILE, built_on_others, read_values
from drgcalc.settlement.identities import book_identities, count_identity
from drgcalc.settlement.methods.outlays import MethodPayment
from drgcalc.settlement.rows import Allocation, Counts
from drgcalc.settlement.settle import Settlement

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
    sealed = "as published" if is_sealed(folder) else "changed since"
    files = [_equal(f"{MANIFEST} has its seal", "as published", sealed), *_files(folder, manifest.outputs)]
    notes = list(_moved_on(region, manifest))
    found = [*files, _fates(manifest)]
    # Contents are looked into only where the files are what was published; otherwise the hash says it all.
    if all(proof.holds for proof in files):
        found += _counts(folder, manifest.counts)
        found += _repairs(folder, manifest)
        if manifest.command == "settle":
            found += _settlement(region, folder, manifest, notes)
    return Verified(manifest.period, folder.relative_to(region.folder).as_posix(), tuple(found), tuple(notes))


def _files(folder: Path, outputs: Mapping[str, str]) -> Iterator[Proof]:
    """Every published file is what it was, and there is no other."""
    for name, digest in outputs.items():
        path = folder / name
        found = file_hash(path) if path.is_file() else MISSING
        yield _equal(f"output {name} has its SHA-256", digest, found)
    for name in sorted({path.name for path in folder.iterdir()} - {*outputs, MANIFEST}):
        yield _equal(f"{name} is no output of this version", "no such file", name)


def _moved_on(region: Region, manifest: Manifest) -> Iterator[str]:
    """What is another than when the version was published: records, tables, settings, scheme, salt, program."""
    try:
        inputs = {source.relative: sha256_of(source.path) for source in find_inputs(region).sources}
    except InputError as error:
        yield f"the records cannot be looked at: {error.message}"
    else:
        yield from _differences("record file", manifest.inputs, inputs)
    tables = {name: digest for name, digest in manifest.region.items() if name.endswith(".csv")}
    yield from _differences("table", tables, _tables(region, manifest))
    for month in built_on_others(region, manifest) if manifest.command == "settle" else ():
        yield f"{month}, which it was built on, has another version since"
    if manifest.region["region.toml"] != region.settings_hash:
        yield "region.toml has changed since, policies aside"
    salt = region.salt_file or default_salt_path(region.id)
    if not salt.exists() or manifest.region["salt"] != salt_mark(load_salt(salt)):
        yield f"the salt is missing or another one: {salt}; persons would get other keys"
    yield from _scheme(region, manifest)
    if manifest.drgcalc != VERSION:
        yield f"the version was published by drgcalc {manifest.drgcalc}, this is {VERSION}"


def _tables(region: Region, manifest: Manifest) -> dict[str, str]:
    """Today's hashes of the tables that a version of this kind depends on."""
    chosen = region.tables() if manifest.command == "settle" else region.case_tables()
    return hashes(chosen, region.folder)


def _differences(kind: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        if name not in now:
            yield f"the {kind} {name} is gone since"
        elif name not in then:
            yield f"the {kind} {name} is new since"
        elif then[name] != now[name]:
            yield f"the {kind} {name} has changed since"


def _scheme(region: Region, manifest: Manifest) -> Iterator[str]:
    try:
        checksum = load_scheme(region.scheme_folder).checksum
    except DrgcalcError as error:
        yield f"the scheme cannot be looked at: {error.message}"
        return
    if checksum != manifest.scheme["checksum"]:
        yield f"the scheme has changed since: it was {manifest.scheme['id']} ({manifest.scheme['edition']})"


def _fates(manifest: Manifest) -> Proof:
    """Every record that was read is accounted for."""
    counts = manifest.counts
    submitted = counts["read"] - counts["duplicates"] - counts["outside"]
    by_status = {key: cases for key, cases in counts.items() if key.startswith("status:")}
    return proof_of(count_identity(Counts(submitted, counts["rejected"], by_status)))


def _counts(folder: Path, counts: Mapping[str, int]) -> Iterator[Proof]:
    """The manifest counts what is in the files."""
    with workspace() as work, connect(work) as con:
        con.read_parquet(str(folder / CASES_FILE)).create_view("cases")
        statuses = dict(con.execute(sql("drgcalc.run", "case_counts")).fetchall())
        groups, ties = con.execute(sql("drgcalc.run", "groups_met")).fetchall()[0]
    told = {key.partition(":")[2]: cases for key, cases in counts.items() if key.startswith("status:")}
    yield _equal("cases by status", _words(told), _words(statuses))
    yield _equal("accepted records", str(counts["accepted"]), str(sum(statuses.values())))
    yield _equal("groups met", str(counts["groups"]), str(groups))
    yield _equal("ties decided", str(counts.get(TIES, ties)), str(ties))
    refused = pq.ParquetFile(folder / REJECTED_FILE).metadata.num_rows
    yield _equal("rejected records and copies", str(counts["rejected"] + counts["duplicates"]), str(refused))
    if (folder / IF_MENDED_FILE).is_file():  # an older program did not write it
        kinds = pq.read_table(folder / IF_MENDED_FILE, columns=["kind"])["kind"].to_pylist()
        yield _equal(f"rejected records in {IF_MENDED_FILE}", str(counts["rejected"]), str(kinds.count(REJECTED)))
    with workspace() as work:
        write_mending(folder / REJECTED_FILE, work / MENDING_FILE)
        yield _equal(f"{MENDING_FILE}, written again", file_hash(work / MENDING_FILE), file_hash(folder / MENDING_FILE))


def _repairs(folder: Path, manifest: Manifest) -> Iterator[Proof]:
    """Codes were repaired only in a run that was asked to, and as many as the manifest counts."""
    if CODES_FILE not in manifest.outputs:
        return
    asked = manifest.region.get(REPAIR_CODES) == REPAIRING[True]
    told = manifest.counts.get(REPAIRED_CODES, 0) if asked else 0
    yield _equal(f"repaired codes in {CODES_FILE}", str(told), str(repaired_in(folder)))


def _settlement(region: Region, folder: Path, manifest: Manifest, notes: list[str]) -> Iterator[Proof]:
    """The ledger and the figures by themselves; points and settlement again, unless policy or tables have moved on."""
    published, book = read_allocations(folder), read_book(folder)
    yield from map(proof_of, (*book_identities(book), *year_identities(folder)))
    owed: list[Allocation | MethodPayment] = [*published, *read_method_payments(folder)]
    for pool in sorted({row.pool for row in owed}):
        expected = total(row.payable for row in owed if row.pool == pool)
        found = total(row.amount for row in book.postings if row.pool == pool and row.hospital_id)
        yield _amount(f"payable of {pool} in the ledger", expected, found)
    terms = _same_terms(region, manifest, notes)
    if terms is None:
        return
    with workspace() as work:
        yield from _priced_again(region, terms, folder / CASES_FILE, work)
        priced = published_sums(region, terms.policy, folder / CASES_FILE, work)
        yield from map(proof_of, case_proofs(manifest.counts, priced.sums))
        settled = settle_sums(region, terms.policy, parse_period(manifest.period), priced.sums)
        yield from map(proof_of, settled.identities)
        yield from _settled_again(folder, settled)
        yield from _written_again(terms, folder, settled, work)
        yield from _told_again(folder, manifest, priced, settled)
        if STAKES_FILE in manifest.outputs:  # an older program did not write it
            yield from _mending_priced_again(region, terms, folder, manifest, work)


def _mending_priced_again(
    region: Region, terms: Terms, folder: Path, manifest: Manifest, work: Path
) -> Iterator[Proof]:
    """What mending would be worth, byte for byte; and every rejected record is among it."""
    again, inside = work / "priced", work / "pricing"
    again.mkdir()
    inside.mkdir()
    settled = SettledPools(read_allocations(folder), read_values(folder / POINT_VALUES_FILE), folder / CASES_FILE)
    period = parse_period(manifest.period)
    write_priced(region, terms.policy, period, settled, folder / IF_MENDED_FILE, again, inside)
    for name in (PRICED_FILE, STAKES_FILE):
        yield _equal(f"{name}, priced again", file_hash(again / name), file_hash(folder / name))
    told = sum(row.records for row in read_stakes(folder).sums if row.kind == REJECTED)
    yield _equal(f"rejected records in {STAKES_FILE}", str(manifest.counts["rejected"]), str(told))


def _same_terms(region: Region, manifest: Manifest, notes: list[str]) -> Terms | None:
    """The terms, if they are those of the version; else a note says why nothing is recomputed with them."""
    try:
        terms = terms_of(region, parse_period(manifest.period))
    except DrgcalcError as error:
        notes.append(f"no policy to settle it again: {error.message}")
        return None
    tables = {name: digest for name, digest in manifest.region.items() if name.endswith(".csv")}
    if terms.block != manifest.policy:
        notes.append("the policy block has changed since: points and payments are not computed again")
        return None
    if tables != _tables(region, manifest):
        notes.append("with other tables points and payments are not computed again")
        return None
    return terms


def _priced_again(region: Region, terms: Terms, cases: Path, work: Path) -> Iterator[Proof]:
    """Every case gets its points again from scores and coefficients."""
    again = work / CASES_FILE
    write_settled_cases(region, terms.policy, cases, again, work)
    with connect(work) as con:
        con.read_parquet(str(cases)).create_view("published")
        con.read_parquet(str(again)).create_view("again")
        differing, first = con.execute(sql("drgcalc.run", "priced_otherwise")).fetchall()[0]
    what = "points of the cases, computed again" + (f": {first} is the first that differs" if differing else "")
    yield _equal(what, "0 differ", f"{differing} differ")


def _settled_again(folder: Path, settled: Settlement) -> Iterator[Proof]:
    """Allocations and postings of the settlement of these points, against those that were published."""
    published = {(row.pool, row.hospital_id): row for row in read_allocations(folder)}
    again = {(row.pool, row.hospital_id): row for row in settled.allocations}
    yield _equal(f"rows of {ALLOCATIONS_PARQUET}", str(len(again)), str(len(published)))
    for pool, hospital in sorted({*published, *again}):
        then, now = published.get((pool, hospital)), again.get((pool, hospital))
        if then is None or now is None:
            yield _equal(f"{hospital} in {pool}", "settled" if now else "not settled", "there" if then else MISSING)
        elif then != now:
            name = next(name for name in now._fields if getattr(then, name) != getattr(now, name))
            yield _equal(f"{name} of {hospital} in {pool}", str(getattr(now, name)), str(getattr(then, name)))
    paid = settled.methods == read_method_payments(folder)
    yield _equal(f"rows of {METHODS_PARQUET}", "the same", "the same" if paid else "others")
    same = settled.book.postings == read_book(folder).postings
    yield _equal(f"postings of {LEDGER_FILE}", "the same", "the same" if same else "others")


def _written_again(terms: Terms, folder: Path, settled: Settlement, work: Path) -> Iterator[Proof]:
    """The CSV files, byte for byte."""
    headers = terms.policy.headers.value
    for name, table, rows in (
        (ALLOCATIONS_FILE, ALLOCATIONS, settled.allocations),
        (POOL_FILE, POOL, [line.published() for line in settled.lines]),
        (LEDGER_FILE, LEDGER, settled.book.rows(settled.period)),
        *([(METHODS_FILE, METHOD_PAYMENTS, settled.methods)] if settled.methods else []),
    ):
        write_csv(work / name, table, rows, headers)
        yield _equal(f"{name}, written again", file_hash(work / name), file_hash(folder / name))


def _told_again(folder: Path, manifest: Manifest, priced: Priced, settled: Settlement) -> Iterator[Proof]:
    """The settlement's findings, and the figures of the manifest."""
    told = tuple(finding for finding in read_findings(folder / FINDINGS_FILE) if finding.code.startswith("S"))
    found = (*priced.findings, *settled.findings)
    yield _equal(f"the settlement's lines of {FINDINGS_FILE}", "the same", "the same" if told == found else "others")
    again = figures(settled)
    yield _equal("totals of the manifest", _words(again.totals), _words(manifest.totals))
    yield _equal("point values of the manifest", _words(again.point_values), _words(manifest.point_values))


def _words(figures_: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {figures_[name]}" for name in sorted(figures_))


def _equal(statement: str, expected: str, found: str) -> Proof:
    return Proof(statement, expected == found, expected, found, "")


def _amount(statement: str, expected: Decimal, found: Decimal) -> Proof:
    difference = total((found, expected.copy_negate()))
    return Proof(statement, not difference, str(expected), str(found), str(difference))
