"""What rules may read of the days that customers were told: the promise ledger as it stood when the day began.

What is told today counts from tomorrow, so that a plan made later the same day scores alike. docs/planning.md, section
The day and what was told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

import numpy as np
from django.conf import settings

from orders.planning.types import NO_DAY, Attribute, Floats
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns
from orders.replanning.scope import Scope

LEDGER_COLUMNS = frozenset({"plan.times_slipped", "plan.days_slipped", "plan.days_since_told"})
_TOLD = """
    SELECT r.order_id, count(*) FILTER (WHERE r.new_on > r.old_on),
        (array_agg(r.new_on ORDER BY r.at DESC, r.id DESC))[1], (max(r.at) AT TIME ZONE %(zone)s)::date
    FROM orders_etarevision r
    WHERE r.kind = 'told' AND r.at < %(today)s::timestamp AT TIME ZONE %(zone)s AND {condition} GROUP BY r.order_id
"""
_TYPES = {"order_id": "int8", "times": "int8", "told": "date", "told_on": "date"}
_OPEN = "r.order_id IN (SELECT id FROM orders_order WHERE status = 'open')"

Read = Callable[[Columns], dict[str, Attribute]]


def ask_ledger(ask: Asking, scope: Scope, names: Collection[str], *, today: int) -> Read:
    """Ask for those of the named columns that the ledger has, of the orders in scope; nothing where none is named.

    The answer takes the orders, by ascending id, and is parallel to them.
    """
    asked = LEDGER_COLUMNS.intersection(names)
    if not asked:
        return lambda orders: {}
    condition = _OPEN if scope.is_everything else scope.orders("r.order_id")
    params = {**scope.params, "zone": settings.TIME_ZONE, "today": date.fromordinal(today)}
    told = ask.rows(_TOLD.format(condition=condition), params, _TYPES)
    return lambda orders: {name: column for name, column in _columns(told(), orders, today).items() if name in asked}


def _columns(told: Columns, orders: Columns, today: int) -> dict[str, Attribute]:
    """Return all columns, parallel to the orders; who was told nothing has not slipped."""
    place = np.searchsorted(orders["order_id"], told["order_id"])
    known = np.isin(told["order_id"], orders["order_id"])
    place, told = place[known], {name: column[known] for name, column in told.items()}
    promised = orders["promised_on"][place]
    beyond = np.where(promised == NO_DAY, 0, told["told"] - promised)

    def spread(values: Floats, otherwise: float) -> Attribute:
        column = np.full(len(orders["order_id"]), otherwise)
        column[place] = values
        return Attribute(column)

    return {
        "plan.times_slipped": spread(told["times"], 0.0),
        "plan.days_slipped": spread(beyond, 0.0),
        "plan.days_since_told": spread(today - told["told_on"], np.nan),
    }
