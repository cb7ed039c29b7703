"""What can be said about months and clearing: the codes, one place for their words."""

from __future__ import annotations

from drgcalc.base.errors import Finding
from drgcalc.settlement.findings import FindingKind

PAY_FINDINGS = (
    FindingKind(
        "P101",
        "warning",
        "a hospital's payment is below zero",
        "it is carried against the next payment, or is a receivable, as the policy says",
    ),
    FindingKind(
        "P102",
        "warning",
        "more is paid in advance than the policy's share of the year's pool",
        "check decisions/advances.csv",
    ),
    FindingKind(
        "P103",
        "info",
        "differences to closed periods are posted here",
        "differences.csv names month, cause and hospital",
    ),
    FindingKind(
        "P104",
        "warning",
        "months of the year that are not settled, so the clearing pays them whole",
        "settle and close them first",
    ),
    FindingKind(
        "P105",
        "warning",
        "the fourth quarter's booked amount is far from the mean of the other quarters",
        "look at the hospital's discharges of the fourth quarter before the clearing is paid",
    ),
    FindingKind(
        "P106",
        "warning",
        "the clearing share lies outside of the targets",
        "check the months' pay_ratio; the targets stand in [policy.clearing]",
    ),
    FindingKind(
        "P107",
        "warning",
        "a hospital without assessment; the policy pays it in full",
        "add it to decisions/assessments.csv",
    ),
    FindingKind(
        "P108",
        "warning",
        "a hospital's clearing is below zero",
        "the amount is to be recovered",
    ),
    FindingKind(
        "P109",
        "warning",
        "a ratio for sharing cannot be taken, so nothing is shared",
        "check the booked amount and the payable of the hospital",
    ),
    FindingKind(
        "P110",
        "warning",
        "months that are not closed, so what the clearing counts as paid may still change",
        "close them with `drgcalc close`, then settle the year again",
    ),
    FindingKind(
        "P111",
        "warning",
        "a closed year cannot be computed again, so records that came late for it are not looked for",
        "put back what is named, or decide the difference by hand in decisions/corrections.csv",
    ),
)

_KINDS = {kind.code: kind for kind in PAY_FINDINGS}


def pay_finding(code: str, message: str, *, field: str = "", value: str = "") -> Finding:
    """A registered finding about a month or the clearing."""
    kind = _KINDS[code]
    return Finding(code, kind.severity, "", 0, "", field, value, message, kind.advice)
