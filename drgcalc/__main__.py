"""`python -m drgcalc` is `drgcalc`."""

from drgcalc.cli import program

program()
