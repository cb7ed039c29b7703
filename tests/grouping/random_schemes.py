"""Rules, schemes and records at random: small alphabets, so that rules hold about as often as they fail."""

from decimal import Decimal

from hypothesis import strategies as st
from plain_grouper import Case
from scheme_folders import Tables

SETS = {
    "DI_A": ("A00.000", "A00.100", "I63.900"),
    "DI_B": ("I63*", "A18.3+K93.0*"),
    "DI_C": ("I63.9*", "I10.x00", "J18*"),
    "DI_D": ("Z99.900",),
    "OP_A": ("51.2200", "51.2300"),
    "OP_B": ("51*",),
    "OP_C": ("51.2*", "47.0100", "36.1000"),
    "OP_D": ("36*", "47.0100"),
}
DIAGNOSES = (
    "A00.000", "A00.100", "A18.3+K93.0*", "A18.300", "E11.900", "I10.x00", "I63.900", "I63.200", "J18.900", "N17.900",
    "Z99.900", "Z51.100",
)  # fmt: skip
PROCEDURES = ("51.2200", "51.2300", "51.1000", "47.0100", "36.1000", "36.0600", "99.9900")
CC_CODES = ("E11.900", "I63.900", "I63*", "I63.2*", "N17*", "A18.3+K93.0*", "J18.900", "J*", "Z51.100")
EXCLUSIONS = {"EX_1": ("A00.000", "I63*"), "EX_2": ("J18.900", "A18.3+K93.0*"), "EX_3": ("I10*", "Z99.900")}
NUMBERS = ("0", "1", "2", "3", "28", "29", "70", "1500", "2.5", "0.5")
WHOLE_FIELDS = ("NL", "XB", "XSRTL", "XSRTZ", "ZYTS", "LYFS", "KS")
HOUR_FIELDS = ("HXJ", "ZZJH")
OPS = (">=", "<=", ">", "<", "=")
LETTERS = "ABC"


def _some(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """One name, or several in braces."""
    several = st.lists(st.sampled_from(names), min_size=1, max_size=3).map(lambda some: f"{{{', '.join(some)}}}")
    return st.sampled_from(names) | several


_DI, _OP = tuple(name for name in SETS if name < "E"), tuple(name for name in SETS if name > "E")
_IN = st.sampled_from(("in", "not in", "IN", "Not In"))


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


def _count(fields: tuple[str, ...], sets: tuple[str, ...]) -> st.SearchStrategy[str]:
    asked = st.tuples(st.sampled_from(sets), _some(fields)).map(lambda pair: f"length({pair[0]} ∩ {pair[1]})")
    return _joined(asked, st.sampled_from(OPS), st.sampled_from(("0", "1", "2", "3")))


GATE_ATOMS = st.one_of(
    _joined(st.just("ZYZD"), _IN, _some(_DI)),
    _joined(_some(("ZYZD", "QTZD")), _IN, _some(_DI)),
    _joined(_some(("ZYSS", "QTSS")), _IN, _some(_OP)),
    _joined(st.sampled_from(WHOLE_FIELDS + HOUR_FIELDS), st.sampled_from(OPS), st.sampled_from(NUMBERS)),
    _count(("ZYSS", "QTSS"), _OP),
    _count(("ZYZD", "QTZD"), _DI),
    st.sampled_from(("1", "0")),
)
LEVEL_ATOMS = _joined(st.just("QTZD"), _IN, _some(("MCC", "CC", "DI_A", "DI_B")))


def rules(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Rule texts over these atoms, the empty one among them."""
    texts = st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: " and ".join(f"({part})" for part in parts)),
            st.lists(inner, min_size=2, max_size=3).map(" or ".join),
            inner.map(lambda part: f"not ({part})"),
        ),
        max_leaves=4,
    )
    return st.one_of(texts, texts, texts, st.just(""))


GATES, GROUP_RULES = rules(GATE_ATOMS), rules(GATE_ATOMS | LEVEL_ATOMS)


@st.composite
def schemes(draw: st.DrawFn) -> Tables:
    """Up to three MDCs with a few ADRGs (QY and fall-backs among them) with a few DRGs each, some with none."""
    mdc, adrg, drg = [], [], []
    for letter in LETTERS[: draw(st.integers(1, 3))]:
        mdc.append((f"MDC{letter}", draw(GATES)))
        rows = st.lists(st.sampled_from((f"{letter}A1", f"{letter}B1", "QY", f"{letter}00")), max_size=3, unique=True)
        for code in draw(rows):
            adrg.append((code, draw(GATES), f"MDC{letter}"))
            drg += [(f"{code}{n}", draw(GROUP_RULES), code, f"MDC{letter}") for n in range(draw(st.integers(0, 3)))]
    keys = draw(st.lists(st.tuples(st.sampled_from(CC_CODES), st.sampled_from(("MCC", "CC"))), unique=True, max_size=9))
    tables = st.sampled_from(("", *EXCLUSIONS))
    return Tables(mdc, adrg, drg, SETS, [(code, level, draw(tables)) for code, level in keys], EXCLUSIONS)


_WHOLE = st.sampled_from(
    [Decimal(text) for text in ("0", "1", "2", "3", "4", "27", "28", "29", "69", "70", "71", "1500")]
)
_HOURS = st.sampled_from(
    [Decimal(text) for text in ("0.00", "0.49", "0.50", "0.51", "2.50", "28.00", "29.75", "1500.00")]
)
SCALARS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(WHOLE_FIELDS, _WHOLE), **dict.fromkeys(HOUR_FIELDS, _HOURS)}
)
CASES = st.builds(
    Case,
    st.lists(st.sampled_from(DIAGNOSES), min_size=1, max_size=5).map(tuple),
    st.lists(st.sampled_from(PROCEDURES), max_size=4).map(tuple),
    SCALARS,
)
