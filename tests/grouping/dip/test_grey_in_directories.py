"""Grey codes (灰码) in a directory: no group for a grey principal diagnosis, no complication by a grey other one."""

from pathlib import Path

from dip_folders import Directory, group, write_directory
from dip_runs import load
from engine_runs import grouped_rows
from plain_dip import Record

from drgcalc.grouping.dip.engine import DipEngine
from drgcalc.grouping.dip.explain import DipExplainer
from drgcalc.grouping.explain import PlainRecord
from drgcalc.grouping.known_codes import known_codes

ROWS = [group("A", "I63"), group("B", "K80|K81", "51.2"), group("C", "A00-A09")]
CASES = [Record(("I63.900", "E11.900"), (), {}), Record(("K80.101", "I63.900"), ("51.2300",), {})]


def answers(folder: Path, *grey: str) -> list[tuple[str, str | None, str | None]]:
    """Status, group and complication of the cases by the engine; the explanation says the same."""
    scheme = load(write_directory(folder, Directory(ROWS, excluded=["K80"], cc=[("E11.900", "CC", "")])))
    rows = grouped_rows(DipEngine(scheme), CASES, grey=grey)
    for case, row in zip(CASES, rows, strict=True):
        told = DipExplainer(scheme).explain(PlainRecord(*case, frozenset(grey).intersection(case.diagnoses)))
        assert (told.status, told.group_code, told.grey_principal) == (
            row["status"],
            row["group_code"],
            case.diagnoses[0] in grey,
        )
        assert max((found.level for found in told.complications), default=None) == row["complication"]
    return [(row["status"], row["group_code"], row["complication"]) for row in rows]


def test_without_grey_codes_nothing_is_grey(tmp_path: Path) -> None:
    assert answers(tmp_path) == [("grouped", "A", "CC"), ("excluded", None, None)]


def test_a_grey_principal_is_ungrouped_even_where_it_would_be_excluded(tmp_path: Path) -> None:
    assert answers(tmp_path, "I63.900", "K80.101") == [("ungrouped", None, "CC"), ("ungrouped", None, None)]


def test_a_grey_other_diagnosis_is_no_complication(tmp_path: Path) -> None:
    assert answers(tmp_path, "E11.900")[0] == ("grouped", "A", None)


def test_a_directory_knows_its_codes_what_is_below_them_and_its_ranges(tmp_path: Path) -> None:
    known = known_codes(load(write_directory(tmp_path, Directory(ROWS, excluded=["Z37"], cc=[("E11.900", "CC", "")]))))
    assert all(map(known.diagnoses.holds, ("I63.900x001", "K81", "A05.100", "Z37.000", "E11.900")))
    assert not any(map(known.diagnoses.holds, ("A10.000", "E11.901", "51.2300")))
    assert known.procedures.holds("51.2300")
    assert known.procedures.names("51.2")
