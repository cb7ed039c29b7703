"""Ages and weights of newborns in words (日龄小于29天，出生体重1000-1499g) as rules of the official language."""

from __future__ import annotations

import re
from typing import NamedTuple

from drgcalc.grouping.rules import fold

_LESS = {
    "小于": "<",
    "不足": "<",
    "未满": "<",
    "不满": "<",
    "低于": "<",
    "<": "<",
    "≤": "<=",
    "<=": "<=",
    "小于等于": "<=",
}
_MORE = {"大于": ">", "高于": ">", ">": ">", "≥": ">=", ">=": ">=", "大于等于": ">=", "满": ">=", "不低于": ">="}
_BEHIND = {"以下": "<", "及以下": "<=", "以内": "<=", "以上": ">=", "及以上": ">="}
_UNITS = {"天": "days", "日": "days", "g": "grams", "克": "grams", "G": "grams"}
_UNIT = "天|日|[gG]|克"
_OP = "|".join(sorted(map(re.escape, _LESS | _MORE), key=len, reverse=True))
_TAIL = "|".join(sorted(_BEHIND, key=len, reverse=True))
_FORMS = (
    re.compile(
        rf"(?P<low>\d+)(?:{_UNIT})?(?P<low_op><=|[<≤])[^\d<≤]{{0,8}}(?P<high_op><=|[<≤])(?P<high>\d+)(?P<unit>{_UNIT})"
    ),
    re.compile(rf"(?P<low>\d+)(?:{_UNIT})?[-~～—至](?P<high>\d+)(?P<unit>{_UNIT})"),
    re.compile(rf"(?P<op>{_OP})(?P<number>\d+)(?P<unit>{_UNIT})"),
    re.compile(rf"(?P<number>\d+)(?P<unit>{_UNIT})(?P<tail>{_TAIL})"),
)
_LEFT_OVER = re.compile(r"\d+(天|日|[gG]|克|岁|周|月)")
_STAY = "住院"
_FIELDS = {"days": "XSRTL", "grams": "XSRTZ", "stay": "ZYTS"}


class Condition(NamedTuple):
    """A rule read from words ("" when they name no limit), and whether a number with a unit was not understood."""

    rule: str
    unread: bool


def newborn_condition(text: str) -> Condition:
    """The limits on days of age, days of stay and weight in a text, joined by and, in order of the text.

    The official language has one weight of newborns: birth weight and weight at admission are both XSRTZ.
    """
    left = re.sub(r"\s", "", fold(text))
    found: list[tuple[int, list[str]]] = []
    for form in _FORMS:
        while (hit := form.search(left)) is not None:
            found.append((hit.start(), _parts(hit)))
            left = f"{left[: hit.start()]}{' ' * (hit.end() - hit.start())}{left[hit.end() :]}"
    rules = dict.fromkeys(rule for _, parts in sorted(found) for rule in parts)
    return Condition(" and ".join(rules), _LEFT_OVER.search(left) is not None)


def _parts(hit: re.Match[str]) -> list[str]:
    groups = hit.groupdict()
    unit = _UNITS[groups["unit"]]
    if unit == "days" and _STAY in hit.string[max(0, hit.start() - 6) : hit.start()]:
        unit = "stay"
    field = _FIELDS[unit]
    if "low" in groups:
        low, high = (">" if groups.get("low_op") == "<" else ">="), ("<" if groups.get("high_op") == "<" else "<=")
        return [f"{field} {low} {groups['low']}", f"{field} {high} {groups['high']}"]
    op = _BEHIND[groups["tail"]] if groups.get("tail") else (_LESS | _MORE)[groups["op"]]
    return [f"{field} {op} {groups['number']}"]
