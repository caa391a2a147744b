"""Cases to learn from: the open lines of past mornings, as planning would have seen them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.learning.features import FEATURES, Waiting, features, see_supply
from orders.learning.habits import learn_habits
from orders.learning.history import History
from orders.learning.past_supply import products_of, supplier_delays, supply_on
from orders.planning.types import Bools, Calendar, Context, Floats, Ints, ShipPolicy

EVERY_DAYS = 4  # working days between two looks: successive mornings say almost the same
WARM_UP_DAYS = 28  # before the first look, so that there are habits to speak of


@dataclass(frozen=True, slots=True)
class Cases:
    """One row per open line and morning. ``is_late``: its last unit left after the promised day, or not at all."""

    columns: dict[str, Floats]
    is_late: Bools
    day: Ints
    value: Floats

    @property
    def count(self) -> int:
        return len(self.day)

    def where(self, chosen: Bools | slice) -> Cases:
        """Return some of the cases."""
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return Cases(columns, self.is_late[chosen], self.day[chosen], self.value[chosen])


def take_cases(history: History, *, until_on: int, calendar: Calendar) -> Cases:
    """Return the cases of mornings before ``until_on`` whose outcome was known by then.

    Lines that are late already are no cases, nor are those promised for ``until_on`` or later, whatever became of
    them: to keep the punctual ones among these only would make the past look better than it was.
    O(mornings × lines of the history).
    """
    done_on = history.done_on()
    parts = [_morning(history, day, done_on, until_on, calendar) for day in _mornings(history, until_on, calendar)]
    parts = [part for part in parts if len(part.day)]
    if not parts:
        nothing = np.zeros(0)
        return Cases(dict.fromkeys(FEATURES, nothing), nothing > 0, nothing.astype(np.int64), nothing)
    return Cases(
        {name: np.concatenate([part.columns[name] for part in parts]) for name in FEATURES},
        np.concatenate([part.is_late for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.value for part in parts]),
    )


def _mornings(history: History, until_on: int, calendar: Calendar) -> list[int]:
    begin = max(history.from_on, int(history.orders.placed_on.min(initial=until_on))) + WARM_UP_DAYS
    working = [day for day in range(begin, until_on) if calendar.is_working(day)]
    return working[::EVERY_DAYS]


def _morning(history: History, day: int, done_on: Ints, until_on: int, calendar: Calendar) -> Cases:
    left = history.left_qty(day)
    order = history.lines.order
    placed, promised = history.orders.placed_on[order], history.orders.promised_on[order]
    open_now = np.flatnonzero((placed < day) & (left > 0))
    delays = supplier_delays(history, day, calendar)
    supply = supply_on(history, day, history.on_hand(day), delays)
    view = see_supply(supply, products_of(history, delays), Context(today=day, calendar=calendar))
    lines = _waiting(history, open_now, left[open_now], history.held(day))
    columns = features(lines, view, learn_habits(history, day))
    known = (promised[open_now] >= day) & (promised[open_now] < until_on)
    line = open_now[known]
    value = left[line] * history.lines.price_minor[line] / 100.0
    is_late = done_on[line] > promised[line]
    return Cases({name: each[known] for name, each in columns.items()}, is_late, np.full(len(line), day), value)


def _waiting(history: History, line: Ints, left_qty: Ints, held: Bools) -> Waiting:
    """Return open lines of the past as the features want them; ``held`` is per order."""
    order, product = history.lines.order[line], history.lines.product[line]
    orders = history.orders
    return Waiting(
        line_id=history.lines.line_id[line],
        product_id=history.products.product_id[product],
        product=product,
        need_qty=left_qty,
        placed_at=orders.placed_at[order],
        placed_on=orders.placed_on[order],
        promised_on=orders.promised_on[order],
        waits_for_order=orders.ship_policy[order] != ShipPolicy.PARTIAL,
        is_held=held[order],
        value=left_qty * history.lines.price_minor[line] / 100.0,
        tier=orders.tier[order],
    )
