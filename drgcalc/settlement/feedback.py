"""The feedback loop of cases: grouped → fed back → hospital's reply → reviewed → final, in working days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.base.money import divide
from drgcalc.settlement.office_findings import office_finding
from drgcalc.settlement.policy_reading import Number, Table
from drgcalc.settlement.working_days import WorkingDays

GROUPED, FED_BACK, REPLIED, REVIEWED, FINAL = "grouped", "fed_back", "replied", "reviewed", "final"
STATES = (GROUPED, FED_BACK, REPLIED, REVIEWED, FINAL)
IN_A_GROUP = "grouped"
"""The status of a case that has a group."""


class FeedbackRule(NamedTuple):
    """Working days that a step may take after the one before it: the hospital's reply, the review, the decision."""

    reply: Number
    review: Number
    final: Number

    def days(self, state: str) -> int | None:
        """Working days from `state` to the next step; None where nothing is due."""
        found = {FED_BACK: self.reply, REPLIED: self.review, REVIEWED: self.final}.get(state)
        return int(found.value) if found else None


class Event(NamedTuple):
    """One step on one case: base.columns of feedback."""

    settlement_id: str
    step: str
    on: date
    by: str
    group_code: str | None
    note: str | None


class GroupedCase(NamedTuple):
    """What the loop needs to know of a case."""

    settlement_id: str
    hospital_id: str
    pool: str
    status: str
    group_code: str | None


class CaseState(NamedTuple):
    """Where a case stands: columns FEEDBACK_CASES."""

    settlement_id: str
    hospital_id: str
    pool: str
    status: str
    group_code: str | None
    state: str
    since: date | None
    due_on: date | None
    overdue: bool
    final_group: str | None


class Rate(NamedTuple):
    """Grouped ÷ all cases in per cent, two decimals, before the loop and with its final decisions."""

    cases: int
    grouped_before: int
    grouped_after: int
    before: Decimal
    after: Decimal


class Loop(NamedTuple):
    """Cases with at least one step, by hospital and id; the grouping rate; and what is wrong with the steps."""

    cases: tuple[CaseState, ...]
    rate: Rate
    findings: tuple[Finding, ...]


def read_feedback(table: Table) -> FeedbackRule:
    """[policy.feedback]."""
    rule = FeedbackRule(
        reply=table.number("reply", "days"), review=table.number("review", "days"), final=table.number("final", "days")
    )
    table.finish()
    return rule


def run_loop(
    rule: FeedbackRule,
    cases: Mapping[str, GroupedCase],
    statuses: Mapping[str, int],
    events: Iterable[Event],
    working_days: WorkingDays,
    on: date,
) -> Loop:
    """Where every case stands on a day. `cases`: those of the events; `statuses`: cases by status, all of the period.

    Steps that skip one, go back, come before the step before them or are about unknown cases are findings and do not
    count; the others do.
    """
    by_case: dict[str, list[Event]] = {}
    found: list[Finding] = []
    for event in events:
        if event.settlement_id not in cases or event.step not in STATES[1:]:
            found.append(_bad(event, "is about no case of the period" if event.step in STATES else "is no step"))
        else:
            by_case.setdefault(event.settlement_id, []).append(event)
    states = []
    for case_id, steps in sorted(by_case.items(), key=lambda item: (cases[item[0]].hospital_id, item[0])):
        ordered = sorted(steps, key=lambda event: (event.on, STATES.index(event.step)))
        valid, wrong = _in_order(ordered)
        found += wrong
        late = _late(rule, valid, working_days)
        found += late
        states.append(_state(rule, cases[case_id], valid, working_days, on))
    return Loop(tuple(states), _rate(states, statuses), tuple(found))


def _in_order(events: Sequence[Event]) -> tuple[list[Event], list[Finding]]:
    valid: list[Event] = []
    found = []
    for event in events:
        expected = STATES[len(valid) + 1] if len(valid) + 1 < len(STATES) else None
        if event.step == expected:
            valid.append(event)
        else:
            found.append(_bad(event, f"follows {valid[-1].step if valid else GROUPED}"))
    return valid, found


def _late(rule: FeedbackRule, steps: Sequence[Event], working_days: WorkingDays) -> list[Finding]:
    found = []
    for before, after in pairwise(steps):
        days = rule.days(before.step)
        if days is not None and after.on > (due := working_days.after(before.on, days).day):
            message = f"case {after.settlement_id}: {after.step} on {after.on}, due by {due}"
            found.append(office_finding("W002", message, field="on", value=str(after.on)))
    return found


def _state(
    rule: FeedbackRule, case: GroupedCase, steps: Sequence[Event], working_days: WorkingDays, on: date
) -> CaseState:
    last = steps[-1] if steps else None
    days = rule.days(last.step) if last else None
    due = working_days.after(last.on, days).day if last and days is not None else None
    final = last.group_code if last and last.step == FINAL else None
    return CaseState(
        *case,
        state=last.step if last else GROUPED,
        since=last.on if last else None,
        due_on=due,
        overdue=due is not None and due < on,
        final_group=final,
    )


def _rate(states: Sequence[CaseState], statuses: Mapping[str, int]) -> Rate:
    cases, before = sum(statuses.values()), statuses.get(IN_A_GROUP, 0)
    won = sum(1 for row in states if row.final_group and row.status != IN_A_GROUP)
    after = before + won
    parts = [divide(Decimal(100 * part), Decimal(cases), 2) if cases else Decimal("0.00") for part in (before, after)]
    return Rate(cases, before, after, *parts)


def _bad(event: Event, what: str) -> Finding:
    message = f"case {event.settlement_id}: the step {event.step!r} on {event.on} {what}"
    return office_finding("W001", message, field="step", value=event.step)
