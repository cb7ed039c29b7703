"""An imported directory puts cases where its workbook says: the import and the matcher mean the same by a table."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from dip_books import sound_book

from drgcalc.grouping.dip.explain import DipExplainer
from drgcalc.grouping.dip.scheme import DipScheme
from drgcalc.grouping.explain import PlainRecord
from drgcalc.grouping.scheme import load_scheme
from drgcalc.tables.folder import write_table_folder
from drgcalc.tables.model import ImportResult

Scalars = dict[str, Decimal | str | None]
NEWBORN: Scalars = {"NL": Decimal(0), "XSRTL": Decimal(10), "XSRTZ": Decimal(1200)}


@pytest.fixture
def explainer(read: Callable[..., ImportResult], tmp_path: Path) -> DipExplainer:
    write_table_folder(read(sound_book()), tmp_path / "scheme")
    scheme = load_scheme(tmp_path / "scheme")
    assert isinstance(scheme, DipScheme)
    return DipExplainer(scheme)


@pytest.mark.parametrize(
    ("diagnoses", "procedures", "scalars", "group"),
    [
        (("B18.200",), ("50.5100",), {}, "XQ-1"),
        (("P07.200",), (), NEWBORN, "XQ-3"),
        (("P07.200",), (), NEWBORN | {"XSRTZ": Decimal(2000)}, None),
        (("K80.100",), ("51.2300",), {}, "BX-20"),
        (("K80.100",), ("51.2300", "51.8500"), {}, "BX-21"),
        (("I63.900",), (), {}, "BX-22"),
        (("T22.300", "T31.300"), ("86.6600",), {}, "FZ-30"),
        (("Z51.100", "C34.900"), ("99.2503", "92.2400"), {}, "FZ-40"),
        (("A15.000x001", "U84.300"), (), {}, "FZ-50"),
        (("A15.000x010",), (), {}, "FZ-50"),
        (("A15.000x001",), (), {}, "FZ-51"),
        (("A18.300x009+K93.0*",), (), {}, "FZ-51"),
        (("K35.800",), ("47.0100",), {}, "JC-61"),
        (("K35.800",), (), {}, "JC-62"),
        (("K35.800",), ("38.9300",), {}, "JC-62"),
        (("R99.x00",), (), {}, None),
        (("J20.900",), (), {}, None),
    ],
)
def test_a_case_is_where_the_workbook_puts_it(
    explainer: DipExplainer,
    diagnoses: tuple[str, ...],
    procedures: tuple[str, ...],
    scalars: Scalars,
    group: str | None,
) -> None:
    assert explainer.explain(PlainRecord(diagnoses, procedures, scalars)).group_code == group
