"""What somebody who asks for units may have, behind everybody who waits: the policy's say, and warehouses' hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime, time

import numpy as np
from django.utils import timezone

from orders.models import HandsPass
from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.capacity import Capacity, with_days
from orders.planning.cover import with_estimates
from orders.planning.day import day_columns
from orders.planning.keeping import free_for_others
from orders.planning.prepare import Prepared, prepare
from orders.planning.quotas import free_of_groups
from orders.planning.rules import Policy
from orders.planning.supply import Buckets
from orders.planning.types import Attribute, Attributes, Context, Ints
from orders.planning.windows import with_shipped
from orders.replanning.attributes import load_entry_attribute
from orders.replanning.demand import load_demand
from orders.replanning.hands import load_capacity
from orders.replanning.inputs import Inputs, load_inputs
from orders.replanning.learned import judge_lines
from orders.replanning.scope import Scope
from orders.replanning.sites import context_of

Spare = Callable[[Buckets, Ints], Ints]


def load_spare(scope: Scope, policy: Policy, *, today: int) -> Spare | None:
    """Return how many of the unclaimed units of each bucket the policy leaves to somebody of no class and no group.

    None where it leaves them all. Inside the caller's snapshot. Reads the lines of the products in scope where the
    policy's quotas keep units, since what is kept depends on what is asked for.
    """
    if any(quota.keep for quota in policy.quotas):
        ready = _prepared(scope, policy, today=today)
        return lambda buckets, free: free_of_groups(ready, policy, free)
    demand = load_demand(scope, policy) if policy.classes() else None
    forecast = policy.forecast
    if forecast is None or demand is None or not len(demand.product_id):
        return None
    product_id = np.array(scope.product_ids, dtype=np.int64)
    return lambda buckets, free: free_for_others(buckets, free, product_id, forecast, demand, today)


def load_hands_left(*, today: date) -> Capacity | None:
    """Return what warehouses have left of their days once all that waits is picked; None where none is bounded.

    By the last pass over their queues (``orders.hands``), which follows a plan within seconds.
    """
    midnight = datetime.combine(today, time.min, tzinfo=timezone.get_current_timezone())
    capacity = load_capacity(today=today.toordinal(), since=midnight)
    last = HandsPass.objects.first()
    if capacity is None or last is None:
        return capacity
    place = {warehouse: at for at, warehouse in enumerate(capacity.warehouse_id.tolist())}
    left = [
        (place[warehouse], day, units)
        for warehouse, day, units in last.left
        if warehouse in place and day >= today.toordinal()
    ]
    return with_days(capacity, left)


def _prepared(scope: Scope, policy: Policy, *, today: int) -> Prepared:
    """Return the lines of the products in scope as a plan would see them, and one of 0 units of each other product."""
    inputs = load_inputs(scope, policy, today=today)
    context = context_of(inputs.sites, today=today)
    inputs = replace(inputs, attributes={**inputs.attributes, **judge_lines(inputs, context)})
    inputs = _with_idle_lines(inputs, scope, context)
    ready = prepare(inputs.backlog, inputs.supply, inputs.frozen, inputs.products, inputs.attributes, context)
    return with_shipped(with_estimates(ready, policy.attributes(), inputs.demand), inputs.shipped, policy)


def _with_idle_lines(inputs: Inputs, scope: Scope, context: Context) -> Inputs:
    """Add a line that wants nothing of each product without any: so its quotas know what it is."""
    backlog = inputs.backlog
    idle = np.setdiff1d(np.array(scope.product_ids, dtype=np.int64), backlog.product_id)
    if not len(idle):
        return inputs
    added = {
        "line_id": int(backlog.line_id.max(initial=0)) + 1 + np.arange(len(idle)),
        "order_id": int(backlog.order_id.max(initial=0)) + 1 + np.arange(len(idle)),
        "product_id": idle,
    }
    nothing = np.zeros(len(idle), dtype=np.int64)
    columns = {}
    for field in fields(backlog):
        column = getattr(backlog, field.name)
        columns[field.name] = np.concatenate((column, added.get(field.name, nothing))).astype(column.dtype)
    attributes = {**_longer(inputs, scope, idle), **day_columns(inputs.attributes, context, len(columns["line_id"]))}
    return replace(inputs, backlog=type(backlog)(**columns), attributes=attributes)


def _longer(inputs: Inputs, scope: Scope, idle: Ints) -> Attributes:
    """Return the columns with what is known of the products ``idle``; all else of their lines is unknown."""
    found = {}
    for name, column in inputs.attributes.items():
        if name.startswith("product."):
            both = np.concatenate((inputs.backlog.product_id, idle))
            found[name] = load_entry_attribute(name, scope, {"product_id": both})
            continue
        unknown = -1 if CATALOGUE[name].kind is Kind.TEXT else np.nan
        values = np.concatenate((column.values, np.full(len(idle), unknown)))
        found[name] = Attribute(values, column.categories)
    return found
