from __future__ import annotations

import inspect
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from inventory.models import DirtyMark
from kernel.errors import Conflict, Invalid, NotFound
from orders.customers import change_customer, create_customer
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.models import Customer, Tier
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order
from tests.faults.processes import wait_until

BY: dict[str, Any] = {"actor": None, "now": NOW}


def marked() -> set[str]:
    return set(DirtyMark.objects.values_list("product__sku", flat=True))


@pytest.mark.django_db
def test_a_customer_is_made_once() -> None:
    made = create_customer(code="C-1", name="Ann", tier=Tier.GOLD, email="ann@example.com", **BY)

    assert (made.tier, made.zone, made.wants_email) == ("gold", "Europe/London", True)
    with pytest.raises(Conflict, match="already"):
        create_customer(code="C-1", name="Ben", **BY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "a/b"), ("name", ""), ("email", "ann"), ("tier", "diamond"), ("zone", "Mars/One"), ("phone", "1" * 41)],
)
def test_a_customer_that_cannot_be_is_refused(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_customer(**{"code": "C-1", "name": "Ann", field: value, **BY})

    assert set(refused.value.fields) == {field}
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_a_new_tier_plans_what_the_customer_waits_for() -> None:
    mug, tin, lamp, jar = (make_product(sku) for sku in ("MUG", "TIN", "LAMP", "JAR"))
    ann = make_customer("C-1")
    make_order([(mug, 1), (tin, 1)], customer=ann)
    make_order([(lamp, 1)], customer=ann, status="shipped", closed_at=NOW)
    make_order([(jar, 1)])

    change_customer("C-1", email="new@example.com", **BY)
    change_customer("C-1", tier=Tier.STANDARD, **BY)
    assert marked() == set()
    change_customer("C-1", tier=Tier.PLATINUM, **BY)

    assert marked() == {"MUG", "TIN"}
    ann.refresh_from_db()
    assert (ann.tier, ann.email) == ("platinum", "new@example.com")


@pytest.mark.django_db
def test_an_order_that_brings_a_new_tier_plans_the_customers_other_orders() -> None:
    make_product("TIN")
    make_order([(make_product("MUG"), 1)], customer=make_customer("C-1"))

    take_in(OrderIn("shop", "A-1", CustomerIn("C-1", tier="gold"), [LineIn("TIN", 3)]), **BY)

    assert marked() == {"MUG", "TIN"}
    assert Customer.objects.get().tier == "gold"


@pytest.mark.django_db
def test_a_customer_who_is_not_there_is_not_found() -> None:
    for code in ("NONE", "\u202e"):
        with pytest.raises(NotFound):
            change_customer(code, name="Ann", **BY)


@pytest.mark.django_db(transaction=True)
def test_a_new_tier_waits_for_the_order_that_is_coming_in() -> None:
    """Otherwise it would not see that order, and nothing would have it planned with the new tier."""
    make_product("MUG")
    make_customer("C-1")
    change = threading.Thread(target=_change_tier)

    with transaction.atomic():
        inspect.unwrap(take_in)(OrderIn("shop", "A-1", CustomerIn("C-1"), [LineIn("MUG", 1)]), **BY)
        change.start()
        wait_until(lambda: _waits_for_us() or not change.is_alive(), "the change to wait")
        assert change.is_alive()
    change.join()

    assert DirtyMark.objects.filter(cause="customer_changed", product__sku="MUG").exists()


def _waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.rowcount > 0


def _change_tier() -> None:
    try:
        change_customer("C-1", tier=Tier.GOLD, **BY)
    finally:
        connection.close()
