"""What left in the windows of a policy's quotas; read only where the policy has a quota with one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.conf import settings

from orders.planning.rules import Policy
from orders.planning.score import first_met
from orders.planning.types import Shipped
from orders.planning.windows import count_shipped, read_by_windows, up_to_windows
from orders.replanning.attributes import entry_columns, load_entry_attribute
from orders.replanning.bulk import Columns, copy_out
from orders.replanning.demand import ALIASES
from orders.replanning.scope import Scope


def load_shipped(scope: Scope, policy: Policy, *, today: int) -> Shipped | None:
    """Return what left of the products in scope, or None for a policy whose quotas count by the plan alone.

    Inside the caller's snapshot; products by id. One query, and one for each attribute that tells the quotas apart.
    """
    told_apart = up_to_windows(policy.quotas)
    if not told_apart:
        return None
    names = read_by_windows(policy.quotas)
    left = _load_left(scope, names, {quota.window_days for quota in told_apart if quota.window_days}, today)
    columns = {name: load_entry_attribute(name, scope, left) for name in names}
    group = first_met([quota.when for quota in told_apart], columns, len(left["qty"]))
    return count_shipped(left["product_id"], group, left["day"], left["qty"], policy.quotas, today=today)


def _load_left(scope: Scope, names: Collection[str], windows: Collection[int], today: int) -> Columns:
    """Read what left in the longest of the windows that end with a day, days by the shop's calendar.

    One row for all units of a product whose lines are alike in the attributes ``names`` and that left in the same
    windows; ``day`` is the first of the shortest of these, its order and customer stand for those of all of them.
    """
    alike = ["l.product_id", "4", *(f"{ALIASES[table]}.{column}" for table, column in entry_columns(names))]
    left_on = "(s.shipped_at AT TIME ZONE %(zone)s)::date"
    query = f"""
        SELECT l.product_id, min(l.order_id), min(o.customer_id),
            (%(firsts)s::date[])[width_bucket({left_on}, %(firsts)s::date[])], sum(sl.qty)::bigint
        FROM orders_shipment s
        JOIN orders_shipmentline sl ON sl.shipment_id = s.id
        JOIN orders_orderline l ON l.id = sl.line_id AND {scope.products("l.product_id")}
        JOIN orders_order o ON o.id = l.order_id
        JOIN orders_customer c ON c.id = o.customer_id
        WHERE s.shipped_at >= %(from_on)s::timestamp AT TIME ZONE %(zone)s
            AND s.shipped_at < %(until_on)s::timestamp AT TIME ZONE %(zone)s
        GROUP BY {", ".join(alike)}
    """
    firsts = [date.fromordinal(today - days + 1) for days in sorted(windows, reverse=True)]
    days = {"firsts": firsts, "from_on": firsts[0], "until_on": date.fromordinal(today + 1)}
    types = {"product_id": "int8", "order_id": "int8", "customer_id": "int8", "day": "date", "qty": "int8"}
    return copy_out(query, {**scope.params, **days, "zone": settings.TIME_ZONE}, types)
