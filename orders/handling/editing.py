"""What every verb on an order begins and ends with: the lock, the checks, the version, the news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from kernel.errors import Conflict, NotFound
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import is_plain
from notifications.outbox import NewFact, record_facts
from orders.models import LinePlan, Order, OrderLine, OrderPlan, OrderStatus, Peg

WHAT_VERBS_DO = {
    "hold": "put it on hold",
    "release": "released a hold",
    "cancel_line": "cancelled units",
    "assign": "gave it to somebody",
    "expedite": "expedited it",
    "un_expedite": "took the expedite back",
    "change_eta": "changed the ETA",
    "take_back_eta": "took a change of the ETA back",
    "ship": "shipped units",
    "pin": "pinned units",
    "unpin": "unpinned units",
    "pick": "picked units",
    "unpick": "put picked units back",
    "change_order_terms": "changed its terms",
    "change_requested": "changed the requested date",
    "substitute_line": "swapped a line",
    "swap_back": "swapped a line back",
    "split": "split it",
    "rejoin": "took a split back",
    "correct_address": "changed the address",
    "restore_address": "took a change of the address back",
    "choose_shipping": "changed how it ships, as the customer asked",
    "cancel_items": "cancelled items, as the customer asked",
    "cancel_rest": "cancelled what was not ready, as the customer asked",
    "take_substitute": "swapped a line, as the customer asked",
    "change_address": "changed the address, as the customer asked",
    "change_contact": "changed the contact, as the customer asked",
}


def lock_order(ref: str) -> Order:
    """Lock an order, which guards its lines, holds and claims; raise NotFound when there is none."""
    named = Order.objects.filter(ref=ref) if is_plain(ref) else Order.objects.none()
    order = named.select_for_update(of=("self",), no_key=True).first()
    if order is None:
        raise NotFound(f"There is no order {ref[:40]}.")
    return order


def lock_open_order(ref: str, *, version: int | None = None) -> Order:
    """Lock an order that is open and, where the caller says what it saw, unchanged since; else raise Conflict."""
    order = lock_order(ref)
    if version is not None and version != order.version:
        raise Conflict(f"{order.ref} was changed meanwhile: {_changes_since(order, version)}.", code="stale")
    if order.status != OrderStatus.OPEN:
        closed = "has been shipped" if order.status == OrderStatus.SHIPPED else "is cancelled"
        raise Conflict(f"{order.ref} {closed}. Take in a new order instead.", code="closed")
    return order


def refuse_held(order: Order) -> None:
    """Raise Conflict, naming the holds, when the order may neither take stock nor ship."""
    kinds = sorted(order.holds.filter(released_at=None).values_list("kind", flat=True))
    if kinds:
        raise Conflict(f"{order.ref} is on hold ({', '.join(kinds)}). Release the hold first.", code="on_hold")


def save_order(order: Order, *fields: str) -> None:
    """Write the changed fields and count the change, so that whoever looks at an older version is told."""
    order.version += 1
    order.save(update_fields=[*fields, "version"])


def tell(
    order: Order, kind: str, *, actor: Actor | None, now: datetime, payload: Mapping[str, Any], subject: str = ""
) -> None:
    """Record the fact of this change of the order and tell open pages. One fact of a kind per version."""
    record_facts([fact_of(order, kind, actor=actor, payload=payload, subject=subject)], now=now)
    announce("order", {"orders": [order.ref]})


def fact_of(order: Order, kind: str, *, actor: Actor | None, payload: Mapping[str, Any], subject: str = "") -> NewFact:
    """Return the fact that somebody changed the order, which its version tells from the same change at another time."""
    said = {"order": {"id": order.pk, "ref": order.ref}, "actor": key_of(actor), **payload}
    return NewFact(kind, f"{kind}:{order.pk}:v{order.version}", said, subject)


def close_if_done(order: Order, *, now: datetime) -> bool:
    """Close an order without open units and take it off the backlog at once; tell whether it closed.

    An order of which anything was shipped closes as shipped, else as cancelled.
    """
    if order.lines.filter(open_qty__gt=0).exists():
        return False
    close_done([order], now=now)
    return True


def close_done(orders: Sequence[Order], *, now: datetime) -> None:
    """Close orders without open units. Their plan rows go here rather than with the next plan, so that the board is
    right the moment this commits."""
    ids = [order.pk for order in orders]
    shipped = set(OrderLine.objects.filter(order_id__in=ids, shipped_qty__gt=0).values_list("order_id", flat=True))
    for order in orders:
        order.status = OrderStatus.SHIPPED if order.pk in shipped else OrderStatus.CANCELLED
        order.closed_at = now
    for status in {order.status for order in orders}:
        closed = [order.pk for order in orders if order.status == status]
        Order.objects.filter(pk__in=closed).update(status=status, closed_at=now)
    Peg.objects.filter(line__order_id__in=ids).delete()
    LinePlan.objects.filter(line__order_id__in=ids).delete()
    OrderPlan.objects.filter(order_id__in=ids).delete()


def product_ids_of(order: Order) -> Iterable[int]:
    """Return the products that the order still waits for."""
    return order.lines.filter(open_qty__gt=0).values_list("product_id", flat=True)


def last_doer(order: Order, verb: str) -> str:
    """Say who last did ``verb`` to the order, from the history that it leaves."""
    events = apps.get_model("orders", "OrderEvent").objects.filter(pgh_obj=order.pk, pgh_context__metadata__verb=verb)
    key = events.order_by("-pgh_id").values_list("pgh_context__metadata__user", flat=True).first()
    return str(get_user_model().objects.filter(pk=key).first() or "the system")


def _changes_since(order: Order, version: int) -> str:
    """Say in words who changed what after ``version``, from the history that every verb leaves."""
    events = apps.get_model("orders", "OrderEvent").objects.filter(pgh_obj=order.pk, version__gt=version)
    contexts = list(events.order_by("pgh_id").values_list("pgh_context__metadata", flat=True))
    users = get_user_model().objects.in_bulk([context["user"] for context in contexts if context and "user" in context])
    said = [
        f"{users.get(context.get('user'), 'the system')} {WHAT_VERBS_DO.get(context.get('verb'), 'changed it')}"
        for context in contexts
        if context
    ]
    return ", ".join(dict.fromkeys(said)) or "look at it again, then repeat your change"
