"""Construction: the crew is on site on the requested day; whole deliveries before parts, near dates before all."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, fixed, is_, lateness, policy, tier

CONSTRUCTION = policy(
    expedited(),
    curve(
        "site_day",
        "Days until the site needs it",
        "order.days_to_requested",
        "step",
        steps=[[-3650, 350], [0, 400], [3, 250], [8, 120], [22, 0]],
    ),
    fixed("whole", "Delivered as a whole", is_("order.ship_policy", "complete"), 60),
    lateness(per_unit=10, cap=200),
    tier(platinum=90, gold=60, silver=30),
    age(),
    far_future={"horizon_days": 21},
)
