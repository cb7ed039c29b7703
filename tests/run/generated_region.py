"""A small region whose records are cases already: what a generated year is lived in.

Grouping is the one thing that is stood in for: `write_cases` takes the place of reading and grouping, and makes the
same files of the region's records. Everything else, from hospitals in force to the seal of a version, is the program's.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from drgcalc.base.code_columns import CODES
from drgcalc.base.columns import CASES, FINDINGS
from drgcalc.base.proof_columns import REJECTED
from drgcalc.grouping.scheme import load_scheme
from drgcalc.records.intake import Intake
from drgcalc.run import group, verify
from drgcalc.run.codes_file import CODES_FILE, REPAIRED_CODES
from drgcalc.run.decisions import KINDS
from drgcalc.run.if_mended import IF_MENDED_FILE, mended_writer
from drgcalc.run.init import init
from drgcalc.run.kept import Kept
from drgcalc.run.manifest import file_hash
from drgcalc.run.region import Region
from drgcalc.run.rejected import write_rejected
from drgcalc.run.writing import arrow_table, case_schema, write_csv

PRICES = """method,fund_price,patient_price,effective_from,effective_to,source
visits,812.34,0,2024-01-01,,定额表
"""
POOLS = ("employee", "resident")
HOSPITALS = ("H001", "H002", "H003", "H004")
GROUPS = {"BR25": (1095, 985900), "GU25": (316, 284500), "ID1H": (4299, 3869200)}
"""Groups of the template: score, and mean cost in fen."""
OTHER_SCHEME = "other-drg"
REGROUPED = {"BR25": "ID1H"}
"""What stands in another group under the other scheme."""
CHANGES = {
    "score": ("scores/2024.csv", "BR25,1095,", "BR25,1195,"),
    "coefficient": ("hospitals.csv", "三级,1.05,", "三级,1.15,"),
    "fund": ("fund/2024.csv", "employee,collections,320000.00", "employee,collections,333333.33"),
    "reserve": ("region.toml", "reserve_rate = { value = 0.03", "reserve_rate = { value = 0.05"),
    "scheme": ("region.toml", "/demo-drg", f"/{OTHER_SCHEME}"),
}
"""What may change in the tables and the rules of a region, and back: file, text, and other text."""
PAYMENT = """
[policy.payment]
negative = {{ value = "{negative}", source = "第二十条" }}
advance_limit = {{ value = 0.2, unit = "ratio", source = "第二十一条" }}
{defer}
{deposit}
[policy.clearing]
missing_assessment = {{ value = "full_score", source = "第二十三条" }}
share_to = {{ value = 0.05, unit = "ratio", source = "清算通知" }}
{sharing}
"""
DEPOSIT = """[policy.payment.deposit]
ratio = { value = 0.05, unit = "ratio", source = "第二十二条" }
maximum = { value = 0.05, unit = "ratio", source = "经办规程" }
"""
BAND = "{{ from = {lower}, {upper}hospital_share = {{ value = {share}, unit = 'ratio', source = '第二十五条' }} }}"
REVIEW = """[policy.points.special_review]
quota = { value = 0.5, unit = "ratio", source = "第十四条" }
base = { value = "pool", source = "第十四条" }
"""
QUOTA = """
below_quota = { value = "quota", source = "第十八条" }
"""
CONTROL = """
budget = { item = "bed_day_quota", label = "总额", source = "第十八条" }
year_weights = { value = [1], unit = "ratio", source = "第十八条" }
declared = { value = "fund_booked", source = "第十八条" }
deposit_ratio = { value = 0.05, unit = "ratio", source = "第十八条" }
clearing_reserve = { value = 0.05, unit = "ratio", source = "第十八条" }
working_capital = { value = 0.3, unit = "ratio", source = "第十八条" }
overrun = [{ hospital_share = { value = 0.4, unit = "ratio", source = "第十八条" } }]
saving_kept = { value = 0.2, unit = "ratio", source = "第十八条" }
"""
METHODS = """
[[policy.methods]]
id = "visits"
label = "其他方式"
kind = {{ value = "{kind}", source = "第十八条" }}
paid_from = {{ value = "points_pool", source = "第十八条" }}
[policy.methods.terms]
{terms}
[policy.routing]
unrouted = {{ value = "points", source = "第十九条" }}
[[policy.routing.rules]]
method = "visits"
payment_methods = ["9"]
source = "第十九条"
"""


class Stay(NamedTuple):
    """One record: a stay, or a refund line of the stay of its person; amounts in fen, a refund's below zero."""

    settlement_id: str
    person: str
    hospital: str
    pool: str
    day: str
    group: str
    fee: int
    fund: int
    patient: int
    refund: bool
    method: str = ""


class Terms(NamedTuple):
    """A policy, as far as it is drawn."""

    convention: str
    closing: str
    pay_with: str
    amounts: str
    limits: bool
    pay_ratio: str
    values: tuple[str, str] | None
    negative: str
    defer: str | None
    deposit: bool
    sharing: tuple[tuple[str, str | None, str], ...]
    sharing_base: str
    review: bool
    methods: str


def make_region(folder: Path, terms: Terms) -> None:
    """The region of `drgcalc init` under these terms, with four hospitals and no records."""
    shutil.copytree(_template() / "region", folder)
    scheme = (_template() / "demo-drg").as_posix()
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8").replace('scheme = "schemes/demo-drg"', f'scheme = "{scheme}"')
    settings.write_text(policy_text(text, terms), encoding="utf-8")
    if terms.methods:
        (folder / "methods").mkdir()
        targets = [f"2024,{pool},visits,{one},target,450.00,协议\n" for pool in POOLS for one in HOSPITALS]
        header = "year,pool,method,hospital_id,item,amount,source\n"
        if terms.methods == "total_control":
            (folder / "methods/agreements.csv").write_text(header + "".join(targets), encoding="utf-8")
        (folder / "methods/prices.csv").write_text(PRICES, encoding="utf-8")


@cache
def _template() -> Path:
    place = Path(tempfile.mkdtemp(prefix="drgcalc-generated-"))
    folder = place / "region"
    init(folder)
    shutil.move(folder / "schemes/demo-drg", place / "demo-drg")
    _write_other_scheme(place / "demo-drg", place / OTHER_SCHEME)
    for path in (folder / "discharges").iterdir():
        path.unlink()
    (folder / "test.salt").write_bytes(bytes(range(64)))
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[inputs]", '[salt]\nfile = "test.salt"\n[inputs]', 1), encoding="utf-8")
    with (folder / "hospitals.csv").open("a", encoding="utf-8") as file:
        file.write("H004,示例市妇幼保健院,二级,0.95,2024-01-01,,示例：等级系数表\n")
    return place


def _write_other_scheme(scheme: Path, other: Path) -> None:
    """The same scheme with another name of a group, so that it has another checksum."""
    shutil.copytree(scheme, other)
    table, about = other / "drg.csv", other / "scheme.toml"
    before, content = file_hash(table), table.read_text(encoding="utf-8")
    table.write_text(content.replace("，", "；"), encoding="utf-8")
    about.write_text(about.read_text(encoding="utf-8").replace(before, file_hash(table)), encoding="utf-8")
    assert file_hash(table) != before


def policy_text(text: str, terms: Terms) -> str:
    """region.toml of the template under other terms."""
    for key, value in (
        ("convention", terms.convention),
        ("amounts", terms.amounts),
        ("closing", terms.closing),
        ("pay_with", terms.pay_with),
    ):
        text = _set(text, key, f'"{value}"')
    if terms.convention != "total_cost" and terms.pay_with != "printed":
        text = re.sub(r"(?m)^closing = .*\n", "", text)
    text = _set(text, "pay_ratio", terms.pay_ratio)
    if not terms.limits:
        text = re.sub(r"(?ms)^\[policy\.limits\].*?(?=^# ---- points of a case)", "", text)
    if terms.values is not None:
        given = (f"{pool} = {{ value = {value}, unit = 'yuan_per_point', source = '第十七条' }}\n"
                 for pool, value in zip(POOLS, terms.values, strict=True))  # fmt: skip
        text = _set(text, "basis", '"opening_value"').replace(
            "# ---- payment methods beside points", "[policy.month.values]\n" + "".join(given) + "\n# ---- payment", 1
        )
    sharing = ""
    if terms.sharing:
        bands = (BAND.format(lower=lower, upper=f"to = {upper}, " if upper else "", share=share)
                 for lower, upper, share in terms.sharing)  # fmt: skip
        base = f'base = {{ value = "{terms.sharing_base}", source = "第二十五条" }}'
        sharing = f"[policy.clearing.sharing]\n{base}\nbands = [{', '.join(bands)}]"
    defer = f'defer_above = {{ value = {terms.defer}, unit = "factor", source = "第二十条" }}' if terms.defer else ""
    deposit = DEPOSIT if terms.deposit else ""
    paid = PAYMENT.format(negative=terms.negative, defer=defer, deposit=deposit, sharing=sharing)
    own = CONTROL if terms.methods == "total_control" else QUOTA
    methods = METHODS.format(kind=terms.methods, terms=own) if terms.methods else ""
    parts = (REVIEW if terms.review else "", methods, paid)
    return text + "\n" + "\n".join(parts)


def _set(text: str, key: str, value: str) -> str:
    made, times = re.subn(rf"(?m)^{key} = {{ value = [^,]*,", f"{key} = {{ value = {value},", text, count=1)
    assert times == 1, key
    return made


def write_changed(folder: Path, texts: Mapping[str, str], changed: Collection[str]) -> None:
    """The region's tables and rules, some of them changed; `texts` are those of the region unchanged, by file."""
    for name in sorted({file for file, _, _ in CHANGES.values()}):
        text = texts[name]
        for key in sorted(changed):
            file, old, new = CHANGES[key]
            if file == name:
                assert old in text, key
                text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")


def write_stays(folder: Path, files: dict[str, Sequence[Stay]]) -> None:
    """The region's records, by file."""
    for path in (folder / "discharges").glob("*.csv"):
        path.unlink()
    for name, rows in files.items():
        with (folder / "discharges" / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([Stay._fields, *rows])


def read_stays(path: Path) -> list[Stay]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [Stay(*row[:6], int(row[6]), int(row[7]), int(row[8]), row[9] == "True", row[10]) for row in rows]


def write_decisions(folder: Path, rows: Iterable[tuple[str, str, tuple[object, ...]]]) -> None:
    """decisions/*.csv of rows (kind, suffix of the file, cells), in the order given."""
    for path in (folder / "decisions").glob("*.csv"):
        path.unlink()
    files: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for kind, suffix, cells in rows:
        files.setdefault((kind, suffix), []).append(cells)
    for (kind, suffix), lines in files.items():
        with (folder / "decisions" / f"{kind}{suffix}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([KINDS[kind].table.names(), *lines])


def hospital_on(region: Region, hospital: str, day: date) -> Any:
    """The row of the hospital in force on a day, or None."""
    found = (
        row
        for row in region.hospitals
        if row.hospital_id == hospital
        and row.effective_from <= day
        and (row.effective_to is None or day <= row.effective_to)
    )
    return next(found, None)


def without_grouping() -> ExitStack:
    """While it is entered, records are cases already."""
    stack = ExitStack()
    stack.enter_context(patch.object(group, "_load_rules", lambda region, *_: region))
    stack.enter_context(patch.object(group, "_write_cases", write_cases))
    stack.enter_context(patch.object(verify, "load_scheme", cache(load_scheme)))
    return stack


def write_cases(
    intake: Intake, _findings: Any, rules: Future[Region], sheet: Any, kept: Kept, _progress: Any
) -> group._Written:
    """Cases, codes, findings and rejected records of a period, and the counts for the manifest."""
    region = rules.result()
    rows, fates = [], Counter[str]()
    regrouped = REGROUPED if region.scheme_folder.name == OTHER_SCHEME else {}
    for source in intake.sources:
        for number, stay in enumerate(read_stays(source.path), 1):
            day = date.fromisoformat(stay.day)
            hospital = hospital_on(region, stay.hospital, day)
            fate = "accepted" if hospital and intake.first <= day <= intake.last else "outside"
            fates[fate] += 1
            if fate == "accepted":
                group_code = regrouped.get(stay.group, stay.group)
                rows.append(_case(stay._replace(group=group_code), day, hospital.level, source.relative, number))
    kept._file.write(arrow_table(CASES, rows).cast(case_schema()))
    write_csv(sheet.folder / CODES_FILE, CODES, [], "both")
    write_csv(sheet.folder / group.FINDINGS_FILE, FINDINGS, [], "both")
    write_rejected(sheet.folder, arrow_table(REJECTED, ()))
    with mended_writer(sheet.folder / IF_MENDED_FILE):
        pass  # nothing is rejected here: a record of a hospital that is not in force is none of the period
    counts = {
        "read": fates.total(), "accepted": fates["accepted"], "rejected": 0, "duplicates": 0,
        "outside": fates["outside"], **({"status:grouped": len(rows)} if rows else {}),
        "groups": len({row[CASES.names().index("group_code")] for row in rows}), REPAIRED_CODES: 0,
    }  # fmt: skip
    return group._Written(counts, (), kept.finish())


def _case(stay: Stay, day: date, level: str, file: str, row: int) -> tuple[Any, ...]:
    money = {name: Decimal(fen).scaleb(-2) for name, fen in zip(("total_fee", "fund_booked", "patient_paid"),
                                                               stay[6:9], strict=True)}  # fmt: skip
    known = {
        "settlement_id": stay.settlement_id,
        "person_key": stay.person,
        "hospital_id": stay.hospital,
        "hospital_level": level,
        "pool": stay.pool,
        "period": stay.day[:7],
        "decided_on": day,
        "admitted_on": date(2024, 1, 1),
        "discharged_on": date(2024, 1, 1),  # a person has one stay here, so that a refund finds it
        "sex": "1",
        "los_days": 5,
        "status": "grouped",
        "group_code": stay.group,
        "is_refund": stay.refund,
        "payment_method": stay.method or None,
        "source_file": file,
        "source_row": row,
    } | money
    return tuple(known.get(name) for name in CASES.names())
