"""Which products must be planned together. docs/planning.md, section Components."""

from __future__ import annotations

import numpy as np

from orders.planning.ids import distinct, find_places
from orders.planning.runs import lengths_of, starts_of
from orders.planning.sorting import stable_order
from orders.planning.types import Backlog, Ints, ShipPolicy


def product_components(backlog: Backlog) -> tuple[Ints, Ints]:
    """Return ``(product_id, component)``: the backlog's products ascending, and each one's component.

    A component is named by its smallest product id. Two products are in one where an order that is served as one
    (whatever is not partial, not held) has open lines of both; planning the lines and supply of one component alone
    gives the same rows as planning everything. Lines of a partial order do not link: each waits for itself.
    O(n log n) to sort, then O(links) for each of about log(longest chain) rounds.
    """
    product_id = distinct(backlog.product_id)
    linking = (backlog.ship_policy != ShipPolicy.PARTIAL) & ~backlog.on_hold
    product = find_places(product_id, backlog.product_id[linking])
    by_order = stable_order(backlog.order_id[linking])
    return product_id, product_id[_roots(len(product_id), product[by_order], backlog.order_id[linking][by_order])]


def line_components(backlog: Backlog) -> Ints:
    """Return the component of each line, parallel to the backlog. O(n log n)."""
    product_id, component = product_components(backlog)
    of_line: Ints = component[find_places(product_id, backlog.product_id)]
    return of_line


def _roots(products: int, product: Ints, order_id: Ints) -> Ints:
    """Return the smallest product that each product is linked to; links are (product, order), sorted by order."""
    root = np.arange(products)
    if not len(product):
        return root
    starts = starts_of(order_id)
    sizes = lengths_of(starts, order_id)
    while True:
        # Each order pulls its products' roots down to the smallest of them; then every chain of roots is cut short.
        lowest = np.repeat(np.minimum.reduceat(root[product], starts), sizes)
        pulled = root.copy()
        np.minimum.at(pulled, root[product], lowest)
        while (pulled[pulled] != pulled).any():
            pulled = pulled[pulled]
        if (pulled == root).all():
            return root
        root = pulled
