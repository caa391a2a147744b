from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, Supplier
from inventory.suppliers import FEWEST_DELIVERIES, refresh_delays
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_supplier, receive

pytestmark = pytest.mark.django_db


def arrive(supplier: Supplier, delays: list[int]) -> None:
    """Book deliveries that came so many days after a Monday, when they were expected: one a week until 9 November."""
    line = make_purchase_order([(make_product(), 100)], supplier=supplier).lines.get()
    for weeks, days in enumerate(delays, start=1):
        receive(line, TODAY - timedelta(weeks=weeks), days)


def test_delays_are_working_days_and_early_is_on_time() -> None:
    supplier = make_supplier()
    arrive(supplier, [-3, 0, 0, 0, 1, 1, 2, 4, 7, 7])

    assert refresh_delays(NOW) == 1

    supplier.refresh_from_db()
    assert (supplier.delay_p50_days, supplier.delay_p90_days) == (1, 5)
    assert DirtyMark.objects.get().cause == "supplier_delay_measured"


def test_unchanged_figures_write_nothing() -> None:
    supplier = make_supplier()
    arrive(supplier, [0] * FEWEST_DELIVERIES)
    refresh_delays(NOW)
    DirtyMark.objects.all().delete()

    assert refresh_delays(NOW) == 0
    assert not DirtyMark.objects.exists()


def test_all_that_one_lorry_brought_counts_once() -> None:
    """Nineteen deliveries in time and one late one of a hundred lines: a late lorry is not a late supplier."""
    supplier = make_supplier(delay_p50_days=2, delay_p90_days=3)
    arrive(supplier, [0] * 19)
    line = make_purchase_order([(make_product(), 100)], supplier=supplier).lines.get()
    receive(line, TODAY - timedelta(weeks=30), 21, receipts=100)

    refresh_delays(NOW)

    supplier.refresh_from_db()
    assert (supplier.delay_p50_days, supplier.delay_p90_days) == (0, 0)


def test_many_lines_of_few_lorries_prove_nothing() -> None:
    supplier = make_supplier(delay_p90_days=3)
    line = make_purchase_order([(make_product(), 100)], supplier=supplier).lines.get()
    for weeks in range(1, FEWEST_DELIVERIES):
        receive(line, TODAY - timedelta(weeks=weeks), 7, receipts=10)

    assert refresh_delays(NOW) == 0


def test_a_few_deliveries_prove_nothing() -> None:
    arrive(make_supplier(delay_p90_days=3), [7] * (FEWEST_DELIVERIES - 1))

    assert refresh_delays(NOW) == 0
