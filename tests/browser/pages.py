"""Every kind of page once, by name, for what must hold on all of them."""

from __future__ import annotations

from tests.browser.stack import Stack, eventually

SIGNED_OUT = ("sign-in",)
BARE = ("not-found",)  # without the frame


def addresses(stack: Stack) -> dict[str, str]:
    """Return the address of each page; those of single things lead to the fullest one."""
    one = stack.rows(
        "SELECT (SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id"
        "  ORDER BY p.short_lines DESC, o.id LIMIT 1) AS short,"
        " (SELECT o.ref FROM orders_hold h JOIN orders_order o ON o.id = h.order_id"
        "  WHERE h.released_at IS NULL ORDER BY h.id LIMIT 1) AS held,"
        " (SELECT p.sku FROM orders_lineplan l JOIN inventory_product p ON p.id = l.product_id"
        "  GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1) AS sku,"
        " (SELECT ref FROM inventory_purchaseorder WHERE status = 'open' ORDER BY id LIMIT 1) AS awaited,"
        " (SELECT ref FROM inventory_purchaseorder WHERE status = 'received' ORDER BY id LIMIT 1) AS received,"
        " (SELECT c.code FROM orders_order o JOIN orders_customer c ON c.id = o.customer_id WHERE o.status = 'open'"
        "  GROUP BY c.code ORDER BY count(*) DESC, c.code LIMIT 1) AS customer,"
        " (SELECT s.code FROM inventory_purchaseorder p JOIN inventory_supplier s ON s.id = p.supplier_id"
        "  WHERE p.status = 'open' GROUP BY s.code ORDER BY min(p.expected_on), s.code LIMIT 1) AS supplier,"
        " (SELECT max(id) FROM notifications_delivery) AS message,"
        " (SELECT max(id) FROM orders_planrun) AS run"
    )[0]
    return {
        "sign-in": "/sign-in/",
        "triage": "/triage/",
        "triage-panel": f"/triage/?o={one['short']}",
        "triage-held": f"/triage/?view=hold&o={one['held']}",
        "triage-empty": "/triage/?q=nobody-is-called-this",
        "exceptions": "/exceptions/",
        "find": "/find/?q=SO-1",
        "time-zone": "/time-zone/",
        "order": f"/orders/{one['short']}/",
        "order-held": f"/orders/{one['held']}/",
        "order-split": f"/orders/{one['short']}/split/",
        "order-substitutes": f"/orders/{one['short']}/substitutes/",
        "cell": f"/orders/{one['short']}/cell/eta/",
        "order-expedite": f"/orders/{one['short']}/expedite/preview/",
        "order-runs": f"/orders/{one['short']}/runs/",
        "order-activity": f"/orders/{one['short']}/activity/",
        "mentions": "/mentions/?tab=all",
        "picking": "/picking/",
        "picking-products": "/picking/?by=product",
        "paper": "/triage/print/?view=late",
        "customers": "/customers/",
        "customers-all": "/customers/?view=all",
        "customer": f"/customers/{one['customer']}/",
        "suppliers": "/suppliers/",
        "supplier": f"/suppliers/{one['supplier']}/",
        "setup": "/setup/",
        "setup-warehouses": "/setup/warehouses/",
        "setup-working-days": "/setup/working-days/",
        "setup-sources": "/setup/sources/",
        "setup-substitutes": "/setup/substitutes/",
        "setup-protected": "/setup/protected/",
        "setup-terms": "/setup/terms/",
        "setup-holds": "/setup/holds/",
        "setup-suppliers": "/setup/suppliers/",
        "simulation-new": "/simulations/new/",
        "inventory": "/inventory/",
        "inventory-all": "/inventory/?view=all",
        "product": f"/inventory/{one['sku']}/",
        "purchase-orders": "/purchase-orders/",
        "purchase-order": f"/purchase-orders/{one['awaited']}/",
        "purchase-order-received": f"/purchase-orders/{one['received']}/",
        "receive": "/receive/",
        "eta-updates": "/eta/",
        "eta-told": "/eta/?tab=told",
        "eta-approve": "/eta/?tab=approve",
        "eta-silent": "/eta/?tab=silent",
        "eta-bulk": "/eta/bulk/",
        "macros": "/eta/macros/",
        "compensation": "/eta/compensation/",
        "flow": "/flow/",
        "studies": "/studies/",
        "replies": "/replies/?view=all",
        "feedback": "/feedback/",
        "messages": "/messages/",
        "message-rules": "/messages/rules/",
        "channels": "/messages/channels/",
        "delays": "/messages/delays/",
        "templates": "/messages/templates/",
        "template": "/messages/templates/email/eta_slipped/de/",
        "message": f"/messages/{one['message']}/",
        "rules": "/rules/",
        "rules-rule": "/rules/1/?open=rules.lateness",
        "rules-changes": "/rules/1/changes/",
        "plan-runs": "/plan-runs/",
        "plan-run": f"/plan-runs/{one['run']}/",
        "not-found": "/orders/SO-0/",
    }


def see_to_a_message(stack: Stack, key: str) -> None:
    """Ship an order unless there is a message already, so that there is one to look at."""
    any_message = "SELECT 1 FROM notifications_delivery LIMIT 1"
    if stack.rows(any_message):
        return
    ready = stack.rows(
        "SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id WHERE p.short_units = 0"
        " AND NOT EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id) ORDER BY p.score, o.id LIMIT 1"
    )[0]["ref"]
    status, answer = stack.request("POST", f"/api/v1/orders/{ready}/ship/", key=key, body={})
    assert status in {200, 201}, answer
    eventually(lambda: stack.rows(any_message))
