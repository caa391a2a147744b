"""Who looks after an order, and when it wants to be looked at again. Planning minds neither."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from kernel.errors import Conflict, Invalid
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.handling.editing import last_doer, lock_open_order
from orders.models import UNTOLD, ExceptionKind, Order, Snooze

MOST_DAYS = 90


@entry_verb
def assign(
    ref: str, *, owner_id: int | None, actor: Actor | None, instead_of: Collection[int | None] | None = None
) -> Order:
    """Give an open order an owner, or none (None); ``instead_of`` refuses one that has another owner by now.

    It is no change that other forms have to know of, so none is counted.
    """
    order = lock_open_order(ref)
    if instead_of is not None and order.owner_id not in instead_of:
        raise Conflict(
            f"{order.ref} was changed meanwhile: {last_doer(order, 'assign')} gave it to {order.owner or 'nobody'}.",
            code="stale",
        )
    if owner_id is not None and not get_user_model().objects.filter(pk=owner_id, is_active=True).exists():
        raise Invalid("Choose a colleague.", fields={"owner": "Choose a colleague."})
    if order.owner_id == owner_id:
        raise Conflict(f"{order.ref} {'belongs to them' if owner_id else 'has no owner'} already.", code="no_change")
    order.owner_id = owner_id
    order.save(update_fields=["owner"])
    announce("order", {"orders": [order.ref]})
    return order


def morning_of(day: date) -> datetime:
    """Return the moment at which a day begins in the company's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


@entry_verb
def snooze(ref: str, *, kind: str, until_at: datetime, note: str = "", actor: Actor | None, now: datetime) -> Snooze:
    """Keep one reason why an order cannot complete, or its slip (``UNTOLD``), out of sight until a time, three months
    off at most. A slip comes back before that when it moves."""
    if kind not in (*ExceptionKind.values, UNTOLD):
        raise Invalid("Say which exception to snooze.", fields={"kind": "There is no such exception."})
    if not now < until_at <= now + timedelta(days=MOST_DAYS):
        wrong = f"Choose a time from now on, in the next {MOST_DAYS} days."
        raise Invalid(wrong, fields={"until_at": wrong})
    note = clean_text(note, field="note", max_length=150)
    order = lock_open_order(ref)
    values = {"until_at": until_at, "note": note, "actor_id": key_of(actor), "at": now}
    snoozed, _ = Snooze.objects.update_or_create(order=order, kind=kind, defaults=values)
    announce("order", {"orders": [order.ref]})
    return snoozed


@entry_verb
def wake(ref: str, *, kind: str, actor: Actor | None) -> Order:
    """Show an exception again at once."""
    order = lock_open_order(ref)
    gone, _ = Snooze.objects.filter(order=order, kind=kind).delete()
    if not gone:
        raise Conflict(f"{order.ref} is not snoozed.", code="no_change")
    announce("order", {"orders": [order.ref]})
    return order
