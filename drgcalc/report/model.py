"""What a command found, as plain values: `run` fills them in, `report` renders them, `--json` prints them whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # thousands of lines that only the checker of types needs
    from drgcalc.base.errors import Finding
    from drgcalc.grouping.dip.explain import Candidate, DipExplanation
    from drgcalc.grouping.explain import Complication, Trial
    from drgcalc.records.code_reader import Reading
    from drgcalc.settlement.clearing import ClearedPool
    from drgcalc.settlement.deadlines import Due
    from drgcalc.settlement.feedback import CaseState, Loop
    from drgcalc.settlement.fund_watch import Indicator
    from drgcalc.settlement.methods.outlays import MethodPayment
    from drgcalc.settlement.netting import Netted
    from drgcalc.settlement.payment_curve import Example
    from drgcalc.settlement.payment_rows import Difference, Payment
    from drgcalc.settlement.receivables import Reconciled
    from drgcalc.settlement.rows import Allocation, PoolLine, PoolValue


class FindingCount(NamedTuple):
    """All findings of one code: how many, and the first few."""

    code: str
    severity: str
    times: int
    examples: tuple[Finding, ...]


class StatementLine(NamedTuple):
    """One posting of a hospital's account, and the account's balance after it, yuan."""

    pool: str
    step: str
    account: str
    amount: Decimal
    balance: Decimal
    explanation: str
    source: str


class Proof(NamedTuple):
    """One statement that was checked. `difference` is empty where the statement is not about an amount."""

    statement: str
    holds: bool
    expected: str
    found: str
    difference: str


@dataclass(frozen=True)
class Place:
    """Where results stand: folder relative to the region, empty after a dry run. Same results make no new version."""

    period: str
    version: int
    folder: str
    unchanged: bool


@dataclass(frozen=True)
class Checked:
    """Records in: read = accepted + rejected + duplicates + outside.

    `duplicates` are identical copies of records that were kept, `outside` are records of other periods.
    """

    period: str
    files: int
    read: int
    accepted: int
    rejected: int
    duplicates: int
    outside: int
    findings: tuple[FindingCount, ...]

    def count(self, severity: str) -> int:
        """Findings of that severity."""
        return sum(finding.times for finding in self.findings if finding.severity == severity)


@dataclass(frozen=True)
class Grouped:
    """Records to cases. `statuses` counts cases by status; `groups` is the number of groups that were met.

    `reused`: the cases of an earlier run with the same inputs were taken.
    """

    records: Checked
    scheme: str
    edition: str
    statuses: Mapping[str, int]
    groups: int
    reused: bool
    place: Place


@dataclass(frozen=True)
class Settled:
    """The main job. `findings` are the settlement's own; `proofs` the identities checked, all of which hold."""

    region: str
    period: str
    grouping: Grouped
    waterfall: tuple[PoolLine, ...]
    values: tuple[PoolValue, ...]
    allocations: tuple[Allocation, ...]
    methods: tuple[MethodPayment, ...]
    payments: tuple[Payment, ...]
    differences: tuple[Difference, ...]
    clearing: tuple[ClearedPool, ...]
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...]
    place: Place


@dataclass(frozen=True)
class Statement:
    """One hospital's postings in one period, in order; the balance of the last line is what it is paid or owes."""

    period: str
    hospital_id: str
    hospital_name: str
    lines: tuple[StatementLine, ...]
    totals: Mapping[str, Decimal]


class Term(NamedTuple):
    """One entry of a policy block."""

    key: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True)
class Terms:
    """A policy block, flat, in its own order."""

    title: str
    document: str
    effective_from: date
    effective_to: date
    terms: tuple[Term, ...]


class TermChange(NamedTuple):
    """One entry of two policy blocks that differs: value and unit, empty on a side that does not have it."""

    key: str
    old: str
    new: str
    old_source: str
    new_source: str


@dataclass(frozen=True)
class PolicyChanges:
    """Two policy blocks compared; `old` and `new` name them."""

    old: str
    new: str
    changes: tuple[TermChange, ...]


class PieceShown(NamedTuple):
    """A straight piece of a payment curve: ratios of cost ÷ reference, multiples of the base points, and yuan.

    `is_open`: it has no upper bound and is shown up to `to_ratio`. Yuan are empty where no example is known.
    """

    segment: str
    label: str
    from_ratio: Decimal
    to_ratio: Decimal
    is_open: bool
    from_multiple: Decimal
    to_multiple: Decimal
    from_cost: Decimal | None
    to_cost: Decimal | None
    from_yuan: Decimal | None
    to_yuan: Decimal | None
    flag: str


class CurveShown(NamedTuple):
    """What groups of a layer earn at hospitals of the levels that have a coefficient."""

    layer: str
    levels: tuple[str, ...]
    coefficient: Decimal
    pieces: tuple[PieceShown, ...]


@dataclass(frozen=True)
class PolicyChecked:
    """A policy's payment curves and what is odd about it; `example`: the group that yuan are computed with."""

    title: str
    document: str
    example: Example | None
    curves: tuple[CurveShown, ...]
    findings: tuple[Finding, ...]


class Flow(NamedTuple):
    """Cases of one hospital and pool that went from an old group to a new one: base.columns.TRANSITIONS."""

    hospital_id: str
    pool: str
    old_status: str
    old_group: str
    new_status: str
    new_group: str
    cases: int
    old_points: Decimal | None
    new_points: Decimal | None
    points_moved: Decimal | None
    yuan_moved: Decimal | None
    total_fee: Decimal

    @property
    def moves(self) -> bool:
        """Whether group or status differ."""
        return (self.old_status, self.old_group) != (self.new_status, self.new_group)


class HospitalMoves(NamedTuple):
    """What another scheme means for one hospital; points and yuan are None when not all of them are known."""

    hospital_id: str
    hospital_name: str
    cases: int
    moved: int
    points_moved: Decimal | None
    yuan_moved: Decimal | None


@dataclass(frozen=True)
class Moves:
    """Records of a period under two schemes. `moved` cases have another group or status; `flows` are theirs alone.

    `notes` say why points or yuan are not known.
    """

    region: str
    period: str
    old: str
    new: str
    cases: int
    moved: int
    hospitals: tuple[HospitalMoves, ...]
    flows: tuple[Flow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """Why one record is in its group: the rows of the scheme in order of trial; or why it was rejected.

    `trials` are empty for a record that was not accepted, and for a newborn who `lacks_weight` under a scheme that
    asks for one, or with a `grey_principal`. `why_not`: the rows on the way to a group that was asked about.
    `findings`: the editor's. `readings`: its codes as delivered, diagnoses first, with what they were read as.
    """

    settlement_id: str
    place: str
    scheme: str
    edition: str
    checksum: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal | None]
    status: str
    mdc: str | None
    adrg: str | None
    group_code: str | None
    complications: tuple[Complication, ...]
    trials: tuple[Trial, ...]
    lacks_weight: bool
    why_not: tuple[Trial, ...]
    findings: tuple[Finding, ...]
    readings: tuple[Reading, ...] = ()
    grey_principal: bool = False


@dataclass(frozen=True)
class DipReason:
    """Why one record is in its group of a DIP directory; or why it was rejected, when `way` is empty.

    `why_not`: the rows of a group that was asked about. `findings`: the editor's. `readings`: its codes as delivered,
    diagnoses first, with what they were read as.
    """

    settlement_id: str
    place: str
    scheme: str
    edition: str
    checksum: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    scalars: Mapping[str, Decimal | None]
    status: str
    group_code: str | None
    way: DipExplanation | None
    why_not: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Verified:
    """What `drgcalc verify` recomputed for one published version.

    `notes`: what has moved on since it was published, such as an input; that is no fault of the version.
    """

    period: str
    folder: str
    proofs: tuple[Proof, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every statement holds."""
        return all(proof.holds for proof in self.proofs)


@dataclass(frozen=True)
class DueReport:
    """What is due on a day: periods, and cases whose next step of the feedback is due."""

    region: str
    on: date
    dues: tuple[Due, ...]
    cases: tuple[CaseState, ...]


class PoolBenefit(NamedTuple):
    """What the patients of a pool got back of what their stays cost, yuan, and per cent."""

    pool: str
    total: Decimal
    reimbursed: Decimal
    patient: Decimal
    ratio: Decimal | None


@dataclass(frozen=True)
class FundReport:
    """Fund warnings and coverages of a year; `findings` are the indicators beyond their bounds."""

    region: str
    period: str
    indicators: tuple[Indicator, ...]
    benefits: tuple[PoolBenefit, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ReconciliationReport:
    """A reconciliation over the settled months of a year."""

    region: str
    year: str
    months: tuple[str, ...]
    result: Reconciled


@dataclass(frozen=True)
class NettingReport:
    """A netting of so many advances between agencies."""

    region: str
    period: str
    advances: int
    result: Netted


@dataclass(frozen=True)
class LoopReport:
    """Where the cases of a period stand in the feedback loop on a day; `elsewhere`: cases with steps, not of it."""

    region: str
    period: str
    on: date
    loop: Loop
    elsewhere: int
