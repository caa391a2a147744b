"""The customer's own page speaks their language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation

from orders.models import Customer, CustomerChoice, Order, OrderLine
from tests.factories.orders import make_user
from tests.orders.views.customer.visitor import opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("code", "headline", "reason", "lang"),
    [
        ("de", "Wir senden den Rest Ihrer Bestellung voraussichtlich am", "auf dem Weg in unser Lager", "de"),
        ("fr", "Nous pensons envoyer le reste de votre commande le", "en route vers notre entrepôt", "fr"),
        ("es-MX", "Esperamos enviar el resto de su pedido el", "en camino a nuestro almacén", "es"),
        ("pt", "We expect to send the rest of your order on", "on its way to our warehouse", "en-gb"),
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


@pytest.mark.parametrize(
    ("code", "mugs", "plate"), [("fr", "10 commandés", "1 commandé<"), ("es", "10 pedidos", "1 pedido<")]
)
def test_one_item_is_not_many(order: Order, code: str, mugs: str, plate: str) -> None:
    Customer.objects.update(language=code)
    OrderLine.objects.filter(order=order, position=2).update(ordered_qty=1)

    page = opened(order).get(f"/my-order/{order.ref}/").content.decode()

    assert mugs in page
    assert plate in page


def test_times_are_those_of_the_customer_s_clock(order: Order) -> None:
    Customer.objects.update(zone="Asia/Tokyo")
    CustomerChoice.objects.create(
        order=order, order_version=order.version, kind="wait", made_at=datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    )

    page = opened(order).get(f"/my-order/{order.ref}/").content.decode()

    assert "22 November, 5:30 a.m." in page


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
