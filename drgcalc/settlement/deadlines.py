"""What is due when: deadlines of months and years, and how far the periods are."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from drgcalc.base.errors import RulesError
from drgcalc.settlement.working_days import Reckoned, WorkingDays

CLEARING = "clearing"
"""The code of a year's clearing."""
OPEN, PUBLISHED, CLOSED = "open", "published", "closed"
DONE_AT = {"month": (PUBLISHED, CLOSED), "year": (CLOSED,)}
"""A month's data are out once the month is published; a year is cleared once it is closed."""


class Deadline(NamedTuple):
    """What is due after every month or year of a span of settlement years: base.columns of calendar/deadlines."""

    code: str
    label: str
    of: str
    working_days: int | None
    due_month: int | None
    due_day: int | None
    first_year: int
    last_year: int | None
    source: str


class Fixed(NamedTuple):
    """A day that a policy sets, and its article."""

    day: date
    source: str


class Due(NamedTuple):
    """One thing that is due: of which period, by when, in what state, and days left (negative: overdue).

    provisional: a year on the way has no holiday notice yet, so the day may move.
    """

    code: str
    label: str
    period: str
    due_on: date
    state: str
    done: bool
    days_left: int
    provisional: bool
    source: str


def dues(
    deadlines: Iterable[Deadline],
    working_days: WorkingDays,
    first: date,
    on: date,
    states: Mapping[str, str],
    fixed: Mapping[tuple[str, str], Fixed] | None = None,
) -> tuple[Due, ...]:
    """Everything due for periods that lie between `first` and `on` and have ended, by day and period.

    `states`: open, published or closed of every period that is not simply open. `fixed`: days that a policy sets for
    a code and period, which count instead. Raises RulesError for a bad deadline.
    """
    found = [
        _due(deadline, period, last, working_days, on, states, fixed or {})
        for deadline in deadlines
        for period, last in _periods(deadline, first, on)
    ]
    return tuple(sorted(found, key=lambda due: (due.due_on, due.period, due.code)))


def due_on(deadline: Deadline, last: date, working_days: WorkingDays) -> Reckoned:
    """The day by which it is due for a period that ends on `last`. Raises RulesError when the row is not complete."""
    if deadline.working_days is not None:
        return working_days.after(last, deadline.working_days)
    if deadline.due_month is None or deadline.due_day is None:
        raise RulesError(
            f"the deadline {deadline.code} from {deadline.first_year} says no day",
            hint="give working_days, or due_month and due_day",
        )
    try:
        return Reckoned(date(last.year + 1, deadline.due_month, deadline.due_day), provisional=False)
    except ValueError as error:
        raise RulesError(
            f"the deadline {deadline.code} is on {deadline.due_month}-{deadline.due_day}, which is no day",
            hint="correct calendar/deadlines.csv",
        ) from error


def _due(
    deadline: Deadline,
    period: str,
    last: date,
    working_days: WorkingDays,
    on: date,
    states: Mapping[str, str],
    fixed: Mapping[tuple[str, str], Fixed],
) -> Due:
    day, provisional = due_on(deadline, last, working_days)
    source = deadline.source
    if set_by_policy := fixed.get((deadline.code, period)):
        day, source, provisional = *set_by_policy, False
    state = states.get(period, OPEN)
    return Due(
        code=deadline.code,
        label=deadline.label,
        period=period,
        due_on=day,
        state=state,
        done=state in DONE_AT[deadline.of],
        days_left=(day - on).days,
        provisional=provisional,
        source=source,
    )


def _periods(deadline: Deadline, first: date, on: date) -> Iterator[tuple[str, date]]:
    """Periods of the deadline's kind that have ended, with their last day."""
    if deadline.of not in DONE_AT:
        raise RulesError(
            f"the deadline {deadline.code} is of {deadline.of!r}", hint=f"write one of {', '.join(DONE_AT)}"
        )
    until = on.year if deadline.last_year is None else min(on.year, deadline.last_year)
    for year in range(max(first.year, deadline.first_year), until + 1):
        months = range(1, 13) if deadline.of == "month" else (12,)
        for month in months:
            last = date(year, month, calendar.monthrange(year, month)[1])
            if first <= last < on + timedelta(days=1):
                yield (f"{year}-{month:02}" if deadline.of == "month" else str(year)), last
