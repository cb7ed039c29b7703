"""The command line: parse, call, print, exit."""

from drgcalc.cli.main import main, program

__all__ = ["main", "program"]
