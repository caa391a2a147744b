"""The columns that rules read, loaded only where the policy asks for them (catalogue: planning.attributes)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
from django.db import connection

from orders.planning.attributes import CATALOGUE, Source
from orders.planning.day import DAY_COLUMNS
from orders.planning.ids import find_places, grouped
from orders.planning.types import NO_DAY, Attribute, Attributes, Floats, Ints
from orders.replanning.bulk import Columns, as_array, copy_out
from orders.replanning.ledger import LEDGER_COLUMNS
from orders.replanning.scope import Scope
from orders.replanning.totals import Totals

_MINOR_UNITS = 100.0
RATED_DAYS = 365

# Where each text is read: the key it hangs on, its table and its column.
TIER = "customer.tier"
_TEXTS = {
    TIER: ("customer_id", "orders_customer", "tier"),
    "customer.zone": ("customer_id", "orders_customer", "zone"),
    "customer.code": ("customer_id", "orders_customer", "code"),
    "order.channel": ("order_id", "orders_order", "channel"),
    "order.ship_policy": ("order_id", "orders_order", "ship_policy"),
    "product.sku": ("product_id", "inventory_product", "sku"),
    "product.category": ("product_id", "inventory_product", "category"),
}


def load_attributes(
    names: Collection[str], scope: Scope, lines: Columns, orders: Columns, totals: Totals, place: Ints, *, today: int
) -> Attributes:
    """Return the named columns, parallel to ``lines``; ``place`` is each line's position in ``orders``.

    Ages and days to go are whole days, so that a plan made later the same day scores alike. What the forecast gives is
    worked out by the plan itself, from the same supply and backlog; ``day`` and ``ledger`` have what is their own.
    """
    return {
        name: _load(name, scope, lines, orders, totals, place, today)
        for name in sorted(set(names) - DAY_COLUMNS - LEDGER_COLUMNS)
        if CATALOGUE[name].source is not Source.FORECAST
    }


def _load(
    name: str, scope: Scope, lines: Columns, orders: Columns, totals: Totals, place: Ints, today: int
) -> Attribute:
    match name:
        case "order.open_value":
            minor = _looked_up(orders["order_id"], totals.order_id, totals.open_value_minor)
            return Attribute(minor[place] / _MINOR_UNITS)
        case "order.total_value":
            return Attribute(_total_values(scope, orders)[place])
        case "order.age_days":
            return Attribute((today - orders["placed_on"][place]).astype(np.float64))
        case "order.days_late":
            return Attribute(today - _known(orders["promised_on"])[place])
        case "order.days_to_requested":
            return Attribute(_known(orders["requested_on"])[place] - today)
        case "order.expedited":
            return Attribute(orders["is_expedited"][place].astype(np.float64))
        case "customer.tier":
            return Attribute(orders["tier"][place], CATALOGUE[name].choices)
        case "order.ship_policy":
            return Attribute(orders["ship_policy"][place], CATALOGUE[name].choices)
        case "line.open_qty":
            return Attribute(lines["open_qty"].astype(np.float64))
        case "line.open_value":
            return Attribute(lines["open_qty"] * lines["price_minor"] / _MINOR_UNITS)
        case "line.position":
            return Attribute(lines["position"].astype(np.float64))
        case "product.unit_price" | "product.critical":
            return Attribute(_product_numbers(name, scope, lines))
        case "customer.rating":
            return Attribute(_ratings(orders["customer_id"], today)[place])
        case "line.late_risk" | "line.cost_of_delay" | "line.expected_cost":
            return Attribute(np.full(len(place), np.nan))
    if name.startswith("product."):
        return load_text(name, lines["product_id"])
    key, _, _ = _TEXTS[name]
    per_order = load_text(name, orders[key])
    return Attribute(per_order.values[place], per_order.categories)


def entry_columns(names: Collection[str]) -> list[tuple[str, str]]:
    """Return (table, column) of the texts among ``names`` that hang on the order or its customer."""
    return [_TEXTS[name][1:] for name in names if name in _TEXTS and _TEXTS[name][0] != "product_id"]


def load_entry_attribute(name: str, scope: Scope, rows: Columns) -> Attribute:
    """Return a column that orders have from their first day, parallel to ``rows`` of any orders, open or not.

    ``rows`` has customer_id, order_id and product_id, the products in scope.
    """
    if name in _TEXTS:
        return load_text(name, rows[_TEXTS[name][0]])
    return Attribute(_product_numbers(name, scope, rows))


def _known(days: Ints) -> Floats:
    return np.where(days == NO_DAY, np.nan, days.astype(np.float64))


def _total_values(scope: Scope, orders: Columns) -> Floats:
    """Return the ordered value of each order over all its lines, in the currency; also of lines outside the scope."""
    query = f"""
        SELECT l.order_id, sum(l.ordered_qty * l.unit_price_minor)::bigint
        FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id AND o.status = 'open'
        WHERE {scope.orders("l.order_id")} GROUP BY 1
    """
    values = copy_out(query, scope.params, {"order_id": "int8", "minor": "int8"})
    return _looked_up(orders["order_id"], values["order_id"], values["minor"]) / _MINOR_UNITS


def _ratings(customers: Ints, today: int) -> Floats:
    """Return the mean of what each customer rated us in the year up to ``today``, 1 to 5; NaN without a rating."""
    keys, place = grouped(customers)
    query = """
        SELECT o.customer_id, (avg(f.rating) * 100)::bigint
        FROM orders_feedback f JOIN orders_order o ON o.id = f.order_id
        WHERE o.customer_id = ANY(%(keys)s::bigint[]) AND f.given_at >= %(since)s GROUP BY 1
    """
    since = date.fromordinal(today - RATED_DAYS)
    found = copy_out(query, {"keys": as_array(keys), "since": since}, {"customer_id": "int8", "rating": "int8"})
    ratings = np.full(len(keys), np.nan)
    ratings[np.searchsorted(keys, found["customer_id"])] = found["rating"] / 100.0
    return ratings[place]


def _product_numbers(name: str, scope: Scope, lines: Columns) -> Floats:
    column = "(unit_price * 100)::bigint" if name == "product.unit_price" else "is_critical::int::bigint"
    query = f"SELECT p.id, {column} FROM inventory_product p WHERE {scope.products('p.id')}"
    values = copy_out(query, scope.params, {"id": "int8", "value": "int8"})
    numbers = _looked_up(lines["product_id"], values["id"], values["value"])
    return numbers / (_MINOR_UNITS if name == "product.unit_price" else 1.0)


def _looked_up(wanted: Ints, keys: Ints, values: Ints) -> Ints:
    order = np.argsort(keys)
    return values[order][find_places(keys[order], wanted)]


def load_text(name: str, wanted: Ints) -> Attribute:
    """Return a text column parallel to the ids ``wanted``: codes into the catalogue's choices, or into what occurs."""
    _, table, column = _TEXTS[name]
    keys, place = grouped(wanted)
    rows = f"FROM {table} t WHERE t.id = ANY(%(keys)s::bigint[]) ORDER BY t.id"
    choices = CATALOGUE[name].choices
    if choices:
        query = f"SELECT t.id, COALESCE(array_position(%(choices)s::text[], t.{column}::text), 0) {rows}"
        found = copy_out(query, {"keys": as_array(keys), "choices": list(choices)}, {"id": "int8", "code": "int4"})
        return Attribute((found["code"] - 1)[place], choices)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id, t.{column} {rows}", {"keys": as_array(keys)})
        texts = [text for _, text in cursor.fetchall()]
    categories = tuple(sorted(set(texts)))
    codes = {text: code for code, text in enumerate(categories)}
    by_key = np.fromiter((codes[text] for text in texts), dtype=np.int64, count=len(texts))
    return Attribute(by_key[place], categories)
