from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, PurchaseOrder, PurchaseOrderStatus
from inventory.purchasing import (
    PurchaseLine,
    cancel_purchase_order,
    create_purchase_order,
    redate_purchase_order,
)
from inventory.receiving import ReceivedLine, receive_purchase_order
from kernel.errors import Conflict, Invalid
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_supplier, make_warehouse

pytestmark = pytest.mark.django_db

SOON = TODAY + timedelta(days=14)


def test_a_purchase_order_gets_a_number_lines_and_marks() -> None:
    supplier, lamp = make_supplier(), make_product("LAMP")
    make_warehouse("MAIN")
    later = SOON + timedelta(days=3)
    lines = [PurchaseLine("lamp", "MAIN", 5), PurchaseLine("LAMP", "MAIN", 6, later)]

    order = create_purchase_order(supplier_code=supplier.code, expected_on=SOON, lines=lines, actor=None, now=NOW)

    assert order.ref.startswith("PO-1")
    assert order.ordered_on == TODAY
    assert list(order.lines.order_by("position").values_list("ordered_qty", "expected_on", "first_expected_on")) == [
        (5, SOON, SOON),
        (6, later, later),
    ]
    assert list(DirtyMark.objects.values_list("product", flat=True)) == [lamp.pk]


def test_every_wrong_line_is_named_and_nothing_is_ordered() -> None:
    supplier = make_supplier()
    make_product("LAMP")
    lines = [PurchaseLine("NOPE", "MAIN", 5), PurchaseLine("LAMP", "NOWHERE", 0)]

    with pytest.raises(Invalid) as refusal:
        create_purchase_order(supplier_code=supplier.code, expected_on=SOON, lines=lines, actor=None, now=NOW)

    assert set(refusal.value.fields) >= {"lines.0.sku", "lines.1.warehouse", "lines.1.qty"}
    assert not PurchaseOrder.objects.exists()


def test_a_day_that_has_passed_is_not_expected_any_more() -> None:
    order = make_purchase_order([(make_product("LAMP"), 1)])

    with pytest.raises(Invalid, match="from today on"):
        redate_purchase_order(order.ref, expected_on=TODAY - timedelta(days=1), actor=None, now=NOW)

    order.refresh_from_db()
    assert order.version == 1
    assert not DirtyMark.objects.exists()


def test_a_reference_is_used_once() -> None:
    order = make_purchase_order([(make_product("LAMP"), 1)])
    lines = [PurchaseLine("LAMP", "MAIN", 5)]

    with pytest.raises(Conflict, match="exists already"):
        create_purchase_order(
            ref=order.ref, supplier_code=order.supplier.code, expected_on=SOON, lines=lines, actor=None, now=NOW
        )


def test_redating_moves_outstanding_lines_and_keeps_the_first_day() -> None:
    lamp, vase = make_product(), make_product()
    order = make_purchase_order([(lamp, 5), (vase, 5)], expected_on=TODAY)
    receive_purchase_order(order.ref, lines=[ReceivedLine(5, position=1)], actor=None, now=NOW)
    DirtyMark.objects.all().delete()

    redate_purchase_order(order.ref, expected_on=SOON, actor=None, now=NOW)

    arrived, awaited = order.lines.order_by("position")
    assert arrived.expected_on == TODAY
    assert (awaited.expected_on, awaited.first_expected_on) == (SOON, TODAY)
    assert list(DirtyMark.objects.values_list("product", flat=True)) == [vase.pk]


def test_redating_what_somebody_else_changed_is_refused() -> None:
    order = make_purchase_order([(make_product(), 5)])
    redate_purchase_order(order.ref, expected_on=SOON, actor=None, now=NOW, version=1)

    with pytest.raises(Conflict) as refusal:
        redate_purchase_order(order.ref, expected_on=TODAY, actor=None, now=NOW, version=1)

    assert refusal.value.code == "stale"
    order.refresh_from_db()
    assert order.expected_on == SOON


def test_cancelling_gives_up_what_is_outstanding() -> None:
    order = make_purchase_order([(make_product(), 5)])

    cancel_purchase_order(order.ref, actor=None, now=NOW)

    order.refresh_from_db()
    assert order.status == PurchaseOrderStatus.CANCELLED
    assert order.lines.get().outstanding_qty == 0
