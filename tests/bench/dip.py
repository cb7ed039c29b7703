"""A DIP directory as large as a city's, and stays that its rows are about: the same ones every time.

9,500 rows: pre-groups with a condition or a procedure anywhere, merged groups of several codes, groups by an auxiliary
diagnosis, core groups of subcategory and procedure with and without related ones, comprehensive groups of category and
kind. The codes are well formed and mean nothing.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pyarrow as pa
from stays import SLOTS, write_drawn, zipf

from drgcalc.base.dip_columns import DIP_TABLES

LETTERS = "ABCDEFGHIJKLMNOPQRST"
CATEGORIES = 1_100
KINDS = ("conservative", "diagnostic", "therapeutic", "surgical")
PROCEDURES = 3_000
ROWS = {"pregroup": 18, "merged": 666, "burn": 20, "tumour": 50, "tuberculosis": 8, "core": 4_338}
PROCEDURE_SLOTS = 64
ABOUT = """id = "bench-dip"
title = "a directory for the bench"
kind = "dip"
edition = "bench"
source = "invented"
license_note = "none"
diagnosis_codes = "ICD-10"
procedure_codes = "ICD-9-CM-3"
"""


class Codes:
    """The codes of the bench: categories, their subcategories and whole codes; procedures of each category."""

    def __init__(self) -> None:
        self.random = Random(9_500)
        shapes = [f"{letter}{number:02}" for letter, number in product(LETTERS, range(100))]
        self.categories = sorted(self.random.sample(shapes, CATEGORIES))
        chosen = [f"{number // 100:02}.{number % 100:02}00" for number in range(100, 9_900)]
        self.procedures = self.random.sample(chosen, PROCEDURES)
        self.own = {category: self.random.sample(self.procedures, 6) for category in self.categories}

    def subcategory(self, category: str) -> str:
        """A subcategory of four characters."""
        return f"{category}.{self.random.choice('00000112')}"

    def whole(self, category: str) -> str:
        """A whole diagnosis code."""
        return f"{self.subcategory(category)}0{self.random.randrange(3)}"


def write_directory(folder: Path) -> None:
    """Write the table folder."""
    folder.mkdir(parents=True)
    rows = tables()
    digests = []
    for table in (table for table in DIP_TABLES if table.name in rows):
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.names())
            writer.writerows(rows[table.name])
        digests.append(f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"')
    (folder / "scheme.toml").write_text(ABOUT + "\n[sha256]\n" + "\n".join(digests) + "\n", encoding="utf-8")


def tables() -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table."""
    codes = Codes()
    dip = [_numbered(place, row) for place, row in enumerate(_groups(codes), start=1)]
    kinds = [(f"{chapter:02}", KINDS[1 + chapter % 3], "", "bench") for chapter in range(100) if chapter % 10]
    others = codes.categories[::7]
    return {
        "dip": dip,
        "excluded_diagnoses": [(category, "", "") for category in codes.categories[::200]],
        "main_procedures": [
            (code, "", ("never_main", "conservative")[place % 2], "", "")
            for place, code in enumerate(codes.procedures[:40])
        ],
        "grassroots": [(place, f"{category}.1", "", "") for place, category in enumerate(codes.categories[::20], 1)],
        "procedure_kinds": kinds,
        "cc": [(f"{category}*", ("MCC", "CC")[place % 2], "EX_1") for place, category in enumerate(others)],
        "exclusions": [("EX_1", f"{category}*") for category in codes.categories[::50]],
        "cci": [(category, f"condition {place % 17}", 1 + place % 3, "bench") for place, category in enumerate(others)],
        "auxiliary": [
            *(("cci", str(least), f"CCI >= {least}", "", "bench") for least in (5, 3, 1)),
            ("severity", "died", "LYFS = 5 and ZYTS <= 3", "", "bench"),
            ("severity", "III", "QTZD in MCC", "", "bench"),
            ("severity", "II", "QTZD in CC", "", "bench"),
            *(("age", str(years), f"NL >= {years}", "", "bench") for years in (80, 70, 65)),
            ("icu", "2", "ZZJH >= 48", "", "bench"),
        ],
    }


def _numbered(place: int, row: tuple[str, ...]) -> tuple[object, ...]:
    layer, principal, main, related, secondary, condition, kind = row
    flags = int(place % 40 == 0), int(place % 60 == 0)
    score = 100 + 7 * place % 2_600
    return (f"BX-{place}", "", layer, place, principal, main, related, secondary, condition, kind, *flags, score, "")


def _groups(codes: Codes) -> Iterator[tuple[str, ...]]:
    """layer, principal, main_procedure, related_procedures, secondary, condition, kind."""
    random, categories = codes.random, codes.categories
    for place in range(ROWS["pregroup"]):
        some = random.sample(codes.procedures, 6)
        weight = f"XSRTL < 29 and XSRTZ < {1000 + 250 * place}"
        yield ("pregroup", "*", "+".join(some[:2]) if place % 3 else "", "", "", "" if place % 3 else weight, "")
    for _ in range(ROWS["merged"]):
        category = random.choice(categories)
        asked = "|".join(codes.subcategory(one) for one in (category, random.choice(categories)))
        yield ("merged", asked, "|".join(random.sample(codes.own[category], 3)), "", "", "", "")
    for layer in ("burn", "tumour", "tuberculosis"):
        for _ in range(ROWS[layer]):
            category, other = random.sample(categories, 2)
            yield (layer, codes.subcategory(category), "", "", f"{other[0]}00-{other[0]}99", "", "")
    for place in range(ROWS["core"]):
        turn, category = place // len(categories), categories[place % len(categories)]
        main, one, two = random.sample(codes.own[category][:4], 3) if turn else ("", "", "")
        related = ("", "", "", one, f"{one}+{two}")[place % 5] if turn else ""
        yield ("core", f"{category}.{'0' if turn < 3 else '1'}", main, related, "", "", "")
    for category, kind in product(categories, KINDS):
        yield ("comprehensive", category, "", "", "", "", kind)


def drawn() -> tuple[pa.Table, pa.Table, pa.Table]:
    """What stays are drawn from: principal diagnoses, other diagnoses, procedures of each category ("": of all)."""
    codes = Codes()
    categories = list(codes.categories)
    codes.random.shuffle(categories)
    found = [(codes.whole(category), category) for category in zipf(categories, SLOTS)]
    principals = pa.table(
        {
            "slot": list(range(SLOTS)),
            "code": [code for code, _ in found],
            "mdc": [category for _, category in found],
            "sex": pa.nulls(SLOTS, pa.string()),
            "newborn": [category[0] == "P" for _, category in found],
        }
    )
    wholes = [codes.whole(category) for category in codes.random.choices(categories, k=6_000)]
    others = pa.table({"slot": list(range(SLOTS)), "code": zipf(wholes, SLOTS)})
    own = {category: zipf(listed, PROCEDURE_SLOTS) for category, listed in codes.own.items()}
    rows = [("", slot, code) for slot, code in enumerate(codes.random.choices(codes.procedures, k=PROCEDURE_SLOTS))]
    rows += [(category, slot, code) for category, listed in own.items() for slot, code in enumerate(listed)]
    mdc, slot, code = zip(*rows, strict=True)
    return principals, others, pa.table({"mdc": mdc, "slot": slot, "code": code})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="write a DIP directory, or stays that fit it")
    parser.add_argument("what", choices=["directory", "stays"])
    parser.add_argument("words", nargs="+", help="of a directory its folder; of stays their number and file")
    asked = parser.parse_args()
    *number, target = asked.words
    if asked.what == "directory":
        write_directory(Path(target))
    else:
        write_drawn(*drawn(), int(number[0]), Path(target), PROCEDURE_SLOTS)
