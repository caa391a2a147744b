from __future__ import annotations

from datetime import timedelta

import pytest

from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


def test_a_full_run_counts_how_long_the_oldest_waits_and_who_was_overtaken() -> None:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=5)
    make_order([(lamp, 5)], placed_at=NOW - timedelta(days=40, hours=1), ship_policy="partial")
    make_order([(lamp, 5)], is_expedited=True, ship_policy="partial")

    counts = replan(product_ids=None, cause="test", now=NOW).counts

    assert (counts["waiting_lines"], counts["longest_wait_days"], counts["overtaken_lines"]) == (1, 40, 1)
    assert "longest_wait_days" not in replan(product_ids=[lamp.pk], cause="test", now=NOW).counts
