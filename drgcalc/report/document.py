"""Results as one JSON document: amounts as text with all their decimals, so that no reader rounds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


def document(value: object) -> Json:
    """The JSON form of a result: dataclasses and NamedTuples become objects, Decimals, dates and paths text.

    Raises TypeError for anything a result must not hold, floats among them.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: document(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: document(cell) for name, cell in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): document(cell) for key, cell in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        cells = sorted(value) if isinstance(value, set | frozenset) else value
        return [document(cell) for cell in cells]
    raise TypeError(f"{type(value).__name__} has no JSON form here")
