"""Versions of the model of late lines."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from orders.learning.costs import Costs
from orders.learning.habits import Habits
from orders.learning.risk import RiskModel
from orders.learning.training import Trained
from orders.models import RiskVersion
from orders.studying.late_risk import store_version

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def trained(model: RiskModel | None, refusal: str = "") -> Trained:
    nothing = np.zeros(0)
    habits = Habits(nothing.astype(np.int64), nothing, nothing, nothing, np.array([0.05, 0.05, 3.0]))
    share = np.zeros(5)
    return Trained(model, habits, Costs(share, share), None, 2000, 100, refusal)


def keep(model: RiskModel | None, refusal: str = "") -> RiskVersion:
    return store_version(trained(model, refusal), seconds=1.0, now=NOW)
