"""A directory from history as a table folder: its rows, what it takes from the base, its reasons and its quality."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from drgcalc.base.calibration_columns import DIRECTORY_AUDIT, DIRECTORY_QUALITY, DIRECTORY_SPLITS
from drgcalc.base.dip_columns import DIP, DIP_TABLES
from drgcalc.base.money import MONEY_PLACES, divide, round_half_up
from drgcalc.base.point_columns import AUXILIARY as FACTORS
from drgcalc.calibration.directory import JOINT, comprehensive_code, core_code, mean_fee
from drgcalc.calibration.dispersion import PLACES, cv
from drgcalc.calibration.terms import CatalogueRule
from drgcalc.grouping.table_folder import ABOUT, read_about
from drgcalc.report.calibration_model import Quality
from drgcalc.run.calibration_files import Work, source_of
from drgcalc.run.directory_groups import CORE, Directory, Group
from drgcalc.run.directory_names import CodeNames, code_names
from drgcalc.run.publish import output_errors
from drgcalc.run.writing import write_csv

FACTORS_FILE = "factors.csv"
HEADERS = "english"
COEFFICIENT_PLACES = 6
TIE = "order"
"""The rows stand in the order in which they were decided: among equal matches the dearer own group comes first."""


def write_directory(
    work: Work, base: Path, directory: Directory, quality: Quality, scheme_id: str, rule: CatalogueRule
) -> None:
    """Write a table folder (`grouping.load_scheme` reads it), factors of splits, audit.csv, splits.csv, quality.csv."""
    folder = work.sheet.folder
    with output_errors(folder):
        names = code_names(work.region.folder, base)
        digests = _write_tables(folder, base, directory, names)
        about = _about(work, base, scheme_id, digests)
        (folder / ABOUT).write_text(about, encoding="utf-8", newline="\n")
    write_csv(folder / "audit.csv", DIRECTORY_AUDIT, _audit(directory, rule), HEADERS)
    write_csv(folder / "splits.csv", DIRECTORY_SPLITS, _splits(directory), HEADERS)
    write_csv(folder / "quality.csv", DIRECTORY_QUALITY, [quality], HEADERS)
    source = source_of(work, rule.split_source)
    factors = (
        (*row[:3], round_half_up(row.factor, COEFFICIENT_PLACES), work.first, work.last, source)
        for row in directory.splits
    )
    write_csv(folder / FACTORS_FILE, FACTORS, factors, HEADERS)


def _write_tables(folder: Path, base: Path, directory: Directory, names: CodeNames) -> dict[str, str]:
    """The rows of the directory, and every other table as the base has it; their checksums."""
    files = {f"{DIP.name}.csv": _dip_bytes(directory.groups, names)}
    for table in DIP_TABLES:
        path = base / f"{table.name}.csv"
        if table is not DIP and path.is_file():
            files[path.name] = path.read_bytes()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def _dip_bytes(groups: Sequence[Group], names: CodeNames) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(DIP.names())
    for seq, group in enumerate(groups, start=1):
        codes = (group.principal, group.main, group.related, "")
        writer.writerow((group.code, names.of(group), group.layer, seq, *codes, "", group.kind, 0, 0, "", ""))
    return text.getvalue().encode()


def _about(work: Work, base: Path, scheme_id: str, digests: Mapping[str, str]) -> str:
    """scheme.toml: the options of the base, ties by order."""
    given = read_about(base)
    years = f"{work.ask.years[0]}—{work.ask.years[-1]}"
    texts = {
        "id": scheme_id,
        "title": f"{work.region.name} DIP病种目录（{years}年历史数据）",
        "kind": "dip",
        "edition": years,
        "source": work.terms.document,
        "license_note": given["license_note"],
        "diagnosis_codes": given["diagnosis_codes"],
        "procedure_codes": given["procedure_codes"],
    }
    options = {**given.get("options", {}), "tie": TIE}
    lines = [
        *(f"{key} = {_toml(value)}" for key, value in texts.items()),
        "",
        "[options]",
        *(f"{key} = {_toml(value)}" for key, value in sorted(options.items())),
        "",
        "[sha256]",
        *(f"{_toml(name)} = {_toml(digest)}" for name, digest in digests.items()),
    ]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A TOML text, truth value, whole number or list of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _audit(directory: Directory, rule: CatalogueRule) -> Iterator[tuple[object, ...]]:
    for group in directory.groups:
        own = group.own
        yield (
            group.code,
            group.layer,
            group.principal,
            group.main or None,
            group.related or None,
            group.kind or None,
            group.moments.cases,
            group.hospitals,
            round_half_up(mean_fee(group.moments), MONEY_PLACES),
            cv(group.moments),
            directory.threshold,
            _parent(group),
            None if own is None else divide(own.base_mean, Fraction(100), MONEY_PLACES),
            None if own is None else round_half_up(own.rise, PLACES),
            _why(group, directory.threshold, rule),
        )


def _parent(group: Group) -> str:
    """Where the stays would be without the group."""
    if group.own is not None:
        return core_code(group.principal, group.main, group.own.parent)
    return group.principal[:3] if group.layer == CORE else ""


def _why(group: Group, threshold: int, rule: CatalogueRule) -> str:
    if group.own is not None:
        least = round_half_up(100 * rule.related_rise, 2)
        risen = round_half_up(100 * group.own.rise, 2)
        raises = "related procedures together raise" if JOINT in group.related else "related procedure raises"
        return f"{raises} the mean by {risen} %, at least {least} %; stays reach {threshold}"
    if group.layer == CORE:
        return f"principal diagnosis and main procedure reach {threshold} stays"
    return f"stays of {comprehensive_code(group.principal, group.kind)} whose combinations have fewer than {threshold}"


def _splits(directory: Directory) -> Iterable[tuple[object, ...]]:
    return (
        (
            row.group_code,
            row.dimension,
            row.part,
            row.moments.cases,
            round_half_up(mean_fee(row.moments), MONEY_PLACES),
            round_half_up(row.factor, COEFFICIENT_PLACES),
            row.whole.cases,
            divide(row.inside, row.whole.spread, PLACES),
        )
        for row in directory.splits
    )
