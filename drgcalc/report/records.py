"""Records and cases at the terminal: what came in, what is wrong with it, what it was grouped to."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from drgcalc.report import findings
from drgcalc.report.layout import number, plain_table
from drgcalc.report.model import Checked, Grouped, Place

_TIES = {"order": "the row that comes first decided", "higher_score": "the higher score of the directory decided"}
_STATUSES = {
    "grouped": "grouped 入组",
    "ambiguous": "ambiguous 歧义",
    "ungrouped": "ungrouped 未入组",
    "excluded": "excluded 不纳入",
}


def checked(result: Checked) -> Iterator[RenderableType]:
    """Records in, accepted and rejected, and every finding code with three places."""
    yield intake_counts(result)
    yield from findings.blocks(result.findings)


def grouped(result: Grouped) -> Iterator[RenderableType]:
    """Records in, one line a finding code, cases by status."""
    yield intake_counts(result.records)
    yield from taken_over(result)
    yield from findings.lines(result.records.findings, result.place)
    yield from statuses(result)
    yield Text(f"Scheme {result.scheme} ({result.edition})" + (", cases of an earlier run" if result.reused else ""))
    yield place_of(result.place)


def intake_counts(result: Checked) -> Table:
    """How many records came in, and what became of them."""
    table = plain_table(
        f"Records 结算记录 {result.period}",
        ("files", "right"),
        ("read", "right"),
        ("accepted", "right"),
        ("rejected", "right"),
        ("copies", "right"),
        ("other periods", "right"),
    )
    counts = (result.files, result.read, result.accepted, result.rejected, result.duplicates, result.outside)
    table.add_row(*map(number, counts))
    return table


def statuses(result: Grouped) -> Iterator[RenderableType]:
    """Cases by status and how many groups were met; of a directory how many ties were decided, and by which option."""
    names = [status for status in _STATUSES if status in result.statuses]
    table = plain_table("Cases 病例", *((_STATUSES[name], "right") for name in names), ("groups met 病组数", "right"))
    table.add_row(*(number(result.statuses[name]) for name in names), number(result.groups))
    yield table
    if result.ties is not None and result.ties.cases:
        yield Text(
            f"Ties 并列: {number(result.ties.cases)} cases met several groups equally well; "
            f'{_TIES[result.ties.policy]} (tie = "{result.ties.policy}" in scheme.toml). '
            "The groups that lost: column tied_with of cases.parquet."
        )
    elif result.ties is not None:
        yield Text(f'Ties 并列: none (tie = "{result.ties.policy}" in scheme.toml would decide them).')


def taken_over(result: Grouped) -> Iterator[Text]:
    """What an interrupted run had done already, if there was one."""
    if result.taken_over:
        yield Text(
            f"{result.taken_over:,} of {result.records.read:,} records were taken over from a run that was "
            "interrupted; the others were read and grouped now."
        )


def place_of(place: Place) -> Text:
    """Where the results stand."""
    if not place.folder:
        return Text("Dry run: nothing was published.")
    return Text(f"{place.folder}: {'the same results as before, no new version' if place.unchanged else 'published'}")
