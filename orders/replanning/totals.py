"""What an order's open lines add up to, and whether its stored plan still says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orders.planning.ids import distinct, find_places, grouped
from orders.planning.types import NO_DAY, Backlog, Bools, Ints, Plan
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns, sorted_by
from orders.replanning.scope import Scope


@dataclass(frozen=True, slots=True)
class Totals:
    """Per order with an open line in scope, ascending: the value of all its open lines, in pence.

    ``stale_orders`` are those whose plan does not say what their lines do: changed by a verb, or left behind by a run
    that died.
    """

    order_id: Ints
    open_value_minor: Ints
    stale_orders: Ints


# An order that has a date and no promise yet is stale too, since its promise waits for the next roll-up.
# Lines of such an order outside the scope count too, which is why the arrays of an event run do not suffice. Plans are
# looked up one by one (OFFSET 0 keeps that so): left alone, PostgreSQL reads all of them from a few thousand orders on.
_TOTALS = """
    SELECT t.order_id, t.open_value_minor, p.order_id IS NULL
        OR (p.score, p.open_lines, p.open_units, p.open_units - p.short_units, p.open_value_minor,
            CASE WHEN p.promised_on IS NOT NULL THEN p.eta_p50 END)
        IS DISTINCT FROM (t.score, t.open_lines, t.open_units, t.ready_units, t.open_value_minor, t.eta_p50)
    FROM (
        SELECT l.order_id, max(p.score) AS score, count(*) AS open_lines, sum(l.open_qty) AS open_units,
            sum(LEAST(COALESCE(p.allocated_qty, 0), l.open_qty)) AS ready_units,
            sum(l.open_qty * l.unit_price_minor)::bigint AS open_value_minor,
            CASE WHEN count(p.eta_p50) = count(*) THEN max(p.eta_p50) END AS eta_p50
        FROM orders_orderline l
        LEFT JOIN LATERAL (SELECT * FROM orders_lineplan WHERE line_id = l.id OFFSET 0) p ON true
        WHERE l.open_qty > 0 AND {condition}
        GROUP BY l.order_id
    ) t
    LEFT JOIN LATERAL (SELECT * FROM orders_orderplan WHERE order_id = t.order_id OFFSET 0) p ON true
"""
_PLANS = """
    SELECT order_id, score, open_lines, open_units, open_units - short_units, open_value_minor,
        COALESCE(CASE WHEN promised_on IS NOT NULL THEN eta_p50 END, '-infinity')
    FROM orders_orderplan
"""


def ask_totals(ask: Asking, scope: Scope) -> Callable[[], Totals]:
    """Ask what the orders in scope add up to, where that is not the whole backlog (``add_up``, ``find_stale``)."""
    types = {"order_id": "int8", "open_value_minor": "int8", "is_stale": "bool"}
    asked = ask.rows(_TOTALS.format(condition=scope.orders("l.order_id")), scope.params, types)

    def totals() -> Totals:
        found = sorted_by(asked(), "order_id")
        return Totals(found["order_id"], found["open_value_minor"], found["order_id"][found["is_stale"]])

    return totals


def add_up(lines: Columns) -> Totals:
    """Add up the orders of the whole backlog, which is several times faster than a join; none is known to be stale."""
    order_id, place = grouped(lines["order_id"])
    return Totals(order_id, _summed(len(order_id), place, lines["open_qty"] * lines["price_minor"]), order_id[:0])


def ask_order_plans(ask: Asking) -> Callable[[], Columns]:
    """Ask what the stored plans of all orders say, for ``find_stale``."""
    types = {"order_id": "int8", "score": "float8"}
    types |= dict.fromkeys(("open_lines", "open_units", "ready_units"), "int4")
    return ask.rows(_PLANS, {}, types | {"open_value_minor": "int8", "eta_p50": "date"})


def find_stale(backlog: Backlog, price_minor: Ints, unpromised: Ints, plan: Plan, order_plans: Columns) -> Ints:
    """Return the stale orders of the whole backlog, ascending, as its new ``plan`` makes them.

    An order of which a line's plan changes may be among them or not: it is rolled up in any case. Takes the prices of
    the lines in pence and the orders without a promise. Only here an order is found whose plan has a promised day and
    which has no promise, as a first plan leaves it that died, and one that has a plan and no open line any more.
    """
    order_id, place = grouped(backlog.order_id)
    if not len(order_plans["order_id"]):
        return order_id
    at, known = _places(order_id, order_plans["order_id"])
    same = np.zeros(len(order_id), dtype=np.bool_)
    same[at[known]] = True
    for name, values in _planned_totals(len(order_id), place, backlog, price_minor, plan).items():
        same[at[known]] &= order_plans[name][known] == values[at[known]]
    same[at[known]] &= (order_plans["eta_p50"][known] == NO_DAY) | ~np.isin(order_plans["order_id"][known], unpromised)
    return distinct(order_id[~same], order_plans["order_id"][~known])


def _planned_totals(orders: int, place: Ints, backlog: Backlog, price_minor: Ints, plan: Plan) -> Columns:
    """Return what the plans of the lines add up to; ``place`` is each line's order."""
    qty, eta = backlog.open_qty, plan.eta_p50
    latest, score = np.full(orders, NO_DAY), np.full(orders, -np.inf)
    np.maximum.at(latest, place, eta)
    np.maximum.at(score, place, plan.score)
    latest[place[eta == NO_DAY]] = NO_DAY
    return {
        "score": score,
        "open_lines": np.bincount(place, minlength=orders),
        "open_units": _summed(orders, place, qty),
        "ready_units": _summed(orders, place, np.minimum(plan.allocated_qty, qty)),
        "open_value_minor": _summed(orders, place, qty * price_minor),
        "eta_p50": latest,
    }


def _summed(orders: int, place: Ints, values: Ints) -> Ints:
    sums = np.zeros(orders, dtype=np.int64)
    np.add.at(sums, place, values)
    return sums


def _places(keys: Ints, wanted: Ints) -> tuple[Ints, Bools]:
    """Return where each wanted key is among the ascending ``keys``, and whether it is."""
    at = np.minimum(find_places(keys, wanted), max(len(keys) - 1, 0))
    return at, keys[at] == wanted if len(keys) else np.zeros(len(wanted), dtype=np.bool_)
