"""Quotas that count over days, on the database: what was sent in the window counts, and what left before does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders.models import Shipment, ShipmentLine
from orders.planning.grammar import parse_policy
from orders.planning.types import Shipped
from orders.queries.availability import Item, find_availability
from orders.replan import replan
from orders.replanning.plan_records import replay
from orders.replanning.scope import Scope
from orders.replanning.shipped import load_shipped
from orders.rules import policies
from orders.simulation.live import load_live, plan_live
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.dividing import DAILY, PLATINUM, WEEKLY, allocated, drafted, publish, rows_of, sent
from tests.orders.replanning.worlds import full

pytestmark = pytest.mark.django_db


def loaded(scope: Scope, *quotas: dict[str, Any]) -> Shipped:
    document = {"version": 1, "strategy": "priority", "rules": [], "quotas": list(quotas)}
    found = load_shipped(scope, parse_policy(document), today=TODAY.toordinal())
    assert found is not None
    return found


def test_a_weekly_maximum_counts_what_was_sent_this_week() -> None:
    product = make_product()
    make_stock(product, on_hand=30)
    sent(product, 4, days_ago=6)
    sent(product, 50, days_ago=7)
    sent(product, 50, tier="gold")
    publish(quotas=[WEEKLY])
    order = make_order([(product, 20)], customer=make_customer(tier="platinum"))

    full()

    assert allocated(order) == 6
    sent(product, 5)
    replan(product_ids=[product.pk], cause="shipped", now=NOW)
    assert allocated(order) == 1
    replan(product_ids=None, cause="test", now=NOW + timedelta(days=1))
    assert allocated(order) == 5  # the four of six days ago have passed out of the window


def test_units_count_by_quota_and_window_of_the_products_asked_for() -> None:
    product, other = make_product(), make_product()
    sent(product, 4, days_ago=6)
    sent(product, 3, tier="gold")
    sent(product, 2, days_ago=1, tier="gold")
    sent(other, 9)

    everything, one = loaded(Scope(None), WEEKLY, DAILY), loaded(Scope((product.pk,)), WEEKLY, DAILY)

    assert everything.product_id.tolist() == sorted([product.pk, other.pk])
    assert one.product_id.tolist() == [product.pk]
    assert one.own_qty.tolist() == [[4, 3]]
    assert one.all_qty.tolist() == [[9, 3]]


def test_days_are_those_of_the_shop() -> None:
    product = make_product()
    midnight = timezone.localtime(NOW).replace(hour=0, minute=0)
    for minutes, qty in ((-1, 1), (0, 10), (24 * 60, 100)):
        shipment = sent(product, qty)
        Shipment.objects.filter(pk=shipment.pk).update(shipped_at=midnight + timedelta(minutes=minutes))

    assert loaded(Scope(None), DAILY).own_qty.tolist() == [[10]]


@pytest.mark.parametrize(
    "when",
    [
        {"attribute": "order.channel", "op": "eq", "value": "edi"},
        {"attribute": "customer.zone", "op": "eq", "value": "north"},
        {"attribute": "product.category", "op": "eq", "value": "Lamps"},
        {"attribute": "product.unit_price", "op": "gt", "value": 100},
    ],
    ids=lambda when: when["attribute"],
)
def test_whose_units_left_is_told_by_what_orders_keep(when: dict[str, Any]) -> None:
    product = make_product(category="Lamps", unit_price=120)
    for qty, channel, zone in ((3, "edi", "north"), (1, "web", "south")):
        order = sent(product, qty, channel=channel).order
        order.customer.zone = zone
        order.customer.save()

    found = loaded(Scope((product.pk,)), {**WEEKLY, "when": when})

    assert found.own_qty.tolist() == [[4 if when["attribute"].startswith("product") else 3]]
    assert found.all_qty.tolist() == [[4]]


def test_what_was_sent_is_part_of_the_hash_of_the_record_and_of_a_simulation() -> None:
    product = make_product()
    make_stock(product, on_hand=30)
    make_order([(product, 20)], customer=make_customer(tier="platinum"))
    publish(quotas=[WEEKLY])
    before, same = drafted(None).inputs.digest(), drafted(None).inputs.digest()
    shipment = sent(product, 4)
    run = replan(product_ids=None, cause="test", now=NOW)
    parsed = parse_policy(policies.published().rules)
    live = load_live([parse_policy({"version": 1, "strategy": "fifo", "rules": []}), parsed], today=TODAY)
    simulated = plan_live(live, live.inputs[1], parsed).plan

    assert before == same != drafted(None).inputs.digest()
    assert simulated.allocated_qty.tolist() == [6]
    ShipmentLine.objects.filter(shipment=shipment).delete()
    assert replay(run.pk).is_same


def test_a_policy_without_a_window_reads_no_shipments() -> None:
    product = make_product()
    sent(product, 4)
    publish(quotas=[{name: value for name, value in WEEKLY.items() if name != "window_days"}])

    assert drafted(None).inputs.shipped is None


def test_an_event_run_plans_what_the_full_run_plans() -> None:
    products = [make_product() for _ in range(3)]
    publish(quotas=[WEEKLY, DAILY])
    for place, product in enumerate(products):
        make_stock(product, on_hand=20)
        sent(product, 2 + place, days_ago=place)
        sent(product, 1 + place, tier="gold")
        make_order([(product, 12)], customer=make_customer(tier="platinum"))
        make_order([(product, 12)], customer=make_customer(tier="gold"))

    event, everything = drafted(products[:1]), drafted(None)

    assert rows_of(event.plan) == [row for row in rows_of(everything.plan) if row[0] in set(event.plan.line_id)]
    full()
    assert full()["rows_written"] == 0


def test_units_sent_need_not_be_kept_again() -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=20)
    kept = {"id": "vip", "label": "A", "when": PLATINUM, "at_least": {"units": 12}, "window_days": 7,
            "keep": {"percent": 100, "days": 0}}  # fmt: skip
    publish(quotas=[kept])
    full()

    assert find_availability([Item("MUG", 20)], today=TODAY).items[0].available_now == 8
    sent(product, 9)
    assert find_availability([Item("MUG", 20)], today=TODAY).items[0].available_now == 17
