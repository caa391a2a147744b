"""Undoing a change of how we work: the verb that made it makes what was before, if nobody changed it since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from inventory import calendars, catalogue, protecting, purchasing, substitutes, suppliers
from inventory.models import SetupChange
from kernel.errors import NotFound
from kernel.people import Actor
from orders import customers, hands, sources
from orders.handling import hold_rights, hold_sources, terms

CONTACT = {"contact_name", "email", "phone"}
REACH = CONTACT | {"language", "zone", "wants_email"}
_NEEDED = {
    terms.SETUP_KIND: "orders.intake_order",
    purchasing.SETUP_KIND: "inventory.manage_purchase_orders",
    hold_sources.SETUP_KIND: "orders.hold_order",
    hold_rights.SETUP_KIND: "orders.change_hold_rights",
}
Who = Mapping[str, Any]  # actor, now, and the version that the change made


def undo_change(change_id: int, *, actor: Actor | None, now: datetime) -> SetupChange:
    """Make again what was before a change; return the change. Undoing is a change too, so it can be undone.

    Raises Conflict, naming who, where somebody changed the same thing since.
    """
    change = SetupChange.objects.filter(pk=change_id).first()
    if change is None or change.kind not in _UNDO:
        raise NotFound("There is no such change.")
    _UNDO[change.kind](change, {"actor": actor, "now": now, "version": change.pk})
    return change


def needed_permission(change: SetupChange) -> str:
    """Return what somebody must be allowed to undo a change: what making it takes."""
    if change.kind == customers.SETUP_KIND:
        return "orders.see_contact" if REACH & set(change.after) else "orders.intake_order"
    return _NEEDED.get(change.kind, "inventory.manage_catalogue")


def _before(change: SetupChange) -> dict[str, Any]:
    """Return what was there; only what was new had nothing before."""
    return dict(change.before or {})


def _capacity(change: SetupChange, who: Who) -> None:
    days = {date.fromisoformat(day): units for day, units in _before(change)["days"].items()}
    hands.change_capacity(change.name, weekdays=_before(change)["weekdays"], days=days, **who)


def _calendar(change: SetupChange, who: Who) -> None:
    company = (change.before or change.after)["company_before"]
    calendars.restore_calendar(change.name, document=change.before, company=company, **who)


def _sources(change: SetupChange, who: Who) -> None:
    subject, _, name = change.name.partition(":")
    verb = sources.change_product_sources if subject == "sku" else sources.change_country_sources
    verb(name, warehouses=_before(change)["warehouses"], **who)


def _substitutes(change: SetupChange, who: Who) -> None:
    given = [substitutes.SubstituteIn(**row) for row in _before(change)["substitutes"]]
    substitutes.change_substitutes(change.name, substitutes=given, **who)


def _protected(change: SetupChange, who: Who) -> None:
    warehouse, _, sku = change.name.partition("/")
    protecting.protect_stock(sku, warehouse_code=warehouse, units=_before(change)["units"], **who)


def _supplier(change: SetupChange, who: Who) -> None:
    suppliers.change_supplier(change.name, **(change.before or {"is_active": False}), **who)


def _warehouse(change: SetupChange, who: Who) -> None:
    catalogue.change_warehouse(change.name, **(change.before or {"is_active": False}), **who)


def _purchase_order(change: SetupChange, who: Who) -> None:
    before = _before(change)
    days = {int(position): date.fromisoformat(day) for position, day in before["lines"].items()}
    purchasing.restore_dates(change.name, days=days, expected_on=date.fromisoformat(before["expected_on"]), **who)


def _terms(change: SetupChange, who: Who) -> None:
    terms.change_customer_terms(change.name, **_before(change), **who)


def _hold_source(change: SetupChange, who: Who) -> None:
    document = change.before or {**change.after, "in_force": False}
    hold_sources.restore_hold_source(int(change.name.partition(":")[0]), document=document, **who)


def _hold_rights(change: SetupChange, who: Who) -> None:
    hold_rights.change_hold_rights(_before(change), **who)


def _customer(change: SetupChange, who: Who) -> None:
    customers.change_customer(change.name, **_before(change), **who)


_UNDO: dict[str, Callable[[SetupChange, Who], None]] = {
    hands.SETUP_KIND: _capacity,
    calendars.SETUP_KIND: _calendar,
    sources.SETUP_KIND: _sources,
    substitutes.SETUP_KIND: _substitutes,
    protecting.SETUP_KIND: _protected,
    suppliers.SETUP_KIND: _supplier,
    catalogue.WAREHOUSE_KIND: _warehouse,
    purchasing.SETUP_KIND: _purchase_order,
    terms.SETUP_KIND: _terms,
    hold_sources.SETUP_KIND: _hold_source,
    hold_rights.SETUP_KIND: _hold_rights,
    customers.SETUP_KIND: _customer,
}
