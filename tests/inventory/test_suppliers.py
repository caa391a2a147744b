from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, MovementKind, Receipt, StockMovement, Supplier
from inventory.suppliers import FEWEST_RECEIPTS, refresh_delays
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_supplier

pytestmark = pytest.mark.django_db


def arrive(supplier: Supplier, delays: list[int]) -> None:
    """Book receipts that came so many days after Monday 9 November, when they were expected."""
    monday = TODAY - timedelta(days=7)
    line = make_purchase_order([(make_product(), 100)], supplier=supplier).lines.get()
    for days in delays:
        movement = StockMovement.objects.create(
            product=line.product, warehouse=line.warehouse, kind=MovementKind.RECEIPT, qty=1
        )
        Receipt.objects.create(
            purchase_order_line=line,
            movement=movement,
            qty=1,
            expected_on=monday,
            received_on=monday + timedelta(days=days),
        )


def test_delays_are_working_days_and_early_is_on_time() -> None:
    supplier = make_supplier()
    arrive(supplier, [-3, 0, 0, 0, 1, 1, 2, 4, 7, 7])

    assert refresh_delays(NOW) == 1

    supplier.refresh_from_db()
    assert (supplier.delay_p50_days, supplier.delay_p90_days) == (1, 5)
    assert DirtyMark.objects.get().cause == "supplier_delay_measured"


def test_unchanged_figures_write_nothing() -> None:
    supplier = make_supplier()
    arrive(supplier, [0] * FEWEST_RECEIPTS)
    refresh_delays(NOW)
    DirtyMark.objects.all().delete()

    assert refresh_delays(NOW) == 0
    assert not DirtyMark.objects.exists()


def test_a_few_receipts_prove_nothing() -> None:
    arrive(make_supplier(delay_p90_days=3), [7] * (FEWEST_RECEIPTS - 1))

    assert refresh_delays(NOW) == 0
