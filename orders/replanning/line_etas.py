"""Days that people set for single lines, laid over those of their orders."""

from __future__ import annotations

import numpy as np

from orders.planning.types import Ints
from orders.replanning.prepared import read
from orders.replanning.scope import Scope


def with_line_etas(scope: Scope, line_ids: Ints, eta_by_hand: Ints) -> Ints:
    """Return ``eta_by_hand`` (days, parallel to the ascending ``line_ids``) with the lines' own days in their places.

    Only lines of orders that ship what is ready have a day of their own. They are few: one indexed read, O(k log n).
    """
    query = f"""
        SELECT e.line_id, e.eta_on
        FROM orders_lineeta e
        JOIN orders_orderline l ON l.id = e.line_id AND l.open_qty > 0
        JOIN orders_order o ON o.id = l.order_id AND o.ship_policy = 'partial'
        WHERE {scope.products("l.product_id")}
    """
    own = read(query, scope.params, {"line_id": "int8", "eta_on": "date"}, few=scope.is_few)
    if not len(own["line_id"]) or not len(line_ids):
        return eta_by_hand
    place = np.minimum(np.searchsorted(line_ids, own["line_id"]), len(line_ids) - 1)
    found = line_ids[place] == own["line_id"]
    days = eta_by_hand.copy()
    days[place[found]] = own["eta_on"][found]
    return days
