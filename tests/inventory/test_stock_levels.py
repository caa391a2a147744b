"""Moving counters is what happens to a stock level most often, so it must not touch the level's four indexes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F

from inventory.models import StockLevel
from tests.factories.inventory import make_product, make_warehouse

LEVELS = 400  # several pages of them


@pytest.mark.django_db
def test_moving_every_reserved_counter_touches_no_index() -> None:
    warehouses = [make_warehouse() for _ in range(4)]
    products = [make_product() for _ in range(LEVELS // 4)]
    StockLevel.objects.bulk_create(
        StockLevel(product=product, warehouse=warehouse, on_hand=9) for product in products for warehouse in warehouses
    )
    before = in_place()

    StockLevel.objects.update(reserved=F("reserved") + 1)

    assert in_place() - before == LEVELS


def in_place() -> int:
    """Return the rows of stock levels that this transaction updated within their page."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_hot_updated('inventory_stocklevel'::regclass)")
        return int(cursor.fetchone()[0])
