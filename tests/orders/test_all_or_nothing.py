"""Whatever statement a verb dies at, nothing of it stays: not the change, not the mark, not the fact."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from inventory.catalogue import change_product
from inventory.purchasing import redate_purchase_order
from inventory.receiving import receive_purchase_order, receive_stock
from inventory.suppliers import change_supplier, set_supplier_product
from orders.customers import change_customer
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.eta import change_eta
from orders.handling.lifecycle import cancel_line, cancel_order, hold
from orders.handling.pinning import pin
from orders.handling.shipping import ship
from orders.stock_corrections import adjust_stock, transfer_stock
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier, make_warehouse
from tests.factories.orders import allocate, make_customer, make_line, make_order, make_order_plan

pytestmark = pytest.mark.django_db(transaction=True)  # a real commit: savepoints would be statements too

BY: dict[str, Any] = {"actor": None, "now": NOW}
VERBS: dict[str, Callable[[], object]] = {
    "take in": partial(take_in, OrderIn("shop", "A-1", CustomerIn("C-NEW"), [LineIn("LAMP", 3)]), **BY),
    "hold": partial(hold, "SO-1", kind="credit", **BY),
    "cancel": partial(cancel_order, "SO-1", reason="", **BY),
    "cancel a line": partial(cancel_line, "SO-1", position=1, qty=6, reason="", **BY),
    "change the ETA": partial(change_eta, "SO-1", eta_on=TODAY, reason="van", **BY),
    "pin": partial(pin, "SO-1", position=1, warehouse_code="MAIN", qty=7, **BY),
    "ship": partial(ship, "SO-1", **BY),
    "receive": partial(receive_stock, sku="LAMP", warehouse_code="NORTH", qty=2, **BY),
    "receive a purchase order": partial(receive_purchase_order, "PO-1", **BY),
    "re-date": partial(redate_purchase_order, "PO-1", expected_on=TODAY, **BY),
    "adjust": partial(adjust_stock, sku="LAMP", warehouse_code="MAIN", qty_delta=-17, reason="broken", **BY),
    "change a customer": partial(change_customer, "C-1", tier="gold", **BY),
    "change a product": partial(change_product, "LAMP", unit_price=Decimal(9), **BY),
    "change a supplier": partial(change_supplier, "ACME", delay_p90_days=9, **BY),
    "set terms": partial(set_supplier_product, "ACME", sku="LAMP", lead_time_days=9, **BY),
    "transfer": partial(transfer_stock, sku="LAMP", from_code="MAIN", to_code="NORTH", qty=17, **BY),
}


class Died(Exception):
    """Stands for the process that is gone."""


class DieAt:
    """Let ``statement`` statements through, then die once; the rollback that follows passes."""

    def __init__(self, statement: int) -> None:
        self.left = statement
        self.has_died = False

    def __call__(self, execute: Callable[..., object], *args: object) -> object:
        if self.left == 0 and not self.has_died:
            self.has_died = True
            raise Died
        self.left -= 1
        return execute(*args)


@pytest.fixture(autouse=True)
def shop() -> None:
    """Twenty lamps, five of them allocated to an order for eight; fifty more on a purchase order."""
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=20)
    make_warehouse("NORTH")
    order = make_order([(lamp, 8)], ref="SO-1", customer=make_customer("C-1"))
    allocate(make_line(order), 5)
    make_order_plan(order)
    make_purchase_order([(lamp, 50)], ref="PO-1", supplier=make_supplier("ACME"))


def everything() -> dict[str, list[Any]]:
    models = [
        model for app in ("orders", "inventory", "notifications") for model in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: sorted(map(repr, model._default_manager.values())) for model in models}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_dies_at_any_statement_leaves_nothing(verb: str) -> None:
    before = everything()

    statement = 0
    while _dies(VERBS[verb], statement):
        assert everything() == before
        statement += 1

    assert statement >= 5  # the smallest verb: lock, change, mark, fact, notify
    after = everything()
    assert len(after["inventory.DirtyMark"]) == 1
    assert len(after["notifications.Fact"]) >= 1


def _dies(verb: Callable[[], object], statement: int) -> bool:
    try:
        with connection.execute_wrapper(DieAt(statement)):
            verb()
    except Died:
        return True
    return False
