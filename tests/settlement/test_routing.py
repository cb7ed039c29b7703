"""Every case goes to one method: the rules in SQL against the plain reading, and what refund lines do to claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_cases import block, choice, number, policy_of

from drgcalc.base.errors import RulesError
from drgcalc.settlement.methods.policy import Route

LISTS = {
    "pools": ["employee", "resident"],
    "hospitals": ["H1", "H2"],
    "levels": ["1", "2"],
    "groups": ["AA11", "AA*", "B*"],
    "inpatient_types": ["21", "52"],
    "payment_methods": ["1", "5"],
}
KEYS = ("pool", "hospital_id", "hospital_level", "group_code", "inpatient_type", "payment_method")
VALUES = {
    "pool": st.sampled_from(LISTS["pools"]),
    "hospital_id": st.sampled_from(LISTS["hospitals"]),
    "hospital_level": st.sampled_from([*LISTS["levels"], None]),
    "group_code": st.sampled_from(["AA11", "AA12", "BR25", None]),
    "inpatient_type": st.sampled_from([*LISTS["inpatient_types"], None]),
    "payment_method": st.sampled_from([*LISTS["payment_methods"], None]),
}


def query(name: str) -> str:
    return files("drgcalc.settlement").joinpath("sql", f"{name}.sql").read_text("utf-8")


def plain(routes: list[Route], case: dict[str, str | None], unrouted: str) -> str:
    """The method of a case, rule by rule."""
    for route in routes:
        asked = (route.pools, route.hospitals, route.levels, route.groups, route.inpatient_types, route.payment_methods)
        if all(_fits(list(names) if names else None, case[key]) for names, key in zip(asked, KEYS, strict=True)):
            return route.method
    return unrouted


def _fits(names: list[str] | None, value: str | None) -> bool:
    if names is None:
        return True
    found = value or ""
    return any(found.startswith(name[:-1]) if name.endswith("*") else found == name for name in names)


def some(names: list[str]) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.none() | st.lists(st.sampled_from(names), min_size=1, max_size=2).map(tuple)


routes_ = st.lists(
    st.builds(
        Route,
        method=st.sampled_from(["m1", "m2", "points"]),
        source=st.just("第一条"),
        **{name: some(names) for name, names in LISTS.items()},
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(
    routes=routes_,
    cases=st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=8),
    default=st.sampled_from(["points", "m1"]),
)
def test_the_first_rule_that_fits_names_the_method(
    routes: list[Route], cases: list[dict[str, str | None]], default: str
) -> None:
    with duckdb.connect() as con:
        columns: dict[str, Any] = {key: pa.array([case[key] for case in cases], pa.string()) for key in KEYS}
        columns |= {"source_file": ["a.csv"] * len(cases), "source_row": list(range(len(cases)))}
        con.register("all_cases", pa.table(columns))
        table: dict[str, Any] = {
            "seq": pa.array(range(len(routes)), pa.int32()),
            "method": pa.array([route.method for route in routes], pa.string()),
        }
        for name in LISTS:
            table[name] = pa.array([getattr(route, name) for route in routes], pa.list_(pa.string()))
        con.register("routes", pa.table(table))
        con.execute(query("routed"), {"unrouted": default}).fetchall()
        found = dict(con.execute("SELECT source_row, method FROM routed").fetchall())
    expected = {row: plain(routes, case, default) for row, case in enumerate(cases)}
    assert found == {row: method for row, method in expected.items() if method != "points"}


def claims(lines: list[tuple[str, int, bool, str]], grain: str = "hospital") -> list[tuple[Any, ...]]:
    """(month, cases, days, refunds alone, total) of lines (month, days, refund, fee) of one stay."""
    with duckdb.connect() as con:
        con.register(
            "method_cases",
            pa.table(
                {
                    "method": ["m"] * len(lines),
                    "pool": ["resident"] * len(lines),
                    "hospital_id": ["H1"] * len(lines),
                    "hospital_level": ["2"] * len(lines),
                    "period": [line[0] for line in lines],
                    "decided_on": [date.fromisoformat(f"{line[0]}-15") for line in lines],
                    "group_code": pa.array([None] * len(lines), pa.string()),
                    "person_key": ["P"] * len(lines),
                    "discharged_on": [date(2024, 1, 10)] * len(lines),
                    "is_refund": [line[2] for line in lines],
                    "los_days": pa.array([line[1] for line in lines], pa.int32()),
                    "total_fee": pa.array([Decimal(line[3]) for line in lines], pa.decimal128(18, 2)),
                    "fund_booked": pa.array([Decimal(line[3]) for line in lines], pa.decimal128(18, 2)),
                    "patient_paid": pa.array([Decimal("0.00") for _ in lines], pa.decimal128(18, 2)),
                    "source_file": ["a.csv"] * len(lines),
                    "source_row": list(range(len(lines))),
                }
            ),
        )
        con.register("method_grains", pa.table({"method": ["m"], "grain": [grain]}))
        rows = con.execute(query("method_claims")).fetchall()
    return [(row[4], row[7], row[8], row[9], row[10]) for row in rows]


def test_a_stay_counts_its_cases_and_days() -> None:
    assert claims([("2024-01", 9, False, "100.00")]) == [("2024-01", 1, 9, 0, Decimal("100.00"))]


def test_a_stay_that_is_reversed_counts_nothing_whatever_the_month() -> None:
    found = claims([("2024-01", 9, False, "100.00"), ("2024-02", 9, True, "-100.00")])
    assert found == [("2024-01", 1, 9, 0, Decimal("100.00")), ("2024-02", -1, -9, 0, Decimal("-100.00"))]


def test_a_part_that_is_refunded_takes_only_amounts() -> None:
    found = claims([("2024-01", 9, False, "100.00"), ("2024-01", 9, True, "-30.00")])
    assert found == [("2024-01", 1, 9, 0, Decimal("70.00"))]


def test_two_refund_lines_that_reverse_a_stay_together_count_once() -> None:
    lines = [("2024-01", 9, False, "100.00"), ("2024-01", 9, True, "-40.00"), ("2024-01", 9, True, "-60.00")]
    assert claims(lines, "stay") == [("2024-01", 0, 0, 0, Decimal("0.00"))]


def test_a_refund_line_that_reverses_nothing_counts_no_case_and_is_told() -> None:
    assert claims([("2024-02", 9, True, "-100.00")]) == [("2024-02", 0, 0, 1, Decimal("-100.00"))]


METHOD = {
    "id": "days",
    "label": "按床日",
    "kind": choice("bed_day"),
    "paid_from": choice("bed_day_quota"),
    "terms": {"yearly_days": number(90, "days")},
}
ROUTING = {"unrouted": choice("points"), "rules": [{"method": "days", "hospitals": ["H1"], "source": "第二条"}]}


def test_methods_and_routing_are_read() -> None:
    rules = policy_of({**block(), "methods": [METHOD], "routing": ROUTING}).methods
    assert rules is not None
    assert [method.id for method in rules.methods] == ["days"]
    assert rules.routes[0].hospitals == ("H1",)


@pytest.mark.parametrize(
    "changes",
    [
        {"methods": [METHOD]},
        {"routing": ROUTING},
        {"methods": [METHOD, METHOD], "routing": ROUTING},
        {"methods": [METHOD | {"id": "points"}], "routing": ROUTING},
        {"methods": [METHOD | {"kind": choice("magic")}], "routing": ROUTING},
        {"methods": [METHOD | {"paid_from": choice("nowhere")}], "routing": ROUTING},
        {"methods": [METHOD | {"terms": {"yearly_days": 90}}], "routing": ROUTING},
        {"methods": [METHOD], "routing": ROUTING | {"rules": [{"method": "gone", "source": "x"}]}},
        {"methods": [METHOD], "routing": ROUTING | {"rules": [{"method": "days", "hospitals": [], "source": "x"}]}},
        {"methods": [METHOD], "routing": ROUTING | {"rules": [{"method": "days"}]}},
        {"methods": [METHOD], "routing": ROUTING | {"rules": [{"method": "days", "pools": ["none"], "source": "x"}]}},
        {"methods": [METHOD], "routing": ROUTING | {"unrouted": choice("gone")}},
    ],
)
def test_methods_that_do_not_fit_together_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RulesError):
        policy_of({**block(), **changes})
