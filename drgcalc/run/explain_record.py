"""`drgcalc explain RECORD`: follow one record through the scheme, read again from its file or typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.compute as pc

from drgcalc.base.errors import Finding, InputError, UsageError
from drgcalc.grouping.dip.explain import DipExplainer
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.explain import Explainer, PlainRecord
from drgcalc.grouping.known_codes import known_codes
from drgcalc.grouping.rules import SCALAR_FIELDS
from drgcalc.grouping.scalars import in_units, scalar_fields
from drgcalc.grouping.scheme import Scheme, load_scheme
from drgcalc.records.code_reader import CodeReaders, Reading
from drgcalc.records.intake import Intake, read_parts
from drgcalc.report.explanation_model import REJECTED, TYPED, DipReason, Reason
from drgcalc.run.database import connect, sql
from drgcalc.run.group import whole_span
from drgcalc.run.intake import find_inputs, make_intake, record_findings, region_salt
from drgcalc.run.period import Period
from drgcalc.run.region import load_region
from drgcalc.run.region_codes import coding_of
from drgcalc.run.workspace import workspace


class Found(NamedTuple):
    """One record that carries the settlement id; `record` is None when it was not accepted.

    readings: its codes, diagnoses first, with what they are read as.
    """

    place: str
    record: PlainRecord | None
    readings: tuple[Reading, ...]


def explain_record(
    folder: Path,
    settlement_id: str,
    period: Period | None = None,
    *,
    why_not: str | None = None,
    repair_codes: bool = False,
) -> Reason | DipReason:
    """Why the record is in its group (and not in `why_not`) and what it earns, or why it was rejected.

    Accepted ones come first.

    Raises InputError when no record carries the id, UsageError when the scheme has no group `why_not`.
    """
    region = load_region(folder)
    scheme = load_scheme(region.scheme_folder)
    readers = coding_of(region.folder, known_codes(scheme), repair=repair_codes).readers
    with workspace() as work, connect(work) as con:
        inputs, asked = find_inputs(region), period or whole_span(region)
        intake = make_intake(region, asked, inputs, region_salt(region), work, lambda: readers, repair=repair_codes)
        found = list(_find(con, intake, settlement_id))
        findings = tuple(finding for finding in record_findings(con) if finding.record_id == settlement_id)
    if not found:
        raise InputError(
            f"no record carries the settlement id {settlement_id}",
            hint="ids are text: mind leading zeros; `--month` or `--year` must be the record's, or left out",
        )
    chosen = next((one for one in found if one.record is not None), found[0])
    reason = _reason(scheme, settlement_id, chosen, findings, why_not)
    from drgcalc.run.explain_points import explain_points  # the settlement: a typed record needs none of it

    return reason if chosen.record is None else replace(reason, points=explain_points(region, settlement_id, period))


def explain_typed(
    folder: Path,
    diagnoses: Sequence[str],
    procedures: Sequence[str],
    scalars: Mapping[str, Decimal | None],
    *,
    why_not: str | None = None,
    repair_codes: bool = False,
) -> Reason | DipReason:
    """Why a record of these codes and values (by field of the rule language) would be in its group.

    Raises UsageError when none of the diagnoses is a code.
    """
    region = load_region(folder)
    scheme = load_scheme(region.scheme_folder)
    readers = coding_of(region.folder, known_codes(scheme), repair=repair_codes).readers
    found = _read(TYPED, readers, diagnoses, procedures, scalars)
    if found.record is None or not found.record.diagnoses:
        raise UsageError("a record needs a principal diagnosis", hint="write --dx CODE")
    return _reason(scheme, TYPED, found, (), why_not)


def _find(con: duckdb.DuckDBPyConnection, intake: Intake, settlement_id: str) -> Iterator[Found]:
    for part in read_parts(con, intake):
        asked = part.records.filter(pc.equal(part.records["settlement_id"], settlement_id))
        if not len(asked):
            continue
        written = con.execute(sql("drgcalc.run", "find_codes"), {"settlement_id": settlement_id}).fetchall()
        for record, (diagnoses, procedures), values in zip(
            asked.to_pylist(), written, scalar_fields(asked, SCALAR_FIELDS).to_dicts(), strict=True
        ):
            scalars = {field: None if value is None else in_units(value, field) for field, value in values.items()}
            place = f"{part.part.source.relative} row {record['source_row']}"
            found = _read(place, intake.readers(), diagnoses or (), procedures or (), scalars)
            yield found if record["accepted"] else found._replace(record=None)


def _read(
    place: str,
    readers: CodeReaders,
    diagnoses: Sequence[str | None],
    procedures: Sequence[str | None],
    scalars: Mapping[str, Decimal | None],
) -> Found:
    """What rules see of a record. A blank first procedure stays: it says that there is no main one."""
    conditions = [reading for text in diagnoses if (reading := readers.diagnoses.read(text or "")).code]
    operations = [readers.procedures.read(text or "") for text in procedures]
    record = PlainRecord(
        tuple(reading.code for reading in conditions),
        tuple(reading.code for number, reading in enumerate(operations) if reading.code or number == 0),
        scalars,
        frozenset(reading.code for reading in conditions if reading.grey),
    )
    return Found(place, record, (*conditions, *(reading for reading in operations if reading.code)))


def _reason(
    scheme: Scheme | DipScheme, settlement_id: str, found: Found, findings: tuple[Finding, ...], why_not: str | None
) -> Reason | DipReason:
    about = (settlement_id, found.place, scheme.title, scheme.edition, scheme.checksum)
    if isinstance(scheme, DipScheme):
        return _dip_reason(scheme, about, found, findings, why_not)
    if found.record is None:
        return Reason(*about, (), (), {}, REJECTED, None, None, None, (), (), False, (), findings, found.readings)
    explainer = Explainer(scheme)
    way = explainer.explain(found.record)
    refused = explainer.why_not(way.record, why_not) if why_not else ()
    if why_not and not refused:
        raise _no_group(scheme, why_not)
    return Reason(
        *about,
        way.record.diagnoses,
        way.record.procedures,
        way.record.scalars,
        way.status.value,
        way.mdc,
        way.adrg,
        way.group_code,
        way.complications,
        way.trials,
        way.lacks_weight,
        refused,
        findings,
        found.readings,
        way.grey_principal,
    )


def _dip_reason(
    scheme: DipScheme,
    about: tuple[str, str, str, str, str],
    found: Found,
    findings: tuple[Finding, ...],
    why_not: str | None,
) -> DipReason:
    record = found.record
    if record is None:
        return DipReason(*about, (), (), {}, REJECTED, None, None, (), findings, found.readings)
    explainer = DipExplainer(scheme)
    way = explainer.explain(record)
    refused = explainer.why_not(record, why_not) if why_not else ()
    if why_not and not refused:
        raise _no_group(scheme, why_not)
    return DipReason(
        *about, record.diagnoses, record.procedures, record.scalars, way.status.value, way.group_code, way, refused,
        findings, found.readings,
    )  # fmt: skip


def _no_group(scheme: Scheme | DipScheme, code: str) -> UsageError:
    return UsageError(f"the scheme {scheme.id} has no group {code}", hint="`drgcalc tables show` knows its rows")
