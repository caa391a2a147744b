"""What webhooks can hear: our facts under names that outlive how we are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVENTS: dict[str, str] = {
    "orders.taken_in": "order.received",
    "orders.backordered": "order.backordered",
    "orders.eta_slipped": "promise.changed",
    "orders.eta_improved": "promise.changed",
    "orders.line_allocated": "order.ready",
    "orders.shipped": "order.shipped",
    "orders.cancelled": "order.cancelled",
    "orders.back_in_stock": "order.back_in_stock",
    "orders.compensated": "order.compensated",
    "orders.cancelled_unanswered": "order.cancelled",
    "orders.held": "hold.placed",
    "orders.released": "hold.released",
    "orders.customer_chose": "customer.chose",
}
NAMES = tuple(sorted(set(EVENTS.values())))
# Contact data stays with us: a webhook names the customer by code.
_CUSTOMER = ("code", "name")


def body_of(kind: str, payload: Mapping[str, Any], occurred_at: str) -> dict[str, Any]:
    """Return what is sent for a fact: type, timestamp and data, as Standard Webhooks has them."""
    data = dict(payload)
    if isinstance(data.get("customer"), Mapping):
        data["customer"] = {name: data["customer"].get(name) for name in _CUSTOMER}
    data.pop("actor", None)
    return {"type": EVENTS[kind], "timestamp": occurred_at, "data": data}
