"""What all tests share: a property says what holds, not how fast; a busy machine fails none; long work is done once."""

from __future__ import annotations

import fcntl
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("drgcalc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drgcalc")

Once = Callable[[str, Callable[[Path], Any]], Any]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """What a function makes in an empty folder, made once for all processes that run these tests side by side.

    Called with a name that is the same in all of them. Nobody may write into the folder: tests work on copies.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent

    def make(name: str, build: Callable[[Path], Any]) -> Any:
        made = place / f"{name}.pickle"
        with (place / f"{name}.lock").open("a") as waiting:
            fcntl.flock(waiting, fcntl.LOCK_EX)
            if not made.exists():
                made.write_bytes(pickle.dumps(build(Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place)))))
            return pickle.loads(made.read_bytes())

    return make
