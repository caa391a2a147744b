"""Inputs as if somebody had acted on one order, for screens that show what it would do before it is done.

Each returns changed copies; plan again with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from orders.planning.types import ON_HAND, Attribute, Attributes, Backlog, Frozen, Ints, ShipPolicy, Supply

EXPEDITED = "order.expedited"


@dataclass(frozen=True, slots=True)
class Fixed:
    """Units on hand that would be pinned: parallel arrays, positive quantities."""

    line_id: Ints
    product_id: Ints
    warehouse_id: Ints
    qty: Ints


def as_if_expedited(attributes: Attributes, backlog: Backlog, order_id: int) -> Mapping[str, Attribute] | None:
    """Return the attributes with one order expedited, or None where the rules do not ask for that."""
    column = attributes.get(EXPEDITED)
    if column is None:
        return None
    values = np.where(backlog.order_id == order_id, 1.0, column.values)
    return {**attributes, EXPEDITED: replace(column, values=values)}


def as_if_fixed(supply: Supply, frozen: Frozen, fixed: Fixed) -> tuple[Supply, Frozen]:
    """Return supply and frozen units as if units that planning gave had been pinned where they are. O(supply + fixed).

    Units that the supply does not have are not taken off it.
    """
    qty = supply.qty.copy()
    on_hand = supply.source_id == ON_HAND
    for product, warehouse, units in zip(fixed.product_id, fixed.warehouse_id, fixed.qty, strict=True):
        at = np.flatnonzero(on_hand & (supply.product_id == product) & (supply.warehouse_id == warehouse))
        qty[at[:1]] = np.maximum(qty[at[:1]] - units, 0)
    line, warehouse, units = (
        np.concatenate(pair)
        for pair in (
            (frozen.line_id, fixed.line_id),
            (frozen.warehouse_id, fixed.warehouse_id),
            (frozen.qty, fixed.qty),
        )
    )
    (line, warehouse), place = np.unique(np.stack((line, warehouse)), axis=1, return_inverse=True)
    summed = np.zeros(len(line), dtype=np.int64)
    np.add.at(summed, place.ravel(), units)
    return replace(supply, qty=qty), Frozen(line_id=line, warehouse_id=warehouse, qty=summed)


def as_if_in_parts(backlog: Backlog, order_id: int) -> Backlog:
    """Return the backlog with an order that ships complete shipping what is ready."""
    own = (backlog.order_id == order_id) & (backlog.ship_policy == ShipPolicy.COMPLETE)
    return replace(backlog, ship_policy=np.where(own, np.int16(ShipPolicy.PARTIAL), backlog.ship_policy))
