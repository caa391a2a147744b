"""Days that people set for single lines, laid over those of their orders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orders.planning.types import Ints
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns
from orders.replanning.scope import Scope


def ask_line_etas(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    """Ask for the lines in scope with a day of their own: only those of orders that ship what is ready have one."""
    query = f"""
        SELECT e.line_id, e.eta_on
        FROM orders_lineeta e
        JOIN orders_orderline l ON l.id = e.line_id AND l.open_qty > 0
        JOIN orders_order o ON o.id = l.order_id AND o.ship_policy = 'partial'
        WHERE {scope.products("l.product_id")}
    """
    return ask.rows(query, scope.params, {"line_id": "int8", "eta_on": "date"})


def with_line_etas(own: Columns, line_ids: Ints, eta_by_hand: Ints) -> Ints:
    """Return ``eta_by_hand`` (days, parallel to the ascending ``line_ids``) with the lines' ``own`` days instead.

    Such lines are few: O(k log n).
    """
    if not len(own["line_id"]) or not len(line_ids):
        return eta_by_hand
    place = np.minimum(np.searchsorted(line_ids, own["line_id"]), len(line_ids) - 1)
    found = line_ids[place] == own["line_id"]
    days = eta_by_hand.copy()
    days[place[found]] = own["eta_on"][found]
    return days
