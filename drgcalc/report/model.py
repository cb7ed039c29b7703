"""What a command found, as plain values: `run` fills them in, `report` renders them, `--json` prints them whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # thousands of lines that only the checker of types needs
    from drgcalc.base.errors import Finding
    from drgcalc.settlement.clearing import ClearedPool
    from drgcalc.settlement.mending import Stakes
    from drgcalc.settlement.methods.outlays import MethodPayment
    from drgcalc.settlement.payment_rows import Difference, Payment
    from drgcalc.settlement.rows import Allocation, PoolLine, PoolValue


class FindingCount(NamedTuple):
    """All findings of one code: how many, and the first few."""

    code: str
    severity: str
    times: int
    examples: tuple[Finding, ...]


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


class Ties(NamedTuple):
    """Cases for which several groups of a directory matched equally well, and the option of the scheme that decided."""

    cases: int
    policy: str


@dataclass(frozen=True)
class Grouped:
    """Records to cases. `statuses` counts cases by status; `groups` is the number of groups that were met.

    `reused`: the cases of an earlier run with the same inputs were taken. `ties`: None where rows are tried in order.
    `taken_over`: records that were read and grouped by a run that was interrupted, and taken from there.
    """

    records: Checked
    scheme: str
    edition: str
    statuses: Mapping[str, int]
    groups: int
    reused: bool
    place: Place
    ties: Ties | None = None
    taken_over: int = 0


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
    stakes: Stakes
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...]
    place: Place


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
