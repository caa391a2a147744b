"""Whose doing a change of date is, from the dirty marks that a run plans. docs/planning.md, section Origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from orders.planning.types import Ints
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns
from orders.replanning.scope import Scope

SUPPLIER_CAUSES = (
    "purchase_order_redated",
    "purchase_order_received",
    "purchase_order_given_up",
    "supplier_changed",
    "supplier_product_changed",
    "supplier_delay_measured",
)
WEIGHED = "news_rules_changed"  # nothing moved, but what is news may be other than before
WEIGHING_CAUSES = (WEIGHED, "customer_changed")
CUSTOMER_CAUSES = ("held", "released", "line_cancelled")


class MarkOrigin(IntEnum):
    """Who made the change that a dirty mark stands for."""

    OURS = 0
    SUPPLIER = 1
    CUSTOMER = 2
    NOBODY = 3


# A hold by hand is our own doing; all other kinds wait for something of the customer's.
_MARKS = f"""
    SELECT m.id, m.product_id,
        (CASE WHEN m.cause = ANY(%(supplier_causes)s::text[]) THEN {MarkOrigin.SUPPLIER.value}
            WHEN o.id IS NOT NULL AND (m.cause = 'line_cancelled' OR (
                SELECT h.kind FROM orders_hold h WHERE h.order_id = o.id ORDER BY h.id DESC LIMIT 1
            ) <> 'manual') THEN {MarkOrigin.CUSTOMER.value}
            WHEN m.cause = '{WEIGHED}' THEN {MarkOrigin.NOBODY.value}
            ELSE {MarkOrigin.OURS.value} END)::smallint,
        COALESCE(o.id, 0), (m.cause = ANY(%(weighing_causes)s::text[]))::int::smallint
    FROM inventory_dirtymark m
    LEFT JOIN orders_order o ON o.ref = m.reference AND m.cause = ANY(%(customer_causes)s::text[])
    WHERE {{condition}}
"""


@dataclass(frozen=True, slots=True)
class Origins:
    """What changed, ascending: orders by their customer, products by a supplier, and products by ourselves."""

    customer_orders: Ints
    supplier_products: Ints
    our_products: Ints

    def params(self) -> dict[str, list[int]]:
        """Return them as parameters of a query."""
        return {name: getattr(self, name).tolist() for name in Origins.__slots__}


def ask_marks(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    """Ask for the marks in scope with their ``origin`` and the order whose customer made it (0 for none).

    ``weighs`` is 1 where the news of orders is to be weighed anew though none of their lines changes.
    """
    query = _MARKS.format(condition=scope.products("m.product_id"))
    params = {
        **scope.params,
        "supplier_causes": list(SUPPLIER_CAUSES),
        "customer_causes": list(CUSTOMER_CAUSES),
        "weighing_causes": list(WEIGHING_CAUSES),
    }
    types = {"id": "int8", "product_id": "int8", "origin": "int2", "order_id": "int8", "weighs": "int2"}
    return ask.rows(query, params, types)


def origins_of(marks: Columns) -> Origins:
    """Return who changed what, of marks as ``ask_marks`` has them."""
    origin, product_id = marks["origin"], marks["product_id"]
    return Origins(
        customer_orders=np.unique(marks["order_id"][origin == MarkOrigin.CUSTOMER]),
        supplier_products=np.unique(product_id[origin == MarkOrigin.SUPPLIER]),
        our_products=np.unique(product_id[origin == MarkOrigin.OURS]),
    )
