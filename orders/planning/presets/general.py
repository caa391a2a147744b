"""For any trade: age alone, and the balanced policy that a new database starts with."""

from __future__ import annotations

from typing import Any

FIFO: dict[str, Any] = {"version": 1, "strategy": "fifo", "rules": []}

BALANCED_PRIORITY: dict[str, Any] = {
    "version": 1,
    "strategy": "priority",
    "rules": [
        {
            "id": "expedited",
            "label": "Expedited by a person",
            "when": {"attribute": "order.expedited", "op": "eq", "value": True},
            "points": {"type": "fixed", "points": 1000},
        },
        {
            "id": "lateness",
            "label": "Days past the promised date",
            "attribute": "order.days_late",
            "points": {"type": "linear", "per_unit": 5, "cap": 150},
        },
        {
            "id": "tier",
            "label": "Customer tier",
            "attribute": "customer.tier",
            "points": {"type": "by_value", "values": {"platinum": 150, "gold": 100, "silver": 50, "standard": 0}},
        },
        {
            "id": "needed_by",
            "label": "Requested date is near",
            "attribute": "order.days_to_requested",
            "points": {"type": "logistic", "midpoint": 7, "steepness": -0.5, "max": 100},
        },
        {
            "id": "value",
            "label": "Open value of the order",
            "attribute": "order.open_value",
            "points": {"type": "linear", "per_unit": 0.05, "cap": 150},
        },
        {
            "id": "age",
            "label": "Age of the order",
            "attribute": "order.age_days",
            "points": {"type": "linear", "per_unit": 1},
        },
    ],
}
