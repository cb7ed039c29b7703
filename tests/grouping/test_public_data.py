"""Every record of ../shared/data: the groups that an independent program gives, by schemes of the official size.

The data are no part of the repository (see its README); without them these tests are skipped.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from engine_runs import run_engine, run_engine_on_one_thread
from plain_grouper import Answer, Case, PlainGrouper

from drgcalc.grouping.explain import Explainer, PlainRecord
from drgcalc.grouping.scheme import Scheme, load_scheme
from drgcalc.records.codes import normalise_diagnosis, normalise_procedure
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.importing import import_scheme

DATA = Path(__file__).parents[3] / "shared" / "data"
EMPTY_SETS = {"foshan_2022": ["OP1_CB11"]}  # named by a rule of the published workbook, without members in it
SCALARS = {
    "NL": "age_years",
    "XB": "sex",
    "XSRTL": "age_days",
    "XSRTZ": "weight_g",
    "ZYTS": "los_days",
    "LYFS": "discharge_mode",
    "KS": "dept",
    "ZZJH": "icu_hours",
}
FILES = [
    ("chs_drg_11", "chs_drg_11.records"),
    ("foshan_2022", "foshan_2022.records"),
    ("guangxi_2022", "guangxi_2022.records"),
    ("changzhou_2022", "changzhou_2022.records"),
    ("chs_drg_11", "chs_drg_11.exhaustive"),
]
HOW = [(run_engine, 1), (run_engine, 20), (run_engine_on_one_thread, 1), (run_engine_on_one_thread, 20)]
SAMPLE = 400


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory):
    @cache
    def imported(name: str) -> Path:
        workbook = DATA / f"{name}.xlsx"
        if not workbook.exists():
            pytest.skip(f"no test data: {workbook.name} is not in {DATA.parent.name}/{DATA.name} beside the repository")
        folder = tmp_path_factory.mktemp("schemes") / name
        write_table_folder(import_scheme(workbook, scheme_id=name, empty_sets=EMPTY_SETS.get(name, ())), folder)
        return folder

    return imported


@pytest.fixture(scope="module")
def schemes(folders):
    return cache(lambda name: load_scheme(folders(name)))


@cache
def records(file: str) -> tuple[list[Case], list[tuple[str, str | None]]]:
    """The records that are not `invalid`, codes as they stand, and what is expected of each."""
    path = DATA / f"{file}.parquet"
    if not path.exists():
        pytest.skip(f"no test data: {path.name} is not in {DATA.parent.name}/{DATA.name} beside the repository")
    rows = [row for row in pq.read_table(path).to_pylist() if row["expected_status"] != "invalid"]
    return [as_case(row) for row in rows], [(row["expected_status"], row["expected_drg"]) for row in rows]


def as_case(row: dict[str, object]) -> Case:
    scalars = {field: number(row[column]) for field, column in SCALARS.items()}
    return Case(
        tuple(row["diagnoses"] or ()),
        tuple(row["procedures"] or ()),
        {field: value for field, value in scalars.items() if value is not None},
    )


def number(value: object) -> Decimal | None:
    return Decimal(str(value)) if str(value).isdecimal() else None


def differing(found: Sequence[Answer], expected: Sequence[tuple[str, str | None]]) -> list[tuple[int, Answer, object]]:
    return [
        (place, answer, wanted)
        for place, (answer, wanted) in enumerate(zip(found, expected, strict=True))
        if answer.status != wanted[0] or (wanted[0] == "grouped" and answer.drg != wanted[1])
    ]


@pytest.mark.parametrize(("run", "parts"), HOW)
@pytest.mark.parametrize(("name", "file"), FILES)
def test_every_record_is_where_the_independent_program_puts_it(
    schemes, name: str, file: str, run: Callable[..., list[Answer]], parts: int
) -> None:
    cases, expected = records(file)
    found = run(schemes(name), cases, parts=parts)
    differences = differing(found, expected)
    assert not differences, f"{len(differences)} of {len(cases)} differ, first {differences[:3]}"


@pytest.mark.parametrize(("name", "file"), FILES[:-1])
def test_only_codes_that_the_editor_repairs_are_grouped_otherwise(schemes, name: str, file: str) -> None:
    """spec/records.md makes a code's first letter a capital; the independent program takes `g47.000` for no code."""
    cases, expected = records(file)
    repaired = [
        case._replace(
            diagnoses=tuple(normalise_diagnosis(code) for code in case.diagnoses),
            procedures=tuple(normalise_procedure(code) for code in case.procedures),
        )
        for case in cases
    ]
    differences = differing(run_engine(schemes(name), repaired), expected)
    assert all(cases[place].diagnoses[0][0].islower() for place, _, _ in differences)


@pytest.mark.parametrize(("name", "file"), FILES)
def test_engine_explanation_and_plain_reader_agree_on_a_sample(folders, schemes, name: str, file: str) -> None:
    scheme: Scheme = schemes(name)
    cases, _ = records(file)
    sample = cases[:: max(1, len(cases) // SAMPLE)]
    plain, explainer = PlainGrouper(folders(name)), Explainer(scheme)
    by_engine = run_engine(scheme, sample)
    assert by_engine == [plain.group(case) for case in sample]
    # explaining is slow: it proves every row that is tried
    for case, answer in list(zip(sample, by_engine, strict=True))[::16]:
        told = explainer.explain(PlainRecord(*case))
        assert (told.status, told.mdc, told.adrg, told.group_code) == answer[:4], case
