"""A person's own date for an order, which the plan then keeps until it is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from inventory.dirty import mark_dirty
from kernel.bounds import LAST_DAY, check_day
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from orders.handling.editing import lock_open_order, product_ids_of, save_order, tell
from orders.models import EtaRevision, EtaRevisionKind, Order, OrderPlan

POSTPONE_DAYS = 14


@entry_verb
def change_eta(
    ref: str,
    *,
    eta_on: date | None,
    reason: str = "",
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Set an order's ETA by hand, with a reason, or give it back to the plan (``eta_on`` None).

    The date is neither before the order was placed nor in the past. Whoever may only postpone (``orders.postpone_eta``)
    may move it later, by at most 14 days. Written to the promise ledger at once; the customer is told by the plan that
    follows. Locks: the order, the pools.
    """
    reason = clean_text(reason, field="reason", max_length=200)
    if eta_on is not None and not reason:
        raise Invalid("Say why the date changes.", fields={"reason": "Say why the date changes."})
    order = lock_open_order(ref, version=version)
    set_eta(order, eta_on=eta_on, reason=reason, actor=actor, now=now)
    return order


@entry_verb
def take_back_eta(ref: str, *, actor: Actor | None, now: datetime, version: int | None = None) -> Order:
    """Bring back what held before this person last set the order's ETA: another date by hand, or the plan's.

    Whoever may only postpone may take their own change back, too. Conflict where the last change was somebody else's.
    Locks: as ``change_eta``.
    """
    order = lock_open_order(ref, version=version)
    by_hand = EtaRevision.objects.filter(order=order, kind=EtaRevisionKind.BY_HAND).order_by("-id")
    last, before, *_ = [*by_hand[:2], None, None]
    if last is None or last.actor_id != key_of(actor) or last.new_on != order.eta_by_hand_on:
        raise Conflict(f"The last change of the ETA of {order.ref} was not yours. Set the date that it is to have.")
    eta_on, reason = (before.new_on, before.note) if before is not None and before.new_on else (None, "")
    set_eta(order, eta_on=eta_on, reason=reason, actor=actor, now=now, is_undo=True)
    return order


def set_eta(
    order: Order, *, eta_on: date | None, reason: str, actor: Actor | None, now: datetime, is_undo: bool = False
) -> None:
    """Set the date of a locked order, or give it back to the plan; participant of the caller's transaction.

    Whoever takes back what they did (``is_undo``) may bring back any date that the order had.
    """
    require_transaction()
    if eta_on is not None:
        first = max(timezone.localdate(order.placed_at), timezone.localdate(now))
        check_day(eta_on, field="eta_on", first=first, last=LAST_DAY)
    if eta_on == order.eta_by_hand_on:
        raise Conflict(
            f"{order.ref} has no date set by hand." if eta_on is None else f"{order.ref} has that date already.",
            code="no_change",
        )
    old_on = _current_eta(order)
    asks = None if is_undo else actor
    refused = refuse_eta([order], {order.pk: eta_on}, {order.pk: old_on}, actor=asks, today=timezone.localdate(now))
    if refused:
        raise Forbidden(refused[order.pk])
    mark_dirty(product_ids_of(order), cause="eta_by_hand", reference=order.ref)
    order.eta_by_hand_on = eta_on
    order.eta_by_hand_reason = reason if eta_on else ""
    save_order(order, "eta_by_hand_on", "eta_by_hand_reason")
    EtaRevision.objects.create(
        order=order,
        kind=EtaRevisionKind.BY_HAND,
        old_on=old_on,
        new_on=eta_on,
        note=reason,
        actor_id=key_of(actor),
        at=now,
    )
    said = {"old_on": _iso(old_on), "new_on": _iso(eta_on), "reason": reason}
    tell(order, "orders.eta_set_by_hand", actor=actor, now=now, payload=said)


def _current_eta(order: Order) -> date | None:
    if order.eta_by_hand_on:
        return order.eta_by_hand_on
    return OrderPlan.objects.filter(order=order).values_list("eta_p50", flat=True).first()


def refuse_eta(
    orders: Sequence[Order],
    wanted: Mapping[int, date | None],
    current: Mapping[int, date | None],
    *,
    actor: Actor | None,
    today: date,
) -> dict[int, str]:
    """Return by order id why this person may not set the ``wanted`` days in place of the ``current`` ones.

    Whoever may only postpone may move a date later, by at most 14 days from the one that held before people began to
    set it: the days do not add up from one time to the next. One query, and none for who may set any date.
    """
    if actor is None or actor.has_perm("orders.change_eta"):
        return {}
    if not actor.has_perm("orders.postpone_eta"):
        return dict.fromkeys((order.pk for order in orders), "You may not change ETAs. Ask operations to do it.")
    bases = _bases_before_hands([order.pk for order in orders])
    refused = {}
    for order in orders:
        eta_on, old_on = wanted[order.pk], current[order.pk]
        latest = (bases.get(order.pk) or old_on or today) + timedelta(days=POSTPONE_DAYS)
        if eta_on is None:
            refused[order.pk] = "You may not give a date back to the plan. Ask operations to do it."
        elif old_on is not None and eta_on <= old_on:
            words = f"You may only move the ETA later than {old_on:%-d %B %Y}. Ask operations for an earlier date."
            refused[order.pk] = words
        elif eta_on > latest:
            words = f"You may move the ETA to {latest:%-d %B %Y} at most. Ask operations for a later date."
            refused[order.pk] = words
    return refused


def _bases_before_hands(order_ids: Sequence[int]) -> dict[int, date | None]:
    """Return by order the date that held before people began to set it; None where they gave it back since."""
    bases: dict[int, date | None] = {}
    by_hand = EtaRevision.objects.filter(order_id__in=order_ids, kind=EtaRevisionKind.BY_HAND).order_by("id")
    for order_id, before, after in by_hand.values_list("order_id", "old_on", "new_on"):
        bases[order_id] = None if after is None else bases.get(order_id) or before
    return bases


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
