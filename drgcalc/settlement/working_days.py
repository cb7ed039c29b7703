"""Working days in China: weekdays without holidays, with the weekend days that are worked instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from drgcalc.base.errors import RulesError

HOLIDAY, WORKDAY = "holiday", "workday"
_SATURDAY = 5
_DAY = timedelta(days=1)


class Holiday(NamedTuple):
    """A span of days that are not what their weekday says: base.columns of calendar/holidays."""

    first_day: date
    last_day: date
    kind: str
    name: str
    source: str


class Reckoned(NamedTuple):
    """A day that was counted to; `provisional` when it or a day before it lies in a year without a notice."""

    day: date
    provisional: bool


class WorkingDays:
    """A calendar; of two rows about one day the later row counts.

    Days of years without a row are taken by their weekday, and said to be provisional.
    """

    def __init__(self, holidays: Iterable[Holiday]) -> None:
        self._kinds: dict[date, str] = {}
        rows = list(holidays)
        for row in rows:
            if row.kind not in (HOLIDAY, WORKDAY) or row.last_day < row.first_day:
                raise RulesError(
                    f"the holiday {row.name} from {row.first_day} to {row.last_day} is of kind {row.kind!r}",
                    hint=f"kind is {HOLIDAY} or {WORKDAY}, and the last day is not before the first",
                )
            for offset in range((row.last_day - row.first_day).days + 1):
                self._kinds[row.first_day + offset * _DAY] = row.kind
        self._years = {row.first_day.year for row in rows}

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`."""
        kind = self._kinds.get(day)
        return kind == WORKDAY if kind else day.weekday() < _SATURDAY

    def after(self, day: date, working_days: int) -> Reckoned:
        """The last of so many working days that follow `day`; with 0, `day` itself."""
        left, provisional = working_days, False
        while left:
            day += _DAY
            provisional |= day.year not in self._years
            left -= self.is_working_day(day)
        return Reckoned(day, provisional)
