"""A smallest region on disk: enough to be read, not to be settled."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from whole_year import WholeYear, live

from drgcalc.run.init import init
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle

REGION = """\
id = "town"
name = "测试市"
admin_code = "440200"
date_basis = "settlement"
scheme = "scheme"
[inputs]
discharges = ["discharges/*"]
[pools.employee]
name = "职工医保"
codes = ["310"]
[pools.resident]
name = "居民医保"
codes = ["390"]
[values]
sex = { "男性" = "1" }
[[policy]]
effective_from = 2024-01-01
"""

HOSPITALS = """\
hospital_id,name,level,coefficient,effective_from,effective_to,source
H01,第一医院,三级,1.05,2024-01-01,2024-06-30,文件1
H01,第一医院,三级,1.10,2024-07-01,,文件2
H02,第二医院,二级,0.9,2024-01-01,,文件1
"""

SCORES = """\
group_code,score,mean_fee,effective_from,effective_to,source
AA11,100,5000,2024-01-01,,文件3
AA12,250.5,12000.00,2024-01-01,,文件3
"""

FUND = """\
year,pool,item,amount,source
2024,employee,collections,1000000.00,报表1
2024,resident,collections,500000,报表1
"""


@pytest.fixture
def region_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    for name, text in {
        "region.toml": REGION,
        "hospitals.csv": HOSPITALS,
        "scores/2024.csv": SCORES,
        "fund/2024.csv": FUND,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def settled_once(made_once: Callable[..., Path]) -> Path:
    """A region as `drgcalc init` writes it, its year settled, with a salt of its own; tests work on copies."""
    return made_once("settled", settle_template)


def settle_template(place: Path) -> Path:
    folder = place / "region"
    init(folder)
    (folder / "test.salt").write_bytes(bytes(range(64)))
    settings = folder / "region.toml"
    text = settings.read_text(encoding="utf-8")
    assert "[inputs]" in text
    settings.write_text(text.replace("[inputs]", '[salt]\nfile = "test.salt"\n[inputs]'), encoding="utf-8")
    settle(folder, parse_period("2024"))
    return folder


@pytest.fixture
def settled(settled_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(settled_once, tmp_path / "region"))


@pytest.fixture(scope="session")
def lived(made_once: Callable[..., WholeYear], tmp_path_factory: pytest.TempPathFactory) -> WholeYear:
    """The whole year in a folder of this process, which commands may lock."""
    made = made_once("lived", live)
    return replace(made, folder=Path(shutil.copytree(made.folder, tmp_path_factory.mktemp("whole") / "region")))


@pytest.fixture
def copy(lived: WholeYear, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lived.folder, tmp_path / "region"))
