"""The ETA of many orders: to one day, or each by so many days; and each back to what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from kernel.bounds import LAST_DAY
from kernel.people import key_of
from orders.bulk.change import Applied, Chunk, tell_all
from orders.models import EtaRevision, EtaRevisionKind, Order, OrderPlan

# One statement of four arrays: Django's ``bulk_update`` of 200 orders took 0.1 s of Python.
_SET = """
    UPDATE orders_order o
    SET eta_by_hand_on = n.eta_on, eta_by_hand_reason = n.reason, version = n.version
    FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::int[]) AS n (id, eta_on, reason, version) WHERE o.id = n.id
"""
Wanted = dict[int, tuple[date | None, str]]  # by order id: the day (None: the plan's own) and the reason


@dataclass(frozen=True, slots=True)
class SetEta:
    """Set ETAs by hand to ``eta_on``, or ``days`` later (earlier when negative) than each is now."""

    eta_on: date | None
    days: int
    reason: str
    verb: str = "change_eta"
    cause: str = "eta_by_hand"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        today, current = timezone.localdate(chunk.now), current_etas(chunk.orders)
        refused = {}
        for order in chunk.orders:
            wanted = self._wanted(current[order.pk])
            if wanted is None:
                refused[order.pk] = "It has no ETA to move. Give it a day."
            elif not max(timezone.localdate(order.placed_at), today) <= wanted <= LAST_DAY:
                refused[order.pk] = f"{wanted:%-d %B %Y} has passed, or is too far off."
            elif wanted == order.eta_by_hand_on:
                refused[order.pk] = "It has that date already."
        return refused

    def apply(self, chunk: Chunk) -> Applied:
        current = current_etas(chunk.orders)
        return write_etas(chunk, {order.pk: (self._wanted(current[order.pk]), self.reason) for order in chunk.orders})

    def _wanted(self, current: date | None) -> date | None:
        if self.eta_on is not None:
            return self.eta_on
        try:
            return current + timedelta(days=self.days) if current else None
        except OverflowError:
            return date.max


@dataclass(frozen=True, slots=True)
class RestoreEta:
    """Bring back the date by hand, or its absence, that a job replaced; not where it was changed again since."""

    verb: str = "change_eta"
    cause: str = "eta_by_hand"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        today = timezone.localdate(chunk.now)
        refused = {}
        for order in chunk.orders:
            kept = chunk.kept[order.pk]
            back = _day(kept["on"])
            if order.eta_by_hand_on != _day(kept["set"]):
                refused[order.pk] = "Its ETA was changed again since."
            elif back and back < today:
                refused[order.pk] = f"The date it had, {back:%-d %B %Y}, has passed."
        return refused

    def apply(self, chunk: Chunk) -> Applied:
        return write_etas(chunk, {pk: (_day(chunk.kept[pk]["on"]), chunk.kept[pk]["reason"]) for pk in chunk.ids})


def current_etas(orders: Sequence[Order]) -> dict[int, date | None]:
    """Return the ETA of each order: the one set by hand, else the plan's."""
    planned = dict(
        OrderPlan.objects.filter(order_id__in=[order.pk for order in orders]).values_list("order_id", "eta_p50")
    )
    return {order.pk: order.eta_by_hand_on or planned.get(order.pk) for order in orders}


def write_etas(chunk: Chunk, wanted: Wanted) -> Applied:
    """Set dates and reasons, write the ledger, record the facts."""
    if not chunk.orders:
        return Applied()
    old = current_etas(chunk.orders)
    before = {
        order.pk: {
            "on": _iso(order.eta_by_hand_on),
            "reason": order.eta_by_hand_reason,
            "set": _iso(wanted[order.pk][0]),
        }
        for order in chunk.orders
    }
    for order in chunk.orders:
        order.eta_by_hand_on, reason = wanted[order.pk]
        order.eta_by_hand_reason = reason if order.eta_by_hand_on else ""
        order.version += 1
    with connection.cursor() as cursor:
        names = ("pk", "eta_by_hand_on", "eta_by_hand_reason", "version")
        cursor.execute(_SET, [[getattr(order, name) for order in chunk.orders] for name in names])
    EtaRevision.objects.bulk_create(
        EtaRevision(
            order=order,
            kind=EtaRevisionKind.BY_HAND,
            old_on=old[order.pk],
            new_on=order.eta_by_hand_on,
            note=wanted[order.pk][1],
            actor_id=key_of(chunk.actor),
            at=chunk.now,
        )
        for order in chunk.orders
    )
    tell_all(
        chunk,
        "orders.eta_set_by_hand",
        lambda order: {
            "old_on": _iso(old[order.pk]),
            "new_on": _iso(order.eta_by_hand_on),
            "reason": wanted[order.pk][1],
        },
    )
    return Applied(before=before)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
