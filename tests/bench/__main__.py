"""`python -m tests.bench`: groups and settles generated records, and says how fast beside a plain copy of the file.

`--months` measures a year of months instead.

This process loads no data library: every step is a process of its own, and its peak memory is what the kernel says.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
DEMO = REPOSITORY / "grouper_tables" / "demo-drg"
WORKBOOK = REPOSITORY.parent / "shared" / "data" / "chs_drg_11.xlsx"
YEAR = "2024"
HOSPITALS = 400
"""Of the year that is settled month by month."""
HOSPITAL_YEAR = 100_000
"""Records of a hospital's year (spec/records.md)."""


class Step(NamedTuple):
    """A process that has ended well: its output, seconds by the clock, seconds of all cores, and peak memory."""

    out: str
    seconds: float
    cpu_seconds: float
    peak_mib: float


class Subject(NamedTuple):
    """A scheme, and the program and its words that write stays of it: `python PROGRAM WORDS NUMBER FILE`."""

    scheme: Path
    stays: tuple[Path | str, ...]
    kind: str


class Bench:
    """Runs the steps of one bench in a folder of its own."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self._environment = os.environ | {"XDG_CONFIG_HOME": str(work / "config"), "PYTHONPATH": str(REPOSITORY)}

    def run(self, *words: object) -> Step:
        """Run `python WORDS`; ends the bench when it fails."""
        command = [sys.executable, *(str(word) for word in words)]
        with tempfile.TemporaryFile("w+") as out:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=out, env=self._environment, cwd=self.work)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            text = out.read()
        if process.returncode:
            sys.exit(f"bench: {' '.join(command)} ended with exit code {process.returncode}\n{text}")
        return Step(text, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def drgcalc(self, *words: object) -> Step:
        """Run the program itself."""
        return self.run("-m", "drgcalc", *words)

    def workbook(self, workbook: Path) -> Subject:
        """The scheme of an official workbook."""
        folder = self.work / "schemes" / workbook.stem
        step = self.drgcalc("tables", "import", workbook, "--id", workbook.stem, "--out", folder, "--quiet")
        say(f"imported {workbook.name} in {step.seconds:.1f} s, {step.peak_mib:,.0f} MiB")
        return drg(folder)

    def directory(self) -> Subject:
        """A DIP directory as large as a city's."""
        folder = self.work / "schemes" / "bench-dip"
        self.run(HERE / "dip.py", "directory", folder)
        return Subject(folder, (HERE / "dip.py", "stays"), "dip")

    def measure(self, subject: Subject, number: int) -> None:
        """Generate, copy, group, settle, and evaluate a sample in plain Python."""
        region = self.work / f"region-{number}"
        records = region / "discharges" / f"{YEAR}.parquet"
        self.drgcalc("init", region, "--quiet")
        self.run(HERE / "region.py", region, subject.scheme)
        made = self.run(*subject.stays, number, records)
        size = records.stat().st_size / 2**20
        say(f"\n{number:,} records of {subject.scheme.name}, {size:,.0f} MiB of Parquet, made in {made.seconds:.1f} s")
        copied = self.run(HERE / "steps.py", "scan", records, self.work / "copy.parquet")
        grouped = self.drgcalc("group", "--region", region, "--year", YEAR, "--quiet")
        settled = self.drgcalc("settle", "--region", region, "--year", YEAR, "--quiet")
        say(f"{'step':<28}{'seconds':>10}{'CPU s':>8}{'records/s':>14}{'peak MiB':>10}{'x copy':>9}")
        for name, step in (
            ("scan and write", copied),
            ("drgcalc group", grouped),
            ("drgcalc settle after it", settled),
        ):
            rate, ratio = number / step.seconds, step.seconds / copied.seconds
            say(
                f"{name:<28}{step.seconds:>10.2f}{step.cpu_seconds:>8.2f}{rate:>14,.0f}{step.peak_mib:>10,.0f}{ratio:>9.1f}"
            )
        if subject.kind == "dip":
            self.match(region)
        self.compare(subject, records, region, number / grouped.seconds)

    def year(self, subject: Subject, number: int) -> None:
        """A year of months and its clearing once cases exist, in one process and in one for each month, and again."""
        region = self.work / "year"
        self.drgcalc("init", region, "--quiet")
        self.run(HERE / "region.py", region, subject.scheme, "--hospitals", HOSPITALS)
        self.run(*subject.stays, number, region / "discharges" / f"{YEAR}.parquet", "--hospitals", HOSPITALS)
        periods = [f"--month={YEAR}-{month:02}" for month in range(1, 13)]
        for period in (*periods, f"--year={YEAR}"):
            self.drgcalc("group", "--region", region, period, "--quiet")
        settle = ("settle", "--region", region, "--quiet")
        together = (*settle, f"--months={YEAR}-01:{YEAR}-12")
        say(f"\n12 months × 2 pools × {HOSPITALS} hospitals, {number:,} records, cases exist already")
        say(f"{'step':<36}{'seconds':>10}{'CPU s':>8}{'peak MiB':>10}")
        self.tell("settle --months 01:12", [together])
        self.tell("the same again, nothing changed", [together])
        self.tell("settle --year: the clearing", [(*settle, f"--year={YEAR}")])
        self.tell("the same again, nothing changed", [(*settle, f"--year={YEAR}")])
        for folder in (region / "out").glob(f"{YEAR}*"):
            shutil.rmtree(folder)
        self.tell("settle --month, twelve processes", [(*settle, period) for period in periods])
        self.tell(
            "close, twelve processes", [("close", f"{YEAR}-{month:02}", "--region", region) for month in range(1, 13)]
        )

    def tell(self, name: str, commands: Sequence[Sequence[object]]) -> None:
        """Run commands one after the other, and say what they took together."""
        steps = [self.drgcalc(*words) for words in commands]
        seconds, cpu_seconds = sum(step.seconds for step in steps), sum(step.cpu_seconds for step in steps)
        say(f"{name:<36}{seconds:>10.2f}{cpu_seconds:>8.2f}{max(step.peak_mib for step in steps):>10,.0f}")

    def hospital_year(self, scheme: Path) -> None:
        """One hospital's year as CSV of 800 columns: peak memory of check, group and settle."""
        region = self.work / "hospital-year"
        records, export = self.work / "stays.parquet", region / "discharges" / f"{YEAR}.csv"
        self.drgcalc("init", region, "--quiet")
        self.run(HERE / "region.py", region, scheme)
        self.run(HERE / "stays.py", scheme, HOSPITAL_YEAR, records)
        self.run(HERE / "hqms.py", records, export)
        size = export.stat().st_size / 1e6
        say(f"\n{HOSPITAL_YEAR:,} records of one hospital, {size:,.0f} MB of CSV in 800 columns")
        say(f"{'step':<28}{'seconds':>10}{'CPU s':>8}{'peak MB':>10}")
        for command in ("check", "group", "settle"):
            step = self.drgcalc(command, "--region", region, "--year", YEAR, "--quiet")
            peak = step.peak_mib * 2**20 / 1e6
            say(f"{'drgcalc ' + command:<28}{step.seconds:>10.2f}{step.cpu_seconds:>8.2f}{peak:>10,.0f}")

    def match(self, region: Path) -> None:
        """The engine's own part of grouping, beside nothing else."""
        step = self.run(HERE / "steps.py", "match", region)
        alone = json.loads(step.out)
        rate, rate_of_core = alone["records"] / alone["seconds"], alone["records"] / alone["cpu_seconds"]
        say(
            f"matching alone: {alone['seconds']:.2f} s, {rate:,.0f} records/s, {rate_of_core:,.0f} a core and second; "
            f"first part {alone['first_seconds']:.2f} s; peak {step.peak_mib:,.0f} MiB with reading"
        )

    def compare(self, subject: Subject, records: Path, region: Path, rate: float) -> None:
        """A plain Python reader of the same rules on a sample: its speed, and whether it agrees."""
        (cases,) = (region / "out" / "cases").glob("**/cases.parquet")
        plain = json.loads(self.run(HERE / "steps.py", f"plain-{subject.kind}", records, subject.scheme, cases).out)
        plain_rate = plain["records"] / plain["seconds"]
        say(
            f"plain Python, {plain['records']:,} records: {plain_rate:,.0f} records/s, drgcalc group is "
            f"{rate / plain_rate:,.0f} times as fast; {plain['agreeing']:,} of {plain['records']:,} in the same group"
        )


def drg(scheme: Path) -> Subject:
    """A DRG scheme in a table folder."""
    return Subject(scheme, (HERE / "stays.py", scheme), "drg")


def say(text: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line and run one bench for each number of records."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000], metavar="N")
    parser.add_argument("--scheme", type=Path, default=DEMO, metavar="DIR", help="table folder (default: demo-drg)")
    parser.add_argument(
        "--workbook", type=Path, nargs="?", const=WORKBOOK, metavar="FILE.xlsx",
        help="import an official workbook first and use that scheme (default: chs_drg_11.xlsx of ../shared/data)",
    )  # fmt: skip
    parser.add_argument("--dip", action="store_true", help="match by a generated DIP directory of 9,500 groups")
    parser.add_argument("--months", action="store_true", help="settle a year month by month, as an office does")
    parser.add_argument(
        "--hospital-year", action="store_true", help="peak memory over one hospital's year as CSV of 800 columns, only"
    )
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work (default: a temporary folder)")
    asked = parser.parse_args(words)
    if asked.months and asked.dip:
        parser.error("--months goes with a DRG scheme")
    compileall.compile_dir(REPOSITORY / "drgcalc", quiet=1)  # as pip does when it installs
    with tempfile.TemporaryDirectory(prefix="drgcalc-bench-", dir=asked.work) as name:
        bench = Bench(Path(name))
        if asked.hospital_year:
            bench.hospital_year(asked.scheme.resolve())
            return
        subject = drg(asked.scheme.resolve())
        if asked.dip:
            subject = bench.directory()
        elif asked.workbook:
            subject = bench.workbook(asked.workbook.resolve())
        for number in asked.records:
            (bench.year if asked.months else bench.measure)(subject, number)


if __name__ == "__main__":
    main()
