"""What planning reads: one snapshot of backlog, supply and what is frozen, as arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
from django.conf import settings

from orders.planning.demand import Demand
from orders.planning.rules import Policy
from orders.planning.types import (
    Attributes,
    Backlog,
    Codes,
    Frozen,
    Ints,
    PickDays,
    Previous,
    Products,
    ShipPolicy,
    Sites,
    Supply,
    Terms,
)
from orders.replanning.attributes import load_attributes
from orders.replanning.bulk import Columns, copy_out, sorted_by
from orders.replanning.demand import load_demand
from orders.replanning.learned import LearnedInputs, load_learned
from orders.replanning.line_etas import with_line_etas
from orders.replanning.origins import load_marks
from orders.replanning.prepared import read
from orders.replanning.scope import Scope
from orders.replanning.sites import load_sites
from orders.replanning.terms import load_pick_days, load_terms
from orders.replanning.totals import load_totals

_RULED_FIRST = 100_000  # puts the warehouses that a product's own rule names before all preferences
SHIP_POLICIES = ["partial", "complete", "one_backorder"]  # in the order of planning.types.ShipPolicy


@dataclass(frozen=True, slots=True)
class Inputs:
    """Inputs of one run. ``marks`` (origins.load_marks) and ``pools`` (product_id, run_id) are the state
    they stand for.

    ``stale_orders`` are orders to roll up even if none of their lines changes (``totals``). ``terms`` are what some
    orders ask beyond their ship policy, ``pick_days`` how long lines wait for hands.
    ``previous`` is the plan in force where the policy has segments, which measure against it; ``demand`` what is
    forecast and ``learned`` the model of lateness where the policy reads them. ``price_minor`` (pence), parallel to the
    backlog, is for writing a first plan.
    """

    backlog: Backlog
    supply: Supply
    frozen: Frozen
    products: Products
    attributes: Attributes
    marks: Columns
    pools: Columns
    stale_orders: Ints
    sites: Sites | None = None
    terms: Terms | None = None
    pick_days: PickDays | None = None
    previous: Previous | None = None
    demand: Demand | None = None
    learned: LearnedInputs | None = None
    price_minor: Ints | None = None

    def digest(self) -> str:
        """Return the SHA-256 of everything that planning reads; equal inputs in equal order have equal digests."""
        digest = hashlib.sha256()
        for always in (self.backlog, self.supply, self.frozen, self.products):
            _feed(digest, always)
        for name in sorted(self.attributes):
            digest.update(name.encode())
            _feed(digest, self.attributes[name])
        for part in (self.previous, self.demand, self.learned):
            if part is not None:
                _feed(digest, part)
        for sparse in (self.terms, self.pick_days, self.sites):
            if sparse is not None:
                _feed(digest, sparse)
        return digest.hexdigest()


def load_inputs(scope: Scope, policy: Policy, plans: Callable[[], Columns], *, today: int) -> Inputs:
    """Read everything that planning needs, inside the caller's snapshot. Rows come sorted by their keys.

    ``plans`` returns the stored plans of the lines in scope; it is called late, because they may still be on their way
    (``snapshot.read_beside``).
    """
    lines = _load_lines(scope)
    scope = scope.of_lines(lines["order_id"])
    orders = _load_orders(scope)
    frozen = _load_frozen(scope)
    stock = _load_stock(scope, frozen)
    totals = load_totals(scope, lines, plans(), orders)
    place = np.searchsorted(orders["order_id"], lines["order_id"])
    known = place < len(orders["order_id"])
    known[known] = orders["order_id"][place[known]] == lines["order_id"][known]
    if not known.all():  # a line whose order is closed is no backlog
        lines = {name: column[known] for name, column in lines.items()}
        place = place[known]
    return Inputs(
        backlog=_backlog(scope, lines, orders, place),
        supply=_supply(stock, _load_inbound(scope)),
        frozen=Frozen(line_id=frozen["line_id"], warehouse_id=frozen["warehouse_id"], qty=frozen["qty"]),
        products=_products(_load_products(scope), stock),
        attributes=load_attributes(policy.attributes(), scope, lines, orders, totals, place, today=today),
        demand=load_demand(scope, policy),
        learned=load_learned(policy, lines, orders, place),
        marks=load_marks(scope),
        sites=load_sites(scope, today=today),
        terms=load_terms(scope, lines, orders, place),
        pick_days=load_pick_days(scope),
        pools=_load_pools(scope),
        stale_orders=totals.stale_orders,
        price_minor=lines["price_minor"],
    )


def load_supply(scope: Scope) -> tuple[Supply, Products]:
    """Read what can be claimed of the products in scope, and their lead times, inside the caller's snapshot."""
    stock = _load_stock(scope, _load_frozen(scope))
    return _supply(stock, _load_inbound(scope)), _products(_load_products(scope), stock)


def _feed(digest: hashlib._Hash, part: object) -> None:
    assert is_dataclass(part)
    for field in fields(part):
        value = getattr(part, field.name)
        if is_dataclass(value):
            _feed(digest, value)
            continue
        digest.update(np.ascontiguousarray(value).data if isinstance(value, np.ndarray) else repr(value).encode())


def _load_lines(scope: Scope) -> Columns:
    query = f"""
        SELECT l.id, l.order_id, l.product_id, l.open_qty, l.position, (l.unit_price * 100)::bigint
        FROM orders_orderline l WHERE l.open_qty > 0 AND {scope.products("l.product_id")}
    """
    types = {
        "line_id": "int8",
        "order_id": "int8",
        "product_id": "int8",
        "open_qty": "int4",
        "position": "int4",
        "price_minor": "int8",
    }
    return sorted_by(copy_out(query, scope.params, types), "line_id")


def _load_orders(scope: Scope) -> Columns:
    query = f"""
        SELECT o.id, o.customer_id, o.placed_at, COALESCE(o.requested_on, '-infinity'),
            (array_position(%(ship_policies)s::text[], o.ship_policy::text) - 1)::smallint,
            o.is_expedited, COALESCE(o.eta_by_hand_on, '-infinity'),
            o.ship_policy = 'one_backorder'
                AND EXISTS (SELECT FROM orders_orderline s WHERE s.order_id = o.id AND s.shipped_qty > 0),
            EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL),
            COALESCE(p.promised_on, '-infinity'), (o.placed_at AT TIME ZONE %(zone)s)::date,
            o.id IN (SELECT order_id FROM orders_orderterms)
        FROM orders_order o LEFT JOIN orders_orderpromise p ON p.order_id = o.id
        WHERE o.status = 'open' AND {scope.orders("o.id")}
    """
    types = {
        "order_id": "int8",
        "customer_id": "int8",
        "placed_at": "timestamptz",
        "requested_on": "date",
        "ship_policy": "int2",
        "is_expedited": "bool",
        "eta_by_hand": "date",
        "has_shipped": "bool",
        "on_hold": "bool",
        "promised_on": "date",
        "placed_on": "date",
        "has_terms": "bool",
    }
    params = {**scope.params, "ship_policies": SHIP_POLICIES, "zone": settings.TIME_ZONE}
    return sorted_by(read(query, params, types, few=scope.is_few), "order_id")


def _load_frozen(scope: Scope) -> Columns:
    """Read what is pinned or picked, per line and warehouse, with the product."""
    query = f"""
        SELECT a.line_id, a.warehouse_id, a.product_id, sum(a.qty)::bigint
        FROM orders_allocation a WHERE a.state > 0 AND {scope.products("a.product_id")} GROUP BY 1, 2, 3
    """
    types = {"line_id": "int8", "warehouse_id": "int8", "product_id": "int8", "qty": "int8"}
    return sorted_by(read(query, scope.params, types, few=scope.is_few), "line_id", "warehouse_id")


def _load_stock(scope: Scope, frozen: Columns) -> Columns:
    """Read stock on hand; ``qty`` is free to claim, ``kept_qty`` is kept back by the protected minimum."""
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
    stock = sorted_by(read(query, scope.params, types, few=scope.is_few), "product_id", "warehouse_id")
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


def _load_inbound(scope: Scope) -> Columns:
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
    return sorted_by(read(query, scope.params, types, few=scope.is_few), "source_id")


def _load_pools(scope: Scope) -> Columns:
    query = f"SELECT product_id, run_id FROM orders_poolplan p WHERE {scope.products('p.product_id')}"
    types = {"product_id": "int8", "run_id": "int8"}
    return sorted_by(read(query, scope.params, types, few=scope.is_few), "product_id")


def _load_products(scope: Scope) -> Columns:
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
    return sorted_by(read(query, scope.params, types, few=scope.is_few), "product_id")


def _backlog(scope: Scope, lines: Columns, orders: Columns, place: Ints) -> Backlog:
    return Backlog(
        line_id=lines["line_id"],
        order_id=lines["order_id"],
        product_id=lines["product_id"],
        open_qty=lines["open_qty"],
        placed_at=orders["placed_at"][place],
        ship_policy=_served_as(orders)[place],
        has_shipped=orders["has_shipped"][place],
        on_hold=orders["on_hold"][place],
        eta_by_hand=with_line_etas(scope, lines["line_id"], orders["eta_by_hand"][place]),
    )


def _served_as(orders: Columns) -> Codes:
    """Return the ship policies, JOINT for partial orders with terms (``components.close_over`` links the same)."""
    joint = orders["has_terms"] & (orders["ship_policy"] == ShipPolicy.PARTIAL)
    return np.where(joint, ShipPolicy.JOINT, orders["ship_policy"]).astype(np.int16)


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
