"""Policies to start from, as the documents that people would write. All are free of findings (``linter``)."""

from __future__ import annotations

from typing import Any

from orders.planning.presets.construction import CONSTRUCTION
from orders.planning.presets.ecommerce import ECOMMERCE
from orders.planning.presets.general import BALANCED_PRIORITY, FIFO
from orders.planning.presets.healthcare import HEALTHCARE
from orders.planning.presets.looking_ahead import AUTOMATED, DEMAND_FORECAST, HYBRID
from orders.planning.presets.manufacturing import MANUFACTURING
from orders.planning.presets.retail import RETAIL
from orders.planning.presets.technology import TECHNOLOGY

__all__ = [
    "AUTOMATED",
    "BALANCED_PRIORITY",
    "CONSTRUCTION",
    "DEMAND_FORECAST",
    "ECOMMERCE",
    "FIFO",
    "HEALTHCARE",
    "HYBRID",
    "MANUFACTURING",
    "PRESETS",
    "RETAIL",
    "TECHNOLOGY",
]

PRESETS: dict[str, dict[str, Any]] = {
    "First come, first served": FIFO,
    "Balanced priority": BALANCED_PRIORITY,
    "Demand forecast": DEMAND_FORECAST,
    "Automated": AUTOMATED,
    "Hybrid": HYBRID,
    "Retail": RETAIL,
    "E-commerce": ECOMMERCE,
    "Manufacturing": MANUFACTURING,
    "Healthcare": HEALTHCARE,
    "Technology": TECHNOLOGY,
    "Construction": CONSTRUCTION,
}
