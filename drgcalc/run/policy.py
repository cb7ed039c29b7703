"""`drgcalc policy show` and `diff`: the terms in force in a period, flat, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drgcalc.report.policy_model import PolicyChanges, Term, TermChange, Terms
from drgcalc.run.period import Period
from drgcalc.run.region import Region, load_region
from drgcalc.run.terms import terms_of

_HEAD = ("title", "document", "effective_from", "effective_to")


def show(folder: Path, period: Period) -> Terms:
    """Every term of the policy block of a period, in the block's own order. Raises RulesError."""
    return terms_in_force(load_region(folder), period)


def terms_in_force(region: Region, period: Period) -> Terms:
    """Every term of the policy block of a period, in the block's own order. Raises RulesError."""
    policy = terms_of(region, period).policy
    block = next(block for block in region.policy_blocks if block["effective_from"] == policy.effective_from)
    return Terms(policy.title, policy.document, policy.effective_from, policy.effective_to, tuple(_terms(block, "")))


def compare(folder: Path, old: Period, new: Period) -> PolicyChanges:
    """What the policy of one period says otherwise than that of another; a source alone is no change.

    In the order of the old block, then what only the new one has. Raises RulesError.
    """
    before, after = show(folder, old), show(folder, new)
    return PolicyChanges(_named(before), _named(after), term_changes(before, after))


def term_changes(before: Terms, after: Terms) -> tuple[TermChange, ...]:
    """What one block says otherwise than another, in the order of the old one, then what only the new one has."""
    texts = [{term.key: term for term in terms.terms if term.key not in _HEAD} for terms in (before, after)]
    changes = []
    for key in dict.fromkeys((*texts[0], *texts[1])):
        was, is_ = (side.get(key, Term(key, "", "", "")) for side in texts)
        if was[:3] != is_[:3]:
            changes.append(TermChange(key, _valued(was), _valued(is_), was.source, is_.source))
    return tuple(changes)


def _valued(term: Term) -> str:
    return " ".join(filter(None, (term.value, term.unit)))


def _named(terms: Terms) -> str:
    return f"{terms.title} · {terms.document} · {terms.effective_from} to {terms.effective_to}"


def _terms(value: object, key: str) -> Iterator[Term]:
    if isinstance(value, Mapping) and "source" in value and ("value" in value or "item" in value):
        yield _term(value, key)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _terms(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _terms(inner, f"{key}[{number}]")
    else:
        yield Term(key, str(value), "", "")


def _term(entry: Mapping[str, Any], key: str) -> Term:
    """One number, choice or fund item."""
    shown = entry.get("value", entry.get("item"))
    text = ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)
    label = entry.get("label")
    return Term(key, f"{text} ({label})" if label else text, str(entry.get("unit", "")), str(entry["source"]))
