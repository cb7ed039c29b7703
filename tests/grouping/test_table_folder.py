"""The two ways to read a table of a folder, row by row and in columns, are one."""

import hashlib
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from drgcalc.base.errors import RulesError
from drgcalc.base.scheme_columns import LIST_TABLES
from drgcalc.grouping.table_folder import columns_of, rows_of

SETS = LIST_TABLES[0]
HEADER = ",".join(SETS.names())

cells = st.text(alphabet='ax,"\n\r *\u3000中\x00', max_size=4)
lines = st.lists(
    st.sampled_from(["S,DI,I63*", "S,DI,", ",,", "", "S,DI", "S,DI,A,B", '"S","D,I",x']) | cells, max_size=6
)
contents = st.builds(
    lambda header, rows, joint, end: (joint.join([header, *rows]) + end).encode(),
    st.sampled_from([HEADER, HEADER, HEADER + " ", f'"{SETS.names()[0]}",kind,code', ""]),
    lines,
    st.sampled_from(["\n", "\n", "\r\n", "\r"]),
    st.sampled_from(["\n", "", "\n\n"]),
)


@given(contents | st.binary(max_size=40))
@example(f"{HEADER}\nS,DI\nS,DI,A,B\n".encode())
@example(f"{HEADER}\nS,DI,\xff\n".encode("latin-1"))
def test_columns_are_the_rows_whatever_the_file_holds(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / f"{SETS.name}.csv").write_bytes(content)
        digests = {f"{SETS.name}.csv": hashlib.sha256(content).hexdigest()}
        expected: list[tuple[str, ...]] | str
        found: list[tuple[str, ...]] | str
        try:
            expected = [tuple(row) for row in rows_of(Path(name), SETS, digests)]
        except RulesError as error:
            expected = error.message
        try:
            found = columns_of(Path(name), SETS, digests).rows()
        except RulesError as error:
            found = error.message
    assert found == expected
