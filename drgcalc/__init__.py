"""DRG and DIP grouping, points, point value and hospital settlement for a pooling region.

Every command is one call here, with the same errors (`DrgcalcError` and its kinds) and the same results::

    from pathlib import Path
    import drgcalc

    result = drgcalc.settle(Path("examples/shaoguan"), drgcalc.parse_period("2024"), dry_run=True)
    result.values[0].value                       # the point value of the first pool, a Decimal

What a command is made of is here too: `load_region`, `load_scheme`, `read_policies`, and the pure `settle_year` and
`settle_month`, whose book gives balances. Names are loaded when they are used, so that importing costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drgcalc.base.errors import DrgcalcError as DrgcalcError
    from drgcalc.base.errors import Finding as Finding
    from drgcalc.base.money import allocate as allocate
    from drgcalc.grouping.explain import Explainer as Explainer
    from drgcalc.grouping.explain import PlainRecord as PlainRecord
    from drgcalc.grouping.scheme import load_scheme as load_scheme
    from drgcalc.run.calibrate_catalogue import CatalogueAsk as CatalogueAsk
    from drgcalc.run.calibrate_catalogue import calibrate_catalogue as calibrate_catalogue
    from drgcalc.run.calibrate_coefficients import calibrate_coefficients as calibrate_coefficients
    from drgcalc.run.calibrate_coefficients import calibrate_opening_value as calibrate_opening_value
    from drgcalc.run.calibrate_scores import calibrate_scores as calibrate_scores
    from drgcalc.run.calibration_files import Ask as Ask
    from drgcalc.run.check import check as check
    from drgcalc.run.due import due as due
    from drgcalc.run.due import feedback_on as feedback_on
    from drgcalc.run.explain import explain_hospital as explain_hospital
    from drgcalc.run.explain_record import explain_record as explain_record
    from drgcalc.run.group import group as group
    from drgcalc.run.init import init as init
    from drgcalc.run.office import fund_watch as fund_watch
    from drgcalc.run.office import netting as netting
    from drgcalc.run.office import reconcile_books as reconcile_books
    from drgcalc.run.period import parse_period as parse_period
    from drgcalc.run.published import read_allocations as read_allocations
    from drgcalc.run.published import read_book as read_book
    from drgcalc.run.region import load_region as load_region
    from drgcalc.run.settle import settle as settle
    from drgcalc.run.verify import verify as verify
    from drgcalc.settlement.identities import prove as prove
    from drgcalc.settlement.ledger import Book as Book
    from drgcalc.settlement.policy import policy_for_month as policy_for_month
    from drgcalc.settlement.policy import policy_for_year as policy_for_year
    from drgcalc.settlement.policy import read_policies as read_policies
    from drgcalc.settlement.settle import settle_month as settle_month
    from drgcalc.settlement.settle import settle_year as settle_year

_HOMES = {
    "base.errors": ("DrgcalcError", "Finding"),
    "base.money": ("allocate",),
    "grouping.explain": ("Explainer", "PlainRecord"),
    "grouping.scheme": ("load_scheme",),
    "run.calibrate_catalogue": ("CatalogueAsk", "calibrate_catalogue"),
    "run.calibrate_coefficients": ("calibrate_coefficients", "calibrate_opening_value"),
    "run.calibrate_scores": ("calibrate_scores",),
    "run.calibration_files": ("Ask",),
    "run.check": ("check",),
    "run.due": ("due", "feedback_on"),
    "run.explain": ("explain_hospital",),
    "run.explain_record": ("explain_record",),
    "run.group": ("group",),
    "run.init": ("init",),
    "run.office": ("fund_watch", "netting", "reconcile_books"),
    "run.period": ("parse_period",),
    "run.published": ("read_allocations", "read_book"),
    "run.region": ("load_region",),
    "run.settle": ("settle",),
    "run.verify": ("verify",),
    "settlement.identities": ("prove",),
    "settlement.ledger": ("Book",),
    "settlement.policy": ("policy_for_month", "policy_for_year", "read_policies"),
    "settlement.settle": ("settle_month", "settle_year"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    """A public name, loaded now."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'drgcalc' has no attribute {name!r}")
    return getattr(import_module(f"drgcalc.{_HOME_OF[name]}"), name)
