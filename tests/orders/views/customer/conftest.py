"""An order that waits, and what could be sent instead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.models import Substitute
from orders.models import Order
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_customer, make_line, make_order
from tests.orders.views.customer.visitor import plan


@pytest.fixture
def order() -> Order:
    """An order of 10 mugs, of which 4 are here, and 5 plates that come in ten days."""
    mug, plate = make_product("MUG"), make_product("PLATE")
    make_stock(mug, on_hand=4)
    make_purchase_order([(mug, 6), (plate, 20)], expected_on=timezone.localdate() + timedelta(days=10))
    made = make_order([(mug, 10), (plate, 5)], customer=make_customer("BROOK", name="Brook & Daughters"))
    plan()
    return made


@pytest.fixture
def substitute(order: Order) -> Substitute:
    """A cup stands in for a mug, two for one, if the customer agrees; eight cups are here."""
    mug, cup = make_line(order, 1).product, make_product("CUP", name="Cup")
    make_stock(cup, on_hand=8)
    return Substitute.objects.create(product=mug, substitute=cup, units=2, per=1)
