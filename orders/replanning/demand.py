"""The forecast that a policy reads, and which part of it is of which class; loaded only where the policy asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings

from inventory.models import ForecastRun, ForecastRunStatus
from orders.planning.demand import UNKNOWN, Demand
from orders.planning.rules import Forecast, Policy, comparisons
from orders.planning.score import first_met
from orders.planning.types import Floats, Ints
from orders.replanning.attributes import entry_columns, load_entry_attribute
from orders.replanning.bulk import Columns, copy_out
from orders.replanning.scope import Scope

ALIASES = {"orders_customer": "c", "orders_order": "o"}


def load_demand(scope: Scope, policy: Policy) -> Demand | None:
    """Return what is forecast of the products in scope, or None for a policy that does not read it.

    Inside the caller's snapshot; products by id. A product's classes have the parts of its forecast that they had of
    its units in the weeks before the forecast began, so that the answer stands until the next forecast. Two queries
    and one more for each attribute that tells the classes apart.
    """
    if not policy.reads_forecast():
        return None
    product_id, first_week_on, means, highs = _load_weeks(scope)
    shares = np.zeros((len(product_id), 0))
    if policy.forecast and policy.forecast.classes and len(product_id):
        shares = _load_shares(scope, policy.forecast, product_id, date.fromordinal(int(first_week_on.max())))
    return Demand(product_id, first_week_on, means, highs, shares)


def has_newer_forecast(policy: Policy, *, since: datetime) -> bool:
    """Tell whether the policy reads a forecast that was finished after ``since``."""
    done = ForecastRun.objects.filter(status=ForecastRunStatus.DONE, finished_at__gt=since)
    return policy.reads_forecast() and done.exists()


def _load_weeks(scope: Scope) -> tuple[Ints, Ints, Floats, Floats]:
    query = f"""
        SELECT f.product_id, f.first_week_on, week.place, week.mean, week.high
        FROM inventory_demandforecast f
        CROSS JOIN LATERAL unnest(f.means, f.highs) WITH ORDINALITY AS week(mean, high, place)
        WHERE {scope.products("f.product_id")}
    """
    types = {"product_id": "int8", "first_week_on": "date", "place": "int8", "mean": "float8", "high": "float8"}
    rows = copy_out(query, scope.params, types)
    product_id, first, entry = np.unique(rows["product_id"], return_index=True, return_inverse=True)
    shape = (len(product_id), int(rows["place"].max(initial=0)))
    means, highs = np.zeros(shape), np.zeros(shape)
    means[entry, rows["place"] - 1] = rows["mean"]
    highs[entry, rows["place"] - 1] = rows["high"]
    return product_id, rows["first_week_on"][first], means, highs


def _load_shares(scope: Scope, forecast: Forecast, product_id: Ints, until_on: date) -> Floats:
    """Return the part of each product's past units that each class wanted; 0 for a product that nobody did.

    ``until_on`` is the day on which all forecasts begin, since they are of one run.
    """
    names = sorted({compare.attribute for entry in forecast.classes for compare in comparisons(entry.when)})
    past = _load_past(scope, names, until_on - timedelta(weeks=forecast.history_weeks), until_on)
    columns = {name: load_entry_attribute(name, scope, past) for name in names}
    class_ = first_met([entry.when for entry in forecast.classes], columns, len(past["qty"]))
    entry = np.searchsorted(product_id, past["product_id"])
    width = len(forecast.classes) + 1
    cell = entry * width + np.where(class_ == UNKNOWN, width - 1, class_)
    summed = np.bincount(cell, weights=past["qty"], minlength=len(product_id) * width)
    units: Floats = summed.astype(np.float64).reshape(-1, width)
    total = units.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(units, total, out=np.zeros_like(units), where=total > 0)
    return shares[:, :-1]


def _load_past(scope: Scope, names: Collection[str], from_on: date, until_on: date) -> Columns:
    """Read what was wanted of forecast products from one day until before another, days by the shop's calendar.

    One row for all lines of a product that are alike in the attributes ``names``; its order and customer stand for
    those of all of them.
    """
    alike = ["l.product_id", *(f"{ALIASES[table]}.{column}" for table, column in entry_columns(names))]
    query = f"""
        SELECT l.product_id, min(l.order_id), min(o.customer_id), sum(l.ordered_qty - l.cancelled_qty)::bigint
        FROM inventory_demandforecast f
        JOIN orders_orderline l ON l.product_id = f.product_id AND l.ordered_qty > l.cancelled_qty
        JOIN orders_order o ON o.id = l.order_id
            AND o.placed_at >= %(from_on)s::timestamp AT TIME ZONE %(zone)s
            AND o.placed_at < %(until_on)s::timestamp AT TIME ZONE %(zone)s
        JOIN orders_customer c ON c.id = o.customer_id
        WHERE {scope.products("f.product_id")}
        GROUP BY {", ".join(alike)}
    """
    params = {**scope.params, "from_on": from_on, "until_on": until_on, "zone": settings.TIME_ZONE}
    return copy_out(query, params, {"product_id": "int8", "order_id": "int8", "customer_id": "int8", "qty": "int8"})
