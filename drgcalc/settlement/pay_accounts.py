"""Accounts and steps of the payments ledger, from what is due to what is sent; months and clearing share them."""

from __future__ import annotations

from drgcalc.settlement.ledger import Account, Step

DUE, CORRECTION, FUND = "due", "correction", "fund_balance"
HOSPITAL, RETAINED, DEFERRED, DEPOSIT = "hospital", "hospital_retained", "hospital_deferred", "hospital_deposit"
CARRIED, RECEIVABLE = "hospital_carried", "hospital_receivable"
ADVANCE, PAID, DECIDED, OTHER_POOLS = "hospital_advance", "hospital_paid", "decided", "other_pools"
DEDUCTION = "deduction/"

OWED = (RETAINED, DEFERRED, DEPOSIT, CARRIED, RECEIVABLE)
"""What the fund still owes a hospital, together; carried and receivable amounts are below zero."""

PAY_ACCOUNTS = (
    Account(DUE, "本期应付对应", "what the period's own ledger owes hospitals, negative: the link between the two"),
    Account(CORRECTION, "更正对应", "what differences to closed months and years take from the fund, negative"),
    Account(HOSPITAL, "应付医疗机构", "what is on its way to a hospital; zero when a month is paid", of_hospitals=True),
    Account(RETAINED, "暂留款", "the part of months that waits for the clearing", of_hospitals=True),
    Account(DEFERRED, "缓付款", "the part above the policy's limit, which waits for the clearing", of_hospitals=True),
    Account(DEPOSIT, "质量保证金", "quality deposit held back", of_hospitals=True),
    Account(CARRIED, "结转抵扣", "below zero: taken off the next payment", of_hospitals=True),
    Account(RECEIVABLE, "应收医疗机构", "below zero: the hospital owes it", of_hospitals=True),
    Account(
        ADVANCE, "预付金", "paid in advance, recovered at the clearing; below zero is outstanding", of_hospitals=True
    ),
    Account(PAID, "已拨付", "what has been sent to a hospital", of_hospitals=True),
    Account(DEDUCTION, "扣款", "what a kind of deduction has kept: violation or over_budget"),
    Account(DECIDED, "手工更正对应", "what differences decided by hand take from the fund, negative"),
    Account(OTHER_POOLS, "其他基金池", "what moves between pools; over all pools it is zero"),
    Account(FUND, "留存基金", "what assessment, sharing and deposits leave in the fund"),
)

PAY_STEPS = (
    Step("merger", "机构合并", "accounts of a hospital that has ended go to the one in its place"),
    Step("due", "本期应付", "the month's payable, in the part paid at once and the part retained"),
    Step("difference", "以前月份更正", "differences to closed months and years, by period and cause"),
    Step("deferral", "缓付", "what lies above the policy's multiple of the booked amount"),
    Step("deposit", "质量保证金", "quality deposit held back, or returned at the clearing"),
    Step("deduction", "审核扣款", "deductions, one posting a notice"),
    Step("decided", "手工更正", "differences decided by hand"),
    Step("transfer", "险种划转", "amounts booked in the wrong pool"),
    Step("carry", "结转", "what earlier months left below zero comes in, what this one leaves below zero goes out"),
    Step("advance", "预付", "advances paid, or recovered at the clearing"),
    Step("payment", "拨付", "what is sent"),
    Step("assessment", "年度考核", "what the assessment takes off the annual payable"),
    Step("sharing", "分担与留用", "surplus retained and overrun shared, by bands"),
    Step("paid_before", "抵扣已拨", "what months have paid comes off the annual payable"),
)
