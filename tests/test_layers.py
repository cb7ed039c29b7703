"""The architecture, read from the source: who imports whom, who touches files, who prints, and what SQL looks like."""

import ast
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import drgcalc

PACKAGE = Path(drgcalc.__file__).parent
LAYERS = ("base", "records", "grouping", "tables", "calibration", "settlement", "report", "run", "cli")
MODULES = sorted(PACKAGE.rglob("*.py"))
SQL_FILES = sorted(PACKAGE.rglob("*.sql"))

MAY_TOUCH_FILES = ("records/", "tables/", "run/", "grouping/table_folder.py")
MAY_PRINT = ("cli/",)
PURE = ("base", "settlement")
WORLD = {"os", "pathlib", "io", "time", "locale", "tempfile", "shutil", "subprocess", "socket", "sys", "glob", "random"}
FILE_CALLS = re.compile(
    r"open|fdopen|(read|write)_(text|bytes|csv|parquet|json|excel|table|xlsx)|(from|to|sink|scan)_(csv|parquet|json)|mkdir"
    r"|unlink|rmtree|touch|rename|ParquetWriter|ParquetFile"
)
PRINTING = {"print", "echo", "secho"}
CLOCK = {"now", "today", "utcnow", "getenv", "environ"}
STATEMENT = re.compile(
    r"\b(SELECT|INSERT INTO|CREATE (OR REPLACE )?(TEMP )?(TABLE|VIEW|MACRO)|DELETE FROM|UPDATE \w+ SET|DROP TABLE)\b"
)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def layer_of(path: Path) -> str:
    """The package a module belongs to; drgcalc/__init__.py and __main__.py stand on top, beside cli."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py") if first.removesuffix(".py") in LAYERS else "cli"


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a module imports, at the top or anywhere else."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls_of(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield name, node


def reads_a_resource(call: ast.Call) -> bool:
    """Whether the call reads a file of the package itself, such as a query."""
    return "resources.files(" in ast.unparse(call.func)


def closes_the_output(call: ast.Call) -> bool:
    """Whether the call opens the null device, as a program does whose reader has gone."""
    return ast.unparse(call).startswith("os.open(os.devnull")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    own = LAYERS.index(layer_of(path))
    for imported in imports_of(path):
        parts = imported.split(".")
        if parts[0] == "drgcalc" and len(parts) > 1 and parts[1] in LAYERS:
            assert LAYERS.index(parts[1]) <= own, f"{name_of(path)} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_records_tables_and_run_touch_files(path: Path) -> None:
    if name_of(path).startswith(MAY_TOUCH_FILES):
        return
    found = [
        f"line {call.lineno}: {name}"
        for name, call in calls_of(tree_of(path))
        if FILE_CALLS.fullmatch(name) and not reads_a_resource(call) and not closes_the_output(call)
    ]
    assert not found, f"{name_of(path)} touches files: {found}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_cli_prints(path: Path) -> None:
    if name_of(path).startswith(MAY_PRINT):
        return
    found = [f"line {call.lineno}: {name}" for name, call in calls_of(tree_of(path)) if name in PRINTING]
    assert not found, f"{name_of(path)} prints: {found}"


@pytest.mark.parametrize("path", [path for path in MODULES if layer_of(path) in PURE], ids=name_of)
def test_base_and_settlement_see_no_file_clock_or_environment(path: Path) -> None:
    worldly = {imported for imported in imports_of(path) if imported.split(".")[0] in WORLD}
    assert not worldly, f"{name_of(path)} imports {sorted(worldly)}"
    asked = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute) and node.attr in CLOCK}
    assert not asked, f"{name_of(path)} asks for {sorted(asked)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_statement_is_put_together_from_texts(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            assert not STATEMENT.search(text), f"{name_of(path)}, line {node.lineno}: an f-string holds SQL"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not STATEMENT.match(node.value.strip()), (
                f"{name_of(path)}, line {node.lineno}: SQL belongs into a .sql file"
            )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_error_is_swallowed_wholesale(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in ("everything", "Exception", "BaseException"), f"{name_of(path)}, line {node.lineno}"


@pytest.mark.parametrize("path", SQL_FILES, ids=name_of)
def test_a_query_says_its_grain_and_is_one_statement_with_named_columns(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(("-- grain: one ", "-- grain: no rows")), "the first line says what one row is"
    with duckdb.connect() as con:
        assert len(con.extract_statements(text)) == 1
    assert not re.search(r"SELECT\s+(DISTINCT\s+)?(\w+\.)?\*|,\s*(\w+\.)?\*\s*(,|FROM)", text, re.IGNORECASE)
    assert not re.search(r"\bDOUBLE\b|\bFLOAT\b", text), "no binary fractions"


def test_the_help_loads_no_data_library() -> None:
    """`drgcalc --help` answers at once: polars, duckdb and pyarrow are loaded by the commands that need them."""
    code = "import sys, drgcalc.cli; print(*sorted({'polars', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    help_ = subprocess.run([sys.executable, "-m", "drgcalc", "--help"], capture_output=True, text=True, check=True)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    sys.stdout.write(f"drgcalc --help: {seconds:.2f} s of CPU\n")  # not asserted: machines differ
    assert "settle" in help_.stdout


def test_grouping_loads_nothing_that_only_other_commands_need() -> None:
    """What a command imports is a fixed cost of each of its runs."""
    others = ("rich", "drgcalc.calibration", "drgcalc.grouping.dip", "drgcalc.report.terminal", "drgcalc.tables")
    settling = ("drgcalc.settlement.policy", "drgcalc.settlement.settle")
    code = f"import sys, drgcalc.cli, drgcalc.run.group; print(*sorted({{*{others + settling!r}}} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []
