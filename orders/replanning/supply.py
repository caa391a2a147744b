"""What planning reads of supply: what is on hand, what is frozen, what is coming, and the products of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orders.planning.types import Ints, Products, Supply
from orders.replanning.asking import Asking
from orders.replanning.bulk import Columns, sorted_by
from orders.replanning.scope import Scope

_RULED_FIRST = 100_000  # puts the warehouses that a product's own rule names before all preferences


def load_supply(scope: Scope) -> tuple[Supply, Products]:
    """Read what can be claimed of the products in scope, and their lead times, inside the caller's snapshot."""
    supply, _, products = ask_supply(Asking(few=False), scope)()
    return supply, products


def ask_supply(ask: Asking, scope: Scope) -> Callable[[], tuple[Supply, Columns, Products]]:
    """Ask for what can be claimed, what is frozen (``_ask_frozen``), and the products with their lead times."""
    asked_frozen, asked_stock, asked_inbound, asked_products = (
        question(ask, scope) for question in (_ask_frozen, _ask_stock, _ask_inbound, _ask_products)
    )

    def supply() -> tuple[Supply, Columns, Products]:
        frozen = sorted_by(asked_frozen(), "line_id", "warehouse_id")
        stock = _free(sorted_by(asked_stock(), "product_id", "warehouse_id"), frozen)
        inbound = sorted_by(asked_inbound(), "source_id")
        return _supply(stock, inbound), frozen, _products(sorted_by(asked_products(), "product_id"), stock)

    return supply


def _ask_frozen(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    """Ask for what is pinned or picked, per line and warehouse, with the product."""
    query = f"""
        SELECT a.line_id, a.warehouse_id, a.product_id, sum(a.qty)::bigint
        FROM orders_allocation a WHERE a.state > 0 AND {scope.products("a.product_id")} GROUP BY 1, 2, 3
    """
    types = {"line_id": "int8", "warehouse_id": "int8", "product_id": "int8", "qty": "int8"}
    return ask.rows(query, scope.params, types)


def _ask_stock(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    query = f"""
        SELECT s.product_id, s.warehouse_id, s.on_hand, s.protected,
            CASE WHEN r.id IS NULL THEN w.preference::int ELSE r.place - {_RULED_FIRST} END
        FROM inventory_stocklevel s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
        LEFT JOIN orders_sourcerule r ON r.product_id = s.product_id AND r.warehouse_id = s.warehouse_id
        WHERE s.on_hand > 0 AND {scope.products("s.product_id")}
    """
    types = {
        "product_id": "int8",
        "warehouse_id": "int8",
        "on_hand": "int4",
        "protected": "int4",
        "preference": "int4",
    }
    return ask.rows(query, scope.params, types)


def _free(stock: Columns, frozen: Columns) -> Columns:
    """Return stock on hand with ``qty``, free to claim, and ``kept_qty``, kept back by the protected minimum."""
    free = np.maximum(stock["on_hand"] - _frozen_units(stock, frozen), 0)
    kept = np.minimum(stock["protected"], free)
    return {**stock, "qty": free - kept, "kept_qty": kept}


def _frozen_units(stock: Columns, frozen: Columns) -> Ints:
    """Return frozen units per stock level; levels that are not listed hold none that count."""
    units = np.zeros(len(stock["product_id"]), dtype=np.int64)
    if not len(frozen["qty"]) or not len(units):
        return units
    width = 1 + max(int(stock["warehouse_id"].max()), int(frozen["warehouse_id"].max()))
    level = stock["product_id"] * width + stock["warehouse_id"]
    wanted = frozen["product_id"] * width + frozen["warehouse_id"]
    place = np.minimum(np.searchsorted(level, wanted), len(level) - 1)
    found = level[place] == wanted
    np.add.at(units, place[found], frozen["qty"][found])
    return units


def _ask_inbound(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    query = f"""
        SELECT l.id, l.product_id, l.warehouse_id, l.outstanding_qty, l.expected_on, l.first_expected_on,
            s.delay_p50_days, s.delay_p90_days
        FROM inventory_purchaseorderline l
        JOIN inventory_purchaseorder o ON o.id = l.purchase_order_id AND o.status = 'open'
        JOIN inventory_supplier s ON s.id = o.supplier_id
        WHERE l.outstanding_qty > 0 AND {scope.products("l.product_id")}
    """
    types = {
        "source_id": "int8",
        "product_id": "int8",
        "warehouse_id": "int8",
        "qty": "int4",
        "expected_on": "date",
        "first_expected_on": "date",
        "delay_p50": "int2",
        "delay_p90": "int2",
    }
    return ask.rows(query, scope.params, types)


def _ask_products(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    # At least a day where a supplier is known: 0 means that nobody sells it. What nobody has ordered yet would come to
    # the warehouse that is asked first, and be handled there.
    handled = (
        "(SELECT w.handling_days FROM inventory_warehouse w WHERE w.is_active ORDER BY w.preference, w.id LIMIT 1)"
    )
    query = f"""
        SELECT p.id,
            CASE WHEN s.id IS NULL THEN 0
                ELSE GREATEST(sp.lead_time_days + s.delay_p50_days, 1) + COALESCE({handled}, 0) END,
            CASE WHEN s.id IS NULL THEN 0
                ELSE GREATEST(sp.lead_time_days + s.delay_p90_days, 1) + COALESCE({handled}, 0) END
        FROM inventory_product p
        LEFT JOIN inventory_supplierproduct sp ON sp.product_id = p.id AND sp.is_preferred
        LEFT JOIN inventory_supplier s ON s.id = sp.supplier_id
        WHERE {scope.products("p.id")}
    """
    types = {"product_id": "int8", "lead_time_p50": "int4", "lead_time_p90": "int4"}
    return ask.rows(query, scope.params, types)


def _supply(stock: Columns, inbound: Columns) -> Supply:
    nothing = np.zeros(len(stock["qty"]), dtype=np.int64)

    def joined(name: str, of_stock: Ints) -> Ints:
        return np.concatenate((of_stock, inbound[name]))

    return Supply(
        product_id=joined("product_id", stock["product_id"]),
        warehouse_id=joined("warehouse_id", stock["warehouse_id"]),
        source_id=joined("source_id", nothing),
        qty=joined("qty", stock["qty"]),
        expected_on=joined("expected_on", nothing),
        first_expected_on=joined("first_expected_on", nothing),
        delay_p50=joined("delay_p50", nothing),
        delay_p90=joined("delay_p90", nothing),
        preference=np.concatenate((stock["preference"], np.zeros(len(inbound["qty"]), dtype=np.int64))),
    )


def _products(products: Columns, stock: Columns) -> Products:
    kept = np.zeros(len(products["product_id"]), dtype=np.int64)
    np.add.at(kept, np.searchsorted(products["product_id"], stock["product_id"]), stock["kept_qty"])
    return Products(protected_qty=kept, **products)
