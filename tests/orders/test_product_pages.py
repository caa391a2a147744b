"""Products and plan runs, by the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Product, StockMovement
from orders.models import PlanRun, PlanRunKind, PlanRunStatus
from orders.planning.presets import DEMAND_FORECAST
from orders.queries.product_forecast import forecast_of
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW
from tests.factories.forecasts import MONDAY, make_forecast
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scarce() -> Product:
    """Ten on hand, two orders that want sixteen, thirty on the way; planned."""
    product = make_product("TRAY", name="Dinner tray")
    make_stock(product, on_hand=10)
    make_purchase_order([(product, 30)], ref="PO-7")
    make_order([(product, 8)], ref="SO-OLD", customer=make_customer(name="First Ltd"))
    make_order([(product, 8)], ref="SO-NEW", placed_at=NOW, customer=make_customer(name="Second Ltd"))
    replan(product_ids=None, cause="test", now=NOW)
    return product


def test_the_product_page_adds_up_and_shows_who_waits_in_order(ops: Client, scarce: Product) -> None:
    response = ops.get("/inventory/TRAY/")

    stock = response.context["stock"]
    waiting = [(row.plan.order.ref, row.plan.allocated_qty, row.plan.pegged_qty) for row in response.context["waiting"]]
    assert (stock.on_hand, stock.reserved, stock.available) == (10, 10, 0)
    assert waiting == [("SO-OLD", 8, 0), ("SO-NEW", 2, 6)]
    assert response.context["waiting_sum"].short_qty == 6
    assert [row.pegged_qty for row in response.context["inbound"]] == [6]
    assert "PO-7" in response.content.decode()


def test_the_product_page_draws_what_was_ordered_and_what_is_expected(ops: Client, scarce: Product) -> None:
    make_forecast(scarce, [12.0, 13.0], lows=[4.0, 4.0], highs=[39.0, 20.0], pattern="few", sales_weeks=3)
    sold = make_order([(scarce, 20)], placed_at=NOW - timedelta(weeks=2))
    sold.lines.update(cancelled_qty=2)

    response = ops.get("/inventory/TRAY/")

    weeks = response.context["forecast"].weeks
    page = response.content.decode()
    assert [(week.on, week.units) for week in weeks if week.is_past and week.units] == [
        (MONDAY - timedelta(weeks=2), 18.0)
    ]
    assert len([week for week in weeks if week.is_past]) == 12
    assert [(week.units, week.low, week.high) for week in weeks if not week.is_past] == [
        (12.0, 4.0, 39.0),
        (13.0, 4.0, 20.0),
    ]
    assert "Sold in 3 weeks only: too few to see a rhythm." in page
    assert page.count('<rect class="was"') == 12
    assert page.count('<line class="span"') == 2


def test_the_product_page_says_what_is_kept_and_for_whom(ops: Client, scarce: Product) -> None:
    make_forecast(scarce)
    make_order([(scarce, 3)], customer=make_customer(tier="gold"), placed_at=NOW - timedelta(weeks=3))
    make_order([(scarce, 1)], customer=make_customer(tier="silver"), placed_at=NOW - timedelta(weeks=3))
    draft = policies.create_draft(name="Ahead", rules=DEMAND_FORECAST, actor=None, now=NOW)
    policies.publish(draft.pk, actor=None, now=NOW)

    found = forecast_of(scarce, today=NOW.date())

    assert found is not None
    assert [(kept.label, kept.units) for kept in found.kept] == [("Platinum and gold", 21), ("Silver", 28)]
    assert "for Silver and better" in ops.get("/inventory/TRAY/").content.decode()


def test_a_product_without_a_forecast_says_so(ops: Client, scarce: Product) -> None:
    assert "No forecast yet." in ops.get("/inventory/TRAY/").content.decode()


def test_the_list_shows_what_is_short_with_how_much(ops: Client, scarce: Product) -> None:
    make_stock(make_product("PLENTY"), on_hand=5)

    [row] = ops.get("/inventory/").context["rows"]

    figures = (row.sku, row.on_hand, row.reserved, row.available, row.inbound_qty, row.waiting_qty, row.waiting_orders)
    assert figures == ("TRAY", 10, 10, 0, 30, 6, 1)


@pytest.mark.parametrize("text", ["tra", "dinner"])
def test_the_list_of_all_finds_by_sku_and_name(ops: Client, scarce: Product, text: str) -> None:
    make_product("OTHER")

    rows = ops.get("/inventory/", {"view": "all", "q": text}).context["rows"]

    assert [row.sku for row in rows] == [scarce.sku]


@pytest.mark.parametrize("query", ["view=moon", "after=%00", "q=%00"])
def test_a_damaged_address_is_refused_with_words(ops: Client, query: str) -> None:
    assert ops.get(f"/inventory/?{query}").status_code == 400


def test_an_unknown_product_is_not_found(ops: Client) -> None:
    assert ops.get("/inventory/NOPE/").status_code == 404


def test_an_adjustment_is_booked_with_its_reason(ops: Client, scarce: Product) -> None:
    response = ops.post("/inventory/TRAY/adjust/", {"warehouse": "MAIN", "qty_delta": "-3", "reason": "Broken"})

    movement = StockMovement.objects.order_by("pk").last()
    assert response.status_code == 302
    assert movement is not None
    assert (movement.qty, movement.reason) == (-3, "Broken")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"qty_delta": "0"}, 422),
        ({"qty_delta": "-11"}, 409),
        ({"reason": ""}, 422),
        ({"warehouse": "MOON"}, 422),
        ({"qty_delta": "1.5"}, 422),
    ],
)
def test_a_wrong_adjustment_is_refused_in_place(
    ops: Client, scarce: Product, wrong: dict[str, str], status: int
) -> None:
    before = StockMovement.objects.count()

    response = ops.post(
        "/inventory/TRAY/adjust/", {"warehouse": "MAIN", "qty_delta": "-1", "reason": "Broken", **wrong}
    )

    assert response.status_code == status
    assert "Nothing was changed" in response.content.decode()
    assert StockMovement.objects.count() == before


def test_an_agent_sees_stock_and_moves_none(client: Client, scarce: Product) -> None:
    client.force_login(make_user("agent"))

    page = client.get("/inventory/TRAY/")
    refused = client.post("/inventory/TRAY/adjust/", {"warehouse": "MAIN", "qty_delta": "-1", "reason": "Broken"})

    assert page.status_code == 200
    assert "Adjust stock" not in page.content.decode()
    assert refused.status_code == 403


def test_pages_cost_the_same_however_many_wait(
    ops: Client, scarce: Product, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_order([(scarce, 1)])
    replan(product_ids=None, cause="test", now=NOW)

    with django_assert_max_num_queries(18):
        ops.get("/inventory/TRAY/")
    with django_assert_max_num_queries(6):
        ops.get("/inventory/")


def test_plan_now_leaves_a_run_for_the_workers_and_shows_it(ops: Client, scarce: Product) -> None:
    response = ops.post("/plan-runs/start/", follow=True)

    run = PlanRun.objects.order_by("pk").last()
    assert run is not None
    assert (run.kind, run.status) == (PlanRunKind.FULL, PlanRunStatus.RUNNING)
    assert response.redirect_chain == [(f"/plan-runs/{run.pk}/", 302)]
    assert "Running" in response.content.decode()


def test_a_run_shows_its_counts_and_steps_in_order(ops: Client, scarce: Product) -> None:
    run = PlanRun.objects.latest("pk")
    run.timings["guard_s"] = 3.0
    run.save()

    response = ops.get(f"/plan-runs/{run.pk}/")

    steps = response.context["steps"]
    assert [step.name for step in steps] == ["Load", "Score", "Allocate", "Promise", "Compare and guard", "Write"]
    assert steps[4].seconds == pytest.approx(3.0 + run.timings["diff_s"] + run.timings["hash_s"])
    assert sum(step.share for step in steps) == pytest.approx(100)
    assert ("Lines", 2) in response.context["counts"]


def test_runs_are_listed_newest_first_and_by_kind(ops: Client, scarce: Product) -> None:
    event = replan(product_ids=[scarce.pk], cause="stock received", now=NOW + timedelta(hours=1))

    rows = ops.get("/plan-runs/").context["rows"]
    only = ops.get("/plan-runs/?kind=event").context["rows"]

    assert rows[0].pk == event.pk
    assert [run.pk for run in only] == [event.pk]
    assert ops.get("/plan-runs/?kind=moon").status_code == 400
