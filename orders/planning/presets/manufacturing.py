"""Manufacturing: parts that stop a line and dates of the customer's own plan come first, value decides the rest."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, fixed, is_, lateness, needed_by, policy, tier

MANUFACTURING = policy(
    expedited(2000),
    fixed("critical", "Part that stops a line", is_("product.critical", True), 300),
    needed_by(midpoint=10, steepness=0.4, points=250),
    lateness(per_unit=6, cap=180),
    tier(platinum=120, gold=80, silver=40),
    curve("value", "Open value of the order", "order.open_value", "linear", per_unit=0.01, cap=150),
    age(),
    far_future={"horizon_days": 28},
)
