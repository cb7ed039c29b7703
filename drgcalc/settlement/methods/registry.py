"""The payment methods: a new one is a module with `read` and `pay`, one line here, and its worked example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from drgcalc.settlement.methods import (
    alliance_package,
    average_quota,
    bed_day,
    budget_by_history,
    control,
    drg_points,
    drg_rate,
    outpatient_capitation,
    single_disease,
    total_control,
)
from drgcalc.settlement.methods.inputs import Inputs, Paid
from drgcalc.settlement.policy_reading import Table


class Method(NamedTuple):
    """A kind of method: how its policy table is read, and how hospitals are paid under these terms.

    grain: what a claim is summed over beside hospital, month and group: "hospital", "person" or "stay". items: what of
    methods/agreements.csv it knows; adjustable: whether methods/adjustments.csv may change its targets.
    """

    kind: str
    chinese: str
    read: Callable[[Table], Any]
    pay: Callable[[Any, Inputs], Paid]
    grain: str = "hospital"
    items: tuple[str, ...] = ()
    adjustable: bool = False


METHODS = (
    Method(
        "total_control",
        "总额控制",
        total_control.read,
        total_control.pay,
        items=(total_control.TARGET, control.ASSESSMENT),
        adjustable=True,
    ),
    Method(
        "budget_by_history",
        "按历史预算",
        budget_by_history.read,
        budget_by_history.pay,
        items=(control.ASSESSMENT,),
        adjustable=True,
    ),
    Method(
        "outpatient_capitation",
        "门诊人头包干",
        outpatient_capitation.read,
        outpatient_capitation.pay,
        items=(outpatient_capitation.HEADS, control.ASSESSMENT),
        adjustable=True,
    ),
    Method(
        "alliance_package",
        "医共体打包付费",
        alliance_package.read,
        alliance_package.pay,
        items=(alliance_package.HEADS, alliance_package.OUTSIDE),
    ),
    Method("single_disease", "单病种付费", single_disease.read, single_disease.pay),
    Method("bed_day", "按床日付费", bed_day.read, bed_day.pay, grain="person"),
    Method("average_quota", "平均定额付费", average_quota.read, average_quota.pay, items=(average_quota.YEARLY_CAP,)),
    Method("drg_points", "DRG点数法", drg_points.read, drg_points.pay),
    Method("drg_rate", "DRG费率法", drg_rate.read, drg_rate.pay, grain="stay"),
)

BY_KIND = {method.kind: method for method in METHODS}
