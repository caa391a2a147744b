"""Whose doing a change of date is, in the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory import purchasing
from inventory.models import Product, PurchaseOrder, StockLevel
from orders.handling import lifecycle
from orders.models import EtaRevision, EtaRevisionKind, Order, Origin
from orders.replan import replan
from orders.stock_corrections import adjust_stock
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    product = make_product()
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 4)], supplier=make_supplier(delay_p90_days=0))
    make_purchase_order([(product, 4)], expected_on=TODAY + timedelta(days=30))
    return product


@pytest.fixture
def order(product: Product) -> Order:
    order = make_order([(product, 4)])
    replan(product_ids=[product.pk], cause="test", now=NOW)
    return order


def origins(order: Order) -> list[str]:
    moves = EtaRevision.objects.filter(order=order, kind=EtaRevisionKind.PLANNED).order_by("pk")
    return list(moves.values_list("origin", flat=True))


def plan(product: Product, days: int = 0) -> None:
    replan(product_ids=[product.pk], cause="test", now=NOW + timedelta(days=days))


def test_a_purchase_order_out_is_the_suppliers_doing(product: Product, order: Order) -> None:
    ref = PurchaseOrder.objects.order_by("pk")[0].ref
    purchasing.redate_purchase_order(ref, expected_on=TODAY + timedelta(days=20), actor=None, now=NOW)

    plan(product)

    assert origins(order) == [Origin.SUPPLIER]


def test_a_purchase_order_that_grows_overdue_is_the_suppliers_doing(product: Product, order: Order) -> None:
    replan(product_ids=None, cause="daily", now=NOW + timedelta(days=12))

    assert origins(order) == [Origin.SUPPLIER]


@pytest.mark.parametrize(("by", "origin"), [("supplier", Origin.SUPPLIER), ("us", Origin.OURS)])
def test_a_purchase_order_given_up_is_the_doing_of_whoever_gave_it_up(
    product: Product, order: Order, by: str, origin: str
) -> None:
    ref = PurchaseOrder.objects.order_by("pk")[0].ref
    purchasing.cancel_purchase_order(ref, by=by, actor=None, now=NOW)

    plan(product)

    assert origins(order) == [origin]


def test_an_order_put_before_it_is_our_doing(product: Product, order: Order) -> None:
    rival = make_order([(product, 4)])
    lifecycle.expedite(rival.ref, actor=None, now=NOW)

    plan(product)

    assert origins(order) == [Origin.OURS]


def test_a_rival_in_the_queue_of_a_late_supplier_is_still_our_doing(product: Product, order: Order) -> None:
    replan(product_ids=None, cause="daily", now=NOW + timedelta(days=12))
    rival = make_order([(product, 4)])
    lifecycle.expedite(rival.ref, actor=None, now=NOW)

    plan(product, days=12)

    assert origins(order) == [Origin.SUPPLIER, Origin.OURS]


def test_lost_stock_is_our_doing(product: Product) -> None:
    StockLevel.objects.update(on_hand=4)
    order = make_order([(product, 4)])
    plan(product)
    adjust_stock(sku=product.sku, warehouse_code="MAIN", qty_delta=-4, reason="Water", actor=None, now=NOW)

    plan(product)

    assert origins(order) == [Origin.OURS]


@pytest.mark.parametrize(
    ("kind", "origin"), [("address", Origin.CUSTOMER), ("customer", Origin.CUSTOMER), ("manual", Origin.OURS)]
)
def test_a_hold_is_the_customers_doing_unless_we_placed_it_by_hand(
    product: Product, order: Order, kind: str, origin: str
) -> None:
    lifecycle.hold(order.ref, kind=kind, reason="", actor=None, now=NOW)
    plan(product)
    lifecycle.release(order.ref, actor=None, now=NOW)

    plan(product)

    assert origins(order) == [origin, origin]


def test_what_the_hold_of_another_order_frees_is_our_doing(product: Product, order: Order) -> None:
    second = make_order([(product, 4)])
    plan(product)
    lifecycle.hold(order.ref, kind="address", reason="", actor=None, now=NOW)

    plan(product)

    assert origins(second) == [Origin.OURS]
