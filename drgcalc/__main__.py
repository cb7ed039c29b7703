"""`python -m drgcalc` is `drgcalc`."""

import sys

from drgcalc.cli import main

sys.exit(main())
