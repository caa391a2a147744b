"""What an order's date hangs on, as a page and as the part of the order page that asks for it afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from inventory.models import PurchaseOrderLine
from notifications.rules.thresholds import add_threshold
from orders.models import Order
from orders.replan import replan
from orders.rules import policies
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> Order:
    mug, plate = make_product("MUG", name="Mug"), make_product("PLATE", name="Plate")
    make_stock(mug, on_hand=9)
    make_stock(plate, on_hand=0)
    make_purchase_order(
        [(plate, 9)], supplier=make_supplier(delay_p90_days=0), expected_on=timezone.localdate() + timedelta(days=30)
    )
    order = make_order([(mug, 1), (plate, 2)], ship_policy="complete")
    replan(product_ids=None, cause="test", now=timezone.now())
    return order


def test_the_page_names_the_gating_item_and_what_it_would_win(agent: Client, waiting: Order) -> None:
    page = agent.get(f"/orders/{waiting.ref}/help/").content.decode()

    assert "<b>Plate</b> decides it" in page
    assert "days sooner" in page
    assert "units set aside for this order would free it" in page
    assert "<html" in page


def test_the_panel_says_what_decides_the_date_not_what_waits_along(agent: Client, waiting: Order) -> None:
    page = agent.get(f"/triage/?o={waiting.ref}").content.decode()

    source = PurchaseOrderLine.objects.get().purchase_order.ref
    assert "Waits for <b>Plate</b>: 2 units of" in page
    assert f">{source}</a>, expected" in page
    assert "Waits for <b>Mug</b>" not in page


def test_a_delivery_that_did_not_come_is_said_to_be_late(agent: Client, waiting: Order) -> None:
    PurchaseOrderLine.objects.update(expected_on=timezone.localdate() - timedelta(days=3))
    replan(product_ids=None, cause="test", now=timezone.now())

    page = agent.get(f"/triage/?o={waiting.ref}").content.decode()

    assert "and not here yet, so the plan counts on tomorrow" in page
    assert "and is not here yet." in page


def test_the_order_page_asks_for_the_part_and_links_to_the_page(agent: Client, waiting: Order) -> None:
    url = f"/orders/{waiting.ref}/help/"

    page = agent.get(f"/orders/{waiting.ref}/").content.decode()
    part = agent.get(url, headers={"HX-Request": "true", "HX-Target": "order-help"}).content.decode()

    assert f'hx-get="{url}"' in page
    assert f'href="{url}"' in page
    assert "<b>Plate</b> decides it" in part
    assert "<html" not in part


def test_a_held_order_is_told_to_be_released_first(agent: Client) -> None:
    mug = make_product()
    order = make_order([(mug, 1)], held="credit")

    assert "Release it" in agent.get(f"/orders/{order.ref}/help/").content.decode()


def test_a_closed_order_has_nothing_to_wait_for(agent: Client, waiting: Order) -> None:
    Order.objects.filter(pk=waiting.pk).update(status="cancelled", closed_at=timezone.now())

    assert "nothing to wait for" in agent.get(f"/orders/{waiting.ref}/help/").content.decode()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (60, "and this customer hears of 90 days or more"),
        (-2, "An earlier day is told when the units are there"),
        (120, ""),
    ],
)
def test_the_order_page_says_why_the_customer_was_not_told(
    agent: Client, waiting: Order, days: int, words: str
) -> None:
    add_threshold(kind="", tier="", channel="", days=90, actor=None, now=timezone.now())
    PurchaseOrderLine.objects.update(expected_on=F("expected_on") + timedelta(days=days))
    replan(product_ids=None, cause="test", now=timezone.now())

    page = agent.get(f"/orders/{waiting.ref}/").content.decode()

    assert ("The customer keeps" in page) == bool(words)
    assert words in page
    assert ("nobody has told them" in page) == (not words)


def test_the_order_page_says_how_likely_the_promise_is_and_what_is_kept_back(agent: Client, waiting: Order) -> None:
    now = timezone.now()
    rules = {"version": 1, "strategy": "fifo", "rules": [], "promises": [{"id": "a", "label": "A", "no_worse": True}]}
    draft = policies.create_draft(name="Sticky", rules=rules, actor=None, now=now)
    policies.publish(draft.pk, actor=None, now=now)
    PurchaseOrderLine.objects.update(expected_on=timezone.localdate() + timedelta(days=60))
    replan(product_ids=None, cause="test", now=now)

    page = agent.get(f"/orders/{waiting.ref}/").content.decode()

    assert "% likely" in page
    assert "The customer keeps" in page
    assert "Customer ETA" not in page
    assert "Kept: no later date is told" in page
