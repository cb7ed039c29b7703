"""Groups of a directory from history are called what their codes are called; a code that nobody names stays a code."""

from __future__ import annotations

import pytest

from drgcalc.calibration.dispersion import Moments
from drgcalc.run.directory_groups import Group
from drgcalc.run.directory_names import CodeNames

NAMES = CodeNames({"K35.800": "急性阑尾炎", "K35": "阑尾炎"}, {"47.0100": "腹腔镜阑尾切除", "54.5100": "粘连松解"})


@pytest.mark.parametrize(
    ("principal", "main", "related", "kind", "name"),
    [
        ("K35.8", "47.0100", "", "", "急性阑尾炎 腹腔镜阑尾切除"),
        ("K35.8", "47.0100", "54.5100+99.9900", "", "急性阑尾炎 腹腔镜阑尾切除 粘连松解 99.9900"),
        ("K35.9", "47.0100", "", "", "K35.9 腹腔镜阑尾切除"),
        ("K35", "", "", "surgical", "阑尾炎 手术"),
        ("K36", "", "", "conservative", "K36 conservative"),
        ("K36.8", "47.0900", "", "", "K36.8 47.0900"),
    ],
)
def test_a_group_has_the_names_of_its_codes(principal: str, main: str, related: str, kind: str, name: str) -> None:
    group = Group("code", "core", principal, main, related, kind, Moments(1, 1, 1), 1, None)
    assert NAMES.of(group) == name
