"""What texts of codes are read as: repaired by the scheme's own list, mapped by a crosswalk, marked when grey."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from deliveries import Answer, record
from hypothesis import given
from hypothesis import strategies as st

from drgcalc.base.errors import RulesError
from drgcalc.records.code_list import CodeList, KnownCodes
from drgcalc.records.code_reader import CodeReader, code_readers
from drgcalc.records.code_tables import CodeTables, CrosswalkRow, GreyRow, crosswalk, grey_codes
from drgcalc.records.codes import DIAGNOSIS, PROCEDURE, is_diagnosis, is_procedure

CASES = tomllib.loads((Path(__file__).parent / "damaged_codes.toml").read_text(encoding="utf-8"))["case"]
DIAGNOSES = st.from_regex(r"[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?", fullmatch=True).filter(is_diagnosis)
PROCEDURES = st.from_regex(r"[0-9]{2}\.[0-9][0-9x][0-9]{2}(x[0-9]{3})?", fullmatch=True).filter(is_procedure)

Read = Callable[..., Answer]


def listed(codes: Iterable[str]) -> CodeList:
    """A code list; what ends in * is a category."""
    categories = {code for code in codes if code.endswith(".3*")}
    return CodeList(set(codes) - categories, {code[:-1] for code in categories})


def reader(kind: str, known: CodeList, *, repair: bool = False, tables: CodeTables | None = None) -> CodeReader:
    readers = code_readers(tables, KnownCodes(known, known), repair=repair)
    return readers.diagnoses if kind == "diagnosis" else readers.procedures


def mapping(**codes: str) -> dict[str, CrosswalkRow]:
    """A crosswalk of diagnoses, underlines for points."""
    rows = [
        CrosswalkRow(original.replace("_", "."), mapped, "doc", f"file row {n}")
        for n, (original, mapped) in enumerate(codes.items(), start=1)
    ]
    return crosswalk(DIAGNOSIS, rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['written']}: {case['why']}")
def test_the_schemes_own_codes_are_proposed(case: dict[str, object]) -> None:
    found = reader(str(case["kind"]), listed(case["known"])).read(str(case["written"]))  # type: ignore[arg-type]
    assert list(found.proposals) == case["proposals"]
    assert not found.repaired
    assert found.code == found.written


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['written']}: {case['why']}")
def test_only_a_single_proposal_is_a_repair(case: dict[str, object]) -> None:
    found = reader(str(case["kind"]), listed(case["known"]), repair=True).read(str(case["written"]))  # type: ignore[arg-type]
    assert found.repaired == (len(found.proposals) == 1)
    assert found.code == (found.proposals[0] if found.repaired else found.written)
    assert found.text == case["written"]


@given(st.sets(DIAGNOSES, min_size=1), st.data())
def test_repair_never_changes_a_diagnosis_of_the_scheme(known: set[str], data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(known)))
    assert reader("diagnosis", CodeList(known), repair=True).read(code).code == code


@given(st.sets(PROCEDURES, min_size=1), st.data())
def test_repair_never_changes_a_procedure_of_the_scheme(known: set[str], data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(known)))
    assert reader("procedure", CodeList(known), repair=True).read(code).code == code


@given(PROCEDURES.filter(lambda code: "x" not in code), st.sets(PROCEDURES))
def test_a_procedure_that_a_spreadsheet_took_for_a_number_is_found_again(code: str, others: set[str]) -> None:
    damaged = code.lstrip("0").rstrip("0")
    proposals = reader("procedure", CodeList({code, *others})).read(damaged).proposals
    assert code in proposals or damaged == code or damaged.endswith(".")


@given(DIAGNOSES, st.sets(DIAGNOSES))
def test_a_diagnosis_with_letters_for_zeros_is_found_again(code: str, others: set[str]) -> None:
    damaged = code[:1] + code[1:].replace("0", "O")
    proposals = reader("diagnosis", CodeList({code, *others})).read(damaged).proposals
    assert code in proposals or damaged == code


@given(st.text())
def test_any_text_has_a_reading(text: str) -> None:
    for kind in ("diagnosis", "procedure"):
        found = reader(kind, CodeList(["K80.302", "47.0100"], ["I10"]), repair=True).read(text)
        assert found.text == text
        assert found.known or found.malformed or found.code == found.written


@given(st.dictionaries(DIAGNOSES, DIAGNOSES), DIAGNOSES)
def test_a_crosswalk_applied_twice_is_a_crosswalk_applied_once(pairs: dict[str, str], other: str) -> None:
    rows = [
        CrosswalkRow(original, mapped, "doc", f"file row {n}") for n, (original, mapped) in enumerate(pairs.items())
    ]
    try:
        tables = CodeTables(diagnoses=crosswalk(DIAGNOSIS, rows))
    except RulesError:
        return
    by_table = reader("diagnosis", CodeList(), tables=tables)
    for code in (*pairs, other):
        once = by_table.read(code).code
        assert by_table.read(once).code == once


@given(st.dictionaries(DIAGNOSES, DIAGNOSES), st.randoms())
def test_the_order_of_a_crosswalk_does_not_matter(pairs: dict[str, str], random: object) -> None:
    rows = [
        CrosswalkRow(original, mapped, "doc", f"file row {n}") for n, (original, mapped) in enumerate(pairs.items())
    ]
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    try:
        expected = crosswalk(DIAGNOSIS, rows)
    except RulesError:
        with pytest.raises(RulesError):
            crosswalk(DIAGNOSIS, shuffled)
        return
    assert crosswalk(DIAGNOSIS, shuffled) == expected


def test_a_mapped_code_keeps_both_codes_and_its_row() -> None:
    tables = CodeTables(diagnoses=mapping(K80_1="K80.101"))
    found = reader("diagnosis", CodeList(["K80.101", "K80.100"]), tables=tables).read("k80.1")
    assert (found.text, found.written, found.code) == ("k80.1", "K80.1", "K80.101")
    assert found.mapped is not None
    assert found.mapped.where == "file row 1"
    assert (found.malformed, found.known, found.proposals) == (False, True, ())


def test_a_code_of_the_crosswalk_is_mapped_and_not_repaired() -> None:
    tables = CodeTables(diagnoses=mapping(K80_1="K80.101"))
    found = reader("diagnosis", CodeList(["K80.100"]), repair=True, tables=tables).read("K80.1")
    assert (found.code, found.repaired, found.known) == ("K80.101", False, False)


def test_a_repaired_code_is_read_as_an_undamaged_one_would_be() -> None:
    tables = CodeTables(diagnoses=mapping(K80_302="K80.303"))
    found = reader("diagnosis", CodeList(["K80.302"]), repair=True, tables=tables).read("K80.3O2")
    assert (found.code, found.repaired) == ("K80.303", True)


def test_the_code_that_rules_see_decides_whether_it_is_grey() -> None:
    grey = grey_codes([GreyRow("K80.101", "list", "file row 1"), GreyRow("K80.900", "list", "file row 2")])
    by_table = reader(
        "diagnosis", CodeList(), tables=CodeTables(diagnoses=mapping(K80_1="K80.101", K80_900="K80.901"), grey=grey)
    )
    assert by_table.read("K80.1").grey is not None
    assert by_table.read("K80.900").grey is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("A00", "A00.000"), ("a00", "A00.100")], "file row 2: original A00 is mapped to A00.100, and to A00.000"),
        ([("A00", "A00.000"), ("A00.000", "A00.100")], "which file row 2 maps on to A00.100"),
        ([("A00", "无")], "file row 1: mapped '无' is not written as an ICD-10 code"),
        ([("-", "A00.000")], "file row 1: original '-' is no code"),
    ],
)
def test_rows_that_no_order_can_mend_are_refused(rows: list[tuple[str, str]], said: str) -> None:
    numbered = [CrosswalkRow(*row, "doc", f"file row {number}") for number, row in enumerate(rows, start=1)]
    with pytest.raises(RulesError) as caught:
        crosswalk(DIAGNOSIS, numbered)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_row_that_stands_twice_and_a_code_mapped_to_itself_are_harmless() -> None:
    rows = [CrosswalkRow("47.01", "47.0100", "doc", "a"), CrosswalkRow("47.01", "47.0100", "doc", "b")]
    found = crosswalk(PROCEDURE, [*rows, CrosswalkRow("47.0100", "47.0100", "doc", "c")])
    assert {code: row.where for code, row in found.items()} == {"47.01": "a", "47.0100": "c"}


def test_a_grey_text_that_is_no_code_is_refused() -> None:
    with pytest.raises(RulesError, match="file row 1: code '灰' is not written as an ICD-10 code"):
        grey_codes([GreyRow("灰", "list", "file row 1")])


KNOWN = KnownCodes(CodeList(["K80.302", "I10.x00"]), CodeList(["06.3100", "47.0100", "51.2300x004"]))
GREY = CodeTables(grey=grey_codes([GreyRow("K80.302", "list", "row 1"), GreyRow("I10.x00", "list", "row 2")]))


def test_a_malformed_code_is_shown_with_a_proposal(read: Read) -> None:
    answer = read([record(procedures="6.3100|47.01")], readers=code_readers(known=KNOWN))
    assert [(row["code"], row["value"]) for row in answer.findings] == [("R504", "6.3100 (06.3100?), 47.01 (47.0100?)")]


def test_a_repaired_code_is_told_and_no_longer_malformed(read: Read) -> None:
    answer = read(
        [record(diagnoses="K80.302|I1O.x00", procedures="6.3100")], readers=code_readers(known=KNOWN, repair=True)
    )
    assert [(row["code"], row["value"]) for row in answer.findings] == [("R506", "I1O.x00 → I10.x00, 6.3100 → 06.3100")]
    assert answer.counts.accepted == 1


def test_a_mapped_code_is_not_malformed(read: Read) -> None:
    tables = CodeTables(diagnoses=mapping(K80="K80.302"))
    assert read([record(diagnoses="K80")], readers=code_readers(tables, KNOWN)).findings == []


def test_grey_principals_are_told_one_by_one_and_other_grey_codes_by_file(read: Read) -> None:
    rows = [record(settlement_id="S1"), record(settlement_id="S2", diagnoses="I10.x00|K80.302|K80.302")]
    answer = read(rows, readers=code_readers(GREY, KNOWN))
    found = [(row["code"], row["row"], row["value"]) for row in answer.findings]
    assert found == [("R507", 1, "K80.302"), ("R507", 2, "I10.x00"), ("R508", 0, "2")]
