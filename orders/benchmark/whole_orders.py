"""Small contested components planned by rank and by the optimiser: what choosing whole orders wins, and costs.

docs/planning.md, section Chosen together.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

import numpy as np

from orders.planning.engine import plan
from orders.planning.points import Linear
from orders.planning.rules import Policy, Rule
from orders.planning.types import (
    Attribute,
    Backlog,
    Calendar,
    Context,
    Frozen,
    Ints,
    Plan,
    Products,
    ShipPolicy,
    Supply,
)

TODAY = 739_575
_RULES = (Rule("worth", "Worth", "order.age_days", Linear(1.0)),)
_BY_RANK = Policy("priority", _RULES)
_CHOSEN = Policy("priority", _RULES, whole_orders="chosen")


@dataclass(frozen=True, slots=True)
class Shop:
    """Components of so many orders on so many products; orders have 1 to ``lines`` lines, worth 1 to 10 a unit.

    Quantities are 1 to 10, or where ``is_uneven`` Pareto (1.2) and so mostly small and a few very big. ``complete`` is
    the share of orders that ship complete, ``stock`` the share of each product's demand on hand.
    """

    components: int
    orders: int
    products: int
    lines: int
    is_uneven: bool
    complete: float
    stock: float


@dataclass(frozen=True, slots=True)
class Won:
    """Shares by which choosing differs from rank, and processor seconds of both plans."""

    lines: int
    worth: float
    orders: float
    units_on_hand: float
    seconds_by_rank: float
    seconds_chosen: float


def measure(shop: Shop, *, seed: int = 1) -> Won:
    """Plan a shop both ways."""
    backlog, supply, products, worth = _make(shop, np.random.default_rng(seed))
    none = np.zeros(0, dtype=np.int64)
    columns = {"order.age_days": Attribute(worth)}
    context = Context(TODAY, Calendar((True,) * 5 + (False,) * 2))
    found = []
    for policy in (_BY_RANK, _CHOSEN):
        started = process_time()
        result = plan(backlog, supply, Frozen(none, none, none), products, columns, policy, context)
        found.append((*_completed(backlog, result, worth), process_time() - started))
    (worth_0, orders_0, units_0, seconds_0), (worth_1, orders_1, units_1, seconds_1) = found
    return Won(
        lines=len(backlog.line_id),
        worth=round(worth_1 / worth_0 - 1, 4),
        orders=round(orders_1 / orders_0 - 1, 4),
        units_on_hand=round(units_1 / units_0 - 1, 4),
        seconds_by_rank=round(seconds_0, 2),
        seconds_chosen=round(seconds_1, 2),
    )


def _make(shop: Shop, rng: np.random.Generator) -> tuple[Backlog, Supply, Products, np.ndarray]:
    orders = np.arange(shop.components * shop.orders)
    count = rng.integers(1, min(shop.lines, shop.products) + 1, len(orders))
    order = np.repeat(orders, count)
    own = np.concatenate([rng.choice(shop.products, size, replace=False) for size in count])
    product = order // shop.orders * shop.products + own + 1
    size = np.ceil(rng.pareto(1.2, len(order)) * 2) if shop.is_uneven else rng.integers(1, 11, len(order))
    qty: Ints = np.clip(size, 1, 200).astype(np.int64)
    policy = np.where(rng.random(len(orders)) < shop.complete, ShipPolicy.COMPLETE, ShipPolicy.PARTIAL)
    no, zeros = np.zeros(len(order), dtype=np.bool_), np.zeros(len(order), dtype=np.int64)
    backlog = Backlog(
        np.arange(1, len(order) + 1), order + 1, product, qty, order, policy[order].astype(np.int16), no, no, zeros
    )
    ids = np.arange(1, shop.components * shop.products + 1)
    on_hand = np.floor(np.bincount(product, weights=qty, minlength=len(ids) + 1)[1:] * shop.stock).astype(np.int64)
    none = np.zeros(len(ids), dtype=np.int64)
    supply = Supply(ids, none + 1, none, on_hand, none, none, none, none, none)
    return backlog, supply, Products(ids, none, none + 5, none + 10), rng.integers(1, 11, len(orders))[order] * 1.0


def _completed(backlog: Backlog, result: Plan, worth: np.ndarray) -> tuple[float, int, int]:
    """Return the worth and number of complete orders that have all their units, and all units on hand given out."""
    whole = backlog.ship_policy == ShipPolicy.COMPLETE
    lacking = np.unique(backlog.order_id[result.allocated_qty < backlog.open_qty])
    done = whole & ~np.isin(backlog.order_id, lacking)
    units = int(result.allocated_qty.sum())
    return float((worth * backlog.open_qty)[done].sum()), len(np.unique(backlog.order_id[done])), units
