"""Which drgcalc this is: pyproject.toml, `drgcalc --version` and every manifest take it from here.

To ask the installed package's metadata instead costs each command a thirtieth of a second.
"""

VERSION = "0.1.0"
