"""Terms on an order's page: shown, changed by operations, taken back, and never over somebody else's change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from orders.handling.lifecycle import expedite
from orders.models import Order, OrderTerms, ShipPolicy
from tests.factories import NOW
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]

ASKED = {
    "ship_policy": "complete",
    "order_fills": "80, 0",
    "line_fills": "",
    "fill_by": "value",
    "max_sources": "1",
}


def asked(order: Order) -> tuple[str, list[int], int] | tuple[str]:
    order.refresh_from_db()
    terms = OrderTerms.objects.filter(order=order).first()
    return (order.ship_policy, terms.order_fills, terms.max_sources) if terms else (order.ship_policy,)


def test_operations_change_terms_and_take_them_back(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    before = asked(order)

    page = client.post(f"/orders/{order.ref}/terms/", {**ASKED, "version": order.version}, follow=True)

    assert asked(order) == (ShipPolicy.COMPLETE, [80, 0], 1)
    html = page.content.decode()
    assert "80 % of its value, then any" in html
    (message,) = page.context["messages"]
    back = message.extra_tags.removeprefix("undo ")
    client.post(back, {"is_undo": "1"})
    assert asked(order) == before


def test_what_the_customer_said_about_substitutes_is_shown_and_taken_back(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()

    page = client.post(f"/orders/{order.ref}/terms/", {**ASKED, "substitutes": "never"}, follow=True)

    html = page.content.decode()
    assert "<dt>Substitutes</dt><dd>Never without asking</dd>" in html
    assert "Substitutes:" in html, "the history says so"
    (message,) = page.context["messages"]
    client.post(message.extra_tags.removeprefix("undo "), {"is_undo": "1"})
    order.refresh_from_db()
    assert order.substitutes == "ask"


def test_terms_that_make_no_sense_are_refused_in_words(sign_in: SignIn) -> None:
    order = planned_order(1)

    response = sign_in().post(f"/orders/{order.ref}/terms/", {**ASKED, "order_fills": "many"})

    assert response.status_code == 422
    assert "Of an order at least, %: Give whole percent" in response.content.decode()
    assert asked(order) == (order.ship_policy,)


def test_the_second_person_sees_what_changed_and_nothing_is_overwritten(sign_in: SignIn) -> None:
    order = planned_order(1)
    seen = order.version
    expedite(order.ref, actor=None, now=NOW)

    response = sign_in().post(f"/orders/{order.ref}/terms/", {**ASKED, "version": seen})

    html = response.content.decode()
    assert response.status_code == 409
    assert "expedited it" in html
    assert "Ship complete" in html
    assert asked(order) == (order.ship_policy,)


def test_agents_see_terms_and_may_not_change_them(sign_in: SignIn) -> None:
    order = planned_order(1)
    client = sign_in("agent")

    assert 'id="terms-ships"' not in client.get(f"/orders/{order.ref}/").content.decode()
    assert client.post(f"/orders/{order.ref}/terms/", ASKED).status_code == 403
    assert asked(order) == (order.ship_policy,)
