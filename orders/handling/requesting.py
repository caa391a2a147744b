"""The day by which a customer wants an order: what they said last, which rules rank by and stock waits for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils import timezone

from inventory.dirty import mark_dirty
from kernel.bounds import LAST_DAY, check_day
from kernel.errors import Conflict
from kernel.people import Actor
from kernel.transactions import entry_verb
from orders.handling.editing import last_doer, lock_open_order, product_ids_of, save_order, tell
from orders.models import Order


@entry_verb
def change_requested(
    ref: str,
    *,
    requested_on: date | None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
    instead_of: Collection[date | None] | None = None,
) -> Order:
    """Set the day by which the customer wants an open order, not before it was placed, or none (None).

    ``instead_of`` refuses an order that has another day by now: so a change is taken back and nobody's later one with
    it. Planned anew with all its products. Locks: the order, the pools.
    """
    order = lock_open_order(ref, version=version)
    if requested_on is not None:
        check_day(requested_on, field="requested_on", first=timezone.localdate(order.placed_at), last=LAST_DAY)
    if instead_of is not None and order.requested_on not in instead_of:
        who = last_doer(order, "change_requested")
        raise Conflict(f"{order.ref} was changed meanwhile: {who} changed the requested date.", code="stale")
    if requested_on == order.requested_on:
        has = "is wanted on that day" if requested_on else "has no requested date"
        raise Conflict(f"{order.ref} {has} already.", code="no_change")
    mark_dirty(product_ids_of(order), cause="requested_changed", reference=order.ref)
    old_on, order.requested_on = order.requested_on, requested_on
    save_order(order, "requested_on")
    said = {"old_on": _iso(old_on), "new_on": _iso(requested_on)}
    tell(order, "orders.requested_changed", actor=actor, now=now, payload=said)
    return order


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
