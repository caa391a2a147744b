"""The customer's own page: opened by a key, closed without one, nothing changed by looking."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import Substitute
from notifications.links import KEY_BYTES, MISSES_ALLOWED, make_links, revoke_links
from notifications.models import Fact, Link, LinkPurpose
from orders.models import CustomerChoice, Feedback, Order, OrderLine
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user
from tests.orders.views.customer.visitor import choose, opened, plan

GUESSES = 10_000

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_link_leads_to_an_address_without_the_key_and_shows_date_reason_items(order: Order) -> None:
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    client = Client()

    swapped = client.get(f"/o/{key}/")
    page = client.get(swapped["Location"]).content.decode()

    assert swapped["Location"] == f"/my-order/{order.ref}/"
    cookie = swapped.cookies["order-key"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/my-order/{order.ref}/", True, "Lax")
    assert key not in cookie.value
    assert "We expect to send the rest of your order on" in page
    assert "4 of 15 items are here and leave next.</p>" in page
    assert "the next delivery is on its way" in page
    assert "10 ordered, 4 ready" in page
    assert "4 of 15 items are here" in page


def test_the_page_is_nobody_else_s(order: Order) -> None:
    other = make_order([(make_product(), 1)])

    assert Client().get(f"/my-order/{order.ref}/").status_code == 404
    assert opened(other).get(f"/my-order/{order.ref}/").status_code == 404
    client = opened(other)
    client.cookies["order-key"]["path"] = "/"
    assert client.get(f"/my-order/{order.ref}/").status_code == 404
    staff = Client()
    staff.force_login(make_user("ops"))
    assert staff.get(f"/my-order/{order.ref}/").status_code == 404


def test_a_revoked_key_closes_pages_that_are_open(order: Order) -> None:
    client = opened(order)
    revoke_links(LinkPurpose.ORDER, order.ref, now=timezone.now())

    assert client.get(f"/my-order/{order.ref}/").status_code == 404
    assert choose(client, order, kind="wait") == 404


def test_looking_changes_nothing(order: Order) -> None:
    client = opened(order)
    before = Order.objects.values().get(pk=order.pk)

    for path in ("", "choose/", "feedback/"):
        client.get(f"/my-order/{order.ref}/{path}", {"kind": "cancel", "position": 1, "version": 1})

    assert Order.objects.values().get(pk=order.pk) == before
    assert not CustomerChoice.objects.exists()


def test_the_customer_is_not_told_which_colleague_changed_the_order(order: Order) -> None:
    client = opened(order)
    Order.objects.filter(pk=order.pk).update(version=7)

    page = client.post(f"/my-order/{order.ref}/choose/", {"version": 1, "kind": "wait"}).content.decode()

    assert "changed meanwhile" not in page


def test_the_page_costs_the_same_for_a_long_order(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    products = [make_product() for _ in range(40)]
    long = make_order([(product, 1) for product in products])
    plan()
    client = opened(long)

    with django_assert_max_num_queries(22):
        assert client.get(f"/my-order/{long.ref}/").status_code == 200


def test_a_colleague_gets_a_link_to_the_customer_s_page(order: Order) -> None:
    agent = Client()
    agent.force_login(make_user("agent"))

    page = agent.post(f"/orders/{order.ref}/customer-link/", follow=True).content.decode()

    found = re.search(r"/o/([\w-]+)/", page)
    assert found is not None
    assert Client().get(found[0], follow=True).status_code == 200


def test_a_colleague_stops_every_link_and_pages_that_are_open_close(order: Order) -> None:
    client = opened(order)
    agent = Client()
    agent.force_login(make_user("agent"))

    said = agent.post(f"/orders/{order.ref}/stop-links/", follow=True).content.decode()

    assert "1 link to the page" in said
    assert client.get(f"/my-order/{order.ref}/").status_code == 404
    assert "No link opens the page" in agent.post(f"/orders/{order.ref}/stop-links/", follow=True).content.decode()


def test_of_ten_thousand_guesses_none_finds_anything_and_each_guesser_is_slowed(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From five addresses, of which each may try only 20; who holds a real link elsewhere gets in all the while. The
    pages that say no are left out: they cost most."""
    monkeypatch.setattr("notifications.access.render", lambda *_, status: HttpResponse(status=status))
    [real] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    before = Order.objects.values().get(pk=order.pk)

    answers = Counter(_guess(secrets.token_urlsafe(KEY_BYTES), f"10.0.0.{n % 5}") for n in range(GUESSES))

    assert answers == {404: 5 * MISSES_ALLOWED, 429: GUESSES - 5 * MISSES_ALLOWED}
    assert Client().get(f"/o/{real}/", REMOTE_ADDR="10.0.0.4").status_code == 429
    assert Client().get(f"/o/{real}/", REMOTE_ADDR="10.0.1.1").status_code == 302
    assert Order.objects.values().get(pk=order.pk) == before


def _guess(key: str, address: str) -> int:
    request = RequestFactory().get(f"/o/{key}/", REMOTE_ADDR=address)
    request.user = AnonymousUser()
    opening = resolve(request.path)
    return int(opening.func(request, **opening.kwargs).status_code)


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_that_opens_everything_on_the_page_changes_nothing(
    order: Order, substitute: Substitute, method: str
) -> None:
    """Mail scanners follow the link of a mail and then every address that they find on the page."""
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    client = Client()
    page = client.get(f"/o/{key}/", follow=True).content.decode()
    before = (Order.objects.values().get(pk=order.pk), list(OrderLine.objects.order_by("pk").values()))
    facts = Fact.objects.count()

    for path in {*re.findall(r'(?:href|action)="(/[^"]*)"', page), f"/o/{key}/"}:
        assert getattr(client, method)(path.replace("&amp;", "&")).status_code < 500

    assert (Order.objects.values().get(pk=order.pk), list(OrderLine.objects.order_by("pk").values())) == before
    assert Fact.objects.count() == facts
    assert not CustomerChoice.objects.exists()
    assert not Feedback.objects.exists()
    assert not Link.objects.exclude(revoked_at=None).exists()


def test_a_form_from_elsewhere_is_refused(order: Order) -> None:
    strict = Client(enforce_csrf_checks=True)
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    strict.get(f"/o/{key}/", follow=True)

    assert strict.post(f"/my-order/{order.ref}/choose/", {"version": 1, "kind": "wait"}).status_code == 403
    assert not CustomerChoice.objects.exists()


def test_an_expired_link_closes_its_page(order: Order) -> None:
    client = opened(order)
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(f"/my-order/{order.ref}/").status_code == 404
    assert choose(client, order, kind="wait") == 404
