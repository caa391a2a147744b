"""How the backlog stood on mornings of the past: what one plan of each says, with what was known on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from orders.backtesting.columns import Moment, columns
from orders.backtesting.replay import NO_FROZEN, Stage, backlog_of
from orders.backtesting.shipped import shipped_before
from orders.learning.past_supply import Delays, products_of, supplier_delays, supply_on
from orders.planning import engine
from orders.planning.rules import Policy
from orders.planning.types import NO_DAY, Bools, Context, Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """Figures of the morning of ``day``, a date ordinal.

    Late are orders past their promised day, or planned some days after it; at risk is the value, in pence, that they
    and all others planned after their promise still lack. Held orders are neither. ``fill_rate`` is the share of the
    lines that came in lately and are shipped or have all their units; None without any.
    """

    day: int
    late_orders: int
    risk_minor: int
    fill_rate: float | None


def standings(stage: Stage, policy: Policy, days: Iterable[int], *, late_from: int, lately: int) -> Iterator[Standing]:
    """Plan each of the mornings ``days`` on its own, with the stock and the orders that there really were.

    Late is what is planned ``late_from`` days or more after its promise; the fill rate looks at the orders of
    ``lately`` days. Nothing of a plan is carried to the next day, unlike in ``replay``. Raises KeyError where the
    policy reads what the past does not know. O(days × lines log lines).
    """
    delays = supplier_delays(stage.history, stage.from_on, stage.calendar)
    for day in days:
        moment = _moment(stage, day)
        plan = _plan(stage, policy, moment, delays)
        late, slipping = _behind(moment, plan, late_from)
        yield Standing(
            day=day,
            late_orders=int(late.sum()),
            risk_minor=int(moment.value_minor[(late | slipping)[moment.order]].sum()),
            fill_rate=_fill_rate(moment, plan, lately),
        )


def _moment(stage: Stage, day: int) -> Moment:
    history = stage.history
    left = history.left_qty(day)
    line = np.flatnonzero((history.orders.placed_on[history.lines.order] < day) & (left > 0))
    return Moment(history, line, left[line], day, stage.calendar)


def _plan(stage: Stage, policy: Policy, moment: Moment, delays: Delays) -> Plan:
    history, day = stage.history, moment.today
    has_shipped = np.zeros(len(history.orders.order_id), dtype=np.bool_)
    gone = history.departures.line[history.departures.day < day]
    has_shipped[history.lines.order[gone]] = True
    return engine.plan(
        backlog_of(moment, has_shipped),
        supply_on(history, day, history.on_hand(day), delays),
        NO_FROZEN,
        products_of(history, delays),
        columns(policy.attributes(), moment, stage.texts),
        policy,
        Context(today=day, calendar=stage.calendar),
        shipped=shipped_before(history, history.departures, policy, stage.texts, day),
    )


def _behind(moment: Moment, plan: Plan, late_from: int) -> tuple[Bools, Bools]:
    """Return which of the history's orders are late, and which are not but planned after their promise."""
    orders = moment.history.orders
    eta = np.full(len(orders.order_id), NO_DAY, dtype=np.int64)
    np.maximum.at(eta, moment.order, plan.eta_p50)
    eta[moment.order[plan.eta_p50 == NO_DAY]] = NO_DAY
    counted = np.zeros(len(eta), dtype=np.bool_)
    counted[moment.order] = True
    counted &= ~moment.history.held(moment.today) & (orders.promised_on != NO_DAY)
    slip = np.where(eta == NO_DAY, 0, eta - orders.promised_on)
    late = counted & ((orders.promised_on < moment.today) | (slip >= late_from))
    return late, counted & ~late & (slip > 0)


def _fill_rate(moment: Moment, plan: Plan, lately: int) -> float | None:
    lines, placed = moment.history.lines, moment.history.orders.placed_on[moment.history.lines.order]
    is_asked = (placed < moment.today) & (placed >= moment.today - lately) & (lines.qty > 0)
    lacks = np.zeros(len(is_asked), dtype=np.bool_)
    lacks[moment.line[plan.allocated_qty < moment.left_qty]] = True
    return float(np.mean(~lacks[is_asked])) if is_asked.any() else None
