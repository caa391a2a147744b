"""Models of late lines with slopes of one's own choice."""

from __future__ import annotations

import numpy as np

from orders.learning.features import FEATURES
from orders.learning.habits import Habits
from orders.learning.risk import RiskModel, make_model
from orders.learning.scoring import (
    Learned,
)


def model_of(**slopes: float) -> RiskModel:
    """Return a model that adds ``slope`` per unit of a feature between −100 and 100, and nothing of the others."""
    parts = {}
    for name in FEATURES:
        slope = slopes.get(name, 0.0)
        parts[name] = (np.array([-100.0, 100.0]), np.array([-100.0, 100.0]) * slope, 0.0)
    logits = np.linspace(-8, 8, 161)
    return make_model(0.0, parts, (logits, 1 / (1 + np.exp(-logits))))


def learned(model: RiskModel) -> Learned:
    habits = Habits(np.array([10]), np.array([0.1]), np.array([0.2]), np.array([5.0]), np.array([0.05, 0.06, 1.0]))
    return Learned(np.array([1]), model, habits, np.array([0.04, 0.03, 0.02, 0.01, 0.01]))
