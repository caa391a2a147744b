"""What an action on many orders is made of, whatever the action.

A change works on a chunk of orders that the caller has locked, in the caller's transaction, with a fixed number of
statements: what the verbs in ``lifecycle`` and ``eta`` do to one order, it does to all of a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from django.db.models import F

from kernel.people import Actor
from notifications.outbox import record_facts
from orders.handling.editing import fact_of
from orders.models import Order, OrderLine

Said = Callable[[Order], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Locked orders, by ascending key; who acts and when; of an undo, what the undone job kept of each order; and when
    the job began of which this is a part."""

    orders: Sequence[Order]
    actor: Actor | None
    now: datetime
    kept: Mapping[int, Any] = field(default_factory=dict)
    started_at: datetime | None = None

    @property
    def ids(self) -> list[int]:
        return [order.pk for order in self.orders]

    def without(self, refused: Mapping[int, str]) -> Chunk:
        """Return the chunk of the orders that are not refused."""
        return replace(self, orders=[order for order in self.orders if order.pk not in refused])


@dataclass(frozen=True, slots=True)
class Applied:
    """What an undo needs of each changed order, and why others were refused after all."""

    before: Mapping[int, Any] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)


class Change(Protocol):
    """One action with what it needs. ``verb`` names it in the history; ``cause`` its dirty marks ("" needs no plan).

    ``takes_closed`` tells whether it works on orders that are shipped or cancelled, too.
    """

    @property
    def verb(self) -> str: ...

    @property
    def cause(self) -> str: ...

    @property
    def takes_closed(self) -> bool: ...

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        """Return by order id why an order cannot be changed; before any pool or level is locked."""

    def apply(self, chunk: Chunk) -> Applied:
        """Change the orders that were not refused. Their pools are marked; levels are still to be locked."""


def products_of(order_ids: Sequence[int]) -> list[int]:
    """Return the products that the orders still wait for."""
    lines = OrderLine.objects.filter(order_id__in=order_ids, open_qty__gt=0)
    return list(lines.values_list("product_id", flat=True).distinct())


def count_change(orders: Sequence[Order], **values: Any) -> None:
    """Set the same values on all orders and count the change, here and in the database."""
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(**values, version=F("version") + 1)
    for order in orders:
        order.version += 1


def tell_all(chunk: Chunk, kind: str, said: Said, *, subject: str = "") -> None:
    """Record one fact an order; ``subject`` may hold ``{id}``. Open pages are told once a chunk, by the caller."""
    record_facts(
        [
            fact_of(order, kind, actor=chunk.actor, payload=said(order), subject=subject.format(id=order.pk))
            for order in chunk.orders
        ],
        now=chunk.now,
    )
