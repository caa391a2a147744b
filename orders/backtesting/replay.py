"""One strategy lives through a stretch of the past: plan every working morning, ship what is ready, go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from orders.backtesting.columns import KNOWN, Moment, columns, nothing_of
from orders.backtesting.shipped import shipped_before
from orders.backtesting.supply import Arrivals
from orders.learning.history import NEVER, Departures, History
from orders.learning.past_supply import products_of, supplier_delays, supply_on
from orders.planning import engine
from orders.planning.demand import Demand
from orders.planning.rules import Policy
from orders.planning.types import (
    NO_DAY,
    Attribute,
    Attributes,
    Backlog,
    Bools,
    Calendar,
    Context,
    Frozen,
    Ints,
    Plan,
    Products,
    Reason,
    ShipPolicy,
    Supply,
)

_NONE = np.zeros(0, dtype=np.int64)
NO_FROZEN = Frozen(_NONE, _NONE, _NONE)


_SPREAD = 2_654_435_761  # Knuth's multiplier: neighbouring numbers fall far apart


@dataclass(frozen=True, slots=True)
class Stage:
    """What is the same for every strategy: the past, the days to live through, and how texts and people are known."""

    history: History
    from_on: int
    until_on: int
    calendar: Calendar
    texts: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it, parallel to the history's lines and orders.

    ``open_at_start`` is what each line lacked when the replay began (all of it for lines placed later);
    ``done_on`` the day its last unit left, NEVER where some still wait. ``dated`` is the day that the first plan of
    each order named, NO_DAY where it had none.
    """

    open_at_start: Ints
    shipped_qty: Ints
    done_on: Ints
    dated: Ints
    days: int


# Columns of a strategy that are no plain attributes: asked each morning for the day's open lines.
Extra = Callable[[Moment, Backlog, Supply, Products], Attributes]


class _State:
    """What changes from day to day."""

    def __init__(self, stage: Stage) -> None:
        history = stage.history
        self.on_hand = history.on_hand(stage.from_on)
        self.left = history.left_qty(stage.from_on)
        self.done_on = np.full(len(self.left), NEVER, dtype=np.int64)
        self.dated = np.full(len(history.orders.order_id), -1, dtype=np.int64)
        self.has_shipped = np.zeros(len(history.orders.order_id), dtype=np.bool_)
        before = history.departures.day < stage.from_on
        self.gone = [Departures(*(getattr(history.departures, name)[before] for name in ("line", "qty", "day")))]
        self.has_shipped[history.lines.order[history.departures.line[before]]] = True

    def departures(self) -> Departures:
        """Return what has left so far, before the replay and in it."""
        if len(self.gone) > 1:
            names = ("line", "qty", "day")
            self.gone = [Departures(*(np.concatenate([getattr(part, name) for part in self.gone]) for name in names))]
        return self.gone[0]


def live_through(
    stage: Stage, policy: Policy, extra: Extra | None = None, demand_on: Callable[[int], Demand] | None = None
) -> Lived:
    """Return what would have come of the stage's days, had ``policy`` ranked the lines. Changes nothing it is given.

    Every working morning: what came is booked, the open lines of earlier days are planned, and what is ready leaves.
    ``extra`` and ``demand_on`` answer for what was learned and forecast before that morning.
    O(days × lines log lines); nothing is random.
    """
    history = stage.history
    state, arrivals = _State(stage), Arrivals(history, stage.from_on)
    delays = supplier_delays(history, stage.from_on, stage.calendar)
    products = products_of(history, delays)
    start, days = state.left.copy(), working_days(stage)
    for day in days:
        arrivals.book(state.on_hand, day)
        moment = _moment(stage, state, day)
        backlog = backlog_of(moment, state.has_shipped)
        supply = supply_on(history, day, state.on_hand, delays)
        names = policy.attributes()
        attributes = {**nothing_of(names - KNOWN, moment), **columns(names & KNOWN, moment, stage.texts)}
        if extra is not None:
            attributes = {**attributes, **extra(moment, backlog, supply, products)}
        context = Context(today=day, calendar=stage.calendar)
        demand = demand_on(day) if demand_on else None
        shipped = None
        if policy.counts_shipped():
            shipped = shipped_before(history, state.departures(), policy, stage.texts, day)
        plan = engine.plan(
            backlog, supply, NO_FROZEN, products, attributes, policy, context, demand=demand, shipped=shipped
        )
        _note_dates(state, moment, plan)
        _ship(state, moment, backlog, plan)
    return Lived(start, start - state.left, state.done_on, np.maximum(state.dated, NO_DAY), len(days))


def suppose_together(history: History, share: float) -> History:
    """Return the same past with about ``share`` of the orders that ship as ready shipping complete instead.

    Which ones hangs on their numbers alone, so that every replay supposes the same.
    """
    place = (history.orders.order_id * _SPREAD % 2**32) / 2**32
    policy = history.orders.ship_policy
    asked = (place < share) & (policy == ShipPolicy.PARTIAL)
    changed = np.where(asked, int(ShipPolicy.COMPLETE), policy).astype(np.int16)
    return replace(history, orders=replace(history.orders, ship_policy=changed))


def working_days(stage: Stage) -> list[int]:
    """Return the days on which somebody plans and ships."""
    return [day for day in range(stage.from_on, stage.until_on) if stage.calendar.is_working(day)]


def _moment(stage: Stage, state: _State, today: int) -> Moment:
    history = stage.history
    placed = history.orders.placed_on[history.lines.order] < today
    line = np.flatnonzero(placed & (state.left > 0))
    return Moment(history, line, state.left[line], today, stage.calendar)


def backlog_of(moment: Moment, has_shipped: Bools) -> Backlog:
    """Return the open lines of a day as planning takes them; ``has_shipped`` is parallel to the history's orders."""
    history, order = moment.history, moment.order
    return Backlog(
        line_id=history.lines.line_id[moment.line],
        order_id=history.orders.order_id[order],
        product_id=history.products.product_id[moment.product],
        open_qty=moment.left_qty,
        placed_at=history.orders.placed_at[order],
        ship_policy=history.orders.ship_policy[order],
        has_shipped=has_shipped[order] & (history.orders.ship_policy[order] == ShipPolicy.ONE_BACKORDER),
        on_hold=history.held(moment.today)[order],
        eta_by_hand=np.full(len(order), NO_DAY, dtype=np.int64),
    )


def _note_dates(state: _State, moment: Moment, plan: Plan) -> None:
    """Keep the day that an order's first plan named: its last line's, none where one has none."""
    new = state.dated[moment.order] < 0
    order, day = moment.order[new], plan.eta_p50[new]
    np.maximum.at(state.dated, order, day)
    state.dated[order[day == NO_DAY]] = NO_DAY


def _ship(state: _State, moment: Moment, backlog: Backlog, plan: Plan) -> None:
    """Let go what has its units: of partial orders all of them, of orders that ship together all or nothing."""
    unready = np.zeros(len(state.dated), dtype=np.bool_)
    unready[moment.order[plan.reason != Reason.READY]] = True
    may_split = (backlog.ship_policy == ShipPolicy.PARTIAL) | (
        (backlog.ship_policy == ShipPolicy.ONE_BACKORDER) & ~backlog.has_shipped
    )
    leaves = may_split | ~unready[moment.order]
    place = np.searchsorted(plan.line_id, plan.allocations.line_id)
    levels = moment.history.levels
    chosen = leaves[place]
    width = 1 + int(levels.warehouse_id.max(initial=0))
    key = moment.product[place] * width + plan.allocations.warehouse_id
    level = np.searchsorted(levels.product * width + levels.warehouse_id, key)
    np.subtract.at(state.on_hand, level[chosen], plan.allocations.qty[chosen])
    np.subtract.at(state.left, moment.line[place[chosen]], plan.allocations.qty[chosen])
    gone = moment.line[place[chosen]]
    state.gone.append(Departures(gone, plan.allocations.qty[chosen], np.full(len(gone), moment.today)))
    state.has_shipped[moment.history.lines.order[gone]] = True
    state.done_on[gone[state.left[gone] == 0]] = moment.today
