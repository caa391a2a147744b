"""Comparing strategies on the company's own past: the same orders, the same supply, other rules (docs/learning.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import numpy as np

from orders.backtesting.columns import PER_ORDER, PER_PRODUCT
from orders.backtesting.figures import Figures, figures
from orders.backtesting.replay import Stage, live_through, working_days
from orders.backtesting.supply import scaled
from orders.learning.history import History
from orders.planning.grammar import parse_policy
from orders.planning.presets.general import BALANCED_PRIORITY, FIFO
from orders.queries.history import load_history, load_texts
from orders.replanning.draft import MONDAY_TO_FRIDAY

CONTESTANTS: Mapping[str, Mapping[str, Any]] = {"fifo": FIFO, "priority": BALANCED_PRIORITY}
HISTORY_DAYS = 400  # read before the replay, to learn from
_TIER_WEIGHTS = np.array([4.0, 3.0, 2.0, 1.0, 1.0])  # platinum to standard; the last is for −1, no tier


@dataclass(frozen=True, slots=True)
class Backtest:
    """What each strategy made of the same days."""

    from_on: date
    until_on: date
    working_days: int
    supply: float
    orders: int
    strategies: dict[str, Figures]
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, figures rounded."""
        return {
            "from_on": self.from_on.isoformat(),
            "until_on": self.until_on.isoformat(),
            "working_days": self.working_days,
            "supply": self.supply,
            "orders": self.orders,
            "strategies": {
                name: _rounded(found) | {"seconds": round(self.seconds[name], 1)}
                for name, found in self.strategies.items()
            },
        }


def backtest_policies(
    *,
    until_on: date,
    weeks: int,
    supply: float,
    policies: Mapping[str, Mapping[str, Any]] = CONTESTANTS,
    tell: Callable[[str], None],
) -> Backtest:
    """Live through the ``weeks`` before ``until_on`` once per policy and return what came of each. Writes nothing.

    ``supply`` is the share of what really came that comes in the replay. Whatever a strategy learns or forecasts from
    ends on the day before the replay begins. Raises InvalidPolicyError for a policy that the grammar refuses.
    """
    from_on = until_on - timedelta(weeks=weeks)
    tell("Reading the past")
    rules = {name: parse_policy(dict(document)) for name, document in policies.items()}
    history = load_history(from_on=from_on - timedelta(days=HISTORY_DAYS), until_on=until_on)
    texts = load_texts(
        history, {*PER_ORDER, *PER_PRODUCT} & {each for one in rules.values() for each in one.attributes()}
    )
    stage = Stage(scaled(history, supply), from_on.toordinal(), until_on.toordinal(), MONDAY_TO_FRIDAY, texts)
    found, seconds = {}, {}
    for name, policy in rules.items():
        tell(f"Living through {len(working_days(stage))} working days by {name}")
        started = perf_counter()
        found[name] = figures(stage, live_through(stage, policy), tier_weights(history))
        seconds[name] = perf_counter() - started
    orders = int((history.orders.placed_on >= stage.from_on).sum())
    return Backtest(from_on, until_on, len(working_days(stage)), supply, orders, found, seconds)


def tier_weights(history: History) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what a pound of each order counts when tiers are weighed."""
    return _TIER_WEIGHTS[history.orders.tier]


def _rounded(found: Figures) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(found).items()}
