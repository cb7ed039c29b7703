import subprocess
import sys

import pytest

import drgcalc


@pytest.mark.parametrize("name", drgcalc.__all__)
def test_every_public_name_loads_and_is_documented(name: str) -> None:
    assert getattr(drgcalc, name).__doc__


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'settel'"):
        drgcalc.settel  # noqa: B018


def test_importing_loads_no_heavy_library() -> None:
    code = "import sys, drgcalc; print([name for name in ('polars', 'duckdb', 'pyarrow') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == "[]"
