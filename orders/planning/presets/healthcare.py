"""Healthcare: critical products by need, not by the size of the order or of the customer."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, fixed, is_, lateness, policy

HEALTHCARE = policy(
    expedited(5000),
    fixed("critical", "Critical product", is_("product.critical", True), 1000),
    fixed(
        "critical_late",
        "Critical and past its date",
        {"all": [is_("product.critical", True), {"attribute": "order.days_late", "op": "gt", "value": 0}]},
        500,
    ),
    curve(
        "needed_by",
        "Requested date is near",
        "order.days_to_requested",
        "step",
        steps=[[-3650, 300], [1, 200], [3, 100], [8, 0]],
    ),
    lateness(per_unit=15, cap=300),
    age(3),
)
