"""Any year of a small region: whatever comes in, closes, is corrected, reopened and cleared, no fen is lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from generated_region import CHANGES, GROUPS, HOSPITALS, POOLS, Stay, Terms, without_grouping
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from year_machine import MONTHS, Row, Year, cash, owed_rows, sums

DEEP = int(os.environ.get("DRGCALC_YEARS", "0"))
"""How many years are lived in a long run; without it a few that are the same every time."""

DAYS = st.builds("{}-{:02}".format, st.sampled_from(MONTHS), st.sampled_from((1, 9, 28)))
WHO = st.sampled_from(HOSPITALS)
POOL = st.sampled_from(POOLS)
FEN = st.integers(1, 900_000)
SUFFIX = st.sampled_from(("", "-a", "-b"))
SHARINGS: tuple[tuple[tuple[str, str | None, str], ...], ...] = (
    (),
    (("0", "0.85", "0"), ("0.85", "1", "0.7"), ("1", "1.1", "0.5"), ("1.1", None, "1")),
    (("0", "1", "1"), ("1", "1.1", "1"), ("1.1", None, "0")),
)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    convention = draw(st.sampled_from(("fund_only", "fund_plus_patient", "total_cost")))
    pay_with = draw(st.sampled_from(("exact", "printed")))
    values = draw(st.sampled_from((None, ("3.5", "2.25"), ("0.0001", "900"))))
    closings = ("leave_in_fund", "adjustment_fund") if pay_with == "printed" else ("rescale", "leave_in_fund")
    return Terms(
        convention=convention,
        closing=draw(st.sampled_from(closings)),
        pay_with=pay_with,
        amounts=draw(st.sampled_from(("all_records", "records_with_points"))),
        limits=draw(st.booleans()),
        pay_ratio=draw(st.sampled_from(("1", "0.95", "0.333"))),
        values=values,
        negative=draw(st.sampled_from(("carry", "receivable"))),
        defer=draw(st.sampled_from((None, "1.1", "0.5"))),
        deposit=draw(st.booleans()),
        sharing=draw(st.sampled_from(SHARINGS)),
        sharing_base=draw(st.sampled_from(("payable", "booked"))),
        review=draw(st.booleans()),
        methods=draw(st.sampled_from(("", "average_quota", "total_control"))),
    )


@st.composite
def some_stays(draw: st.DrawFn) -> list[tuple[str, str, str, str, int, int, str]]:
    """Stays as (hospital, pool, day, group, cost, percent the fund has booked, payment method)."""
    one = st.tuples(
        WHO, POOL, DAYS, st.sampled_from(tuple(GROUPS)), st.integers(20_000, 9_000_000), st.integers(0, 100),
        st.sampled_from(("", "", "9")),
    )  # fmt: skip
    return draw(st.lists(one, min_size=1, max_size=6))


class LivedYear(RuleBasedStateMachine):
    """Months arrive, close, are corrected, reopened and cleared, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.work = Path(tempfile.mkdtemp(prefix="drgcalc-year-"))
        self.stack = without_grouping()
        self.year: Year
        self.number = 0

    def teardown(self) -> None:
        try:
            if hasattr(self, "year"):
                self.in_total()
        finally:
            self.stack.close()
            shutil.rmtree(self.work)

    def new(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    @initialize(drawn=terms(), stays=some_stays(), more=some_stays())
    def begin(self, drawn: Terms, stays: Any, more: Any) -> None:
        self.year = Year(self.work / "region", drawn)
        for month, hospital in zip(MONTHS, HOSPITALS, strict=True):
            for pool in POOLS:
                self.admit(hospital, pool, f"{month}-05", "GU25", 300_000, 70, "")
        for one in (*stays, *more):
            self.admit(*one)

    def admit(self, hospital: str, pool: str, day: str, group: str, fee: int, percent: int, method: str) -> None:
        name, fund = self.new("S"), fee * percent // 100
        stay = Stay(name, f"P{name}", hospital, pool, day, group, fee, fund, fee - fund, False, method)
        self.year.stays[name] = ("2024.csv", stay)

    # ------------------------------------------------------------------------------------------- records
    @rule(stays=some_stays(), file=st.sampled_from(("2024.csv", "a.csv", "z.csv")))
    def records_arrive(self, stays: Any, file: str) -> None:
        for one in stays:
            self.admit(*one)
            name = f"S{self.number}"
            self.year.stays[name] = (file, self.year.stays[name][1])

    @rule(which=st.integers(0), part=st.sampled_from((100, 60)), day=DAYS)
    def a_stay_is_refunded(self, which: int, part: int, day: str) -> None:
        refunded = {stay.person for _, stay in self.year.stays.values() if stay.refund}
        whole = [stay for _, stay in self.year.stays.values() if stay.person not in refunded]
        if whole:
            stay = whole[which % len(whole)]
            fee, fund = -(stay.fee * part // 100), -(stay.fund * part // 100)
            name = self.new("R")
            line = stay._replace(settlement_id=name, day=day, fee=fee, fund=fund, patient=fee - fund, refund=True)
            self.year.stays[name] = ("2024.csv", line)

    @rule(which=st.integers(0))
    def a_record_is_withdrawn(self, which: int) -> None:
        names = list(self.year.stays)
        if len(names) > 4:
            del self.year.stays[names[which % len(names)]]

    @rule(which=st.integers(0), fee=st.integers(20_000, 9_000_000))
    def a_record_is_corrected(self, which: int, fee: int) -> None:
        refunded = {stay.person for _, stay in self.year.stays.values() if stay.refund}
        names = [name for name, (_, stay) in self.year.stays.items() if stay.person not in refunded]
        if names:
            name = names[which % len(names)]
            file, stay = self.year.stays[name]
            self.year.stays[name] = (file, stay._replace(fee=fee, fund=fee // 2, patient=fee - fee // 2))

    # ------------------------------------------------------------------------------------------- decisions
    def decide(self, kind: str, suffix: str, *cells: object) -> None:
        self.year.decisions.append(Row(kind, suffix, cells))

    @rule(who=WHO, pool=POOL, fen=FEN, day=DAYS, kind=st.sampled_from(("violation", "over_budget")), suffix=SUFFIX)
    def a_deduction(self, who: str, pool: str, fen: int, day: str, kind: str, suffix: str) -> None:
        self.decide("deductions", suffix, self.new("扣"), who, pool, kind, yuan(fen), day, "", "分解住院", "文书")

    @rule(who=WHO, into=POOL, fen=FEN, day=DAYS, suffix=SUFFIX)
    def a_transfer(self, who: str, into: str, fen: int, day: str, suffix: str) -> None:
        out = next(pool for pool in POOLS if pool != into)
        self.decide("transfers", suffix, self.new("转"), who, out, into, yuan(fen), day, "", "录错", "单")

    @rule(who=WHO, pool=POOL, fen=FEN, sign=st.sampled_from((1, -1)), day=DAYS, suffix=SUFFIX)
    def a_correction_by_hand(self, who: str, pool: str, fen: int, sign: int, day: str, suffix: str) -> None:
        cells = (self.new("更"), who, pool, "2024-01", "data", yuan(sign * fen), day, "手工", "单")
        self.decide("corrections", suffix, *cells)

    @rule(who=WHO, pool=POOL, fen=FEN, day=DAYS, suffix=SUFFIX)
    def an_advance(self, who: str, pool: str, fen: int, day: str, suffix: str) -> None:
        self.decide("advances", suffix, self.new("预"), who, pool, "advance", yuan(fen), day, "拨付单")

    @rule(pool=POOL, fen=st.integers(-300_000, 3_000_000).filter(bool), day=DAYS, suffix=SUFFIX)
    def a_budget_adjustment(self, pool: str, fen: int, day: str, suffix: str) -> None:
        cells = (self.new("调"), pool, "", yuan(fen), day, "新增床位", "医保科", "approved", "2024-01-01", "approved",
                 "2024-01-02", "批复")  # fmt: skip
        self.decide("adjustments", suffix, *cells)

    @rule(who=WHO, score=st.sampled_from(("0.98", "0.5", "1", "1.02")), deposit=st.sampled_from(("", "0.9")))
    def an_assessment(self, who: str, score: str, deposit: str) -> None:
        if not any(row.kind == "assessments" and row.cells[1] == who for row in self.year.decisions):
            self.decide("assessments", "", 2024, who, "", score, deposit, "2024-12-31", "通报")

    @rule(pair=st.sampled_from((("H002", "H001"), ("H003", "H001"), ("H003", "H002"), ("H004", "H003"))), day=DAYS)
    def a_merger(self, pair: tuple[str, str], day: str) -> None:
        old, new = pair
        if not any(row.kind == "mergers" and row.cells[0] == old for row in self.year.decisions):
            self.decide("mergers", "", old, new, day, "合并批复")

    @rule(who=WHO, event=st.sampled_from(("join", "leave")), day=DAYS)
    def an_entry(self, who: str, event: str, day: str) -> None:
        if not any(row.kind == "entries" and row.cells[0] == who for row in self.year.decisions):
            self.decide("entries", "", who, event, day, "协议")

    @rule(who=WHO, coefficient=st.sampled_from(("", "1.2", "0.7")), day=DAYS)
    def a_level_change(self, who: str, coefficient: str, day: str) -> None:
        if not any(row.kind == "levels" and row.cells[0] == who and row.cells[3] == day for row in self.year.decisions):
            self.decide("levels", "", who, "二级", coefficient, day, "定级批复")

    @rule(which=st.integers(0), kind=st.sampled_from(("item", "points", "rejected")), day=DAYS)
    def a_special_case(self, which: int, kind: str, day: str) -> None:
        names = [name for name, (_, stay) in self.year.stays.items() if not stay.refund]
        name = names[which % len(names)] if names else "S0"
        if not any(row.kind == "special_cases" and row.cells[0] == name for row in self.year.decisions):
            points, amount = ("120.5", "") if kind == "points" else ("", "321.09" if kind == "item" else "")
            self.decide("special_cases", "", name, kind, points, amount, day, "", "评审")

    @precondition(lambda self: self.year.decisions)
    @rule(which=st.integers(0))
    def a_decision_is_withdrawn(self, which: int) -> None:
        del self.year.decisions[which % len(self.year.decisions)]

    @precondition(lambda self: self.year.decisions)
    @rule(places=st.randoms(use_true_random=False), suffixes=st.lists(SUFFIX, min_size=1))
    def decisions_move_about(self, places: Any, suffixes: list[str]) -> None:
        """Rows change their files and their order: that must change nothing."""
        moved = [
            row._replace(suffix=suffixes[number % len(suffixes)]) for number, row in enumerate(self.year.decisions)
        ]
        places.shuffle(moved)
        self.year.decisions = moved

    @rule(what=st.sampled_from(sorted(CHANGES)))
    def tables_or_rules_change(self, what: str) -> None:
        """And back, the next time."""
        self.year.changed ^= {what}

    # ------------------------------------------------------------------------------------------- months
    @rule()
    def the_next_month_is_settled(self) -> None:
        still_open = [month for month in MONTHS if month not in self.year.closed]
        waiting = [month for month in still_open if month not in self.year.settled]
        if waiting or still_open:
            self.year.settle((waiting or still_open)[0])

    @precondition(lambda self: any(month not in self.year.closed for month in self.year.settled))
    @rule(which=st.integers(0))
    def a_month_is_settled_again(self, which: int) -> None:
        still_open = [month for month in self.year.settled if month not in self.year.closed]
        self.year.settle(still_open[which % len(still_open)])

    @precondition(lambda self: any(month not in self.year.closed for month in self.year.settled))
    @rule(again=st.booleans())
    def a_month_is_closed(self, again: bool) -> None:
        month = min(month for month in self.year.settled if month not in self.year.closed)
        if again:
            self.year.settle(month)
        self.year.close(month)

    @precondition(lambda self: self.year.closed)
    @rule()
    def a_month_is_reopened(self) -> None:
        month = max(self.year.closed)
        self.year.reopen(month)
        if self.year.settle(month) is not None:
            self.year.explain(month)

    @precondition(lambda self: self.year.settled)
    @rule()
    def the_year_is_cleared(self) -> None:
        self.year.clear()

    @invariant()
    def what_is_published_never_changes(self) -> None:
        if hasattr(self, "year"):
            self.year.check_closed()

    def in_total(self) -> None:
        """Closing, correcting and clearing comes to settling once."""
        still_open = [month for month in MONTHS if month not in self.year.closed]
        last = max(self.year.settled, default="")
        due = [month for month in still_open if month <= last] or still_open[:1]  # what is open is brought up to date
        if not due or None in [self.year.settle(month) for month in due]:
            return
        once = self.year.once(self.work / "once")
        for month in sorted(self.year.closed):
            if once.settle(month) is not None:
                assert self.year.posted_for(month) == posted(once.settled[month]), month
        shutil.rmtree(once.folder / "out", ignore_errors=True)
        once.settled.clear()
        lived, fresh = self.year.clear(), once.clear()
        assert (lived is None) == (fresh is None)
        if lived and fresh:
            assert cash(lived) == cash(fresh)


def posted(folder: Path) -> dict[Any, int]:
    return {key: amount for key, amount in sums(owed_rows(folder)).items() if amount}


def yuan(fen: int) -> str:
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02}"


TestLivedYears = LivedYear.TestCase
TestLivedYears.settings = settings(
    max_examples=DEEP or 6,
    stateful_step_count=40 if DEEP else 25,
    deadline=None,
    derandomize=not DEEP,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
