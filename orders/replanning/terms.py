"""What orders ask beyond their ship policy, loaded only for those that ask, and the days lines wait for hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from orders.planning.types import Ints, PickDays, Terms
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns, copy_out, sorted_by
from orders.replanning.scope import Scope

# The nth figure is for the nth release; the last one for all later ones.
_FIGURE = "COALESCE(t.{name}[LEAST(r.number, cardinality(t.{name}))], 0)::bigint"
_TERMS = f"""
    SELECT l.id, {_FIGURE.format(name="line_fills")}, {_FIGURE.format(name="order_fills")},
        CASE WHEN t.fill_by = 'value' THEN l.unit_price_minor ELSE 1 END, t.max_sources::bigint
    FROM orders_orderterms t
    JOIN orders_order o ON o.id = t.order_id AND o.status = 'open'
    JOIN orders_orderline l ON l.order_id = t.order_id AND l.open_qty > 0
    CROSS JOIN LATERAL (SELECT 1 + count(*) AS number FROM orders_shipment s WHERE s.order_id = t.order_id) r
"""
# Every event run asks, and few backlogs have either.
_WHO_ASKS = """
    SELECT EXISTS (SELECT FROM orders_orderterms) AS any_terms, (
        SELECT COALESCE(json_agg(json_build_array(country, warehouses) ORDER BY country), '[]') FROM (
            SELECT country, array_agg(warehouse_id ORDER BY place, warehouse_id) AS warehouses
            FROM orders_sourcerule WHERE product_id IS NULL GROUP BY country
        ) ruled
    ) AS ruled
"""
_COUNTRY_OF = """
    SELECT c.id, COALESCE(array_position(%(countries)s::text[], c.country::text), 0)
    FROM orders_customer c WHERE c.id = ANY(%(customers)s::bigint[])
"""


def ask_who_asks(ask: Asking) -> Callable[[], Mapping[str, Any]]:
    """Ask whether any order has terms, and which countries have an own list of warehouses."""
    return ask.row(_WHO_ASKS)


def load_terms(who_asks: Mapping[str, Any], scope: Scope, lines: Columns, orders: Columns, place: Ints) -> Terms | None:
    """Read the terms of the lines in scope; ``place`` is each line's position in ``orders``. None where none asks."""
    any_terms, ruled = who_asks["any_terms"], who_asks["ruled"]
    if not any_terms and not ruled:
        return None
    names = ("line_id", "line_fill", "order_fill", "weight", "max_sources")
    query = f"{_TERMS} WHERE {scope.products('l.product_id')}"
    asked = copy_out(query, scope.params, dict.fromkeys(names, "int8"))
    group, preferred = _load_groups(ruled, lines, orders, place)
    line_id = np.union1d(asked["line_id"], lines["line_id"][group >= 0])
    if not len(line_id):
        return None
    columns = {"line_fill": 0, "order_fill": 0, "weight": 1, "max_sources": 0}
    at = np.searchsorted(line_id, asked["line_id"])
    filled = {}
    for name, otherwise in columns.items():
        filled[name] = np.full(len(line_id), otherwise, dtype=np.int64)
        filled[name][at] = asked[name]
    groups = np.full(len(line_id), -1, dtype=np.int64)
    chosen = group >= 0
    groups[np.searchsorted(line_id, lines["line_id"][chosen])] = group[chosen]
    return Terms(line_id=line_id, group=groups, preferred=preferred, **filled)


def ask_pick_days(ask: Asking, scope: Scope) -> Callable[[], PickDays | None]:
    """Ask for the days on which warehouses have hands for lines that must wait for them."""
    query = f"SELECT line_id, pick_on FROM orders_pickday k WHERE {scope.products('k.product_id')}"
    asked = ask.rows(query, scope.params, {"line_id": "int8", "pick_on": "date"})

    def pick_days() -> PickDays | None:
        days = sorted_by(asked(), "line_id")
        return PickDays(days["line_id"], days["pick_on"]) if len(days["line_id"]) else None

    return pick_days


def _load_groups(
    ruled: list[tuple[str, list[int]]], lines: Columns, orders: Columns, place: Ints
) -> tuple[Ints, tuple[tuple[int, ...], ...]]:
    """Return each line's entry in the lists of warehouses of its customer's country, −1 for none, and the lists."""
    if not ruled:
        return np.full(len(lines["line_id"]), -1, dtype=np.int64), ()
    customers = np.unique(orders["customer_id"])
    params = {"countries": [country for country, _ in ruled], "customers": customers.tolist()}
    found = copy_out(_COUNTRY_OF, params, {"id": "int8", "country": "int4"})
    by_id = np.argsort(found["id"])
    groups = found["country"][by_id][np.searchsorted(found["id"][by_id], orders["customer_id"])] - 1
    return groups[place], tuple(tuple(warehouses) for _, warehouses in ruled)
