"""Synthetic backlogs, made by the database itself. Same size, same rows."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass

from django.db import connection

HOT_PRODUCT = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a backlog. ``warehouses`` each hold an equal share of what is on hand."""

    lines: int
    products: int
    warehouses: int
    profile: str


def shape_of(lines: int, profile: str) -> Shape:
    """Return the sizes of a profile: ``default`` as in docs/planning.md, ``peers`` as others were measured."""
    if profile == "peers":
        return Shape(lines, 1000, 1, profile)
    return Shape(lines, max(1000, lines // 20), 4, profile)


def _orders(shape: Shape) -> int:
    """Return how many orders the lines fill: five lines each, or by fives of one to five lines each."""
    if shape.profile == "peers":
        return -(-shape.lines // 5)
    fives, rest = divmod(shape.lines, 15)
    return fives * 5 + (1 + bisect([1, 3, 6, 10], rest - 1) if rest else 0)


def seed(shape: Shape) -> None:
    """Fill an empty database."""
    # No history of what is made up. It also costs time that grows with the square of the rows: each history row comes
    # and goes through a subtransaction that looks at all foreign keys still to check.
    quiet = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in _WITH_HISTORY]
    loud = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in _WITH_HISTORY]
    # Statistics before anything points at the catalogue: foreign keys keep the query plans that they made first.
    made = [*_CATALOGUE, "ANALYZE", *(_PEERS if shape.profile == "peers" else _DEFAULT), *_SUPPLY]
    statements = [*quiet, *made, *loud]
    params = {
        "lines": shape.lines,
        "products": shape.products,
        "warehouses": shape.warehouses,
        "orders": _orders(shape),
        "hot": HOT_PRODUCT,
        "per_warehouse": 0.6 / shape.warehouses,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.25)")
        for statement in statements:
            cursor.execute(statement, params)
        cursor.execute("VACUUM ANALYZE")


def forget_plan() -> None:
    """Take back what planning wrote, so that the next full run plans for the first time again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE orders_lineplan, orders_orderplan, orders_allocation, orders_peg, orders_orderpromise, "
            "orders_etarevision, orders_poolplan"
        )
        cursor.execute("UPDATE inventory_stocklevel SET reserved = 0")
        cursor.execute("VACUUM ANALYZE inventory_stocklevel")


_WITH_HISTORY = [
    "orders_customer",
    "orders_order",
    "orders_orderline",
    "inventory_product",
    "inventory_supplier",
    "inventory_purchaseorder",
    "inventory_purchaseorderline",
]

_CATALOGUE = [
    """INSERT INTO inventory_product (id, sku, name, category, unit_price, is_critical, is_active)
    SELECT i, 'P' || i, 'Synthetic product ' || i, 'C' || i %% 20, 1 + i %% 90, i %% 50 = 0, true
    FROM generate_series(1, %(products)s) i""",
    """INSERT INTO inventory_warehouse (id, code, name, preference, is_active, handling_days)
    SELECT i, 'W' || i, 'Warehouse ' || i, i, true, 0 FROM generate_series(1, %(warehouses)s) i""",
    """INSERT INTO inventory_supplier (id, code, name, email, is_active, delay_p50_days, delay_p90_days)
    SELECT i, 'S' || i, 'Supplier ' || i, '', true, i %% 3, 2 + i %% 9 FROM generate_series(1, 50) i""",
    """INSERT INTO inventory_supplierproduct
        (supplier_id, product_id, lead_time_days, min_order_qty, unit_cost, is_preferred)
    SELECT 1 + i %% 50, i, 10 + i %% 30, 1, 1, true FROM generate_series(1, %(products)s) i""",
    """INSERT INTO orders_customer
        (id, code, name, contact_name, email, phone, tier, country, zone, language, wants_email, created_at)
    SELECT i, 'C' || i, 'Customer ' || i, '', '', '', (ARRAY['platinum', 'gold', 'silver', 'standard', 'standard'])
        [1 + i %% 5], 'GB', 'Europe/London', 'en', false, now()
    FROM generate_series(1, 5000) i""",
]

# Orders of one to five lines, over 90 days. One order in fifty ships complete and one in a hundred with at most one
# backorder; their lines are neighbours (sets, spare parts), so that they link a handful of products. One line in twenty
# is for the hot product, the others lean towards low numbers.
_DEFAULT = [
    """INSERT INTO orders_order (id, ref, channel, external_id, customer_id, status, placed_at, requested_on,
        ship_policy, ship_to, is_expedited, eta_by_hand_reason, intake_digest, version)
    SELECT i, 'SO-' || i, 'synthetic', '', 1 + i %% 5000, 'open', now() - interval '90 days' * random(),
        CASE WHEN i %% 3 = 0 THEN current_date + (i %% 30) END,
        CASE WHEN i %% 100 IN (7, 57) THEN 'complete' WHEN i %% 100 = 31 THEN 'one_backorder' ELSE 'partial' END,
        '', i %% 500 = 0, '', '', 1
    FROM generate_series(1, %(orders)s) i""",
    """INSERT INTO orders_orderline
        (id, order_id, position, product_id, ordered_qty, shipped_qty, cancelled_qty, unit_price)
    SELECT i, o.id, o.position,
        CASE WHEN o.id %% 100 IN (7, 31, 57)
                THEN 2 + 5 * (o.id::bigint * 7919 %% ((%(products)s - 2) / 5)) + o.position - 1
            WHEN random() < 0.05 THEN %(hot)s
            ELSE 2 + floor(power(random(), 1.5) * (%(products)s - 2))::int END,
        1 + floor(random() * 10)::int, 0, 0, 1 + i %% 90
    FROM generate_series(1, %(lines)s) i,
        LATERAL (SELECT (i - 1) %% 15 AS place) p,
        LATERAL (SELECT width_bucket(p.place, ARRAY[1, 3, 6, 10]) AS which) w,
        LATERAL (
            SELECT (i - 1) / 15 * 5 + w.which + 1 AS id, p.place - w.which * (w.which + 1) / 2 + 1 AS position
        ) o""",
]

# The work that other systems were measured on: 1,000 products, 5 lines an order, 1 to 10 units, five priorities.
_PEERS = [
    """INSERT INTO orders_order (id, ref, channel, external_id, customer_id, status, placed_at, ship_policy, ship_to,
        is_expedited, eta_by_hand_reason, intake_digest, version)
    SELECT i, 'SO-' || i, 'synthetic', '', 1 + i %% 5000, 'open', now() - interval '365 days' * random(), 'partial', '',
        false, '', '', 1
    FROM generate_series(1, %(orders)s) i""",
    """INSERT INTO orders_orderline
        (id, order_id, position, product_id, ordered_qty, shipped_qty, cancelled_qty, unit_price)
    SELECT i, 1 + (i - 1) / 5, 1 + (i - 1) %% 5, 1 + floor(random() * 1000)::int,
        1 + floor(random() * 10)::int, 0, 0, 10
    FROM generate_series(1, %(lines)s) i""",
]

# On hand 60 % of each product's demand; nine products in ten have two deliveries coming, of 20 % each.
_SUPPLY = [
    """CREATE TEMP TABLE demand AS
    SELECT product_id, sum(ordered_qty) AS qty FROM orders_orderline GROUP BY product_id""",
    """INSERT INTO inventory_stocklevel (product_id, warehouse_id, on_hand, reserved, protected)
    SELECT product_id, w.id, floor(qty * %(per_warehouse)s), 0, 0 FROM demand, inventory_warehouse w""",
    """INSERT INTO inventory_stockmovement (product_id, warehouse_id, kind, qty, reference, reason, at)
    SELECT product_id, warehouse_id, 'opening', on_hand, '', '', now() FROM inventory_stocklevel WHERE on_hand > 0""",
    """INSERT INTO inventory_purchaseorder (id, ref, supplier_id, status, ordered_on, expected_on, created_at, version)
    SELECT i, 'PO-' || i, 1 + i %% 50, 'open', current_date - 20, current_date + i %% 40, now(), 1
    FROM generate_series(1, 500) i""",
    """INSERT INTO inventory_purchaseorderline (purchase_order_id, position, product_id, warehouse_id, ordered_qty,
        received_qty, cancelled_qty, expected_on, first_expected_on)
    SELECT 1 + (product_id * 2 + part) %% 500, (product_id * 2 + part) / 500, product_id,
        1 + product_id %% %(warehouses)s, ceil(qty * 0.2), 0, 0,
        current_date + (product_id * 3 + part * 11)::int %% 40, current_date + product_id::int %% 25
    FROM demand, generate_series(0, 1) part WHERE product_id %% 10 > 0""",
    """DELETE FROM inventory_purchaseorder o
    WHERE NOT EXISTS (SELECT FROM inventory_purchaseorderline l WHERE l.purchase_order_id = o.id)""",
]
