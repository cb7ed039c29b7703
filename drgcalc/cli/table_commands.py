"""Commands that work on schemes (table folders)."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drgcalc.base.errors import RulesError, UsageError
from drgcalc.cli.options import period_options, talking_anywhere
from drgcalc.cli.talk import Talk
from drgcalc.run.period import choose_period

if TYPE_CHECKING:
    from drgcalc.tables.dip.local import LocalLayout

FOLDER = click.Path(path_type=Path)
SCHEMES = Path("schemes")


@click.group(short_help="Import, check, show, compare and export schemes.")
def tables() -> None:
    """Look at, import, check, compare and export schemes (分组方案)."""


@tables.command("list", short_help="List schemes.")
@click.argument("folder", type=FOLDER, required=False)
@talking_anywhere
def list_(talk: Talk, folder: Path | None) -> None:
    """List the schemes in FOLDER, or those that ship with drgcalc."""
    from drgcalc.report import schemes
    from drgcalc.run.init import DEMO_SCHEME, shipped_schemes
    from drgcalc.tables.folder import list_schemes

    lines = list_schemes(folder or shipped_schemes())
    talk.result(lines, lambda: schemes.listing(lines, DEMO_SCHEME))


@tables.command("import", short_help="Read an official workbook or a directory into a scheme.")
@click.argument("file", type=FOLDER)
@click.option(
    "--precedence",
    type=click.Choice(["or-first", "and-first", "all"]),
    help="How a city's DIP directory joins codes: A+B/C is A and (B or C), (A and B) or C; all: commas are and.",
)  # fmt: skip
@click.option(
    "--layout",
    type=FOLDER,
    metavar="FILE",
    help="TOML with [directory] (region.toml may hold it): aliases, types, kinds, precedence, options.",
)  # fmt: skip
@click.option(
    "--scores",
    type=FOLDER,
    metavar="FILE",
    help="Write the scores and mean costs of a city's DIP directory as CSV for scores/ of a region.",
)
@click.option("--effective-from", type=click.DateTime(["%Y-%m-%d"]), help="First day of --scores.")
@click.option("--id", "scheme_id", metavar="ID", help="Short name of the scheme; the name of FILE when left out.")
@click.option("--out", type=FOLDER, metavar="DIR", help="Table folder to write; ./schemes/ID when left out.")
@click.option(
    "--amendments",
    type=FOLDER,
    metavar="FILE",
    help="CSV of what the source lacks: exclusion rows (DRG), conditions of pre-groups (DIP).",
)
@click.option(
    "--empty-set", "empty_sets", multiple=True, metavar="SET",
    help="A set that rules name and that has no members, as intended; may be repeated.",
)  # fmt: skip
@talking_anywhere
def import_(
    talk: Talk,
    file: Path,
    scheme_id: str | None,
    out: Path | None,
    amendments: Path | None,
    empty_sets: tuple[str, ...],
    precedence: str | None,
    layout: Path | None,
    scores: Path | None,
    effective_from: datetime | None,
) -> None:
    """Read FILE into a table folder, noting every repair; with --scores, a DIP directory's scores into a region's CSV.

    FILE is an official workbook (DRG or DIP), a city's DIP directory (workbook or CSV), a folder of CSV tables or of
    OpenDRG lists.
    """
    from drgcalc.report import schemes
    from drgcalc.tables.dip.scores import scores_for, write_scores
    from drgcalc.tables.findings import summarise
    from drgcalc.tables.folder import write_table_folder
    from drgcalc.tables.importing import import_scheme

    name = scheme_id or _id_from(file)
    target = out or SCHEMES / _plain(name)
    if (scores is None) != (effective_from is None):
        raise UsageError("scores need a first day", hint="write --scores FILE and --effective-from DATE, or neither")
    local = _local_layout(layout, precedence)
    result = import_scheme(file, scheme_id=name, amendments=amendments, empty_sets=empty_sets, local=local)
    listed = scores_for(result, scores, effective_from.date()) if scores and effective_from else []
    notes = summarise(result.notes)
    warnings = sum(note.times for note in notes if note.severity == "warning")
    if talk.strict and warnings:
        raise RulesError(f"{file}: {warnings} warnings, which --strict does not allow", hint="run without --strict")
    outcome = "dry run" if talk.dry_run else write_table_folder(result, target)
    if scores and not talk.dry_run:
        write_scores(listed, scores)
    document = {"id": name, "folder": target, "outcome": outcome, "notes": notes, "scores": len(listed)}
    talk.result(document, lambda: schemes.imported(str(target), outcome, notes))
    if scores and not talk.dry_run:
        talk.note(f"{scores}: {len(listed):,} scores in force from {effective_from:%Y-%m-%d}")


@tables.command(short_help="Check that a scheme is sound.")
@click.argument("folder", type=FOLDER)
@talking_anywhere
def check(talk: Talk, folder: Path) -> None:
    """Check that the scheme in FOLDER is sound: rows that can never win, codes in the wrong place, unused rows."""
    from drgcalc.grouping.dip.scheme import DipScheme
    from drgcalc.grouping.scheme import load_scheme
    from drgcalc.report import findings
    from drgcalc.run.intake import count_findings
    from drgcalc.tables.check import check_scheme
    from drgcalc.tables.dip.check import check_dip

    scheme = load_scheme(folder)
    found = check_dip(scheme) if isinstance(scheme, DipScheme) else check_scheme(scheme)
    counts = count_findings(found)
    talk.result(found, lambda: findings.blocks(counts))
    errors = [finding for finding in found if finding.severity == "error"]
    warnings = [finding for finding in found if finding.severity == "warning"]
    if errors or (talk.strict and warnings):
        raise RulesError(f"{folder}: {len(errors)} errors, {len(warnings)} warnings", hint="see the findings above")
    talk.note(f"{folder}: {len(warnings)} warnings, no error")


@tables.command(short_help="Print what a scheme is, or the rows of a group.")
@click.argument("folder", type=FOLDER)
@click.argument("code", required=False)
@talking_anywhere
def show(talk: Talk, folder: Path, code: str | None) -> None:
    """Print what the scheme in FOLDER is, or the rows of CODE (MDC, ADRG, DRG or DIP group) and what they ask for."""
    from drgcalc.grouping.dip.scheme import DipScheme
    from drgcalc.grouping.scheme import AdrgRow, DrgRow, MdcRow, load_scheme
    from drgcalc.report import directories, schemes

    scheme = load_scheme(folder)
    if isinstance(scheme, DipScheme):
        groups = [row for row in scheme.rows if row.code == code]
        if code is None:
            talk.result(directories.facts(scheme), lambda: directories.overview(scheme))
        elif groups:
            talk.result(directories.row_facts(groups), lambda: directories.groups(groups))
        else:
            raise UsageError(f"{scheme.id} has no group {code}", hint="codes are those of dip.csv, as BX-1029")
        return
    if code is None:
        drg_scheme = scheme
        talk.result(schemes.facts(drg_scheme), lambda: schemes.overview(drg_scheme))
        return
    everything: list[MdcRow | AdrgRow | DrgRow] = [*scheme.mdc, *scheme.adrg, *scheme.drg]
    rows = [row for row in everything if row.code == code]
    if not rows:
        raise UsageError(f"{scheme.id} has no row {code}", hint="codes are those of the tables, as P07 or KC13 there")
    talk.result(rows, lambda: schemes.rules(rows))


@tables.command(short_help="Compare two schemes, and what they mean for cases.")
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@click.option(
    "--records", "--region", "records", type=FOLDER, metavar="DIR",
    help="Region whose records of a period are grouped by both schemes, to show what moves; nothing is published.",
)  # fmt: skip
@click.option("--out", type=FOLDER, metavar="PATH", help="Write the whole comparison as .xlsx or into a folder.")
@period_options
@talking_anywhere
def diff(
    talk: Talk, old: Path, new: Path, records: Path | None, out: Path | None, year: str | None, month: str | None
) -> None:
    """Compare the schemes in the folders OLD and NEW; with --records, also where the cases of a period go."""
    from drgcalc.grouping.scheme import load_scheme
    from drgcalc.report import comparison
    from drgcalc.tables.comparing import compare_schemes
    from drgcalc.tables.export import export_diff

    period = choose_period(year, month)
    if (records is None) != (period is None):
        raise UsageError(
            "cases are compared for the records of a region and a period",
            hint="write --records DIR and --year 2024 or --month 2024-05, or neither",
        )
    before, after = load_scheme(old), load_scheme(new)
    difference, moves, matrix = compare_schemes(before, after), None, None
    if records is not None and period is not None:
        from drgcalc.run.compare import compare

        with talk.progress() as progress:
            compared = compare(records, before, after, period, strict=talk.strict, progress=progress)
        moves, matrix = compared.moves, compared.matrix
    if out is not None and not talk.dry_run:
        export_diff(difference, matrix, out)
    talk.result(comparison.facts(difference, moves), lambda: comparison.compared(difference, moves))
    if out is not None and not talk.dry_run:
        talk.note(f"all of it: {out}")


@tables.command(short_help="Write a scheme as a workbook or as CSV files.")
@click.argument("folder", type=FOLDER)
@click.argument("target", type=FOLDER)
@talking_anywhere
def export(talk: Talk, folder: Path, target: Path) -> None:
    """Write the scheme in FOLDER as a workbook (TARGET ends in .xlsx) or as plain CSV files into the folder TARGET."""
    from drgcalc.grouping.dip.scheme import DipScheme
    from drgcalc.grouping.scheme import load_scheme
    from drgcalc.tables.dip.export import export_directory_csv, export_directory_workbook
    from drgcalc.tables.export import export_csv, export_workbook

    scheme, as_book = load_scheme(folder), target.suffix == ".xlsx"
    if talk.dry_run:
        talk.note("dry run: nothing is written")
    elif isinstance(scheme, DipScheme):
        (export_directory_workbook if as_book else export_directory_csv)(scheme, target)
    else:
        (export_workbook if as_book else export_csv)(scheme, target)
    talk.result({"target": target}, lambda: [str(target)])


def _local_layout(layout: Path | None, precedence: str | None) -> LocalLayout:
    """What the layout file says, and the precedence of the command line before its own."""
    from drgcalc.grouping.dip.expression import Precedence
    from drgcalc.tables.dip.local import LocalLayout, read_local_layout

    local = read_local_layout(layout) if layout else LocalLayout()
    return local.with_precedence(Precedence(precedence) if precedence else None)


def _id_from(file: Path) -> str:
    """A short name out of a file's or folder's name. Raises UsageError when nothing is left of it."""
    path = file.resolve()
    name = _plain(path.name if path.is_dir() else path.stem)
    if not name:
        raise UsageError(f"no id can be made of the name {file}", hint="write --id ID")
    return name


def _plain(name: str) -> str:
    """Letters, digits and underlines of a name, in any script, joined by single hyphens."""
    return "-".join(re.findall(r"\w+", name))
