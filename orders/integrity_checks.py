"""The queries of ``orders.integrity``: each returns (row, detail) for what breaks its rule."""

from __future__ import annotations

_CLAIMED = "SELECT line_id, sum(qty) AS qty FROM orders_allocation GROUP BY line_id"
_PEGGED = "SELECT line_id, sum(qty) AS qty FROM orders_peg GROUP BY line_id"
_MARKED_PRODUCT = "EXISTS (SELECT FROM inventory_dirtymark m WHERE m.product_id = {product})"
_MARKED_ORDER = (
    "EXISTS (SELECT FROM orders_orderline x JOIN inventory_dirtymark m ON m.product_id = x.product_id "
    "WHERE x.order_id = {order})"
)

_STOCK = {
    "on hand is the sum of its movements": """
        SELECT product_id || '@' || warehouse_id,
            'on hand ' || coalesce(l.on_hand, 0) || ', movements ' || coalesce(m.qty, 0)
        FROM inventory_stocklevel l
        FULL JOIN (SELECT product_id, warehouse_id, sum(qty) AS qty FROM inventory_stockmovement GROUP BY 1, 2) m
            USING (product_id, warehouse_id)
        WHERE coalesce(l.on_hand, 0) <> coalesce(m.qty, 0)""",
    "reserved is the sum of the allocations": """
        SELECT product_id || '@' || warehouse_id,
            'reserved ' || coalesce(l.reserved, 0) || ', allocated ' || coalesce(a.qty, 0)
        FROM inventory_stocklevel l
        FULL JOIN (SELECT product_id, warehouse_id, sum(qty) AS qty FROM orders_allocation GROUP BY 1, 2) a
            USING (product_id, warehouse_id)
        WHERE coalesce(l.reserved, 0) <> coalesce(a.qty, 0)""",
    "reserved is at most what is on hand": """
        SELECT product_id || '@' || warehouse_id, 'reserved ' || reserved || ' of ' || on_hand
        FROM inventory_stocklevel WHERE reserved NOT BETWEEN 0 AND on_hand""",
    "received is the sum of the receipts": """
        SELECT l.id, 'received ' || l.received_qty || ', receipts ' || coalesce(r.qty, 0)
        FROM inventory_purchaseorderline l
        LEFT JOIN (SELECT purchase_order_line_id AS id, sum(qty) AS qty FROM inventory_receipt GROUP BY 1) r USING (id)
        WHERE l.received_qty <> coalesce(r.qty, 0)""",
    "a receipt is its movement": """
        SELECT r.id, 'receipt ' || r.qty || ', movement ' || m.qty
        FROM inventory_receipt r JOIN inventory_stockmovement m ON m.id = r.movement_id WHERE r.qty <> m.qty""",
    "a purchase order is open while units are outstanding": """
        SELECT o.ref, o.status FROM inventory_purchaseorder o WHERE (o.status = 'open') <> EXISTS (
            SELECT FROM inventory_purchaseorderline l WHERE l.purchase_order_id = o.id AND l.outstanding_qty > 0)""",
}

_LINES = {
    "a line never claims more than is open": f"""
        SELECT l.id, 'open ' || l.open_qty || ', allocated ' || a.qty
        FROM orders_orderline l JOIN ({_CLAIMED}) a ON a.line_id = l.id WHERE a.qty > l.open_qty""",
    "an allocation is of its line's product": """
        SELECT a.line_id, 'product ' || a.product_id || ', line has ' || coalesce(l.product_id::text, 'gone')
        FROM orders_allocation a LEFT JOIN orders_orderline l ON l.id = a.line_id
        WHERE l.product_id IS DISTINCT FROM a.product_id""",
    "shipped is the sum of the shipments": """
        SELECT l.id, 'shipped ' || l.shipped_qty || ', shipments ' || coalesce(s.qty, 0)
        FROM orders_orderline l
        LEFT JOIN (SELECT line_id AS id, sum(qty) AS qty FROM orders_shipmentline GROUP BY 1) s USING (id)
        WHERE l.shipped_qty <> coalesce(s.qty, 0)""",
    "shipments are the stock that left": """
        SELECT product_id || '@' || warehouse_id, 'shipped ' || coalesce(s.qty, 0) || ', left ' || coalesce(m.qty, 0)
        FROM (SELECT l.product_id, s.warehouse_id, sum(s.qty) AS qty
            FROM orders_shipmentline s JOIN orders_orderline l ON l.id = s.line_id GROUP BY 1, 2) s
        FULL JOIN (SELECT product_id, warehouse_id, -sum(qty) AS qty
            FROM inventory_stockmovement WHERE kind = 'shipment' GROUP BY 1, 2) m USING (product_id, warehouse_id)
        WHERE coalesce(s.qty, 0) <> coalesce(m.qty, 0)""",
    "an order is open while units are open": """
        SELECT o.ref, o.status FROM orders_order o WHERE (o.status = 'open') <> EXISTS (
            SELECT FROM orders_orderline l WHERE l.order_id = o.id AND l.open_qty > 0)""",
    "a date given is a promise kept": """
        SELECT DISTINCT r.order_id, 'revision without a promise' FROM orders_etarevision r
        WHERE r.kind IN ('promised', 'told')
            AND NOT EXISTS (SELECT FROM orders_orderpromise p WHERE p.order_id = r.order_id)""",
}

_PLANS = {
    "every open line is planned or marked": f"""
        SELECT l.id, 'no plan and no mark' FROM orders_orderline l
        WHERE l.open_qty > 0 AND NOT EXISTS (SELECT FROM orders_lineplan p WHERE p.line_id = l.id)
            AND NOT {_MARKED_PRODUCT.format(product="l.product_id")}""",
    "a plan is of an open line": f"""
        SELECT p.line_id, 'the line is closed' FROM orders_lineplan p
        WHERE NOT EXISTS (SELECT FROM orders_orderline l WHERE l.id = p.line_id AND l.open_qty > 0)
            AND NOT {_MARKED_PRODUCT.format(product="p.product_id")}""",
    "a line's plan says what is allocated and pegged": f"""
        SELECT p.line_id, 'allocated ' || p.allocated_qty || ', really ' || coalesce(a.qty, 0)
            || '; pegged ' || p.pegged_qty || ', really ' || coalesce(g.qty, 0)
        FROM orders_lineplan p
        LEFT JOIN ({_CLAIMED}) a ON a.line_id = p.line_id
        LEFT JOIN ({_PEGGED}) g ON g.line_id = p.line_id
        WHERE (p.allocated_qty, p.pegged_qty) <> (coalesce(a.qty, 0), coalesce(g.qty, 0))
            AND NOT {_MARKED_PRODUCT.format(product="p.product_id")}""",
    "pegs are at most what is outstanding": f"""
        SELECT l.id, 'outstanding ' || l.outstanding_qty || ', pegged ' || g.qty
        FROM inventory_purchaseorderline l
        JOIN (SELECT purchase_order_line_id AS id, sum(qty) AS qty FROM orders_peg GROUP BY 1) g USING (id)
        WHERE g.qty > l.outstanding_qty AND NOT {_MARKED_PRODUCT.format(product="l.product_id")}""",
    "an order's plan is the sum of its lines'": f"""
        SELECT o.ref, 'lines ' || p.open_lines || '/' || t.lines || ', units ' || p.open_units || '/' || t.units
            || ', short ' || p.short_units || '/' || t.short || ', value ' || p.open_value_minor || '/' || t.value
        FROM orders_orderplan p
        JOIN orders_order o ON o.id = p.order_id
        JOIN (SELECT l.order_id, count(*) AS lines, sum(l.open_qty) AS units,
                sum(l.open_qty - least(coalesce(a.qty, 0), l.open_qty)) AS short,
                sum(l.open_qty * l.unit_price_minor) AS value
            FROM orders_orderline l LEFT JOIN ({_CLAIMED}) a ON a.line_id = l.id
            WHERE l.open_qty > 0 GROUP BY l.order_id) t ON t.order_id = p.order_id
        WHERE (p.open_lines, p.open_units, p.short_units, p.open_value_minor)
            <> (t.lines, t.units, t.short, t.value)
            AND NOT {_MARKED_ORDER.format(order="p.order_id")}""",
    "every open order has a plan, and no other": f"""
        SELECT o.ref, o.status FROM orders_order o
        WHERE (o.status = 'open') <> EXISTS (SELECT FROM orders_orderplan p WHERE p.order_id = o.id)
            AND NOT {_MARKED_ORDER.format(order="o.id")}""",
}

CHECKS: dict[str, str] = _STOCK | _LINES | _PLANS

UNPLANNED = f"""
    SELECT count(*) FROM orders_orderline l
    WHERE l.open_qty > 0 AND NOT EXISTS (SELECT FROM orders_lineplan p WHERE p.line_id = l.id)
        AND {_MARKED_PRODUCT.format(product="l.product_id")}
"""
