"""How units are divided, over REST: terms, picks, sources, hands, substitutes."""

from __future__ import annotations

import pytest

from inventory.models import Product
from orders.models import Allocation, AllocationState
from tests.api.conftest import Api
from tests.factories import TODAY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order


@pytest.fixture
def mug() -> Product:
    mug = make_product("MUG")
    make_stock(mug, on_hand=4)
    return mug


def test_units_are_picked_and_put_back(api: Api, mug: Product) -> None:
    order = make_order([(mug, 3)], ref="SO-1")
    allocate(make_line(order), 3)

    answer = api.post("orders/SO-1/pick/", {"lines": [{"position": 1, "qty": 2}], "version": 1})

    assert answer.status_code == 200, answer.content
    assert {(a["qty"], a["state"]) for a in answer.json()["lines"][0]["allocations"]} == {(1, "planned"), (2, "picked")}
    assert api.post("orders/SO-1/unpick/", {}).status_code == 200
    assert Allocation.objects.get().state == AllocationState.PLANNED
    refused = api.post("orders/SO-1/unpick/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_there")


def test_the_requested_date_is_moved_taken_away_and_kept_from_who_comes_second(api: Api, mug: Product) -> None:
    order = make_order([(mug, 3)], ref="SO-1")
    day = f"{order.placed_at.year + 1}-03-02"

    moved = api.post("orders/SO-1/requested/", {"requested_on": day, "version": order.version})

    assert moved.json()["requested_on"] == day
    stale = api.post("orders/SO-1/requested/", {"requested_on": None, "version": order.version})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert api.post("orders/SO-1/requested/", {}).status_code == 422, "no day is said, not left out"
    assert api.post("orders/SO-1/requested/", {"requested_on": None}).json()["requested_on"] is None


def test_terms_are_set_shown_and_taken_away(api: Api, mug: Product) -> None:
    make_order([(mug, 3)], ref="SO-1")

    answer = api.post("orders/SO-1/terms/", {"order_fills": [80, 0], "fill_by": "value", "max_sources": 1})

    asked = {"line_fills": [], "order_fills": [80, 0], "fill_by": "value", "max_sources": 1}
    assert answer.json()["terms"] == asked
    assert api.post("orders/SO-1/terms/", {}).json()["terms"] is None
    both = api.post("orders/SO-1/terms/", {"max_sources": 1, "ship_policy": "complete"}).json()
    assert (both["ship_policy"], both["terms"]["max_sources"]) == ("complete", 1)
    assert api.post("orders/SO-1/terms/", {}).json()["ship_policy"] == "complete", "what is left out stays"
    assert api.post("orders/SO-1/terms/", {"ship_policy": "whole"}).status_code == 422
    assert api.post("orders/SO-1/terms/", {"substitutes": "agreed"}).json()["substitutes"] == "agreed"
    assert api.post("orders/SO-1/terms/", {"substitutes": "maybe"}).status_code == 422
    refused = api.post("orders/SO-1/terms/", {"line_fills": [101]})
    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"line_fills.0"})


def test_a_customers_usual_terms_are_shown_with_them(api: Api) -> None:
    make_customer("ACME")

    answer = api.post("customers/ACME/terms/", {"line_fills": [50]})

    assert answer.json()["terms"]["line_fills"] == [50]
    assert api.get("customers/ACME/").json()["terms"]["line_fills"] == [50]


def test_sources_are_ruled_for_a_product_or_a_country(api: Api, mug: Product) -> None:
    make_customer(country="France")

    assert api.post("sources/", {"sku": "mug", "warehouses": ["MAIN"]}).status_code == 200
    assert api.post("sources/", {"country": "France", "warehouses": ["MAIN"]}).status_code == 200

    assert api.get("sources/").json() == [
        {"sku": "MUG", "country": None, "warehouses": ["MAIN"]},
        {"sku": None, "country": "France", "warehouses": ["MAIN"]},
    ]
    refused = api.post("sources/", {"sku": "MUG", "country": "France", "warehouses": []})
    assert refused.status_code == 422


def test_hands_of_a_warehouse_are_set_and_shown(api: Api, mug: Product) -> None:
    week = [10, 10, 10, 10, 10, None, None]
    body = {"warehouse": "MAIN", "weekdays": week, "days": [{"day": TODAY.isoformat(), "units": 0}]}

    answer = api.post("pick-capacity/", body)

    assert answer.json() == body
    assert api.get("pick-capacity/").json() == [body]
    refused = api.post("pick-capacity/", {"warehouse": "MAIN", "weekdays": [0] * 7})
    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"weekdays"})


def test_a_substitute_is_listed_proposed_and_sent(api: Api, mug: Product) -> None:
    make_stock(make_product("CUP"), on_hand=9)
    make_order([(mug, 3)], ref="SO-1")
    listed = api.post("products/MUG/substitutes/", {"substitutes": [{"sku": "CUP", "units": 2}]})
    assert listed.json()["substitutes"] == [{"sku": "CUP", "units": 2, "per": 1, "when": "any", "needs_consent": True}]

    (proposal,) = api.get("orders/SO-1/substitutes/").json()
    assert (proposal["substitute"], proposal["covers_qty"], proposal["substitute_qty"]) == ("CUP", 3, 6)
    body = {"position": 1, "sku": "CUP"}
    assert api.post("orders/SO-1/substitute/", body).json()["code"] == "consent"
    answer = api.post("orders/SO-1/substitute/", {**body, "is_agreed": True})

    assert [(line["sku"], line["open_qty"]) for line in answer.json()["lines"]] == [("MUG", 0), ("CUP", 6)]
    assert api.post("products/MUG/substitutes/", {"substitutes": []}).json()["substitutes"] == []
