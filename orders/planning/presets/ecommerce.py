"""E-commerce: a promise once given counts most, then who waits longest; whole orders come a little first."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, fixed, is_, lateness, policy, tier

ECOMMERCE = policy(
    expedited(),
    lateness(per_unit=20, cap=400),
    age(5),
    tier(platinum=60, gold=40, silver=20),
    fixed("whole", "Ships in one parcel", is_("order.ship_policy", "complete"), 15),
    curve("value", "Total value of the order", "order.total_value", "step", steps=[[50, 5], [150, 15], [500, 30]]),
    starvation={"after_days": 60},
)
