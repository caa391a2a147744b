"""What a run plans: the whole backlog, or some components of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from orders.planning.types import Ints
from orders.replanning.bulk import as_array


@dataclass(frozen=True, slots=True)
class Scope:
    """``product_ids`` closed over their components (``components.close_over``), or None for every product.

    ``is_few`` tells that they have few open lines; ``few_orders`` are the orders of these, once they are known.
    """

    product_ids: tuple[int, ...] | None
    is_few: bool = False
    few_orders: tuple[int, ...] | None = None

    def of_lines(self, order_ids: Ints) -> Scope:
        """Return the same scope, which knows the orders of its open lines if these are few."""
        if not self.is_few:
            return self
        return replace(self, few_orders=tuple(np.unique(order_ids).tolist()))

    @property
    def params(self) -> Mapping[str, object]:
        return {
            "products": as_array(np.array(self.product_ids or (), dtype=np.int64)),
            "few_orders": as_array(np.array(self.few_orders or (), dtype=np.int64)),
        }

    @property
    def is_everything(self) -> bool:
        return self.product_ids is None

    def products(self, column: str) -> str:
        """Return a condition on a product id column."""
        return "true" if self.is_everything else f"{column} = ANY(%(products)s::bigint[])"

    def orders(self, column: str) -> str:
        """Return a condition on an order id column: orders with an open line in scope."""
        if self.is_everything:
            return "true"
        if self.few_orders is not None:
            return f"{column} = ANY(%(few_orders)s::bigint[])"
        return f"""{column} IN (
            SELECT order_id FROM orders_orderline WHERE open_qty > 0 AND product_id = ANY(%(products)s::bigint[])
        )"""
