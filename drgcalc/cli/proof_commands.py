"""Commands about what is published: proof for the public, statements for hospitals."""

from __future__ import annotations

from pathlib import Path

import click

from drgcalc.cli.options import talking
from drgcalc.cli.talk import Talk


@click.command(short_help="Print where the fund's money came from and went.")
@click.argument("period", required=False)
@click.option("--pool", metavar="POOL", help="Only this pool.")
@click.option(
    "--csv",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the lines there too.",
)
@talking
def prove(talk: Talk, period: str | None, pool: str | None, target: Path | None) -> None:
    """Print the conservation statement of PERIOD: fund = hospitals + reserve + carve-outs + kept, to the fen."""
    from drgcalc.report import proof
    from drgcalc.run.prove import prove as run_prove

    result = run_prove(talk.region, period, pool, None if talk.dry_run else target)
    talk.result(result, lambda: proof.proven(result))
    talk.note(f"{result.period}: {len(result.pools)} pools, balanced to the fen.")


@click.command(short_help="Write what each hospital may have: its own rows.")
@click.argument("period", required=False)
@click.option(
    "--out", "target", type=click.Path(path_type=Path), metavar="DIR", required=True, help="A new or empty folder."
)
@talking
def statements(talk: Talk, period: str | None, target: Path) -> None:
    """Write what each hospital may have of PERIOD to DIR/HOSPITAL/: its own rows, and nothing of the others."""
    from drgcalc.run.hospital_files import hand_out

    result = hand_out(talk.region, period, target, dry_run=talk.dry_run)
    talk.result(result, lambda: [f"{result.target}: {result.hospitals} hospitals, from {result.folder}"])
    talk.note("each folder holds rows of its own hospital only; send none of them to another")


COMMANDS = (prove, statements)
