"""Directories and records at random, every shape of row among them: small alphabets, so that rows often match."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from dip_folders import Directory, Row
from plain_dip import Record

DIAGNOSES = (
    "A18.300x009+K93.0*", "A18.300", "C16.900", "C34.100", "C34.100x002", "C50.900", "E11.900", "I10.x00", "I50.900",
    "I63.900", "I63.900x001", "J18.900", "K80.100", "K80.101", "K80.200", "N17.900", "P07.200", "T20.300", "T31.200",
    "Z51.100", "Z99.900",
)  # fmt: skip
PROCEDURES = (
    "03.3100", "38.9300", "47.0100", "51.2200", "51.2300", "51.2300x004", "51.8800", "81.5400", "87.0301", "88.7600",
    "96.7201", "99.2500", "99.2503",
)  # fmt: skip
WITHIN_DIAGNOSES = (
    "A18.3", "A18.300x009+K93.0*", "C16", "C34.1", "C50", "E11", "I", "I63", "I63.9", "I63.900x001", "K80", "K80.1",
    "K80.101", "K80.2", "P07", "T20", "T31", "Z51.1", "A00-B99", "C00-C97", "I60-I69", "K80-K83", "*",
)  # fmt: skip
WITHIN_PROCEDURES = (
    "03", "38.93", "47.01", "51", "51.2", "51.23", "51.2300x004", "51.22", "81.54", "87", "88.7600", "96.72", "99.25",
    "99.2503", "51.22-51.23", "87-88", "*",
)  # fmt: skip
KINDS = ("surgical", "interventional", "therapeutic", "diagnostic", "conservative")
LAYERS = ("pregroup", "merged", "burn", "tumour", "tuberculosis", "core", "core", "comprehensive", "comprehensive")
CONDITIONS = ("", "", "XSRTL < 29 and XSRTZ < 1500", "NL >= 65", "ZYTS <= 3 or LYFS = 5", "not NL > 17")
PART_RULES = (
    "CCI >= 3", "CCI = 1", "QTZD in MCC", "QTZD in CC and not LYFS = 5", "LYFS = 5 and ZYTS <= 3", "NL >= 65",
    "XSRTL <= 28", "ZZJH >= 48.5", "", "QTZD in MCC or CCI > 1", "{ZYSS, QTSS} in CHEMO", "ZYSS in {CHEMO, SCOPE}",
    "ZYZD in TUMOUR and not QTSS in SCOPE", "{ZYZD, QTZD} in TUMOUR and QTZD in CC", "QTZD not in TUMOUR",
)  # fmt: skip
TWINS = 0.2
OPTIONS = {
    "tie": ("higher_score", "order"),
    "principal": ("together", "longest_first"),
    "related": ("required", "preferred", "ignored"),
    "main_anywhere": (["pregroup", "tumour"], [], ["core", "merged", "pregroup"]),
    "empty_main": ("no_procedure", "conservative_kind"),
    "kind_of": ("main", "highest"),
    "interventional_as": ("surgical", "interventional", "therapeutic"),
    "lower_kinds": (True, False),
    "excluded": ("below", "exact"),
}


def expression(random: Random, codes: Sequence[str], *, joined: bool = True) -> str:
    """A code, several of which one, several of which all, or both with brackets."""
    shape = random.randrange(6) if joined else random.randrange(3)
    some = random.sample(codes, 3)
    match shape:
        case 0 | 1:
            return some[0]
        case 2:
            return "|".join(some)
        case 3:
            return f"{some[0]}+{some[1]}"
        case 4:
            return f"{some[0]}+({some[1]}|{some[2]})"
        case _:
            return f"{some[0]}+{some[1]}|{some[2]}"


def row(random: Random, number: int) -> Row:
    """A row of dip.csv of any layer."""
    layer = random.choice(LAYERS)
    main = expression(random, WITHIN_PROCEDURES) if random.random() < (0.1 if layer == "comprehensive" else 0.7) else ""
    return {
        "code": f"G{number if random.random() < 0.9 else number // 2}",
        "layer": layer,
        "principal": expression(random, WITHIN_DIAGNOSES, joined=False) if random.random() < 0.95 else "",
        "main_procedure": main,
        "related_procedures": expression(random, WITHIN_PROCEDURES) if random.random() < 0.3 else "",
        "secondary": expression(random, WITHIN_DIAGNOSES) if random.random() < 0.2 else "",
        "condition": random.choice(CONDITIONS),
        "kind": random.choice((*KINDS, "")) if layer == "comprehensive" else "",
        "grassroots": random.choice("001"),
        "tcm": random.choice("0001"),
        "score": random.choice(("", "10", "10.0", "250.5")),
        "seq": str(random.randrange(20)),
    }


def rows_of(random: Random, number: int) -> list[Row]:
    """Rows of which some are the same under another code, so that they tie."""
    made = [row(random, place) for place in range(number)]
    twins = ({**random.choice(made), "code": f"T{place}", "score": row(random, 0)["score"]} for place in range(number))
    return made + [twin for twin in twins if random.random() < TWINS]


def directory(random: Random, rows: int = 14) -> Directory:
    """A directory of any options."""
    effects = ("never_main", "conservative", "in_scope_only")
    chosen = [(code, random.choice(effects)) for code in random.sample(WITHIN_PROCEDURES[:-3], random.randrange(4))]
    dimensions = ("cci", "severity", "tumour", "age", "icu")
    return Directory(
        dip=rows_of(random, rows),
        excluded=random.sample(("Z99", "Z99.900", "I10.x00", "N"), random.randrange(3)),
        main_procedures=[
            (code, effect, expression(random, WITHIN_DIAGNOSES, joined=False) if effect == "in_scope_only" else "")
            for code, effect in chosen
        ],
        grassroots=[
            (expression(random, WITHIN_DIAGNOSES, joined=False), random.choice(("", "51", "47.01|51.23")))
            for _ in range(random.randrange(3))
        ],
        kinds={prefix: random.choice(KINDS[:-1]) for prefix in random.sample(WITHIN_PROCEDURES[:-3], 6)},
        cc=[
            (code, random.choice(("MCC", "CC")), random.choice(("", "EX_1", "EX_2")))
            for code in random.sample(("E11.900", "I50*", "I50.900", "N17*", "J18.900", "I63*"), 4)
        ],
        exclusions={"EX_1": ("C34*", "I63.900"), "EX_2": ("K80.100", "A18.300x009+K93.0*")},
        cci=[("E11", "diabetes", "1"), ("E11.9", "diabetes", "2"), ("I50", "heart", "1"), ("C", "cancer", "6")],
        auxiliary=[(random.choice(dimensions), f"part {number}", random.choice(PART_RULES)) for number in range(7)],
        code_sets=[
            ("CHEMO", "OP", "99.25*"),
            ("SCOPE", "OP", "51.2300"),
            ("SCOPE", "OP", "87*"),
            ("TUMOUR", "DI", "C34.100"),
            ("TUMOUR", "DI", "C5*"),
            ("TUMOUR", "DI", "A18.300x009+K93.0*"),
        ],
        options={name: random.choice(values) for name, values in OPTIONS.items() if random.random() < 0.6},
    )


def record(random: Random) -> Record:
    """A record of up to four other diagnoses and five procedures, a blank leading one now and then."""
    procedures = tuple(random.choices(PROCEDURES, k=random.choice((0, 1, 1, 2, 3, 5))))
    if random.random() < 0.05:
        procedures = ("", *procedures)
    scalars = {
        "NL": random.choice(("0", "17", "18", "65", "80")),
        "XSRTL": random.choice(("", "", "1", "28", "29")),
        "XSRTZ": random.choice(("", "", "1200", "1500", "3000")),
        "ZYTS": random.choice(("1", "3", "4", "30")),
        "LYFS": random.choice(("1", "5", "")),
        "ZZJH": random.choice(("", "48.50", "48.49", "100.00")),
    }
    return Record(
        tuple(random.choices(DIAGNOSES, k=random.choice((1, 2, 3, 5)))),
        procedures,
        {field: Decimal(text) for field, text in scalars.items() if text},
    )
