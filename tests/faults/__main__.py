"""The whole fault kit: python -m tests.faults --inputs 10000 --kills 500 --restarts 100 --refusals 200 --soak 200"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("inputs", "kills", "restarts", "refusals", "soak"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    start = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - start:7.0f} s  {line}\n")
        sys.stdout.flush()

    outcomes: list[Counter[str]] = []

    def told(what: str, outcome: Counter[str]) -> None:
        outcomes.append(outcome)
        say(f"{what} done")
        for name in sorted(outcome):
            say(f"    {name}: {outcome[name]:,}")

    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        work = Path(name)
        if given.kills or given.restarts or given.refusals:  # first: they fork, and nothing has used a thread yet
            from kills import try_kills, try_refusals, try_restarts

            for what, count, trial in (
                ("kills", given.kills, try_kills),
                ("restarts", given.restarts, try_restarts),
                ("refusals", given.refusals, try_refusals),
            ):
                if count:
                    (work / what).mkdir()
                    told(what, trial(count, given.seed, work / what, say))
        if given.inputs:
            from inputs import try_inputs

            (work / "inputs").mkdir()
            told("inputs", try_inputs(given.inputs, given.seed, work / "inputs", say))
        if given.soak:
            from soak import soak

            (work / "soak").mkdir()
            ledgers = soak(given.soak, given.seed, work / "soak", say)
            told("soak", Counter({"one ledger" if len(ledgers) == 1 else "broken": len(ledgers)}))
    if any(outcome["broken"] for outcome in outcomes):
        raise SystemExit("a rule was broken: see above")


if __name__ == "__main__":
    main()
