"""What the template only shows as comments works when the comments are taken away."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from importlib import resources

from drgcalc.settlement.policy import read_policies


def test_the_optional_tables_of_the_template_are_policy_when_uncommented() -> None:
    text = (resources.files("drgcalc.run") / "template" / "region.toml").read_text(encoding="utf-8")
    head, methods = text.split("# ---- payment methods beside points", 1)
    shown = re.sub(r"^# (?=\[|\w+ = )", "", methods.split("\n", 1)[1], flags=re.MULTILINE)
    document = tomllib.loads(head + shown, parse_float=Decimal)
    policy = read_policies(document["policy"], "region.toml", list(document["pools"]))[0]
    assert policy.methods is not None
    assert policy.methods.methods[0].kind.value == "bed_day"
    assert policy.watch is not None
    assert policy.feedback is not None


def test_the_rules_of_single_cases_are_policy_when_uncommented() -> None:
    text = (resources.files("drgcalc.run") / "template" / "region.toml").read_text(encoding="utf-8")
    start, end = text.index("# ---- points of a case"), text.index("# ---- cases without a group")
    shown = re.sub(r"^# (?=\[|\w+ = [\[{\"])", "", text[start:end], flags=re.MULTILINE)
    document = tomllib.loads(text[:start] + shown + text[end:], parse_float=Decimal)
    cases = read_policies(document["policy"], "region.toml", list(document["pools"]))[0].points.cases
    assert all(vars(cases).values())
    assert [rule.name for rule in cases.bed_days] == ["psychiatric"]


def test_elastic_values_are_policy_when_uncommented() -> None:
    text = (resources.files("drgcalc.run") / "template" / "region.toml").read_text(encoding="utf-8")
    shown = text.replace("# elastic.", "elastic.")
    document = tomllib.loads(shown, parse_float=Decimal)
    rule = read_policies(document["policy"], "region.toml", list(document["pools"]))[0].point_value
    assert rule.elastic is not None
