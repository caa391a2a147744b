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

    ``is_few`` tells that they have few open lines; ``order_ids`` are the orders of these, once they are known, as the
    text of an array.
    """

    product_ids: tuple[int, ...] | None
    is_few: bool = False
    order_ids: str | None = None

    def of_lines(self, order_ids: Ints) -> Scope:
        """Return the same scope, which knows the orders of its open lines."""
        return self if self.is_everything else replace(self, order_ids=as_array(np.unique(order_ids)))

    @property
    def params(self) -> Mapping[str, object]:
        return {
            "products": as_array(np.array(self.product_ids or (), dtype=np.int64)),
            "order_ids": self.order_ids or "{}",
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
        if self.order_ids is not None:
            return f"{column} = ANY(%(order_ids)s::bigint[])"
        return f"""{column} IN (
            SELECT order_id FROM orders_orderline WHERE open_qty > 0 AND product_id = ANY(%(products)s::bigint[])
        )"""
