"""`drgcalc check`: the editor alone. It groups nothing and publishes nothing."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from drgcalc.records import results
from drgcalc.report.model import Checked
from drgcalc.run.database import connect
from drgcalc.run.group import whole_span
from drgcalc.run.intake import (
    Progress,
    count_findings,
    find_inputs,
    make_intake,
    record_findings,
    region_salt,
    silent,
    watched_parts,
)
from drgcalc.run.period import Period
from drgcalc.run.region import load_region
from drgcalc.run.workspace import workspace


def check(folder: Path, period: Period | None = None, progress: Progress = silent) -> Checked:
    """The records of a period (None: of all policies): counts, and every finding code with examples.

    Raises RulesError for the region, InputError for files that cannot be read.
    """
    region = load_region(folder)
    asked = period or whole_span(region)
    inputs = find_inputs(region)
    with workspace() as work, connect(work) as con:
        intake = make_intake(region, asked, inputs, region_salt(region), work)
        for _ in watched_parts(con, intake, "records checked", progress):
            pass
        counts = results.counts(con)
        findings = count_findings(chain(inputs.findings, region.decisions.findings, record_findings(con)))
    return Checked(
        period=asked.text,
        files=len(inputs.sources),
        read=counts.read,
        accepted=counts.accepted,
        rejected=counts.rejected,
        duplicates=counts.duplicates,
        outside=counts.outside,
        findings=findings,
    )
