"""Grey codes (灰码): no group for a grey principal diagnosis, no complication by a grey other one; nothing else."""

import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from engine_runs import run_engine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain_grouper import Answer, Case
from random_schemes import CASES, DIAGNOSES, SETS, schemes
from scheme_folders import Tables, write_scheme

from drgcalc.grouping.explain import Explainer, PlainRecord
from drgcalc.grouping.known_codes import known_codes
from drgcalc.grouping.scheme import load_scheme

BOUNDED = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TABLES = Tables(
    mdc=[("MDCA", "ZYZD in DI_A"), ("0000", "")],
    adrg=[("AA1", "QTZD in DI_D", "MDCA"), ("AB1", "", "MDCA"), ("0000", "", "0000")],
    drg=[
        ("AA11", "QTZD in MCC", "AA1", "MDCA"),
        ("AA19", "", "AA1", "MDCA"),
        ("AB11", "QTZD in MCC", "AB1", "MDCA"),
        ("AB19", "", "AB1", "MDCA"),
        ("0000", "", "0000", "0000"),
    ],
    sets=SETS,
    cc=[("Z99.900", "MCC", ""), ("E11.900", "MCC", "")],
)


def answers(tables: Tables, cases: list[Case], grey: Collection[str]) -> list[Answer]:
    """What the engine says, after the explanation has said the same."""
    with tempfile.TemporaryDirectory() as name:
        scheme = load_scheme(write_scheme(Path(name), tables))
    found = run_engine(scheme, cases, grey=grey)
    explainer = Explainer(scheme)
    for case, answer in zip(cases, found, strict=True):
        marked = frozenset(grey).intersection(case.diagnoses)
        told = explainer.explain(PlainRecord(case.diagnoses, case.procedures, case.scalars, marked))
        assert (told.status, told.mdc, told.adrg, told.group_code) == answer[:4], case
        assert told.grey_principal == (case.diagnoses[0] in grey)
    return found


def one(grey: str, *diagnoses: str) -> Answer:
    return answers(TABLES, [Case(diagnoses, (), {})], grey.split())[0]


@BOUNDED
@given(schemes(), st.lists(CASES, min_size=1, max_size=15), st.sets(st.sampled_from(DIAGNOSES)))
def test_engine_and_explanation_agree_on_any_grey_codes(tables: Tables, cases: list[Case], grey: set[str]) -> None:
    answers(tables, cases, grey)


def test_a_grey_principal_is_in_no_group_not_even_in_a_fall_back() -> None:
    assert one("A00.000", "A00.000", "E11.900")[:4] == ("ungrouped", None, None, None)
    assert one("I10.x00", "I10.x00")[:4] == ("ungrouped", None, None, None)
    assert one("", "I10.x00")[:4] == ("ungrouped", "0000", "0000", "0000")


def test_a_grey_other_diagnosis_is_no_complication() -> None:
    assert one("", "A00.000", "E11.900")[3:] == ("AB11", "MCC")
    assert one("E11.900", "A00.000", "E11.900")[3:] == ("AB19", None)


def test_a_grey_other_diagnosis_still_is_in_the_sets_of_rules() -> None:
    assert one("Z99.900", "A00.000", "Z99.900")[3:] == ("AA19", None)


def test_a_scheme_knows_the_codes_of_its_sets_complications_and_exclusions() -> None:
    tables = replace(TABLES, exclusions={"EX_1": ("N17.900", "J*", "A18.3+K93.0*")})
    with tempfile.TemporaryDirectory() as name:
        known = known_codes(load_scheme(write_scheme(Path(name), tables)))
    assert all(known.diagnoses.names(code) for code in ("A00.000", "E11.900", "N17.900", "A18.3+K93.0*"))
    assert known.diagnoses.holds("I63.500")
    assert not known.diagnoses.names("I63.500")
    assert known.procedures.names("51.2200")
    assert not known.procedures.holds("A00.000")
