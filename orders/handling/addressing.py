"""Where an order goes: a colleague's correction, and taking it back. Locks: the order, then the pools."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps

from inventory.dirty import mark_dirty
from kernel.errors import Conflict, Invalid
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.handling.editing import lock_open_order, product_ids_of, save_order, tell
from orders.handling.hold_rights import may_settle
from orders.models import Hold, HoldKind, Order

SHORTEST = 15
LONGEST = 1000


@entry_verb
def correct_address(ref: str, *, ship_to: str, actor: Actor | None, now: datetime, version: int | None = None) -> Order:
    """Send the order elsewhere. A hold for its address is released (``may_settle``): this is what it waited for."""
    ship_to = whole_address(ship_to)
    order = lock_open_order(ref, version=version)
    if order.ship_to == ship_to:
        raise Conflict(f"{order.ref} goes there already.", code="no_change")
    held = Hold.objects.filter(order=order, kind=HoldKind.ADDRESS, released_at=None)
    if held.exists() and may_settle(actor, HoldKind.ADDRESS):
        mark_dirty(product_ids_of(order), cause="address_changed", reference=order.ref)
        held.update(released_at=now, released_by_id=key_of(actor))
    _send_to(order, ship_to, actor, now)
    return order


@entry_verb
def restore_address(ref: str, *, actor: Actor | None, now: datetime, version: int | None = None) -> Order:
    """Send the order where it went before its address was last changed, from its history. Released holds stay so."""
    order = lock_open_order(ref, version=version)
    states = apps.get_model("orders", "OrderEvent").objects.filter(pgh_obj=order.pk)
    before = states.exclude(ship_to=order.ship_to).order_by("-pgh_id").values_list("ship_to", flat=True).first()
    if before is None:
        raise Conflict(f"{order.ref} never went anywhere else.", code="no_change")
    _send_to(order, before, actor, now)
    return order


def whole_address(text: str) -> str:
    """Return an address made safe to keep; raise Invalid for one that nobody could deliver to."""
    address = clean_text(text, field="ship_to", max_length=LONGEST, multiline=True)
    if len(address) < SHORTEST or "\n" not in address:
        wrong = "Give the whole address: name, street, town and postcode, each on a line."
        raise Invalid(wrong, fields={"ship_to": wrong})
    return address


def _send_to(order: Order, ship_to: str, actor: Actor | None, now: datetime) -> None:
    order.ship_to = ship_to
    save_order(order, "ship_to")
    tell(order, "orders.address_changed", actor=actor, now=now, payload={})
