from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, PurchaseOrderStatus, Receipt, StockLevel, StockMovement
from inventory.receiving import ReceivedLine, receive_purchase_order, receive_stock
from kernel.errors import Conflict, Invalid, NotFound
from notifications.models import Fact
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_warehouse
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


def test_receiving_adds_to_stock_the_ledger_the_outbox_and_the_marks() -> None:
    level = make_stock(make_product("LAMP"), on_hand=3)
    user = make_user("ops")

    movement = receive_stock(sku="lamp", warehouse_code="MAIN", qty=4, reference="van", actor=user, now=NOW)

    level.refresh_from_db()
    assert level.on_hand == 7
    assert (movement.qty, movement.reference, movement.actor_id) == (4, "van", user.pk)
    assert list(DirtyMark.objects.values_list("product", "cause")) == [(level.product_id, "stock_received")]
    assert Fact.objects.get().payload["qty"] == 4


def test_the_first_receipt_in_a_warehouse_opens_its_level() -> None:
    product, warehouse = make_product(), make_warehouse("NORTH")

    receive_stock(sku=product.sku, warehouse_code="NORTH", qty=4, actor=None, now=NOW)

    assert StockLevel.objects.get(product=product, warehouse=warehouse).on_hand == 4


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"qty": 0}, "qty"),
        ({"qty": -1}, "qty"),
        ({"qty": 1_000_001}, "qty"),
        ({"qty": True}, "qty"),
        ({"sku": "NOPE"}, "sku"),
        ({"sku": "LA\x00MP"}, "sku"),
        ({"sku": "\ud800"}, "sku"),
        ({"warehouse_code": "NOPE"}, "warehouse"),
        ({"reference": "x" * 81}, "reference"),
        ({"reference": "a\u202eb"}, "reference"),
    ],
)
def test_a_wrong_receipt_is_refused_and_changes_nothing(wrong: dict, field: str) -> None:
    make_stock(make_product("LAMP"), on_hand=3)
    given = {"sku": "LAMP", "warehouse_code": "MAIN", "qty": 1, "reference": "", **wrong}

    with pytest.raises(Invalid) as refusal:
        receive_stock(**given, actor=None, now=NOW)

    assert field in refusal.value.fields
    assert StockMovement.objects.count() == 1
    assert not DirtyMark.objects.exists()


def test_a_purchase_order_arrives_whole() -> None:
    lamp, vase = make_product(), make_product()
    order = make_purchase_order([(lamp, 10), (vase, 5)], expected_on=TODAY - timedelta(days=2))

    receipts = receive_purchase_order(order.ref, lines=None, received_on=TODAY, actor=None, now=NOW)

    order.refresh_from_db()
    assert order.status == PurchaseOrderStatus.RECEIVED
    assert sorted(receipt.qty for receipt in receipts) == [5, 10]
    assert {receipt.expected_on for receipt in receipts} == {TODAY - timedelta(days=2)}
    assert set(StockLevel.objects.values_list("product", "on_hand")) == {(lamp.pk, 10), (vase.pk, 5)}
    assert set(DirtyMark.objects.values_list("product", flat=True)) == {lamp.pk, vase.pk}


def test_a_purchase_order_arrives_in_parts_and_by_sku_over_two_lines() -> None:
    lamp = make_product("LAMP")
    order = make_purchase_order([(lamp, 10), (lamp, 5)])

    receive_purchase_order(order.ref, lines=[ReceivedLine(12, sku="lamp")], actor=None, now=NOW)

    assert list(order.lines.order_by("position").values_list("received_qty", flat=True)) == [10, 2]
    order.refresh_from_db()
    assert order.status == PurchaseOrderStatus.OPEN


def test_more_than_was_ordered_may_arrive() -> None:
    order = make_purchase_order([(make_product(), 10)])

    receive_purchase_order(order.ref, lines=[ReceivedLine(12, position=1)], actor=None, now=NOW)

    line = order.lines.get()
    assert (line.received_qty, line.outstanding_qty) == (12, 0)


def test_receiving_twice_is_refused_the_second_time() -> None:
    order = make_purchase_order([(make_product(), 10)])
    receive_purchase_order(order.ref, actor=None, now=NOW)

    with pytest.raises(Conflict, match="received"):
        receive_purchase_order(order.ref, actor=None, now=NOW)

    assert Receipt.objects.count() == 1


def test_a_line_that_is_not_on_the_order_is_named() -> None:
    order = make_purchase_order([(make_product(), 10)])

    with pytest.raises(Invalid) as refusal:
        receive_purchase_order(order.ref, lines=[ReceivedLine(1, position=7)], actor=None, now=NOW)

    assert "lines.0" in refusal.value.fields
    assert not Receipt.objects.exists()


def test_goods_cannot_have_arrived_tomorrow() -> None:
    order = make_purchase_order([(make_product(), 10)])

    with pytest.raises(Invalid):
        receive_purchase_order(order.ref, received_on=TODAY + timedelta(days=1), actor=None, now=NOW)


@pytest.mark.parametrize("lines", [[], [ReceivedLine(1_000_000, position=1)] * 2])
def test_no_lines_and_too_many_units_are_refused(lines: list[ReceivedLine]) -> None:
    order = make_purchase_order([(make_product(), 10)])

    with pytest.raises(Invalid) as refusal:
        receive_purchase_order(order.ref, lines=lines, actor=None, now=NOW)

    assert "lines" in refusal.value.fields
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("ref", ["PO-NOPE", "PO\x00", "\ud800"])
def test_an_unknown_purchase_order_is_not_found(ref: str) -> None:
    with pytest.raises(NotFound):
        receive_purchase_order(ref, actor=None, now=NOW)
