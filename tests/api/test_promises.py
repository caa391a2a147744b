"""How sure promises are, which guarantees are broken, and how steady dates were: over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inventory.models import PurchaseOrder, PurchaseOrderLine
from orders.models import Allocation, Order, OrderPlan, OrderPromise
from orders.queries.promises import order_chance
from orders.replan import replan
from orders.rules import policies
from tests.api.conftest import Api
from tests.factories import number
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_customer, make_order

PLATINUM = {"attribute": "customer.tier", "op": "eq", "value": "platinum"}
QUANTITY = {
    "id": "qty",
    "label": "Quantity",
    "attribute": "line.open_qty",
    "points": {"type": "linear", "per_unit": 1},
}


def publish(**members: Any) -> None:
    now = timezone.now()
    rules = {"version": 1, "strategy": "priority", "rules": [QUANTITY], **members}
    policies.publish(
        policies.create_draft(name=f"P{number()}", rules=rules, actor=None, now=now).pk, actor=None, now=now
    )


def segment(name: str, guarantee: str, **members: Any) -> dict[str, Any]:
    return {"id": name, "label": name.title(), "guarantee": guarantee, **members}


def plan_all() -> None:
    replan(product_ids=None, cause="test", now=timezone.now())


def order_of(api: Api, order: Order) -> Any:
    return api.get(f"orders/{order.ref}/").json()


def test_stock_on_hand_is_sure_and_what_is_coming_is_as_sure_as_its_supplier(api: Api) -> None:
    mug, plate = make_product("MUG", unit_price=10), make_product("PLATE", unit_price=10)
    make_stock(mug, on_hand=5)
    supplier = make_supplier(delay_p50_days=0, delay_p90_days=4)
    make_purchase_order([(plate, 5)], supplier=supplier, expected_on=timezone.localdate() + timedelta(days=20))
    ready = make_order([(mug, 4)])
    waiting = make_order([(mug, 1), (plate, 5)])

    plan_all()

    assert order_of(api, ready)["chance"] == 1
    shown = order_of(api, waiting)
    assert shown["standing_on"] == shown["promised_on"]
    assert [line["chance"] for line in shown["lines"]] == [1, pytest.approx(0.78)]
    assert shown["chance"] == pytest.approx(0.78)


def test_the_stored_chance_is_that_of_the_core(api: Api) -> None:
    """The statement that rolls orders up says it in SQL: promises before, on and after days of every spread."""
    today = timezone.localdate()
    for spread in (0, 1, 5):
        for promised in (-9, -2, -1, 0, 1, 4, 40):
            product = make_product()
            supplier = make_supplier(delay_p50_days=0, delay_p90_days=spread)
            make_purchase_order([(product, 5)], supplier=supplier, expected_on=today + timedelta(days=20))
            order = make_order([(product, 5)])
            day = today + timedelta(days=20 + promised)
            OrderPromise.objects.create(order=order, promised_on=day, announced_on=day, told_on=day)

    plan_all()

    plans = list(OrderPlan.objects.all())
    assert len(plans) == 21
    assert len({round(plan.chance or 0, 6) for plan in plans}) > 9
    for plan in plans:
        assert plan.chance == pytest.approx(order_chance(plan, plan.promised_on))


def test_revenue_at_risk_is_value_times_the_chance_of_being_late(api: Api) -> None:
    product = make_product("MUG", unit_price=10)
    supplier = make_supplier(delay_p50_days=0, delay_p90_days=4)
    make_purchase_order([(product, 5)], supplier=supplier, expected_on=timezone.localdate() + timedelta(days=20))
    order = make_order([(product, 5)])
    plan_all()
    plan = OrderPlan.objects.get(order=order)
    assert plan.eta_p90 is not None
    assert plan.eta_p50 is not None
    assert plan.eta_p90 > plan.eta_p50

    assert plan.chance == pytest.approx(0.78)  # the promise is the p50 itself
    assert api.get("metrics/backlog/").json()["revenue_at_risk"] == "11.00"


def test_a_missed_promise_has_no_chance(api: Api) -> None:
    product = make_product("MUG", unit_price=10)
    make_purchase_order([(product, 5)], expected_on=timezone.localdate() + timedelta(days=20))
    order = make_order([(product, 5)])
    plan_all()
    PurchaseOrder.objects.update(status="cancelled")

    plan_all()

    assert order_of(api, order)["eta_p50"] is None
    assert order_of(api, order)["chance"] == 0
    assert api.get("metrics/backlog/").json()["revenue_at_risk"] == "50.00"


def test_a_broken_guarantee_says_which_and_why_and_is_found_by_a_filter(api: Api) -> None:
    publish(segments=[segment("clinics", "win", when=PLATINUM)])
    product = make_product("MUG")
    make_stock(product, on_hand=5)
    first = make_order([(product, 5)], customer=make_customer(tier="platinum"))
    second = make_order([(product, 4)], customer=make_customer(tier="platinum"))
    other = make_order([(product, 3)])

    run = replan(product_ids=None, cause="test", now=timezone.now())

    kept, broken, none = (order_of(api, order)["lines"][0]["guarantee"] for order in (first, second, other))
    assert (kept["segment"], kept["guarantee"], kept["kept"], kept["why"]) == ("Clinics", "win", "kept", "")
    assert broken["kept"] == "broken"
    assert "not enough units" in broken["why"]
    assert none is None
    found = api.get("orders/?guarantee=broken").json()["results"]
    assert [order["ref"] for order in found] == [second.ref]
    assert api.get("orders/?guarantee=fell_back").json()["results"] == []
    assert run.counts["guarantees_no"] == 1


def test_the_rank_is_the_order_in_which_stock_is_given(api: Api) -> None:
    """A segment that wins is served before any score, so it ranks before any score too."""
    publish(segments=[segment("clinics", "win", when=PLATINUM), segment("rest", "lose")])
    product = make_product("MUG")
    make_stock(product, on_hand=12)
    orders = [
        make_order([(product, qty)], customer=make_customer(tier=tier))
        for qty, tier in ((9, "gold"), (1, "platinum"), (7, "silver"), (4, "platinum"))
    ]

    plan_all()

    ranked = api.get("orders/?ordering=rank").json()["results"]
    assert [order["ref"] for order in ranked] == [orders[place].ref for place in (3, 1, 0, 2)]
    assert [order["rank"] for order in ranked] == [1, 2, 3, 4]
    given = dict(Allocation.objects.values_list("line__order__ref", "qty"))
    assert [given.get(order["ref"], 0) for order in ranked] == [4, 1, 7, 0]


def test_an_order_ranks_by_its_best_line_not_by_its_best_score(api: Api) -> None:
    """Of two lines in different segments the one that is served first decides, and its score is the order's."""
    wins = {"attribute": "product.critical", "op": "eq", "value": True}
    publish(segments=[segment("critical", "win", when=wins)])
    critical, plain = make_product("CRIT", is_critical=True), make_product("PLAIN")
    mixed = make_order([(critical, 2), (plain, 50)])
    rival = make_order([(plain, 60)])

    plan_all()

    assert (order_of(api, mixed)["rank"], order_of(api, mixed)["score"]) == (1, 2)
    assert (order_of(api, rival)["rank"], order_of(api, rival)["score"]) == (2, 60)


def test_a_date_kept_back_is_shown_beside_the_one_that_stands(api: Api) -> None:
    publish(promises=[{"id": "calm", "label": "Calm", "min_later_days": 30}])
    product = make_product("MUG")
    make_purchase_order([(product, 5)], expected_on=timezone.localdate() + timedelta(days=20))
    order = make_order([(product, 5)])
    plan_all()
    before = order_of(api, order)
    assert before["kept_back"] is None
    PurchaseOrderLine.objects.update(expected_on=timezone.localdate() + timedelta(days=27))

    plan_all()

    after = order_of(api, order)
    assert after["standing_on"] == before["standing_on"]
    assert after["kept_back"] == {"on": after["eta_p50"], "because": "kept_small"}


def test_the_ledger_says_how_steady_dates_were_and_whose_doing_the_slips(api: Api) -> None:
    product = make_product("MUG")
    make_purchase_order([(product, 5)], expected_on=timezone.localdate() + timedelta(days=20))
    make_order([(product, 5)])
    plan_all()
    PurchaseOrderLine.objects.update(expected_on=timezone.localdate() + timedelta(days=34))
    plan_all()
    PurchaseOrderLine.objects.update(expected_on=timezone.localdate() + timedelta(days=20))
    plan_all()

    figures = api.get("metrics/promises/?days=7").json()

    assert (figures["promises"], figures["changes"], figures["slips"], figures["orders_changed"]) == (1, 2, 1, 1)
    assert figures["changes_per_order"] == 2
    assert figures["mean_slip_days"] == 14
    assert figures["slips_by_origin"] == {"ours": 0, "supplier": 1, "customer": 0}
    assert (figures["shipped_orders"], figures["kept_share"]) == (0, None)


def test_an_order_is_explained(api: Api) -> None:
    here, coming = make_product("HERE"), make_product("COMING")
    make_stock(here, on_hand=5)
    make_purchase_order([(coming, 5)], expected_on=timezone.localdate() + timedelta(days=40))
    order = make_order([(here, 1), (coming, 1)], ship_policy="complete")

    found = api.get(f"orders/{order.ref}/explain/").json()

    assert (found["gating"]["sku"], found["gating"]["position"]) == ("COMING", 2)
    assert found["gating"]["days_won"] > 30
    assert [line["waits_for"] for line in found["lines"]] == [2, None]
    assert found["lines"][1]["frees"]["short_qty"] == 1
    Order.objects.filter(pk=order.pk).update(status="cancelled", closed_at=timezone.now())
    assert api.get(f"orders/{order.ref}/explain/").status_code == 404


@pytest.mark.parametrize("days", ["0", "400", "many"])
def test_a_span_that_makes_no_sense_is_refused(api: Api, days: str) -> None:
    answer = api.get(f"metrics/promises/?days={days}")

    assert answer.status_code == 422
    assert "days" in answer.json()["fields"]
