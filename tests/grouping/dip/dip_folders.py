"""DIP scheme folders written by hand: rows with names for what they set, everything else empty."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ABOUT = {
    "id": "small-dip",
    "title": "a small directory",
    "kind": "dip",
    "edition": "test",
    "source": "invented",
    "license_note": "none",
    "diagnosis_codes": "ICD-10",
    "procedure_codes": "ICD-9-CM-3",
}
HEADERS = {
    "dip": "code,name,layer,seq,principal,main_procedure,related_procedures,secondary,condition,kind,grassroots,tcm,"
    "score,note",
    "excluded_diagnoses": "code,name,note",
    "main_procedures": "code,name,effect,principal_scope,note",
    "grassroots": "seq,principal,main_procedure,name",
    "procedure_kinds": "prefix,kind,name,source",
    "cc": "code,level,exclusion_set",
    "exclusions": "exclusion_set,code",
    "cci": "code,condition_name,weight,source",
    "auxiliary": "dimension,part,rule,name,source",
    "code_sets": "set_id,kind,code",
}
Row = Mapping[str, str]


def group(code: str, principal: str, main_procedure: str = "", **cells: str) -> Row:
    """A row of dip.csv; layer core unless said."""
    return {"layer": "core", **cells, "code": code, "principal": principal, "main_procedure": main_procedure}


@dataclass(frozen=True)
class Directory:
    """The rows of a directory by table; dip rows get their order numbers from their place unless they have one."""

    dip: Iterable[Row] = ()
    excluded: Iterable[str] = ()
    main_procedures: Iterable[tuple[str, str, str]] = ()  # code, effect, principal_scope
    grassroots: Iterable[tuple[str, str]] = ()  # principal, main_procedure
    kinds: Mapping[str, str] | None = None
    cc: Iterable[tuple[str, str, str]] = ()
    exclusions: Mapping[str, Iterable[str]] | None = None
    cci: Iterable[tuple[str, str, str]] = ()  # code, condition_name, weight
    auxiliary: Iterable[tuple[str, str, str]] = ()  # dimension, part, rule
    code_sets: Iterable[tuple[str, str, str]] = ()  # set_id, kind, code
    options: Mapping[str, object] | None = None

    def rows(self) -> dict[str, list[tuple[str, ...]]]:
        """The cells of every table."""
        defaults = {"grassroots": "0", "tcm": "0", "name": "a group"}
        names = HEADERS["dip"].split(",")
        listed = [{**defaults, "seq": str(place), **row} for place, row in enumerate(self.dip, start=1)]
        return {
            "dip": [tuple(row.get(name, "") for name in names) for row in listed],
            "excluded_diagnoses": [(code, "", "") for code in self.excluded],
            "main_procedures": [(code, "", effect, scope, "") for code, effect, scope in self.main_procedures],
            "grassroots": [(str(n), principal, main, "") for n, (principal, main) in enumerate(self.grassroots, 1)],
            "procedure_kinds": [(prefix, kind, "", "") for prefix, kind in (self.kinds or {}).items()],
            "cc": list(self.cc),
            "exclusions": [(name, code) for name, codes in (self.exclusions or {}).items() for code in codes],
            "cci": [(code, condition, weight, "") for code, condition, weight in self.cci],
            "auxiliary": [(dimension, part, rule, "", "") for dimension, part, rule in self.auxiliary],
            "code_sets": list(self.code_sets),
        }


def write_directory(folder: Path, directory: Directory) -> Path:
    """A table folder of these rows; optional tables without rows are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    optional = ("cc", "exclusions", "cci", "auxiliary", "code_sets")
    for name, rows in directory.rows().items():
        if name in optional and not rows:
            continue
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADERS[name].split(","))
            writer.writerows(rows)
    sign(folder, directory.options or {})
    return folder


def sign(folder: Path, options: Mapping[str, object]) -> None:
    """Write a scheme.toml that describes the tables as they are now."""
    lines = [f'{key} = "{value}"' for key, value in ABOUT.items()]
    if options:
        lines += ["[options]", *(f"{key} = {json.dumps(value)}" for key, value in options.items())]
    lines.append("[sha256]")
    for path in sorted(folder.glob("*.csv")):
        lines.append(f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"')
    (folder / "scheme.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
