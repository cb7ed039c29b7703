"""The command line: parse, call, print, exit."""

from drgcalc.cli.main import main

__all__ = ["main"]
