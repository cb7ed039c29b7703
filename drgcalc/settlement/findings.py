"""What a settlement can have to say about its own result: the codes, one place for their words."""

from __future__ import annotations

from typing import NamedTuple

from drgcalc.base.errors import Finding


class FindingKind(NamedTuple):
    """A code, how severe it is, what it means and what to do. `--strict` makes an error of a warning."""

    code: str
    severity: str
    meaning: str
    advice: str


FINDINGS = (
    FindingKind(
        "S001",
        "warning",
        "the surpluses do not suffice to lift the pool to its floor",
        "check the surpluses in fund/*.csv; the pool is paid as far as the money goes",
    ),
    FindingKind(
        "S002",
        "info",
        "there is no last year's final pool, so there is no floor, as the policy's first_year allows",
        "add the item to fund/*.csv and take first_year away when there is one",
    ),
    FindingKind(
        "S003",
        "warning",
        "carve-outs and reserve exceed the collections",
        "check the amounts in fund/*.csv; the gap is posted to the account deficit",
    ),
    FindingKind(
        "S004",
        "warning",
        "a pool has no points to divide its money by, so the money stays in the fund",
        "check that the discharges of this pool and period are there",
    ),
    FindingKind(
        "S005",
        "warning",
        "a pool has no cost or no booked fund amount, so there is no fund ratio and the money stays in the fund",
        "check total_fee and fund_booked of the records, or choose another convention",
    ),
    FindingKind(
        "S006",
        "warning",
        "a hospital has points but no cost, so it has no fund ratio and is paid nothing",
        "check the refunds of this hospital",
    ),
    FindingKind(
        "S007",
        "warning",
        "a hospital is owed less than nothing",
        "check its patients' payments and refunds; the amount is to be recovered",
    ),
    FindingKind(
        "S008",
        "info",
        "hospitals without a record in the period",
        "they are listed with zeros; check whether their records are still to come",
    ),
    FindingKind(
        "S009",
        "warning",
        "an item of the fund account that the policy does not use",
        "correct the item's name in fund/*.csv, or name it in the policy",
    ),
    FindingKind(
        "S010",
        "warning",
        "the convention of the point value pays more than the pool holds, or leaves more than rounding can",
        "check the policy's convention, rates and `closing`; the difference is posted where `closing` says",
    ),
    FindingKind(
        "S011",
        "warning",
        "nothing can be rescaled, so what the convention leaves over stays in the fund",
        "check the points and fund ratios of the hospitals",
    ),
    FindingKind(
        "S012",
        "warning",
        "records that carry no points under the policy",
        "`drgcalc explain ID` says why a case has no group; the policy's `amounts` says whether their cost counts",
    ),
    FindingKind(
        "S013",
        "info",
        "cases that an outlier segment flags",
        "hand them to the review the flag names",
    ),
    FindingKind(
        "S014",
        "warning",
        "refund lines that reverse no line of the period, or more than there is",
        "right when the line lies in an earlier period; they carry the points of a line of that cost, negative",
    ),
    FindingKind(
        "S015",
        "warning",
        "points jump at a bound of the outlier rule",
        "check the bound and the segments beside it against the document",
    ),
    FindingKind(
        "S016",
        "warning",
        "points fall while the cost rises inside a segment of the outlier rule",
        "check the slope against the document",
    ),
    FindingKind(
        "S017",
        "info",
        "what rounding leaves over, what was left over and is rescaled, or what a month at a given value leaves",
        "nothing: it is posted where `closing` says",
    ),
    FindingKind(
        "S030",
        "info",
        "a hospital declares nothing in a month under a payment method with a target",
        "check whether its claims are still to come; the policy may cut its target",
    ),
    FindingKind(
        "S031",
        "warning",
        "history that a target is made of lacks years",
        "complete methods/history.csv, or agree a target in methods/agreements.csv",
    ),
    FindingKind(
        "S032",
        "warning",
        "patients were charged more than their part of a fixed price",
        "the policy says whether it is deducted; let the hospital explain or pay it back",
    ),
    FindingKind(
        "S033",
        "warning",
        "days or amounts beyond a yearly cap are not paid",
        "nothing, or correct the cap in the policy or the agreement",
    ),
    FindingKind(
        "S034",
        "warning",
        "cases of groups with too little history earn points by cost",
        "let the cases be reviewed; add the group's cost to methods/history.csv",
    ),
    FindingKind(
        "S035",
        "info",
        "stays far above or below their standard, or without a weight, are paid by item",
        "look at them; the policy's high, low and without_weight decide",
    ),
    FindingKind(
        "S036",
        "warning",
        "a payment method is owed more than the carve-out it is paid from holds",
        "check prices, budgets and the item in fund/*.csv; the account goes below zero",
    ),
    FindingKind(
        "S037",
        "warning",
        "payment methods inside the total are owed more than the pool holds",
        "check prices and budgets; points distribute nothing, the gap is posted to the account deficit",
    ),
    FindingKind(
        "S038",
        "warning",
        "a table of methods/ names a method that the policy does not have",
        "correct the id, or add the [[policy.methods]] block",
    ),
    FindingKind(
        "S040",
        "warning",
        "the level of a hospital counts twice, in the scores and in the coefficient",
        "score by group, or leave levels out of the coefficients; check which of them the document means",
    ),
    FindingKind(
        "S041",
        "warning",
        "a stretch of the outlier rule earns no points whatever the case costs",
        "check the segment against the document; a case without points is paid by nobody",
    ),
    FindingKind(
        "S042",
        "info",
        "points appear, disappear or are cut at a number of days",
        "watch the stays around that day: this is where discharges are timed",
    ),
    FindingKind(
        "S043",
        "warning",
        "the quota of special review is written as one of a hospital's discharges",
        "it is a share of the pool's discharges: write base = pool",
    ),
    FindingKind(
        "S044",
        "warning",
        "decisions about special cases, and the policy in force has no special review; none of them is applied",
        "add points.special_review to the policy, or take the decisions away",
    ),
    FindingKind(
        "S045",
        "warning",
        "values are elastic and hospitals with points have no base points",
        "add them to scores/elastic/*.csv; until then the policy's without_base says what their points are",
    ),
    FindingKind(
        "S046",
        "warning",
        "a point beyond the base is worth more than one within it",
        "check base_share and the base points: growth is then paid better than what was there",
    ),
    FindingKind(
        "S047",
        "warning",
        "cases of hospitals and groups that scores/coefficients/*.csv do not mean; their coefficient counts as 1",
        "add rows for their hospitals or levels, or a row that means everybody",
    ),
    FindingKind(
        "S048",
        "info",
        "stays that keep a part of their points, since the person was admitted again too soon",
        "a readmission after the end of a month is seen by the settlement of the year, which holds both stays",
    ),
    FindingKind(
        "S049",
        "info",
        "cases of TCM groups that fell back to a western group, their treatment share being too low",
        "cases.parquet names the group that counted in points_group",
    ),
    FindingKind(
        "S050",
        "warning",
        "cases of TCM groups without a treatment fee; the TCM score counts",
        "let the hospitals deliver treatment_fee; without it nobody knows the share",
    ),
    FindingKind(
        "S051",
        "info",
        "cases of groups with fewer cases than the policy lets pass without a review",
        "review.csv names them",
    ),
)

KINDS = {kind.code: kind for kind in FINDINGS}


def finding(code: str, message: str, *, field: str = "", value: str = "", file: str = "") -> Finding:
    """A registered finding about a whole pool, hospital or file."""
    kind = KINDS[code]
    return Finding(code, kind.severity, file, 0, "", field, value, message, kind.advice)
