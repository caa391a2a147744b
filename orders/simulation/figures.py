"""A plan in figures: what is on time, what is late, what customers would hear, how evenly waiting is spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.planning.chance import chance_of_keeping, revenue_at_risk
from orders.planning.types import NO_DAY, Backlog, Bools, Ints, Plan
from orders.simulation.fairness import gini, overtaken_share
from orders.simulation.news import count_news
from orders.simulation.outlook import LATEST, Outlook
from orders.simulation.standing import Standing

_PENCE = 100.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts of money. An order is due on its promised day, else on the requested one; without either it is not late.

    ``value_at_risk`` is the sum of value × (1 − chance that the promise is kept). Waits run from the day an order was
    placed to its date; orders without a date count in ``orders_undated`` alone.
    """

    orders: int
    value: float
    value_on_time: float
    value_late: float
    value_at_risk: float
    orders_late: int
    orders_undated: int
    promises_broken: int
    ready_orders: int
    units_ready: int
    units_short: int
    longest_wait_days: int
    mean_wait_days: float
    gini: float
    overtaken_share: float
    messages: dict[str, int]
    messages_total: int


def is_after(day: Ints, due: Ints) -> Bools:
    """Tell where a day lies behind the one it is due on; no day does, nothing does where none is due."""
    return (due != NO_DAY) & (np.where(day == NO_DAY, LATEST, day) > due)


def figure(plan: Plan, backlog: Backlog, outlook: Outlook, standing: Standing, news: Ints, *, today: int) -> Figures:
    """Sum up a plan; ``standing`` and ``news`` are parallel to ``outlook``. O(n log n)."""
    due = standing.due_on
    late = is_after(outlook.eta, due)
    chance = chance_of_keeping(standing.promised_on, outlook.eta, outlook.eta_p90, outlook.is_ready)
    value = outlook.value_minor
    placed = np.where(standing.placed_on == NO_DAY, today, standing.placed_on)
    wait = np.maximum(outlook.eta - placed, 0)[outlook.eta != NO_DAY]
    messages = count_news(news)
    return Figures(
        orders=len(outlook.order_id),
        value=float(value.sum() / _PENCE),
        value_on_time=float(value[(due != NO_DAY) & ~late].sum() / _PENCE),
        value_late=float(value[late].sum() / _PENCE),
        value_at_risk=round(revenue_at_risk(value, chance) / _PENCE, 2),
        orders_late=int(late.sum()),
        orders_undated=int((outlook.eta == NO_DAY).sum()),
        promises_broken=int(is_after(outlook.eta, standing.promised_on).sum()),
        ready_orders=int(outlook.is_ready.sum()),
        units_ready=int(outlook.ready_units.sum()),
        units_short=int((outlook.open_units - outlook.ready_units).sum()),
        longest_wait_days=int(wait.max(initial=0)),
        mean_wait_days=round(float(wait.mean()), 2) if len(wait) else 0.0,
        gini=round(gini(wait), 4),
        overtaken_share=round(overtaken_share(plan, backlog), 4),
        messages=messages,
        messages_total=sum(messages.values()),
    )
