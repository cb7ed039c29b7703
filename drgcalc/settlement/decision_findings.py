"""What can be said about decisions: the codes, one place for their words."""

from __future__ import annotations

from drgcalc.base.errors import Finding
from drgcalc.settlement.findings import FindingKind

DECISION_FINDINGS = (
    FindingKind(
        "D101",
        "warning",
        "a file in decisions/ whose name is no kind of decision; it is not read",
        "name it <kind>.csv or <kind>-<anything>.csv; the kinds stand in REFERENCE.md",
    ),
    FindingKind(
        "D102",
        "error",
        "a cell of a decision cannot be read; the row is not applied",
        "mend the cell: the column's type stands in REFERENCE.md",
    ),
    FindingKind(
        "D103",
        "error",
        "a decision about a hospital that hospitals.csv does not name; the row is not applied",
        "correct the code, or add the hospital to hospitals.csv",
    ),
    FindingKind(
        "D104",
        "error",
        "a decision about a wrong pool; the row is not applied",
        "use a pool of region.toml; a transfer goes from one pool to another",
    ),
    FindingKind(
        "D105",
        "error",
        "a decision says something there is no word for; the row is not applied",
        "use one of the words that the message names",
    ),
    FindingKind(
        "D106",
        "error",
        "an amount, score or date of a decision contradicts what it decides; the row is not applied",
        "correct the row as the notice says",
    ),
    FindingKind(
        "D107",
        "info",
        "the same decision stands there twice; it is applied once",
        "take the copy away",
    ),
    FindingKind(
        "D108",
        "error",
        "decisions of one number say different things; none of them is applied",
        "keep the one that holds",
    ),
    FindingKind(
        "D109",
        "error",
        "a decision is dated in a closed month that was closed without it; the row is not applied",
        "date it in the open month and name the month it is about in the column month; or reopen the month",
    ),
    FindingKind(
        "D110",
        "error",
        "more special cases are approved than the pool's quota of discharges allows; those beyond it are not applied",
        "withdraw approvals in decisions/special_cases.csv, or have the quota of the policy changed",
    ),
    FindingKind(
        "D111",
        "warning",
        "a special case whose settlement id is no case of the period's records",
        "check the id; a case of another period is used there",
    ),
    FindingKind(
        "D112",
        "warning",
        "decisions that the policy has no rule for, so they change nothing",
        "add the table that the message names to the policy block",
    ),
    FindingKind(
        "D113",
        "error",
        "hospitals that are merged into each other in a circle; none of these mergers is applied",
        "keep the merger that happened",
    ),
    FindingKind(
        "D114",
        "info",
        "a budget adjustment without final approval; it is not applied",
        "fill in final_review and final_reviewed_on when it is approved",
    ),
    FindingKind(
        "D115",
        "warning",
        "a budget adjustment of one hospital; the pool's budget is divided by points, so it changes nothing",
        "put it into methods/adjustments.csv for a method with targets, or leave hospital_id empty: the pool's budget",
    ),
)

_KINDS = {kind.code: kind for kind in DECISION_FINDINGS}


def decision_finding(
    code: str, file: str, row: int, message: str, *, field: str = "", value: str = "", record_id: str = ""
) -> Finding:
    """A registered finding about one row of a decisions file; row 0 is the file as a whole."""
    kind = _KINDS[code]
    return Finding(code, kind.severity, file, row, record_id, field, value, message, kind.advice)
