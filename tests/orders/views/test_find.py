from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.inventory import make_product, make_supplier
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
OPTIONS = {"HX-Request": "true", "HX-Target": "palette-results"}


def test_orders_customers_suppliers_and_products_are_found_by_number_name_and_code(sign_in: SignIn) -> None:
    lamp = make_product("LAMP-1", name="Brass lamp")
    acme = make_customer("ACME", name="Acme Lampshades")
    make_supplier("LAMPS", name="Bright lamps")
    make_order([(lamp, 1)], ref="SO-104218", external_id="WEB-77", customer=acme)
    client = sign_in()

    by_number = client.get("/find/", {"q": "4218"}).content.decode()
    by_external = client.get("/find/", {"q": "web-77"}).content.decode()
    by_word = client.get("/find/", {"q": "lamp"}).content.decode()

    assert "/orders/SO-104218/" in by_number
    assert "/orders/SO-104218/" in by_external
    assert "/customers/ACME/" in by_word
    assert "/suppliers/LAMPS/" in by_word
    assert "/inventory/LAMP-1/" in by_word
    assert "/orders/" not in by_word.split("<main")[1]


def test_the_exact_match_comes_first(sign_in: SignIn) -> None:
    lamp = make_product()
    for ref in ("SO-10", "SO-101", "SO-1"):
        make_order([(lamp, 1)], ref=ref)

    html = sign_in().get("/find/", {"q": "so-1"}, headers=OPTIONS).content.decode()

    assert html.index("/orders/SO-1/") < html.index("/orders/SO-10/") < html.index("/orders/SO-101/")


def test_the_palette_gets_options_and_views_by_name(sign_in: SignIn) -> None:
    html = sign_in().get("/find/", {"q": "untold"}, headers=OPTIONS).content.decode()

    assert "<html" not in html
    assert 'role="option"' in html
    assert "/triage/?view=untold" in html


@pytest.mark.parametrize("text", ["", "x", "no-such-thing", "\0", "%", "'", "<b>", "y" * 500])
def test_whatever_is_typed_is_answered(sign_in: SignIn, text: str) -> None:
    answer = sign_in().get("/find/", {"q": text}, headers=OPTIONS)

    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()


def test_finding_costs_four_queries_however_much_there_is(sign_in: SignIn) -> None:
    client, lamp = sign_in(), make_product("LAMP")
    for _ in range(30):
        make_order([(lamp, 1)])

    with CaptureQueriesContext(connection) as queries:
        html = client.get("/find/", {"q": "SO-"}, headers=OPTIONS).content.decode()

    assert html.count('href="/orders/') == 8
    assert len([query for query in queries if "ILIKE" in query["sql"] or "UPPER" in query["sql"]]) == 4
