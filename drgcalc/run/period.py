"""Settlement periods: a year `2024`, a month `2024-05`, or a span of days `2023-01-01..2024-12-31`."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import NamedTuple

from drgcalc.base.errors import UsageError

_TEXT = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


class Period(NamedTuple):
    """A span of days, both ends included, and what it is called."""

    text: str
    first: date
    last: date

    @property
    def is_month(self) -> bool:
        """Whether it is one month and not a year."""
        return _TEXT.fullmatch(self.text) is not None and "-" in self.text

    @property
    def year(self) -> int:
        """Its settlement year."""
        return self.first.year


def parse_period(text: str) -> Period:
    """The period that `text` names. Raises UsageError."""
    found = _TEXT.fullmatch(text)
    if not found:
        raise UsageError(f"{text!r} is not a period", hint="a year is written 2024, a month 2024-05")
    year, first, last = int(found[1]), int(found[2] or 1), int(found[2] or 12)
    return Period(text, date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def span(first: date, last: date) -> Period:
    """The period of these days, both included."""
    return Period(f"{first}..{last}", first, last)


def parse_months(text: str) -> tuple[Period, ...]:
    """The months that `2024-01:2024-06` names, both included, in order. Raises UsageError."""
    first, _, last = text.partition(":")
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last)) or last < first:
        raise UsageError(f"{text!r} names no months", hint="write --months 2024-01:2024-06, the first one first")
    years = range(int(first[:4]), int(last[:4]) + 1)
    names = (f"{year}-{number:02}" for year in years for number in range(1, 13))
    return tuple(parse_period(name) for name in names if first <= name <= last)


def parse_years(text: str) -> tuple[int, ...]:
    """The years that `2021:2023` (or `2023`) names, oldest first. Raises UsageError."""
    found = re.fullmatch(r"(20\d\d)(?::(20\d\d))?", text)
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise UsageError(f"{text!r} names no years", hint="write --years 2021:2023, the oldest first, or one year")
    return tuple(range(int(found[1]), int(found[2] or found[1]) + 1))


def choose_period(year: str | None, month: str | None) -> Period | None:
    """The period that --year and --month ask for; None when neither is given. Raises UsageError."""
    if month is not None:
        period = parse_period(month)
        if not period.is_month:
            raise UsageError(f"--month {month} is not a month", hint=f"write --year {month}, or --month {month}-01")
        if year is not None and year != str(period.year):
            raise UsageError(f"--month {month} is not in --year {year}", hint="--month alone is enough")
        return period
    if year is None:
        return None
    period = parse_period(year)
    if period.is_month:
        raise UsageError(f"--year {year} is not a year", hint=f"write --month {year}")
    return period
