"""POST availability/: when could somebody have these?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product
from orders.models import AllocationState, LinePlan, PlanRun
from orders.replan import replan
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import allocate, make_line, make_order


def monday() -> date:
    """Return a Monday at least a week away: a working day, whatever today is."""
    today = timezone.localdate()
    return today + timedelta(days=14 - today.weekday())


def wednesday() -> date:
    """Return the safe day of what is expected on ``monday``."""
    return monday() + timedelta(days=2)


@pytest.fixture
def mug(db: None) -> Product:
    """12 on hand, all pinned or claimed, and 20 coming of which 5 are claimed."""
    mug = make_product("MUG")
    make_stock(mug, on_hand=12)
    supplier = make_supplier(delay_p50_days=0, delay_p90_days=2)
    make_purchase_order([(mug, 20)], supplier=supplier, expected_on=monday())
    allocate(make_line(make_order([(mug, 4)])), 4, state=AllocationState.PINNED)
    make_order([(mug, 6)])
    make_order([(mug, 7)])
    replan(product_ids=None, cause="test", now=timezone.now())
    assert sum(LinePlan.objects.values_list("pegged_qty", flat=True)) == 5
    return mug


def ask(api: Api, *items: tuple[str, int]) -> Any:
    response = api.post("availability/", {"items": [{"sku": sku, "qty": qty} for sku, qty in items]})
    assert response.status_code == 200, response.content
    return response.json()


def test_an_item_gets_what_nobody_claims_now_and_what_is_coming(api: Api, mug: Product) -> None:
    answer = ask(api, ("mug", 10))

    assert answer["items"] == [
        {
            "sku": "mug",
            "qty": 10,
            "available_now": 0,
            "eta_p50": str(monday()),
            "eta_p90": str(wednesday()),
            "parts": [{"on": str(monday()), "qty": 10}],
        }
    ]


def test_units_on_hand_that_nobody_claims_are_there_now(api: Api, mug: Product) -> None:
    make_stock(make_product("PLATE"), on_hand=3)

    plate, mugs = ask(api, ("PLATE", 2), ("MUG", 15))["items"]

    assert plate["available_now"] == 2
    assert [part["qty"] for part in plate["parts"]] == [2]
    assert mugs["parts"] == [{"on": str(monday()), "qty": 15}]


def test_the_day_of_all_is_the_latest(api: Api, mug: Product) -> None:
    make_stock(make_product("PLATE"), on_hand=3)

    answer = ask(api, ("PLATE", 1), ("MUG", 1))

    assert (answer["all_eta_p50"], answer["all_eta_p90"]) == (str(monday()), str(wednesday()))
    assert answer["unplanned_changes"] == 0


def test_nobody_can_say_when_what_nobody_sells_comes(api: Api, mug: Product) -> None:
    answer = ask(api, ("MUG", 16), ("MUG", 1))

    assert [item["eta_p50"] for item in answer["items"]] == [None, None]
    assert answer["items"][0]["parts"] == [{"on": str(monday()), "qty": 15}, {"on": None, "qty": 1}]
    assert answer["all_eta_p50"] is None


def test_the_answer_says_when_the_plan_has_changes_to_come(api: Api, mug: Product) -> None:
    mark_dirty([mug.pk], cause="test")

    assert ask(api, ("MUG", 1))["unplanned_changes"] == 1


def test_nothing_is_written(api: Api, mug: Product) -> None:
    ask(api, ("MUG", 3))  # the first use of a key is noted
    before = (PlanRun.objects.count(), list(LinePlan.objects.values()), DirtyMark.objects.count())

    with CaptureQueriesContext(connection) as queries:
        ask(api, ("MUG", 3))

    assert (PlanRun.objects.count(), list(LinePlan.objects.values()), DirtyMark.objects.count()) == before
    assert not [query for query in queries if str(query["sql"]).startswith(("INSERT", "UPDATE", "DELETE"))]


def test_many_items_cost_no_more_queries_than_one(api: Api, mug: Product) -> None:
    products = [make_product(f"P-{i}") for i in range(199)]
    ask(api, ("MUG", 1))

    with CaptureQueriesContext(connection) as one:
        ask(api, ("MUG", 1))
    with CaptureQueriesContext(connection) as many:
        ask(api, ("MUG", 1), *((product.sku, 1) for product in products))

    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [{"sku": "MUG", "qty": 1}] * 201}, "items"),
        ({"items": [{"sku": "MUG", "qty": 0}]}, "items.0.qty"),
        ({"items": [{"sku": "MUG", "qty": 1}, {"sku": "NONE", "qty": 1}]}, "items.1.sku"),
        ({"items": [{"sku": "MUG", "qty": 1, "warehouse": "MAIN"}]}, "items.0.warehouse"),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, mug: Product, body: Any, field: str) -> None:
    response = api.post("availability/", body)

    assert (response.status_code, set(response.json()["fields"])) == (422, {field})


def test_whoever_sees_the_backlog_may_ask_with_a_key_that_only_reads(api_as: Callable[..., Api], mug: Product) -> None:
    reader = api_as("agent", scope="read")

    assert reader.post("availability/", {"items": [{"sku": "MUG", "qty": 1}]}).status_code == 200
    assert reader.post("plan-runs/").status_code == 403
