"""Retail: shelves are filled by the day they are needed, regular customers first, nobody waits for ever."""

from __future__ import annotations

from orders.planning.presets.writing import age, curve, expedited, lateness, needed_by, policy, tier

RETAIL = policy(
    expedited(),
    needed_by(midpoint=5, steepness=0.8, points=200),
    lateness(per_unit=10, cap=200),
    tier(platinum=80, gold=60, silver=30),
    # Many small lines fill more shelves than one large one with the same units.
    curve("small", "Small line", "line.open_qty", "linear", per_unit=-0.5, cap=50),
    age(2),
    starvation={"after_days": 90},
)
