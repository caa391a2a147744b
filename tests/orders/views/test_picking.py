"""Picking, putting back and sending something else, from the order's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from inventory.models import Substitute
from orders.models import Allocation, AllocationState, Order, OrderTerms
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def page(client: Client, order: Order) -> str:
    return client.get(f"/orders/{order.ref}/").content.decode()


@pytest.fixture
def order() -> Order:
    lamp = make_product()
    make_stock(lamp, on_hand=50)
    order = planned_order(1, product=lamp)
    allocate(make_line(order), 1)
    return order


def test_what_is_allocated_is_picked_and_put_back(sign_in: SignIn, order: Order) -> None:
    client = sign_in()
    assert "Pick 1" in page(client, order)

    client.post(f"/orders/{order.ref}/pick/", {"version": 1})
    assert Allocation.objects.get().state == AllocationState.PICKED
    assert "Put back 1" in page(client, order)

    client.post(f"/orders/{order.ref}/unpick/", {"is_undo": "1"})
    assert Allocation.objects.get().state == AllocationState.PLANNED


def test_a_substitute_is_offered_and_sent_when_the_customer_agreed(sign_in: SignIn, order: Order) -> None:
    line, client = make_line(order), sign_in()
    cup = make_product("CUP", name="Cup, blue")
    make_stock(cup, on_hand=500)
    Substitute.objects.create(product=line.product, substitute=cup)
    assert "Cup, blue" in page(client, order)
    wanted = {"version": 1, "position": 1, "sku": "CUP", "qty": line.open_qty - 1}

    refused = client.post(f"/orders/{order.ref}/substitute/", wanted)
    assert refused.status_code == 409
    assert "The customer must agree to CUP" in refused.content.decode()
    client.post(f"/orders/{order.ref}/substitute/", {**wanted, "is_agreed": "1"})

    assert order.lines.get(product=cup).ordered_qty == line.open_qty - 1


def test_terms_are_said_in_words(sign_in: SignIn, order: Order) -> None:
    OrderTerms.objects.create(order=order, line_fills=[50], order_fills=[80, 0], fill_by="value", max_sources=1)

    shown = page(sign_in(), order)

    for words in ("80 % of its value, then any", "50 % of its units", "1 warehouse at most"):
        assert words in shown


def test_an_agent_may_look_but_not_pick(sign_in: SignIn, order: Order) -> None:
    agent = sign_in("agent")

    assert "Pick 1" not in page(agent, order)
    assert agent.post(f"/orders/{order.ref}/pick/", {"version": 1}).status_code == 403
    assert Allocation.objects.get().state == AllocationState.PLANNED
