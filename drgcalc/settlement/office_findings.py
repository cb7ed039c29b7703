"""What can be said about the office's own loops: feedback, reconciliation, fund warnings and coverages."""

from __future__ import annotations

from drgcalc.base.errors import Finding
from drgcalc.settlement.findings import FindingKind

OFFICE_FINDINGS = (
    FindingKind(
        "W001",
        "error",
        "a step of the feedback is out of order, no step, or about no case of the period",
        "correct the row in feedback/*.csv: fed_back, replied, reviewed, final, each once, by date",
    ),
    FindingKind(
        "W002",
        "warning",
        "a step of the feedback came later than the policy allows",
        "the policy says what a late reply means; decide and write it into the note of the next step",
    ),
    FindingKind(
        "W003",
        "warning",
        "an indicator lies outside the bounds of the policy",
        "report it as [policy.watch] says",
    ),
)

_KINDS = {kind.code: kind for kind in OFFICE_FINDINGS}


def office_finding(code: str, message: str, *, field: str = "", value: str = "") -> Finding:
    """A registered finding about an office's loop."""
    kind = _KINDS[code]
    return Finding(code, kind.severity, "", 0, "", field, value, message, kind.advice)
