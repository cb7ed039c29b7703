"""Every code of an import note (T0xx) and of a check of a scheme (T1xx): what it says and what it means for payment.

The documentation is written from these registries; a code, once given, keeps its meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from drgcalc.base.errors import Finding
from drgcalc.tables.model import Note

EXAMPLES = 3
SHOWN = 5


class Explained(NamedTuple):
    """One code: how grave it is ("error", "warning", "info"), what it says, what it means for payment."""

    severity: str
    title: str
    meaning: str


IMPORT_NOTES: Mapping[str, Explained] = {
    "T001": Explained(
        "info", "layout", "Columns were found by their header text; the layout does not matter to payment."
    ),
    "T002": Explained("info", "blank row skipped", "Nothing: the row held no text."),
    "T003": Explained(
        "info", "spaces or artefacts folded", "Nothing: only white space and spreadsheet artefacts changed."
    ),
    "T004": Explained("info", "letter case made uniform", "Nothing: codes and set names compare in one case."),
    "T005": Explained("info", "duplicate dropped", "Nothing: the same row stood twice."),
    "T006": Explained(
        "warning",
        "fall-back row moved to the end of its scope",
        "Where the row stood it would have swallowed every case that a later row is meant to take.",
    ),
    "T007": Explained(
        "warning",
        "duplicate order number",
        "The order of trial decides the group; rows of one number were kept in the order of the sheet.",
    ),
    "T008": Explained(
        "info",
        "rule that always holds",
        "An MDC row without a condition is tried in its place; when none of its ADRGs matches, the next MDC is tried.",
    ),
    "T009": Explained(
        "warning",
        "row that always holds stands before others",
        "The rows behind it are never reached and no case is paid by them.",
    ),
    "T010": Explained("info", "set that no rule names", "Nothing now; a rule that should use it may be missing."),
    "T011": Explained(
        "info", "exclusion table that no complication names", "Nothing now; a table may be missing in CC."
    ),
    "T012": Explained(
        "warning",
        "exclusion table missing",
        "The complications that name it are never excluded, whatever the principal diagnosis.",
    ),
    "T013": Explained(
        "warning",
        "code is both MCC and CC",
        "Both rows were kept: the case is paid by whichever severity group its rules try first.",
    ),
    "T014": Explained(
        "warning",
        "code of an unusual shape",
        "Records rarely hold such a code, so the row may never match; it was kept as it stands.",
    ),
    "T015": Explained("info", "row added by amendments", "Principal diagnoses were added to exclusion tables."),
    "T016": Explained("info", "amendment already present", "Nothing: the workbook holds the row."),
    "T017": Explained("info", "name missing", "Nothing: the code stands for the name."),
    "T018": Explained(
        "warning",
        "group listed twice in its scope",
        "Both rows were kept with different rules: either of them leads to the group.",
    ),
    "T019": Explained("info", "sheet not used", "Nothing: the sheet or file is no part of the scheme."),
    "T020": Explained(
        "info",
        "rule written from words",
        "The rule text was written from the words of a published list; the words are kept in the report.",
    ),
    "T021": Explained(
        "warning",
        "set taken as empty",
        "The publication names the set but gives it no members: what asks for one of them never holds.",
    ),
    "T022": Explained(
        "warning",
        "complication listed twice with different exclusion tables",
        "The first row was kept; the other would exclude it beside other principal diagnoses.",
    ),
    "T023": Explained("info", "set declared empty for nothing", "Nothing: the set has members, or no rule names it."),
    "T024": Explained("info", "code expression written in the normal form", "Nothing: it asks for the same codes."),
    "T025": Explained("warning", "number rounded", "The directory prints more decimals than points or factors have."),
    "T026": Explained(
        "info", "remark below or between the rows skipped", "Nothing: the row names no group and no code."
    ),
    "T027": Explained(
        "warning",
        "columns taken by their position",
        "The header text is not known; the cells fit, but a column of another meaning would change every group.",
    ),
    "T028": Explained(
        "warning",
        "empty cell taken from the row above",
        "A merged cell belongs to all its rows; where it was only forgotten, cases reach a group they should not.",
    ),
    "T029": Explained(
        "info",
        "effect of a procedure read from its remark",
        "It decides whether the case counts as conservative, or the next procedure is the main one.",
    ),
    "T030": Explained(
        "info",
        "kinds of procedures are those that ship",
        "They decide comprehensive groups; a city that publishes kinds of its own should replace them.",
    ),
    "T031": Explained(
        "warning",
        "type read as stated, against its header",
        "Whether a group is core or comprehensive decides which cases it takes.",
    ),
    "T032": Explained(
        "info",
        "numbers of a region kept beside the scheme",
        "They pay nobody until they stand, with dates, in the scores of a region.",
    ),
    "T033": Explained(
        "warning",
        "type not told: taken as core",
        "A comprehensive group that is taken as core takes cases without any procedure only.",
    ),
    "T034": Explained(
        "warning",
        "group listed again with another name",
        "Both rows lead to the group; its name is that of the first.",
    ),
    "T035": Explained(
        "info",
        "kind of treatment read from words",
        "The name or the procedure cell of a comprehensive group told it; it decides which cases the group takes.",
    ),
    "T036": Explained("info", "columns of text taken by their position", "Nothing: they hold names and remarks."),
}

CHECK_FINDINGS: Mapping[str, Explained] = {
    "T101": Explained("error", "rule does not parse", "The scheme cannot group any case."),
    "T102": Explained("error", "rule names a set that does not exist", "The scheme cannot group any case."),
    "T103": Explained("error", "parent missing", "The row can never be reached and its cases are paid elsewhere."),
    "T104": Explained(
        "warning",
        "unreachable: an earlier row always holds",
        "No case is paid by this row; all go to the earlier one.",
    ),
    "T105": Explained(
        "warning",
        "unreachable: an earlier row holds whenever this one does",
        "No case is paid by this row; all go to the earlier one.",
    ),
    "T106": Explained(
        "warning",
        "unreachable: the conditions contradict each other",
        "No case is paid by this row: what it and its parents ask for cannot be true of one record.",
    ),
    "T107": Explained(
        "info",
        "principal diagnoses outside the MDC",
        "Cases with these principal diagnoses are not paid by this ADRG, although its list names them.",
    ),
    "T108": Explained(
        "warning",
        "code is both MCC and CC",
        "The case may be paid by the higher or the lower severity group, depending on the order of the rows.",
    ),
    "T109": Explained("warning", "DRG cannot be reached: its ADRG cannot", "No case is paid by this DRG."),
    "T110": Explained(
        "warning",
        "ADRG has no DRG",
        "Cases that fall into this ADRG have no group that could be paid.",
    ),
    "T111": Explained(
        "warning",
        "ADRG can leave a case without DRG",
        "A case that meets the ADRG and none of its DRG rules has no group that could be paid.",
    ),
    "T112": Explained("warning", "duplicate order number", "Which row is tried first, and is paid, is not determined."),
    "T113": Explained("info", "set that no rule names", "Nothing now; a rule that should use it may be missing."),
    "T114": Explained("info", "exclusion table that no complication names", "Nothing now; a reference may be missing."),
    "T115": Explained(
        "warning", "codes of an unusual shape", "Records rarely hold such a code: the row may never match."
    ),
    "T116": Explained(
        "warning",
        "fall-back row in the wrong place",
        "It swallows every case that a later row of its scope is meant to take.",
    ),
    "T117": Explained(
        "warning",
        "set of the wrong kind",
        "Diagnoses are looked up among procedures, or the other way round: the condition never holds.",
    ),
    "T118": Explained(
        "warning",
        "group listed twice in its scope",
        "Either row leads to the group; one of them may be a mistake.",
    ),
    "T201": Explained(
        "warning",
        "two groups ask for the same",
        "Both match the same cases: the policy on ties (score, or order) decides, and one of them is never paid.",
    ),
    "T202": Explained(
        "warning",
        "group of excluded diagnoses",
        "Its principal diagnoses are excluded before any group is tried: no case is paid by it.",
    ),
    "T203": Explained(
        "info",
        "some principal diagnoses are excluded",
        "Cases with these principal diagnoses are not paid by the group.",
    ),
    "T204": Explained(
        "warning", "codes of an unusual shape", "Records rarely hold such a code: the row may never match."
    ),
    "T205": Explained(
        "warning", "order number of several groups", "Where groups tie by order, which is paid is not determined."
    ),
    "T206": Explained(
        "warning",
        "category without a kind of treatment",
        "A case of this category and kind that no core group takes is ungrouped.",
    ),
    "T207": Explained(
        "info", "no comprehensive groups", "Every case that no core group takes is ungrouped; cities add them."
    ),
    "T208": Explained(
        "warning",
        "procedures without a kind",
        "They count as no treatment: such a case may fall into the conservative comprehensive group.",
    ),
    "T209": Explained(
        "warning",
        "main procedure that never is one",
        "The list of main procedures takes it away: the group can not be reached by it.",
    ),
    "T210": Explained(
        "warning",
        "an earlier layer takes every case",
        "Layers are tried in order: no case is paid by this group.",
    ),
    "T211": Explained("warning", "group of several names", "The rows lead to one group; one of them may be a mistake."),
    "T212": Explained("info", "rows that say nothing new", "Nothing: a shorter code says the same already."),
    "T213": Explained(
        "info",
        "grassroots combinations that no group has",
        "The flag is set for a case by its codes; no group of the directory is meant by it.",
    ),
    "T214": Explained(
        "warning",
        "groups without a score",
        "Others have one; unless the scores of the region have it, they earn nothing.",
    ),
    "T215": Explained(
        "warning",
        "comprehensive groups of a kind that no case has",
        "procedure_kinds.csv and the options interventional_as, kind_of and lower_kinds say of what kind a case is: "
        "none is paid by them.",
    ),
    "T216": Explained(
        "info",
        "code sets that no rule asks for",
        "Nothing: auxiliary.csv has no rule with them, or names them wrongly.",
    ),
}


def scheme_finding(code: str, file: str, field: str, value: str, says: str) -> Finding:
    """A finding of a check of a scheme. Raises KeyError for a code that is not registered."""
    explained = CHECK_FINDINGS[code]
    return Finding(code, explained.severity, file, 0, "", field, value, f"{explained.title}: {says}", explained.meaning)


def shown(codes: Sequence[str]) -> str:
    """The first codes of a list and how many more there are."""
    more = len(codes) - SHOWN
    return ", ".join(codes[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


class NoteSummary(NamedTuple):
    """All notes of one code: how many, a few of them, and what they mean for payment."""

    code: str
    severity: str
    title: str
    times: int
    examples: tuple[Note, ...]
    meaning: str


def note(code: str, sheet: str, row: int, column: str, text: str, done: str) -> Note:
    """A note of a registered code, with its severity. Raises KeyError for a code that is not registered."""
    return Note(code, IMPORT_NOTES[code].severity, sheet, row, column, text, done)


def summarise(notes: Iterable[Note]) -> list[NoteSummary]:
    """One line a code, in order of code, with the first few examples."""
    found: dict[str, list[Note]] = {}
    for item in notes:
        found.setdefault(item.code, []).append(item)
    return [
        NoteSummary(
            code,
            IMPORT_NOTES[code].severity,
            IMPORT_NOTES[code].title,
            len(items),
            tuple(items[:EXAMPLES]),
            IMPORT_NOTES[code].meaning,
        )
        for code, items in sorted(found.items())
    ]
