"""`drgcalc check`: the editor alone. It groups nothing and publishes nothing."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from drgcalc.grouping.known_codes import known_codes
from drgcalc.grouping.scheme import load_scheme
from drgcalc.records import results
from drgcalc.records.code_tally import CodeTally
from drgcalc.report.model import Checked
from drgcalc.run.codes_file import mapping_findings
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
from drgcalc.run.region_codes import coding_of
from drgcalc.run.workspace import workspace


def check(
    folder: Path, period: Period | None = None, progress: Progress = silent, *, repair_codes: bool = False
) -> Checked:
    """The records of a period (None: of all policies): counts, and every finding code with examples.

    repair_codes: damaged codes are repaired where the scheme has one candidate; else that is only proposed.
    Raises RulesError for the region, InputError for files that cannot be read.
    """
    region = load_region(folder)
    asked = period or whole_span(region)
    inputs = find_inputs(region)
    coding = coding_of(region.folder, known_codes(load_scheme(region.scheme_folder)), repair=repair_codes)
    tally = CodeTally()
    with workspace() as work, connect(work) as con:
        intake = make_intake(
            region, asked, inputs, region_salt(region), work, lambda: coding.readers, repair=repair_codes
        )
        for part in watched_parts(con, intake, "records checked", progress):
            tally.add(part.accepted().codes)
        counts = results.counts(con)
        findings = count_findings(
            chain(
                inputs.findings,
                region.decisions.findings,
                coding.findings,
                mapping_findings(tally.counts()),
                record_findings(con),
            )
        )
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
