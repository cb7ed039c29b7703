"""The book: postings in steps that sum to zero, the accounts they stand on, and their balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeVar

from drgcalc.base.money import total
from drgcalc.settlement.rows import LedgerRow, Posting

ZERO = Decimal("0.00")

Key = TypeVar("Key")


class Account(NamedTuple):
    """An account. A name that ends in "/" is followed by the fund item of the policy it stands for."""

    name: str
    chinese: str
    meaning: str
    of_hospitals: bool = False


class Step(NamedTuple):
    """A step of the settlement; its postings sum to zero in every pool."""

    name: str
    chinese: str
    meaning: str


ACCOUNTS = (
    Account("income", "基金收入", "where collections come from; its balance is what came in, negative"),
    Account("payable_pool", "付费总额", "money to distribute; zero when the settlement is done"),
    Account("one_off_income", "一次性缴费收入", "contributions paid in advance, set aside"),
    Account("carve_out/", "专项扣除", "an expenditure that the policy takes out of the pool"),
    Account("risk_reserve", "风险金", "the reserve held back; fractions of a fen end up here"),
    Account("surplus/", "基金结余", "a surplus that lifts the pool or receives what the cap cuts off"),
    Account("deficit", "基金缺口", "carve-outs and reserve beyond the collections; its balance is the gap, negative"),
    Account("budget_adjustment", "预算调整", "what dated changes of the budget put into the pool, negative"),
    Account("other_months", "其他月份额度", "the part of the year's pool that other months distribute"),
    Account("fund_balance", "留存基金", "what stays in the fund after points are paid"),
    Account("adjustment_fund", "调剂金", "what the adjustment fund takes or gives after points are paid"),
    Account("hospital", "应付医疗机构", "what the fund owes a hospital for the period", of_hospitals=True),
    Account(
        "hospital_method/", "应付其他方式", "what a payment method beside points owes a hospital", of_hospitals=True
    ),
    Account(
        "hospital_method_retained/",
        "其他方式暂留款",
        "what of it waits: deferred beyond a quota, a deposit, a month's remainder",
        of_hospitals=True,
    ),
    Account("hospital_retained", "暂留款", "the part of a month that waits for the clearing", of_hospitals=True),
)

STEPS = (
    Step("collections", "基金征收", "collections enter the pool, one-off income is set aside"),
    Step("carve_outs", "专项扣除", "the policy's carve-outs leave the pool"),
    Step("risk_reserve", "风险金计提", "the reserve leaves the pool"),
    Step("limits", "保底封顶", "floor and cap: draws on surpluses, returns to them, a gap brought to zero"),
    Step("month_share", "月度额度", "what other months distribute leaves the pool"),
    Step("budget_adjustment", "预算调整", "dated changes of the year's budget, or the month's part of them"),
    Step("method_payment", "其他支付方式", "methods beside points are paid, from the pool or from their carve-out"),
    Step("special_cases", "特例单议付费", "hospitals are paid for cases that special review approved by item"),
    Step("points_payment", "点数分配", "hospitals are paid for their points as the convention says"),
    Step("closing", "余差处理", "what the convention leaves over goes where the policy says"),
    Step("month_payment", "月度预结", "a month's retained part is moved to an account of its own"),
)


@dataclass(frozen=True)
class Book:
    """Postings in the order they were made."""

    postings: tuple[Posting, ...]

    def balances(self) -> dict[tuple[str, str, str | None], Decimal]:
        """The balance of every (pool, account, hospital), in order of first posting."""
        return _sum_by(
            ((posting.pool, posting.account, posting.hospital_id), posting.amount) for posting in self.postings
        )

    def balance(self, pool: str, account: str, hospital_id: str | None = None) -> Decimal:
        """What an account holds; without a hospital, over all of them. An account ending in "/" sums its items."""
        return total(
            [ZERO]
            + [
                posting.amount
                for posting in self.postings
                if posting.pool == pool
                and (posting.account == account or (account.endswith("/") and posting.account.startswith(account)))
                and hospital_id in (None, posting.hospital_id)
            ]
        )

    def step_sums(self) -> dict[tuple[str, str], Decimal]:
        """The sum of every (step, pool): zero each, or the book is wrong."""
        return _sum_by(((posting.step, posting.pool), posting.amount) for posting in self.postings)

    def of_hospital(self, hospital_id: str) -> tuple[Posting, ...]:
        """A hospital's postings: its explanation."""
        return tuple(posting for posting in self.postings if posting.hospital_id == hospital_id)

    def pools(self) -> tuple[str, ...]:
        """The pools that have postings, in order of first posting."""
        return tuple(dict.fromkeys(posting.pool for posting in self.postings))

    def rows(self, period: str) -> tuple[LedgerRow, ...]:
        """The ledger as it is published, numbered from 1."""
        return tuple(LedgerRow(period, number, *posting) for number, posting in enumerate(self.postings, 1))


class Postings:
    """Collects one pool's postings; what leaves an account enters others, so that every step sums to zero."""

    def __init__(self, pool: str) -> None:
        self._pool = pool
        self._postings: list[Posting] = []

    def move(self, step: str, giver: str, taker: str, amount: Decimal, explanation: str, source: str) -> None:
        """Move `amount` between two accounts that are no hospital's; nothing is posted for zero."""
        if amount:
            pair = ((giver, amount.copy_negate()), (taker, amount))
            self._postings += [Posting(step, self._pool, name, None, part, explanation, source) for name, part in pair]

    def pay(self, step: str, giver: str, parts: Sequence[Posting], source: str) -> None:
        """Post `parts`, which `giver` pays together; postings of zero are left out."""
        kept = [part for part in parts if part.amount]
        words = f"{len(kept)} postings to hospitals together"
        amount = less(ZERO, *(part.amount for part in kept))
        together = Posting(step, self._pool, giver, None, amount, words, source)
        self._postings += [posting for posting in (together, *kept) if posting.amount]

    def post(self, postings: Iterable[Posting]) -> None:
        """Post what sums to zero by itself."""
        self._postings += postings

    def done(self) -> tuple[Posting, ...]:
        """The postings so far."""
        return tuple(self._postings)


def less(amount: Decimal, *taken: Decimal) -> Decimal:
    """`amount` without the others, exactly."""
    return total((amount, *(part.copy_negate() for part in taken)))


def _sum_by(amounts: Iterable[tuple[Key, Decimal]]) -> dict[Key, Decimal]:
    parts: defaultdict[Key, list[Decimal]] = defaultdict(list)
    for key, amount in amounts:
        parts[key].append(amount)
    return {key: total(found) for key, found in parts.items()}
