"""Technology: large accounts and dear units first while they are scarce, large orders too as a quarter ends."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, lateness, needed_by, policy, tier

TECHNOLOGY = policy(
    expedited(),
    tier(platinum=200, gold=140, silver=60),
    needed_by(midpoint=7, steepness=0.6, points=150),
    curve("value", "Open value of the order", "order.open_value", "linear", per_unit=0.02, cap=200),
    {
        **curve("quarter_end", "Open value, as the quarter ends", "order.open_value", "linear", per_unit=0.02, cap=200),
        "when": {
            "all": [
                {"attribute": "time.month", "op": "in", "value": ["march", "june", "september", "december"]},
                {"attribute": "time.days_to_month_end", "op": "lte", "value": 4},
            ]
        },
    },
    curve("dear", "Unit price", "product.unit_price", "logistic", midpoint=400, steepness=0.01, max=60),
    lateness(per_unit=8, cap=160),
    age(),
)
