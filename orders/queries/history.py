"""The company's past as arrays, for learning and for replays: one sequential read a table, no object per row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time

import numpy as np
from django.conf import settings
from django.utils import timezone

from orders.learning.history import (
    NEVER,
    Departures,
    History,
    Levels,
    Moves,
    PastHolds,
    PastLines,
    PastOrders,
    PastProducts,
    Purchases,
    Receipts,
)
from orders.planning.attributes import CATALOGUE
from orders.planning.types import NO_DAY, Attribute, Ints
from orders.replanning.attributes import load_text
from orders.replanning.bulk import Columns, copy_out
from orders.replanning.inputs import SHIP_POLICIES
from orders.replanning.snapshot import snapshot

# An order counts where it was open at some time of the window; the joins below repeat this condition.
_WITHIN = "(o.closed_at IS NULL OR o.closed_at >= %(from_at)s) AND o.placed_at < %(until_at)s"
_ORDERS = f"""
    SELECT o.id, o.customer_id, o.placed_at, (o.placed_at AT TIME ZONE %(zone)s)::date,
        COALESCE((o.closed_at AT TIME ZONE %(zone)s)::date, '-infinity'), COALESCE(p.promised_on, '-infinity'),
        COALESCE(o.requested_on, '-infinity'),
        (array_position(%(ship_policies)s::text[], o.ship_policy::text) - 1)::smallint, o.is_expedited,
        COALESCE(array_position(%(tiers)s::text[], c.tier::text), 0) - 1
    FROM orders_order o
    JOIN orders_customer c ON c.id = o.customer_id
    LEFT JOIN orders_orderpromise p ON p.order_id = o.id
    WHERE {_WITHIN} ORDER BY o.id
"""
_LINES = f"""
    SELECT l.id, l.order_id, l.product_id, l.ordered_qty - l.cancelled_qty, l.cancelled_qty,
        l.unit_price_minor, l.position
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE {_WITHIN} ORDER BY l.id
"""
_DEPARTURES = f"""
    SELECT d.line_id, d.qty, (s.shipped_at AT TIME ZONE %(zone)s)::date
    FROM orders_shipmentline d
    JOIN orders_shipment s ON s.id = d.shipment_id
    JOIN orders_order o ON o.id = s.order_id
    WHERE {_WITHIN}
"""
_HOLDS = f"""
    SELECT h.order_id, (h.placed_at AT TIME ZONE %(zone)s)::date,
        COALESCE((h.released_at AT TIME ZONE %(zone)s)::date, '-infinity')
    FROM orders_hold h JOIN orders_order o ON o.id = h.order_id
    WHERE {_WITHIN}
"""
_MOVES = """
    SELECT m.product_id, m.warehouse_id, m.qty, (m.at AT TIME ZONE %(zone)s)::date,
        m.kind = 'shipment', EXISTS (SELECT FROM inventory_receipt r WHERE r.movement_id = m.id)
    FROM inventory_stockmovement m WHERE m.at >= %(from_at)s
"""
_LEVELS = """
    SELECT s.product_id, s.warehouse_id, s.on_hand, w.preference
    FROM inventory_stocklevel s JOIN inventory_warehouse w ON w.id = s.warehouse_id
    ORDER BY s.product_id, s.warehouse_id
"""
_PURCHASES = """
    SELECT l.id, l.product_id, l.warehouse_id, o.supplier_id, l.ordered_qty - l.cancelled_qty, o.ordered_on,
        l.first_expected_on
    FROM inventory_purchaseorderline l JOIN inventory_purchaseorder o ON o.id = l.purchase_order_id
    WHERE o.ordered_on < %(until_on)s AND l.ordered_qty > l.cancelled_qty
        AND (l.outstanding_qty > 0 OR EXISTS (
            SELECT FROM inventory_receipt r WHERE r.purchase_order_line_id = l.id AND r.received_on >= %(from_on)s))
    ORDER BY l.id
"""
_RECEIPTS = """
    SELECT r.purchase_order_line_id, r.qty, r.received_on, r.expected_on
    FROM inventory_receipt r
    ORDER BY r.purchase_order_line_id, r.received_on, r.id
"""
_PRODUCTS = """
    SELECT p.id, COALESCE(sp.supplier_id, 0)::bigint, COALESCE(sp.lead_time_days, 0)::int,
        (p.unit_price * 100)::bigint, p.is_critical
    FROM inventory_product p
    LEFT JOIN inventory_supplierproduct sp ON sp.product_id = p.id AND sp.is_preferred
    ORDER BY p.id
"""


def load_history(*, from_on: date, until_on: date) -> History:
    """Read what happened from ``from_on`` to before ``until_on``, in one snapshot. O(rows of that time), no locks.

    Days are the shop's own, not UTC's. Cancellations have no day in the tables, so what was cancelled counts as never
    ordered.
    """
    params = {
        "from_on": from_on,
        "until_on": until_on,
        "from_at": timezone.make_aware(datetime.combine(from_on, time.min)),
        "until_at": timezone.make_aware(datetime.combine(until_on, time.min)),
        "zone": settings.TIME_ZONE,
        "ship_policies": SHIP_POLICIES,
        "tiers": list(CATALOGUE["customer.tier"].choices),
    }
    with snapshot():
        orders, products = _orders(params), _products(params)
        lines = _lines(params, orders.order_id, products.product_id)
        purchases = _purchases(params, products.product_id)
        return History(
            from_on=from_on.toordinal(),
            until_on=until_on.toordinal(),
            orders=orders,
            lines=lines,
            departures=_departures(params, lines.line_id),
            moves=_moves(params, products.product_id),
            levels=_levels(params, products.product_id),
            purchases=purchases,
            receipts=_receipts(params, purchases.source_id),
            holds=_holds(params, orders.order_id),
            products=products,
        )


def load_texts(history: History, names: Collection[str]) -> dict[str, Attribute]:
    """Return the named texts, parallel to the history's orders or, for those of products, to its products."""
    keys = {
        "customer": history.orders.customer_id,
        "order": history.orders.order_id,
        "product": history.products.product_id,
    }
    return {name: load_text(name, keys[name.partition(".")[0]]) for name in sorted(names)}


def _read(query: str, params: Mapping[str, object], **types: str) -> Columns:
    return copy_out(query, params, types)


def _places(keys: Ints, wanted: Ints) -> Ints:
    """Return where each wanted key is among the ascending ``keys``; −1 where it is not."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def _or_never(days: Ints) -> Ints:
    return np.where(days == NO_DAY, NEVER, days)


def _orders(params: Mapping[str, object]) -> PastOrders:
    types = {"order_id": "int8", "customer_id": "int8", "placed_at": "timestamptz", "placed_on": "date"}
    types |= {
        "closed_on": "date",
        "promised_on": "date",
        "requested_on": "date",
        "ship_policy": "int2",
        "is_expedited": "bool",
    }
    columns = _read(_ORDERS, params, **types, tier="int4")
    columns["ship_policy"] = columns["ship_policy"].astype(np.int16)
    columns["closed_on"] = _or_never(columns["closed_on"])
    return PastOrders(**columns)


def _lines(params: Mapping[str, object], order_id: Ints, product_id: Ints) -> PastLines:
    types = {"line_id": "int8", "order": "int8", "product": "int8", "qty": "int4", "cancelled_qty": "int4"}
    columns = _read(_LINES, params, **types, price_minor="int8", position="int4")
    columns["order"] = _places(order_id, columns["order"])
    columns["product"] = _places(product_id, columns["product"])
    return PastLines(**columns)


def _departures(params: Mapping[str, object], line_id: Ints) -> Departures:
    columns = _read(_DEPARTURES, params, line="int8", qty="int4", day="date")
    columns["line"] = _places(line_id, columns["line"])
    return Departures(**columns)


def _holds(params: Mapping[str, object], order_id: Ints) -> PastHolds:
    columns = _read(_HOLDS, params, order="int8", from_on="date", until_on="date")
    columns["order"] = _places(order_id, columns["order"])
    columns["until_on"] = _or_never(columns["until_on"])
    return PastHolds(**columns)


def _moves(params: Mapping[str, object], product_id: Ints) -> Moves:
    types = {"product": "int8", "warehouse_id": "int8", "qty": "int4", "day": "date"}
    columns = _read(_MOVES, params, **types, is_shipment="bool", is_purchase="bool")
    columns["product"] = _places(product_id, columns["product"])
    return Moves(**columns)


def _levels(params: Mapping[str, object], product_id: Ints) -> Levels:
    columns = _read(_LEVELS, params, product="int8", warehouse_id="int8", on_hand="int4", preference="int2")
    columns["product"] = _places(product_id, columns["product"])
    return Levels(**columns)


def _purchases(params: Mapping[str, object], product_id: Ints) -> Purchases:
    types = {"source_id": "int8", "product": "int8", "warehouse_id": "int8", "supplier_id": "int8", "qty": "int4"}
    columns = _read(_PURCHASES, params, **types, ordered_on="date", expected_on="date")
    columns["product"] = _places(product_id, columns["product"])
    return Purchases(**columns)


def _receipts(params: Mapping[str, object], source_id: Ints) -> Receipts:
    columns = _read(_RECEIPTS, params, purchase="int8", qty="int4", day="date", expected_on="date")
    columns["purchase"] = _places(source_id, columns["purchase"])
    known = columns["purchase"] >= 0
    return Receipts(**{name: column[known] for name, column in columns.items()})


def _products(params: Mapping[str, object]) -> PastProducts:
    types = {"product_id": "int8", "supplier_id": "int8", "lead_time_days": "int4", "price_minor": "int8"}
    return PastProducts(**_read(_PRODUCTS, params, **types, is_critical="bool"))
