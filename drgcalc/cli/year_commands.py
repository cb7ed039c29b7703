"""Commands of the settlement year: closing, reopening, versions and what makes them differ."""

from __future__ import annotations

import click

from drgcalc.cli.options import talking
from drgcalc.cli.talk import Talk


@click.command(short_help="Close a period (扎账): its newest version holds.")
@click.argument("period")
@talking
def close(talk: Talk, period: str) -> None:
    """Close PERIOD (扎账): its newest version is verified and holds; what comes later is posted in the open month."""
    from drgcalc.run.closing import close as run_close

    closed = run_close(talk.region, period, dry_run=talk.dry_run, strict=talk.strict)
    talk.result(closed, lambda: [f"{closed.period}/v{closed.version}: closed", *(f"- {note}" for note in closed.notes)])
    talk.note(f"next: settle the following month; a mistake in {period} is taken back with drgcalc reopen {period}")


@click.command(short_help="Open a closed period again, for a reason.")
@click.argument("period")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the trace for good.")
@talking
def reopen(talk: Talk, period: str, reason: str) -> None:
    """Open the closed PERIOD again, for a reason that its trace keeps."""
    from drgcalc.run.closing import reopen as run_reopen

    opened = run_reopen(talk.region, period, reason, dry_run=talk.dry_run)
    talk.result(opened, lambda: [f"{opened.period}: open again; v{opened.version} stays readable"])
    talk.note(f"next: drgcalc settle for {period}, then drgcalc close {period}")


@click.command(short_help="Show the versions of a period side by side.")
@click.argument("period")
@talking
def history(talk: Talk, period: str) -> None:
    """Show the versions of PERIOD side by side, what changed between them, and who closed or reopened it why."""
    from drgcalc.report import year
    from drgcalc.run.versions import history as run_history

    found = run_history(talk.region, period)
    talk.result(found, lambda: year.history(found))
    if len(found.versions) > 1:
        old, new = found.versions[-2].number, found.versions[-1].number
        talk.note(f"next: drgcalc diff {period}/v{old} {period}/v{new} explains to the fen what made them differ")


@click.command(short_help="Explain to the fen why two versions differ.")
@click.argument("old")
@click.argument("new")
@talking
def diff(talk: Talk, old: str, new: str) -> None:
    """Explain to the fen why version NEW of a period (2024-05/v2, or 2024-05: the one that holds) is not as OLD."""
    from drgcalc.report import year
    from drgcalc.run.versions import diff as run_diff

    found = run_diff(talk.region, old, new)
    talk.result(found, lambda: year.explained(found))
    talk.note(
        f"{len(found.changes)} changes of payables, which together are their whole difference to the fen, "
        f"and {len(found.payments)} of parts of payments; "
        f"next: drgcalc explain --hospital ID --region {talk.region} shows one account"
    )


COMMANDS = (close, reopen, history, diff)
