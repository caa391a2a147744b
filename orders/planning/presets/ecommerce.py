"""E-commerce: a promise once given counts most, more so where one was broken before, then who waits longest."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, fixed, is_, lateness, let_down, policy, tier

ECOMMERCE = policy(
    expedited(),
    lateness(per_unit=20, cap=400),
    let_down(per_unit=75, cap=225),
    age(5),
    tier(platinum=60, gold=40, silver=20),
    fixed("whole", "Ships in one parcel", is_("order.ship_policy", "complete"), 15),
    curve("value", "Total value of the order", "order.total_value", "step", steps=[[50, 5], [150, 15], [500, 30]]),
    starvation={"after_days": 60},
)
