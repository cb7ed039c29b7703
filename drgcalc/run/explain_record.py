"""`drgcalc explain RECORD`: read the region's records again, and follow one of them through the scheme."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb

from drgcalc.base.errors import Finding, InputError
from drgcalc.grouping.explain import Explainer, PlainRecord
from drgcalc.grouping.scheme import Scheme, load_scheme
from drgcalc.records.codes import normalise_diagnosis, normalise_procedure
from drgcalc.records.intake import Intake, read_parts
from drgcalc.report.model import Reason
from drgcalc.run.database import connect, sql
from drgcalc.run.group import whole_span
from drgcalc.run.intake import find_inputs, make_intake, record_findings, region_salt
from drgcalc.run.period import Period
from drgcalc.run.region import load_region

REJECTED = "rejected"


class Found(NamedTuple):
    """One record that carries the settlement id; `record` is None when it was not accepted."""

    place: str
    record: PlainRecord | None


def explain_record(folder: Path, settlement_id: str, period: Period | None = None) -> Reason:
    """Why the record is in its group, or why it was rejected; an accepted one is explained before any other.

    Raises InputError when no record carries the id.
    """
    region = load_region(folder)
    scheme = load_scheme(region.scheme_folder)
    with tempfile.TemporaryDirectory(prefix="drgcalc-") as name, connect(Path(name)) as con:
        inputs, asked = find_inputs(region), period or whole_span(region)
        intake = make_intake(region, asked, inputs, region_salt(region), Path(name))
        found = list(_find(con, intake, settlement_id))
        findings = tuple(finding for finding in record_findings(con) if finding.record_id == settlement_id)
    if not found:
        raise InputError(
            f"no record carries the settlement id {settlement_id}",
            hint="ids are text: mind leading zeros; `--month` or `--year` must be the record's, or left out",
        )
    chosen = next((one for one in found if one.record is not None), found[0])
    return _reason(scheme, settlement_id, chosen, findings)


def _find(con: duckdb.DuckDBPyConnection, intake: Intake, settlement_id: str) -> Iterator[Found]:
    for _ in read_parts(con, intake):
        rows = con.execute(sql("drgcalc.run", "find_record"), {"settlement_id": settlement_id}).fetchall()
        for file, row, accepted, diagnoses, procedures in rows:
            record = _plain(con, row, diagnoses, procedures) if accepted else None
            yield Found(f"{file} row {row}", record)


def _plain(
    con: duckdb.DuckDBPyConnection, row: int, diagnoses: Sequence[str] | None, procedures: Sequence[str | None] | None
) -> PlainRecord:
    """What rules see of the record. A blank first procedure stays, as `no main procedure`."""
    con.execute(sql("drgcalc.grouping", "scalar_values")).complete()
    result = con.execute(sql("drgcalc.run", "record_scalars"), {"source_row": row})
    names = [column[0].upper() for column in result.description or ()]
    values = result.fetchall()[0]
    scalars = {name: None if value is None else Decimal(value) for name, value in zip(names, values, strict=True)}
    operations = [normalise_procedure(code or "") or "" for code in procedures or ()]
    return PlainRecord(
        tuple(code for code in (normalise_diagnosis(text or "") for text in diagnoses or ()) if code),
        tuple(code for number, code in enumerate(operations) if code or number == 0),
        scalars,
    )


def _reason(scheme: Scheme, settlement_id: str, found: Found, findings: tuple[Finding, ...]) -> Reason:
    about = (settlement_id, found.place, scheme.title, scheme.edition, scheme.checksum)
    if found.record is None:
        return Reason(*about, (), (), {}, REJECTED, None, None, None, (), (), findings)
    way = Explainer(scheme).explain(found.record)
    return Reason(
        *about,
        found.record.diagnoses,
        found.record.procedures,
        found.record.scalars,
        str(way.status.value),
        way.mdc,
        way.adrg,
        way.group_code,
        way.complications,
        way.trials,
        findings,
    )
