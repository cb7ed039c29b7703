"""`drgcalc group`: records to cases, published under out/cases/<period>/ and taken again while nothing changed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from drgcalc.base.columns import FINDINGS
from drgcalc.base.errors import Finding, InputError
from drgcalc.base.version import VERSION
from drgcalc.grouping.grouper import Grouper, grouper_of
from drgcalc.grouping.known_codes import known_codes
from drgcalc.grouping.scheme import load_scheme
from drgcalc.grouping.table_folder import checksum_of, read_about
from drgcalc.records import results
from drgcalc.records.code_reader import CodeReaders
from drgcalc.records.intake import Intake
from drgcalc.records.sources import sha256_of
from drgcalc.report.model import Checked, FindingCount, Grouped, Place, Ties
from drgcalc.run.codes_file import CODES_FILE, REPAIRED_CODES, mapping_findings, repaired, write_codes
from drgcalc.run.database import connect
from drgcalc.run.if_mended import IF_MENDED_FILE, IfMended, mended_writer
from drgcalc.run.intake import (
    FindingTally,
    Inputs,
    Progress,
    count_findings,
    find_inputs,
    make_intake,
    record_findings,
    region_salt,
    salt_mark,
    silent,
)
from drgcalc.run.kept import FUTURE_DATE, Kept, forget_parts, kept_parts
from drgcalc.run.manifest import Manifest, file_hash, hashes, is_sealed, read_manifest, with_outputs
from drgcalc.run.part_work import grouped_parts
from drgcalc.run.period import Period, span
from drgcalc.run.publish import Draft, Published, draft, latest, lock
from drgcalc.run.published_csv import read_findings
from drgcalc.run.region import Region, load_region
from drgcalc.run.region_codes import Coding, coding_of
from drgcalc.run.rejected import write_rejected
from drgcalc.run.writing import write_csv

CASES_FILE = "cases.parquet"
FINDINGS_FILE = "findings.csv"
FINDINGS_HEADERS = "both"
TIES = "ties"
"""Key of a manifest's `counts`: cases for which groups of a directory matched equally well."""
REPAIR_CODES = "repair_codes"
DIP = "dip"
REPAIRING = {False: "no", True: "yes"}
"""Key of a manifest's `region` that says whether damaged codes were repaired, and its values."""


@dataclass(frozen=True)
class Cases:
    """The cases of a period on disk: cases.parquet, codes.csv, findings.csv and rejected.* in `folder`."""

    result: Grouped
    folder: Path
    manifest: Manifest


def group(
    folder: Path,
    period: Period | None = None,
    *,
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress = silent,
    repair_codes: bool = False,
) -> Grouped:
    """Group the records of a period (None: of all policies) and publish the cases.

    repair_codes: damaged codes are repaired where the scheme has one candidate.
    Raises InputError, RulesError or OutputError; then nothing is published.
    """
    region = load_region(folder)
    asked = period or whole_span(region)
    with lock(region.out), grouped_cases(region, asked, dry_run, strict, progress, repair_codes) as cases:
        return cases.result


def whole_span(region: Region) -> Period:
    """From the first day of the region's first policy to the last day of its last."""
    from drgcalc.settlement.policy import read_policies  # 30 modules, needed where no period is named

    policies = read_policies(region.policy_blocks, "region.toml", [pool.id for pool in region.pools])
    return span(policies[0].effective_from, policies[-1].effective_to)


class Rules(NamedTuple):
    """A scheme made ready, how codes are read by it, and what makes one more engine of it."""

    engine: Grouper
    coding: Coding
    another_engine: Callable[[], Grouper]


def _load_rules(region: Region, repair_codes: bool) -> Rules:
    scheme = load_scheme(region.scheme_folder)
    coding = coding_of(region.folder, known_codes(scheme), repair=repair_codes)
    return Rules(grouper_of(scheme), coding, partial(grouper_of, scheme))


@contextmanager
def grouped_cases(
    region: Region, period: Period, dry_run: bool, strict: bool, progress: Progress, repair_codes: bool = False
) -> Iterator[Cases]:
    """The cases of a period while the block runs: those of an earlier run with the same inputs, else new ones.

    The caller holds the lock. After a dry run they are gone.
    """
    about, inputs, salt = read_about(region.scheme_folder), find_inputs(region), region_salt(region)
    basis = _basis(region, period, inputs, about, salt, repair_codes)
    found = _reusable(region, basis)
    if not dry_run:
        forget_parts(region.out / f"cases/{period.text}", None if found else basis)
    if found:
        findings = count_findings(read_findings(found / FINDINGS_FILE))
        cases = _cases(region, about, read_manifest(found), found, findings, reused=True)
        _refuse_by(strict, cases.result.records)
        yield cases
        return
    with (
        ThreadPoolExecutor(max_workers=1) as beside,
        draft(region.out, f"cases/{period.text}") as sheet,
        kept_parts(sheet.folder.parent, basis) as kept,
    ):
        rules = beside.submit(_load_rules, region, repair_codes)
        with tempfile.TemporaryDirectory(prefix=".work.partial-", dir=sheet.folder.parent) as work:
            digested = inputs._replace(digests=basis.inputs)
            # Files are made ready while the rules are still being loaded.
            readers = partial(_readers_of, rules)
            intake = make_intake(region, period, digested, salt, Path(work), readers, repair=repair_codes)
            written = _write_cases(intake, inputs.findings, rules, sheet, kept, progress)
        manifest = with_outputs(replace(basis, counts=written.counts), sheet.folder, {CASES_FILE: written.sha256})
        _refuse_nothing(period, manifest)
        cases = _cases(region, about, manifest, sheet.folder, written.findings, reused=False, taken_over=kept.records)
        _refuse_by(strict, cases.result.records)
        kept.cases.rename(sheet.folder / CASES_FILE)  # as late as can be: what lies in a draft is lost with it
        if not dry_run:
            cases = _placed(region, cases, sheet.publish(manifest))
        kept.forget()
        yield cases


def checked(manifest: Manifest, findings: tuple[FindingCount, ...]) -> Checked:
    """What a cases manifest and the findings beside it say about the records."""
    counts = manifest.counts
    return Checked(
        period=manifest.period,
        files=len(manifest.inputs),
        read=counts["read"],
        accepted=counts["accepted"],
        rejected=counts["rejected"],
        duplicates=counts["duplicates"],
        outside=counts["outside"],
        findings=findings,
    )


def _basis(
    region: Region, period: Period, inputs: Inputs, about: Mapping[str, Any], salt: bytes, repair_codes: bool
) -> Manifest:
    """Everything that cases depend on, and nothing else: scores and policies may change without grouping again."""
    return Manifest(
        command="group",
        period=period.text,
        drgcalc=VERSION,
        inputs={source.relative: sha256_of(source.path) for source in inputs.sources},
        region={
            "region.toml": region.settings_hash,
            **hashes(region.case_tables(), region.folder),
            "salt": salt_mark(salt),
            REPAIR_CODES: REPAIRING[repair_codes],
        },
        scheme={**{name: about[name] for name in ("id", "edition", "title")}, "checksum": checksum_of(about)},
        policy="",
        counts={},
        totals={},
        point_values={},
        outputs={},
    )


def _reusable(region: Region, basis: Manifest) -> Path | None:
    """The newest published cases of the period, if they come from the same inputs and are undamaged.

    Not if a date in them lay in the future when they were read: it may not any more.
    """
    newest = latest(region.out, f"cases/{basis.period}")
    if newest is None or not is_sealed(newest):
        return None
    manifest = read_manifest(newest)
    if replace(manifest, counts={}, outputs={}) != basis or IF_MENDED_FILE not in manifest.outputs:
        return None  # the latter: an older program made it
    intact = all(
        (newest / name).is_file() and file_hash(newest / name) == digest for name, digest in manifest.outputs.items()
    )
    if not intact or any(finding.code == FUTURE_DATE for finding in read_findings(newest / FINDINGS_FILE)):
        return None
    return newest


def _readers_of(rules: Future[Rules]) -> CodeReaders:
    return rules.result().coding.readers


def _engine_of(rules: Future[Rules]) -> Grouper:
    return rules.result().engine


class _Written(NamedTuple):
    """The counts for the manifest, those of the findings, and the SHA-256 of the file of cases."""

    counts: dict[str, int]
    findings: tuple[FindingCount, ...]
    sha256: str


def _write_cases(
    intake: Intake, findings: Iterable[Finding], rules: Future[Rules], sheet: Draft, kept: Kept, progress: Progress
) -> _Written:
    """Write cases part by part behind those that are kept; beside the last codes, findings and rejected records."""
    with connect(intake.work) as con, mended_writer(sheet.folder / IF_MENDED_FILE) as write_mended:
        mended, tally = IfMended(lambda: rules.result().another_engine(), intake, write_mended), FindingTally()
        with grouped_parts(con, intake, partial(_engine_of, rules), mended, kept, progress) as (codes, cases):
            counts = results.counts(con)
            write_codes(sheet.folder / CODES_FILE, codes, FINDINGS_HEADERS)
            found = chain(findings, rules.result().coding.findings, mapping_findings(codes), record_findings(con))
            write_csv(sheet.folder / FINDINGS_FILE, FINDINGS, tally.watch(found), FINDINGS_HEADERS)
            write_rejected(sheet.folder, results.rejected(con))
    by_status = {f"status:{status}": number for status, number in sorted(cases.statuses.items())}
    counted = {**counts._asdict(), **by_status, "groups": cases.groups, TIES: cases.ties}
    return _Written({**counted, REPAIRED_CODES: repaired(codes)}, tally.counts(), kept.finish())


def _cases(
    region: Region,
    about: Mapping[str, Any],
    manifest: Manifest,
    folder: Path,
    findings: tuple[FindingCount, ...],
    *,
    reused: bool,
    taken_over: int = 0,
) -> Cases:
    result = Grouped(
        records=checked(manifest, findings),
        scheme=manifest.scheme["title"],
        edition=manifest.scheme["edition"],
        statuses={key.partition(":")[2]: cases for key, cases in manifest.counts.items() if key.startswith("status:")},
        groups=manifest.counts["groups"],
        ties=_ties(about, manifest),
        reused=reused,
        place=Place(manifest.period, 0, "", unchanged=False),
        taken_over=taken_over,
    )
    cases = Cases(result, folder, manifest)
    if not reused:
        return cases
    return _placed(region, cases, Published(manifest.period, int(folder.name[1:]), True, folder))


def _ties(about: Mapping[str, Any], manifest: Manifest) -> Ties | None:
    """Ties of a directory; None for schemes that take the first row that holds, and for versions that did not count."""
    if about["kind"] != DIP or TIES not in manifest.counts:
        return None
    from drgcalc.grouping.dip.scheme import DipOptions  # only directories need it

    return Ties(manifest.counts[TIES], about.get("options", {}).get("tie", DipOptions.tie))


def _placed(region: Region, cases: Cases, published: Published) -> Cases:
    folder = published.folder
    place = Place(
        cases.result.records.period,
        published.version,
        folder.relative_to(region.folder).as_posix(),
        published.unchanged,
    )
    return Cases(replace(cases.result, place=place), folder, cases.manifest)


def _refuse_nothing(period: Period, manifest: Manifest) -> None:
    """A period without any accepted record is a mistake, not a settlement of zero."""
    counts = manifest.counts
    if counts["accepted"]:
        return
    if counts["rejected"]:
        raise InputError(
            f"{period.text}: all {counts['rejected']:,} records of the period were rejected, nothing is published",
            hint="`drgcalc check` with the same options says why",
        )
    raise InputError(
        f"there is no record for {period.text}: {counts['read']:,} records were read from {len(manifest.inputs)} "
        f"files, {counts['outside']:,} of them belong to other periods",
        hint="put the period's records into the region's discharges/ folder, or correct date_basis in region.toml",
    )


def _refuse_by(strict: bool, records_: Checked) -> None:
    """With --strict, rejected records and warnings stop the command before anything is published."""
    if strict and (records_.rejected or records_.count("warning")):
        raise InputError(
            f"{records_.period}: rejected records: {records_.rejected:,}, warnings: {records_.count('warning'):,}, "
            "which --strict does not allow; nothing is published",
            hint="`drgcalc check` shows them; mend the records, or run without --strict",
        )
