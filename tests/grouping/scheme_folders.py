"""Small table folders for tests: rows in, a folder with right checksums out."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HEADERS = {
    "mdc": "code,name,rule,seq",
    "adrg": "code,name,rule,mdc,seq",
    "drg": "code,name,rule,adrg,mdc,seq",
    "code_sets": "set_id,kind,code",
    "cc": "code,level,exclusion_set",
    "exclusions": "exclusion_set,code",
}
ABOUT = {
    "id": "small",
    "title": "a small scheme",
    "kind": "drg",
    "edition": "test",
    "source": "invented",
    "license_note": "none",
    "diagnosis_codes": "ICD-10",
    "procedure_codes": "ICD-9-CM-3",
}


@dataclass(frozen=True)
class Tables:
    """The rows of a scheme; mdc, adrg and drg get their order numbers from their place."""

    mdc: Iterable[tuple[str, str]] = ()  # code, rule
    adrg: Iterable[tuple[str, str, str]] = ()  # code, rule, mdc
    drg: Iterable[tuple[str, str, str, str]] = ()  # code, rule, adrg, mdc
    sets: Mapping[str, Iterable[str]] | None = None  # DI… diagnoses, all others procedures
    cc: Iterable[tuple[str, str, str]] = ()
    exclusions: Mapping[str, Iterable[str]] | None = None
    options: Mapping[str, int] | None = None

    def rows(self) -> dict[str, list[tuple[str, ...]]]:
        def kind(name: str) -> str:
            return "DI" if name.upper().startswith("DI") else "OP"

        sets, exclusions = self.sets or {}, self.exclusions or {}
        return {
            "mdc": [(c, f"name of {c}", rule, str(n)) for n, (c, rule) in enumerate(self.mdc)],
            "adrg": [(c, f"name of {c}", rule, mdc, str(n)) for n, (c, rule, mdc) in enumerate(self.adrg)],
            "drg": [(c, f"name of {c}", r, adrg, mdc, str(n)) for n, (c, r, adrg, mdc) in enumerate(self.drg)],
            "code_sets": [(name, kind(name), code) for name, codes in sets.items() for code in codes],
            "cc": list(self.cc),
            "exclusions": [(name, code) for name, codes in exclusions.items() for code in codes],
        }


def write_scheme(folder: Path, tables: Tables) -> Path:
    """A table folder of these rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.rows().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADERS[name].split(","))
            writer.writerows(rows)
    sign(folder, tables.options or {})
    return folder


def sign(folder: Path, options: Mapping[str, int] | None = None, about: Mapping[str, str] = ABOUT) -> None:
    """Write a scheme.toml that describes the tables as they are now."""
    lines = [f'{key} = "{value}"' for key, value in about.items()]
    if options:
        lines += ["[options]", *(f"{key} = {str(value).lower()}" for key, value in options.items())]
    lines.append("[sha256]")
    for name in HEADERS:
        path = folder / f"{name}.csv"
        if path.exists():
            lines.append(f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"')
    (folder / "scheme.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
