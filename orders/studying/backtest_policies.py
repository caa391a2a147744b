"""Comparing strategies on the company's own past: the same orders, the same supply, other rules (docs/learning.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import numpy as np

from orders.backtesting.columns import PER_ORDER, PER_PRODUCT
from orders.backtesting.expected import WeeklyForecasts
from orders.backtesting.figures import Figures, figures
from orders.backtesting.learned import Oracle
from orders.backtesting.replay import Stage, live_through, suppose_together, working_days
from orders.backtesting.supply import scaled
from orders.learning.costs import per_pound
from orders.learning.judging import Judgement
from orders.learning.scoring import COLUMNS, Learned
from orders.learning.training import Trained, train
from orders.models import Policy as StoredPolicy
from orders.planning.grammar import parse_policy
from orders.planning.presets import AUTOMATED, BALANCED_PRIORITY, DEMAND_FORECAST, FIFO, HYBRID
from orders.planning.rules import Policy
from orders.planning.types import Calendar, Floats
from orders.queries.history import load_history, load_texts
from orders.replanning.sites import company_calendar

CONTESTANTS: Mapping[str, Mapping[str, Any]] = {
    "fifo": FIFO,
    "priority": BALANCED_PRIORITY,
    "demand_forecast": DEMAND_FORECAST,
    "automated": AUTOMATED,
    "hybrid": HYBRID,
}
# Beside them where more orders ship together than did: what the optimiser's choice is worth.
BY_RANK = {"automated_by_rank": AUTOMATED | {"whole_orders": "by_rank"}}
HISTORY_DAYS = 400  # read before the replay, to learn from
FORECASTER = "TSB"  # one that stays cheap when asked every week for every product
HORIZON_WEEKS = 12
# What a pound counts where tiers are weighed: platinum to standard; the last is for −1, no tier.
_TIER_WEIGHTS = np.array([4.0, 3.0, 2.0, 1.0, 1.0])

Say = Callable[[str], None]


@dataclass(slots=True)
class Backtest:
    """What each strategy made of the same days. ``trained`` is what those that learn knew on the first of them;
    ``calibration`` compares the risks that they named each morning with what came of them in their own replay.
    """

    from_on: date
    until_on: date
    working_days: int
    supply: float
    together: float
    orders: int
    trained: Trained | None = None
    strategies: dict[str, Figures] = field(default_factory=dict)
    calibration: dict[str, Judgement] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, figures rounded."""
        return {
            "from_on": self.from_on.isoformat(),
            "until_on": self.until_on.isoformat(),
            "working_days": self.working_days,
            "supply": self.supply,
            "together": self.together,
            "orders": self.orders,
            "strategies": {
                name: _rounded(found) | {"seconds": round(self.seconds[name], 1)}
                for name, found in self.strategies.items()
            },
            "model": _model(self.trained),
            "calibration": {name: judged.as_dict() for name, judged in self.calibration.items()},
        }


def contestants(versions: Sequence[int], *, together: float) -> dict[str, Mapping[str, Any]]:
    """Return the five strategies and, under their names, the stored policies of these versions, which must exist."""
    stored = {policy.version: policy for policy in StoredPolicy.objects.filter(version__in=versions)}
    return {
        **CONTESTANTS,
        **(BY_RANK if together else {}),
        **{f"v{version} {stored[version].name}": stored[version].rules for version in versions},
    }


def backtest_policies(
    *,
    until_on: date,
    weeks: int,
    supply: float,
    together: float = 0.0,
    policies: Mapping[str, Mapping[str, Any]] = CONTESTANTS,
    tell: Say,
) -> Backtest:
    """Live through the ``weeks`` before ``until_on`` once per policy and return what came of each. Writes nothing.

    ``supply`` is the share of what really came that comes in the replay, ``together`` the share of orders supposed to
    ask for one delivery beside those that did. Who learns does so from what was known on the
    first morning; who forecasts, from what had been ordered by each Monday. Raises InvalidPolicyError for a policy that
    the grammar refuses.
    """
    from_on = until_on - timedelta(weeks=weeks)
    calendar = company_calendar(until_on)
    rules = {name: parse_policy(dict(document)) for name, document in policies.items()}
    tell("Reading the past")
    history = load_history(from_on=from_on - timedelta(days=HISTORY_DAYS), until_on=until_on)
    read = frozenset[str]().union(*(policy.attributes() for policy in rules.values()))
    texts = load_texts(history, read & {*PER_ORDER, *PER_PRODUCT})
    past = suppose_together(scaled(history, supply), together)
    stage = Stage(past, from_on.toordinal(), until_on.toordinal(), calendar, texts)
    orders = int((history.orders.placed_on >= stage.from_on).sum())
    found = Backtest(from_on, until_on, len(working_days(stage)), supply, together, orders)
    if read & COLUMNS:
        # From the past as it was: what the replay changes had not happened when the model was trained.
        found.trained = train(history, until_on=stage.from_on, calendar=calendar, tell=tell)
    for name, policy in rules.items():
        tell(f"Living through {found.working_days} working days by {name}")
        _live(found, name, stage, policy)
    return found


def _live(found: Backtest, name: str, stage: Stage, policy: Policy) -> None:
    started = perf_counter()
    oracle = _oracle(found.trained, policy, stage.calendar) if policy.attributes() & COLUMNS else None
    forecasts = WeeklyForecasts(stage.history, policy, stage.texts, _weekly) if policy.reads_forecast() else None
    lived = live_through(stage, policy, oracle, forecasts.on if forecasts else None)
    found.strategies[name] = figures(stage, lived, _TIER_WEIGHTS[stage.history.orders.tier])
    judged = oracle.judged(stage, lived) if oracle else None
    if judged is not None:
        found.calibration[name] = judged
    found.seconds[name] = perf_counter() - started


def _oracle(trained: Trained | None, policy: Policy, calendar: Calendar) -> Oracle:
    if trained is None or trained.model is None or trained.refusal:
        return Oracle(None, calendar)
    costs = per_pound(trained.costs, dict(policy.lateness_costs))
    learned = Learned(np.zeros(1, dtype=np.int64), trained.model, trained.habits, costs)
    return Oracle(learned, calendar)


def _weekly(units: Floats) -> Floats:
    """Forecast weekly units of shape (products, weeks) by the replay's one forecaster, at least 0."""
    # Loads statsforecast and pandas, which only a process that forecasts should hold.
    from inventory.forecasting.candidates import predict_by
    from inventory.forecasting.panel import Panel

    products, weeks = units.shape
    monday = date(2001, 1, 1)  # the forecaster only counts weeks
    panel = Panel(
        ids=np.arange(products),
        categories=np.full(products, "", dtype=object),
        weeks=np.datetime64(monday, "D") + np.arange(weeks) * np.timedelta64(7, "D"),
        qty=units,
        known=np.ones(units.shape, dtype=np.bool_),
        first=(units > 0).argmax(axis=1).astype(np.int64),
        next_week_on=monday + timedelta(weeks=weeks),
    )
    return predict_by(FORECASTER, panel, np.ones(products, dtype=np.bool_), HORIZON_WEEKS)


def _model(trained: Trained | None) -> dict[str, Any] | None:
    if trained is None:
        return None
    judgement = trained.judgement.as_dict() if trained.judgement else {}
    return {"refusal": trained.refusal, "cases": trained.cases, "late_cases": trained.late_cases} | {
        "held_out": judgement
    }


def _rounded(found: Figures) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(found).items()}
