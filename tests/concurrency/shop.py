"""A small shop, and everything that people and workers may do in it."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from inventory.purchasing import redate_purchase_order
from inventory.receiving import ReceivedLine, receive_purchase_order, receive_stock
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.lifecycle import cancel_line, cancel_order, expedite, hold, release
from orders.handling.pinning import pin, unpin
from orders.handling.shipping import ship
from orders.stock_corrections import adjust_stock, count_stock, transfer_stock
from tests.factories import NOW, TODAY

SKUS = ["A", "B", "C"]
REFS = [f"SO-{number}" for number in range(8)]
DEADLOCK = "40P01"


def any_verb(choose: random.Random, number: int, po: str) -> Callable[[], object]:
    ref, sku, position = choose.choice(REFS), choose.choice(SKUS), choose.randint(1, 3)
    place, qty = choose.choice(["MAIN", "NORTH"]), choose.randint(1, 4)
    by = {"actor": None, "now": NOW}
    incoming = OrderIn("shop", f"R-{number}", CustomerIn(f"C-{number % 3}"), [LineIn(s, qty) for s in SKUS])
    return choose.choice(
        [
            partial(receive_stock, sku=sku, warehouse_code=place, qty=qty, **by),
            partial(receive_purchase_order, po, lines=[ReceivedLine(qty, position=p) for p in (3, 1, 2)], **by),
            partial(redate_purchase_order, po, expected_on=TODAY, **by),
            partial(adjust_stock, sku=sku, warehouse_code=place, qty_delta=-qty, reason="broken", **by),
            partial(count_stock, sku=sku, warehouse_code=place, counted=qty * 5, **by),
            partial(transfer_stock, sku=sku, from_code="MAIN", to_code="NORTH", qty=qty, **by),
            partial(transfer_stock, sku=sku, from_code="NORTH", to_code="MAIN", qty=qty, **by),
            partial(hold, ref, kind="credit", **by),
            partial(release, ref, **by),
            partial(cancel_line, ref, position=position, qty=qty, reason="", **by),
            partial(cancel_order, ref, reason="", **by),
            partial(expedite, ref, **by),
            partial(pin, ref, position=position, warehouse_code=place, qty=qty, **by),
            partial(unpin, ref, position=position, warehouse_code=place, qty=qty, **by),
            partial(ship, ref, **by),
            partial(take_in, incoming, **by),
        ]
    )
