"""The customer's own page: opened by a key, one choice at a time, nothing changed by looking."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from inventory.models import Substitute
from notifications.links import KEY_BYTES, MISSES_ALLOWED, make_links, revoke_links
from notifications.models import Fact, Link, LinkPurpose
from orders.dialogue.customer_choices import Sent, choose_shipping
from orders.dialogue.feedback import answer_feedback
from orders.handling import lifecycle
from orders.models import Allocation, Customer, CustomerChoice, Feedback, Order, OrderLine
from orders.replan import replan
from tests.concurrency.race import granted, race
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order() -> Order:
    """An order of 10 mugs, of which 4 are here, and 5 plates that come in ten days."""
    mug, plate = make_product("MUG"), make_product("PLATE")
    make_stock(mug, on_hand=4)
    make_purchase_order([(mug, 6), (plate, 20)], expected_on=timezone.localdate() + timedelta(days=10))
    made = make_order([(mug, 10), (plate, 5)], customer=make_customer("BROOK", name="Brook & Daughters"))
    plan()
    return made


def plan() -> None:
    replan(product_ids=None, cause="test", now=timezone.now())


def opened(order: Order) -> Client:
    """Return a browser in which the customer has followed the link."""
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    client = Client()
    assert client.get(f"/o/{key}/").status_code == 302
    return client


def choose(client: Client, order: Order, **said: object) -> int:
    version = said.pop("version", None) or Order.objects.get(pk=order.pk).version
    return client.post(f"/my-order/{order.ref}/choose/", {"version": version, **said}).status_code


def test_the_link_leads_to_an_address_without_the_key_and_shows_date_reason_items(order: Order) -> None:
    [key] = make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())
    client = Client()

    swapped = client.get(f"/o/{key}/")
    page = client.get(swapped["Location"]).content.decode()

    assert swapped["Location"] == f"/my-order/{order.ref}/"
    cookie = swapped.cookies["order-key"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/my-order/{order.ref}/", True, "Lax")
    assert key not in cookie.value
    assert "We expect to send your order on" in page
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


def test_an_order_on_hold_asks_what_only_the_customer_can_answer(order: Order) -> None:
    lifecycle.hold(order.ref, kind="payment", reason="Card 42 refused", actor=None, now=timezone.now())

    page = opened(order).get(f"/my-order/{order.ref}/").content.decode()

    assert "We have not received your payment." in page
    assert "Card 42" not in page


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


def test_keeping_together_gives_stock_back_to_others_and_the_page_shows_the_plan(order: Order) -> None:
    client = opened(order)

    assert choose(client, order, kind="together") == 302
    waiting = client.get(f"/my-order/{order.ref}/?done=together").content.decode()
    plan()
    planned = client.get(f"/my-order/{order.ref}/").content.decode()

    assert "We are working out your new date" in waiting
    assert "data-planning" in waiting
    assert "data-planning" not in planned
    assert Order.objects.get(pk=order.pk).ship_policy == "complete"
    assert CustomerChoice.objects.get().kind == "together"


def test_taking_what_is_ready_makes_an_order_ship_in_parts(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(ship_policy="complete")

    assert choose(opened(order), order, kind="send_ready") == 302

    assert Order.objects.get(pk=order.pk).ship_policy == "partial"


def test_the_same_form_sent_again_is_thanked_for_and_counts_once(order: Order) -> None:
    client, seen = opened(order), order.version
    said = {"version": seen, "kind": "cancel", "position": [1]}

    first = client.post(f"/my-order/{order.ref}/choose/", said)
    again = client.post(f"/my-order/{order.ref}/choose/", said)

    assert (first.status_code, again.status_code) == (302, 302)
    assert again["Location"] == first["Location"]
    assert CustomerChoice.objects.count() == 1
    assert make_line(order, 1).cancelled_qty == 10


def test_another_form_of_an_order_that_has_changed_is_refused_in_words(order: Order) -> None:
    client, seen = opened(order), order.version
    choose(client, order, kind="wait", version=seen)

    for said in ({"kind": "together"}, {"kind": "cancel", "position": 1}, {"kind": "contact", "phone": "1"}):
        page = client.post(f"/my-order/{order.ref}/choose/", {"version": seen, **said})
        assert page.status_code == 409
        assert "has changed since you opened this page" in page.content.decode()

    assert CustomerChoice.objects.count() == 1


def test_one_of_two_different_forms_sent_at_once_counts(order: Order) -> None:
    digests = ["a", "b"] * 4
    calls = [
        partial(choose_shipping, order.ref, kind=kind, sent=Sent(order.version, digest), now=timezone.now())
        for kind, digest in zip(["wait", "together"] * 4, digests, strict=True)
    ]

    results = race(calls)

    assert CustomerChoice.objects.count() == 1
    assert granted(results) == 4  # the one that counts, and the same form again


@pytest.mark.parametrize(("status", "said"), [("shipped", "has left already"), ("cancelled", "is cancelled already")])
def test_an_order_that_has_left_or_is_cancelled_says_so(order: Order, status: str, said: str) -> None:
    client = opened(order)
    Order.objects.filter(pk=order.pk).update(status=status, closed_at=timezone.now())

    page = client.post(f"/my-order/{order.ref}/choose/", {"version": order.version, "kind": "wait"})

    assert page.status_code == 409
    assert said in page.content.decode()


def test_the_customer_is_not_told_which_colleague_changed_the_order(order: Order) -> None:
    client = opened(order)
    Order.objects.filter(pk=order.pk).update(version=7)

    page = client.post(f"/my-order/{order.ref}/choose/", {"version": 1, "kind": "wait"}).content.decode()

    assert "changed meanwhile" not in page


@pytest.fixture
def substitute(order: Order) -> Substitute:
    """A cup stands in for a mug, two for one, if the customer agrees; eight cups are here."""
    mug, cup = make_line(order, 1).product, make_product("CUP", name="Cup")
    make_stock(cup, on_hand=8)
    return Substitute.objects.create(product=mug, substitute=cup, units=2, per=1)


def test_a_substitute_is_offered_taken_and_planned(order: Order, substitute: Substitute) -> None:
    client = opened(order)
    assert "8 × Cup" in client.get(f"/my-order/{order.ref}/").content.decode()

    assert choose(client, order, kind="substitute", position=1, sku="CUP", qty=4) == 302
    plan()

    cups = OrderLine.objects.get(order=order, product__sku="CUP")
    assert (cups.ordered_qty, make_line(order, 1).open_qty) == (8, 6)
    assert cups.substitution.is_agreed
    assert Allocation.objects.get(line=cups).qty == 8
    page = client.get(f"/my-order/{order.ref}/").content.decode()
    assert f"instead of {make_line(order, 1).product.name}" in page
    assert "You took something else instead." in page


@pytest.mark.parametrize(
    "said", [{"qty": 5}, {"sku": "PLATE"}, {"sku": "NONE"}, {"position": 2}, {"qty": 0}, {"sku": "a\0"}]
)
def test_only_what_is_on_offer_is_taken(order: Order, substitute: Substitute, said: dict[str, object]) -> None:
    status = choose(opened(order), order, **{"kind": "substitute", "position": 1, "sku": "CUP", "qty": 4, **said})

    assert status in (409, 422)
    assert not OrderLine.objects.filter(product__sku="CUP").exists()


def test_what_lacks_is_cancelled_and_what_is_ready_leaves(order: Order) -> None:
    client = opened(order)
    assert "4 items are ready and leave next, 11 are not." in client.get(f"/my-order/{order.ref}/").content.decode()

    assert choose(client, order, kind="cancel_rest", ready=4) == 302
    make_order([(make_line(order, 1).product, 10)], is_expedited=True, placed_at=order.placed_at - timedelta(days=9))
    plan()

    assert (make_line(order, 1).open_qty, make_line(order, 2).open_qty) == (4, 0)
    assert Allocation.objects.get(line__order=order).qty == 4, "who comes before takes nothing that was promised"
    assert "Your order is here" in client.get(f"/my-order/{order.ref}/").content.decode()


def test_the_rest_is_not_cancelled_when_less_is_ready_than_the_customer_saw(order: Order) -> None:
    assert choose(opened(order), order, kind="cancel_rest", ready=5) == 409

    assert make_line(order, 1).open_qty == 10


def test_an_address_stays_while_parcels_are_packed_for_it(order: Order) -> None:
    line = make_line(order, 2)
    make_stock(line.product, on_hand=5)
    allocate(line, 5, state=2)

    assert choose(opened(order), order, kind="address", ship_to="Ann Brook\n1 Mill Lane\nLeeds LS1 4AP") == 409


@pytest.mark.parametrize(
    ("code", "headline", "reason", "lang"),
    [
        ("de", "Wir senden Ihre Bestellung voraussichtlich am", "auf dem Weg in unser Lager", "de"),
        ("fr", "Nous pensons envoyer votre commande le", "en route vers notre entrepôt", "fr"),
        ("es-MX", "Esperamos enviar su pedido el", "en camino a nuestro almacén", "es"),
        ("pt", "We expect to send your order on", "on its way to our warehouse", "en-gb"),
    ],
)
def test_the_page_speaks_the_customer_s_language(
    order: Order, code: str, headline: str, reason: str, lang: str
) -> None:
    Customer.objects.update(language=code)

    page = opened(order).get(f"/my-order/{order.ref}/").content.decode()

    assert headline in page
    assert reason in page
    assert f'<html lang="{lang}">' in page


def test_the_visitor_s_own_choice_of_language_wins_and_stays(order: Order) -> None:
    Customer.objects.update(language="de")
    client = opened(order)

    assert "Vos articles" in client.get(f"/my-order/{order.ref}/?language=fr").content.decode()
    assert "Vos articles" in client.get(f"/my-order/{order.ref}/").content.decode()
    refused = client.post(f"/my-order/{order.ref}/choose/", {"version": 99, "kind": "wait"}).content.decode()

    assert "Votre commande a changé depuis" in refused
    assert f'href="/my-order/{order.ref}/?language=es"' in refused, "the switch leads to a page, not to the form"
    assert Customer.objects.get().language == "de"
    assert "Vos articles" in client.get(f"/my-order/{order.ref}/?language=tlh").content.decode()


def test_who_is_not_known_yet_reads_what_their_browser_asks_for() -> None:
    page = Client().get("/o/guess/", headers={"Accept-Language": "pt;q=1, es-AR;q=0.8, en;q=0.5"})

    assert "Este enlace ya no funciona" in page.content.decode()
    assert page["Content-Language"] == "es"


def test_colleagues_read_english_after_a_customer_read_german(order: Order) -> None:
    Customer.objects.update(language="de")
    opened(order).get(f"/my-order/{order.ref}/")
    agent = Client()
    agent.force_login(make_user("agent"))

    assert 'lang="en-GB"' in agent.get("/triage/").content.decode()
    assert translation.get_language() == "en-gb"


def test_items_are_cancelled_their_units_go_to_others_and_the_last_closes_the_order(order: Order) -> None:
    client = opened(order)

    assert choose(client, order, kind="cancel", position=[1]) == 302
    assert make_line(order, 1).open_qty == 0
    assert not Allocation.objects.filter(line__order=order).exists()
    assert choose(client, order, kind="cancel", position=[2]) == 302

    assert Order.objects.get(pk=order.pk).status == "cancelled"
    assert "This order is cancelled" in client.get(f"/my-order/{order.ref}/").content.decode()
    assert choose(client, order, kind="wait") == 409


def test_what_is_being_packed_is_not_cancelled(order: Order) -> None:
    line = make_line(order, 2)
    make_stock(line.product, on_hand=5)
    allocate(line, 5, state=2)

    assert choose(opened(order), order, kind="cancel", position=[2]) == 409

    assert make_line(order, 2).open_qty == 5


def test_an_address_is_changed_and_ends_the_hold_that_asked_for_it() -> None:
    held = make_order([(make_product(), 1)], held="address")
    client = opened(held)
    assert "We need your full address" in client.get(f"/my-order/{held.ref}/").content.decode()

    assert choose(client, held, kind="address", ship_to="Leeds") == 422
    assert held.holds.filter(released_at=None).exists()
    assert choose(client, held, kind="address", ship_to="Ann Brook\n1 Mill Lane\nLeeds LS1 4AP") == 302

    held.refresh_from_db()
    assert held.ship_to.startswith("Ann Brook")
    assert not held.holds.filter(released_at=None).exists()


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "steal"},
        {"kind": "cancel"},
        {"kind": "cancel", "position": "x"},
        {"kind": "cancel", "position": "99"},
        {"kind": "wait", "version": "9999999999999999999999"},
        {"kind": "address", "ship_to": "a\0b"},
        {"kind": "contact"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(order: Order, said: dict[str, str]) -> None:
    assert choose(opened(order), order, **said) in (409, 422)

    assert not CustomerChoice.objects.exists()
    assert Order.objects.get(pk=order.pk).version == order.version


def test_feedback_replaces_itself_until_it_is_answered(order: Order) -> None:
    client, url = opened(order), f"/my-order/{order.ref}/feedback/"

    assert client.post(url, {"rating": "2", "reasons": ["late"], "comment": "Slow"}).status_code == 302
    assert client.post(url, {"rating": "4"}).status_code == 302
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.reasons, feedback.occasion) == (4, [], "waiting")
    assert client.post(url, {"rating": "9"}).status_code == 422

    answer_feedback(feedback.pk, answer="Thank you, Ann.", actor=make_user("agent"), now=timezone.now())

    assert client.post(url, {"rating": "1"}).status_code == 409
    assert "Thank you, Ann." in client.get(f"/my-order/{order.ref}/").content.decode()


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


def test_ten_addresses_that_guess_find_nothing_and_are_slowed(order: Order) -> None:
    """Of 1,000 guesses, 100 from each address, only the first 20 of each are even looked up (10,000 were measured with
    the same outcome: docs/messages.md); who holds a real link elsewhere gets in all the while."""
    client, real = Client(), make_links([(LinkPurpose.ORDER, order.ref)], now=timezone.now())[0]
    before = Order.objects.values().get(pk=order.pk)

    answers = Counter(
        client.get(f"/o/{secrets.token_urlsafe(KEY_BYTES)}/", REMOTE_ADDR=f"10.0.0.{n % 10}").status_code
        for n in range(1000)
    )

    assert answers == {404: 10 * MISSES_ALLOWED, 429: 1000 - 10 * MISSES_ALLOWED}
    assert Client().get(f"/o/{real}/", REMOTE_ADDR="10.0.1.1").status_code == 302
    assert Order.objects.values().get(pk=order.pk) == before


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
