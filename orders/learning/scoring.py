"""From the model to columns that rules read: the risk of each open line, and what passing it over would cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orders.learning.features import Waiting, features, see_supply
from orders.learning.habits import Habits
from orders.learning.risk import DECIMALS, RiskModel
from orders.planning.types import (
    NO_DAY,
    Attribute,
    Backlog,
    Context,
    Floats,
    Frozen,
    Ints,
    Products,
    ShipPolicy,
    Supply,
)

LATE_RISK, COST_OF_DELAY, EXPECTED_COST = "line.late_risk", "line.cost_of_delay", "line.expected_cost"
COLUMNS = frozenset({LATE_RISK, COST_OF_DELAY, EXPECTED_COST})


@dataclass(frozen=True, slots=True)
class Learned:
    """One trained version, as arrays: the model, the habits, and the cost of lateness per pound by tier (last: none).

    ``version`` has one entry, so that it is part of what a run is hashed by.
    """

    version: Ints
    model: RiskModel
    habits: Habits
    cost_per_pound: Floats


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What scoring reads of each line beside the backlog, parallel to it. ``promised_on`` may be NO_DAY."""

    placed_on: Ints
    promised_on: Ints
    price_minor: Ints
    tier: Ints


def learned_columns(
    learned: Learned,
    facts: LineFacts,
    backlog: Backlog,
    supply: Supply,
    frozen: Frozen,
    products: Products,
    context: Context,
) -> dict[str, Attribute]:
    """Return the three learned columns, parallel to the backlog.

    * late risk: the chance that the line's last unit leaves after the day promised, as things stand: 1 once that day
      has passed, unknown for lines without one.
    * cost of delay: pounds that one late unit of the line costs.
    * expected cost: the cost of delay times the risk that the line would have if all others of its product were served
      first. This ranks: a line that is safe only because it stands first is not safe to pass over.

    O(n log n) in lines; each row depends on its own product alone.
    """
    lines = waiting_lines(facts, backlog, frozen, products)
    view = see_supply(supply, products, context)

    def risk(*, served_last: bool) -> Floats:
        columns = features(lines, view, learned.habits, served_last=served_last)
        found = np.where(lines.promised_on < context.today, 1.0, learned.model.risk(columns))
        return np.where(lines.promised_on == NO_DAY, np.nan, found)

    cost = facts.price_minor / 100.0 * learned.cost_per_pound[facts.tier]
    expected = np.round(risk(served_last=True) * cost, DECIMALS)
    return {
        LATE_RISK: Attribute(risk(served_last=False)),
        COST_OF_DELAY: Attribute(cost),
        EXPECTED_COST: Attribute(expected),
    }


def waiting_lines(facts: LineFacts, backlog: Backlog, frozen: Frozen, products: Products) -> Waiting:
    """Return the backlog as the features want it."""
    order = np.argsort(backlog.line_id, kind="stable")
    at = np.searchsorted(backlog.line_id[order], frozen.line_id)
    known = at < len(order)
    known[known] = backlog.line_id[order[at[known]]] == frozen.line_id[known]
    taken = np.zeros(len(order), dtype=np.int64)
    np.add.at(taken, order[at[known]], frozen.qty[known])
    need = np.maximum(backlog.open_qty - taken, 0)
    return Waiting(
        line_id=backlog.line_id,
        product_id=backlog.product_id,
        product=np.searchsorted(products.product_id, backlog.product_id),
        need_qty=need,
        placed_at=backlog.placed_at,
        placed_on=facts.placed_on,
        promised_on=facts.promised_on,
        waits_for_order=backlog.ship_policy != ShipPolicy.PARTIAL,
        is_held=backlog.on_hold,
        value=backlog.open_qty * facts.price_minor / 100.0,
        tier=facts.tier,
    )
