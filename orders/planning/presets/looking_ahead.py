"""For shops with a forecast or a history to learn from: one policy for each strategy that looks ahead."""

from __future__ import annotations

from orders.planning.presets.general import BALANCED_PRIORITY
from orders.planning.presets.writing import Document, age, curve, expedited, is_, lateness, needed_by, policy, tier


def _class(name: str, label: str, *tiers: str) -> Document:
    return {"id": name, "label": label, "when": {"attribute": "customer.tier", "op": "in", "value": list(tiers)}}


# Four weeks are about what it takes to get more of most products; the expected demand itself is kept, no more.
DEMAND_FORECAST: Document = {
    "version": 1,
    "strategy": "demand_forecast",
    "rules": [
        {"id": "rush", "label": "Expedited by a person", "when": is_("order.expedited", True)},
    ],
    "forecast": {
        "horizon_days": 28,
        "history_weeks": 26,
        "classes": [
            _class("best", "Platinum and gold", "platinum", "gold"),
            _class("silver", "Silver", "silver"),
        ],
    },
}

HYBRID: Document = policy(
    expedited(),
    lateness(per_unit=5, cap=150),
    tier(platinum=150, gold=100, silver=50),
    needed_by(midpoint=7, steepness=0.5, points=100),
    # Orders for what runs short soon are settled first; there is nothing to decide about what lasts for weeks.
    curve("cover", "Runs short soon", "product.days_of_cover", "step", steps=[[0, 60], [7, 30], [21, 0]]),
    curve("bulk", "Takes weeks of demand", "line.weeks_of_demand", "linear", per_unit=-15, cap=90, **{"from": 2}),
    curve("risk", "Likely to become late", "line.late_risk", "linear", per_unit=80),
    age(),
) | {"strategy": "hybrid"}

# Its rules count while there is no model that foresees lateness better than the usual share of late lines does.
AUTOMATED: Document = BALANCED_PRIORITY | {"strategy": "automated"}
