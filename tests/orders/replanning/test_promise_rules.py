"""Promise rules applied by runs: what the customer is spared, what is told, and what the ledger keeps."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from inventory.models import Product, PurchaseOrderLine, StockLevel
from notifications.models import Delivery, Fact, MessageRules
from orders.dialogue.snapshots import customer_payloads
from orders.dialogue.telling import told_by_phone
from orders.models import Decision, EtaRevision, EtaRevisionKind, LinePlan, Order, OrderPromise
from orders.queries.untold import untold
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db

GOLD = {"attribute": "customer.tier", "op": "eq", "value": "gold"}


def publish(*promises: dict[str, Any]) -> None:
    rules: dict[str, Any] = {"version": 1, "strategy": "fifo", "rules": []}
    if promises:
        rules["promises"] = [{"id": f"p{place}", "label": "Calm", **entry} for place, entry in enumerate(promises)]
    policies.publish(policies.create_draft(name="Calm", rules=rules, actor=None, now=NOW).pk, actor=None, now=NOW)


@pytest.fixture
def product() -> Product:
    product = make_product()
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 100)], supplier=make_supplier(delay_p90_days=0))
    return product


def wait(product: Product, **fields: Any) -> Order:
    """Take in an order that waits for the product, and plan it."""
    order = make_order([(product, 4)], **fields)
    replan(product_ids=[product.pk], cause="test", now=NOW)
    return order


def arrive(product: Product, expected_on: date, *, now: datetime = NOW) -> None:
    """Move the supply of the product, and plan it."""
    PurchaseOrderLine.objects.filter(product=product).update(expected_on=expected_on)
    replan(product_ids=[product.pk], cause="test", now=now)


def day(number: int) -> date:
    """Return a working day some weeks ahead."""
    return monday() + timedelta(days=number)


def monday() -> date:
    return TODAY + timedelta(days=14 - TODAY.weekday())


def told(order: Order) -> list[str]:
    facts = Fact.objects.filter(subject=f"order:{order.pk}:promise").order_by("pk")
    return [kind.removeprefix("orders.") for kind in facts.values_list("kind", flat=True)]


def decisions(order: Order) -> list[tuple[Decision, date, date]]:
    weighed = EtaRevision.objects.filter(order=order, kind=EtaRevisionKind.WEIGHED).order_by("pk")
    return [(Decision(row.decision), row.old_on, row.new_on) for row in weighed]


def standing(order: Order) -> date:
    return OrderPromise.objects.get(order=order).announced_on


def test_a_change_smaller_than_the_rule_wants_is_not_told(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    order = wait(product)

    arrive(product, day(2))

    assert told(order) == ["backordered"]
    assert standing(order) == day(0)
    assert decisions(order) == [(Decision.KEPT_SMALL, day(0), day(2))]
    promise = OrderPromise.objects.get(order=order)
    assert (promise.kept_on, promise.kept_because) == (day(2), Decision.KEPT_SMALL)


def test_small_changes_add_up_against_the_date_that_stands(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    order = wait(product)

    arrive(product, day(2))
    arrive(product, day(4))

    assert told(order) == ["backordered", "eta_slipped"]
    assert standing(order) == day(4)
    assert [decision for decision, *_ in decisions(order)] == [Decision.KEPT_SMALL, Decision.WORSE]
    assert OrderPromise.objects.get(order=order).kept_because is None


def test_the_end_of_a_cool_down_is_told_by_the_daily_run_though_nothing_changed(product: Product) -> None:
    publish({"cool_down_days": 4})
    arrive(product, day(0))
    order = wait(product)
    arrive(product, day(3))
    assert told(order) == ["backordered"]

    replan(product_ids=None, cause="daily", now=NOW + timedelta(days=3))
    assert told(order) == ["backordered"]
    replan(product_ids=None, cause="daily", now=NOW + timedelta(days=4))

    assert told(order) == ["backordered", "eta_slipped"]
    assert standing(order) == day(3)
    assert [decision for decision, *_ in decisions(order)] == [Decision.KEPT_COOL_DOWN, Decision.WORSE]


def test_an_urgent_delay_breaks_the_cool_down(product: Product) -> None:
    publish({"cool_down_days": 30, "urgent_days": 7})
    arrive(product, day(0))
    order = wait(product)

    arrive(product, day(7))

    assert told(order) == ["backordered", "eta_slipped"]


def test_a_sticky_date_stays_until_it_has_passed(product: Product) -> None:
    publish({"no_better": True, "no_worse": True})
    MessageRules.objects.create(firm_only=False)  # else an earlier day is no news before the units are there
    arrive(product, day(0))
    order = wait(product)

    arrive(product, day(4))
    arrive(product, day(-4))

    assert told(order) == ["backordered"]
    kept = [decision for decision, *_ in decisions(order)]
    assert kept == [Decision.KEPT_NO_WORSE, Decision.KEPT_NO_BETTER]


def test_only_the_orders_that_meet_the_condition_are_spared(product: Product) -> None:
    publish({"min_later_days": 3, "when": GOLD})
    arrive(product, day(0))
    calm = wait(product, customer=make_customer(tier="gold"))
    other = wait(product, customer=make_customer(tier="silver"))

    arrive(product, day(2))

    assert told(calm) == ["backordered"]
    assert told(other) == ["backordered", "eta_slipped"]
    assert set(LinePlan.objects.values_list("order", "promise_rule")) == {(calm.pk, 0), (other.pk, -1)}


def test_a_day_set_by_a_person_is_told_whatever_the_rules(product: Product) -> None:
    publish({"no_better": True, "no_worse": True})
    arrive(product, day(0))
    order = wait(product)

    Order.objects.filter(pk=order.pk).update(eta_by_hand_on=day(9))
    replan(product_ids=[product.pk], cause="test", now=NOW)

    assert told(order) == ["backordered", "eta_slipped"]
    assert standing(order) == day(9)


def test_stock_for_an_order_is_told_and_so_is_its_loss(product: Product) -> None:
    publish({"no_better": True, "no_worse": True})
    arrive(product, day(0))
    order = wait(product)
    StockLevel.objects.update(on_hand=4)
    replan(product_ids=[product.pk], cause="test", now=NOW)
    StockLevel.objects.update(on_hand=4, reserved=0)
    make_order([(product, 4)], placed_at=NOW - timedelta(days=9))

    replan(product_ids=[product.pk], cause="test", now=NOW)

    assert told(order) == ["backordered", "line_allocated", "eta_restored"]


def test_other_messages_name_the_date_that_stands(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    order = wait(product)
    arrive(product, day(2))

    payload = customer_payloads([order.pk])[order.pk]

    assert payload["eta_on"] == day(0).isoformat()
    assert [line["eta_on"] for line in payload["lines"]] == [day(0).isoformat()]


def test_a_policy_without_promise_rules_tells_what_was_kept_back(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    order = wait(product)
    arrive(product, day(2))

    publish()
    replan(product_ids=None, cause="policy", now=NOW)

    assert told(order) == ["backordered", "eta_slipped"]
    assert standing(order) == day(2)
    assert OrderPromise.objects.get(order=order).kept_because is None


def test_a_date_that_comes_back_by_itself_is_forgotten_as_kept(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    order = wait(product)

    arrive(product, day(2))
    arrive(product, day(0))

    assert told(order) == ["backordered"]
    assert OrderPromise.objects.get(order=order).kept_because is None


def test_weighing_again_writes_nothing(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    wait(product)
    arrive(product, day(2))

    run = replan(product_ids=None, cause="again", now=NOW)

    assert run.counts["rows_written"] == 0
    assert run.counts["facts"] == 0


@pytest.mark.parametrize("seed", range(4))
def test_dates_never_flicker(product: Product, seed: int) -> None:
    """Over random weeks, each date told is far enough from the one before it, and none comes within the cool-down.

    Excepted are what the rules except: urgent delays, and days that had passed.
    """
    chance = random.Random(seed)
    publish({"min_earlier_days": 3, "min_later_days": 2, "cool_down_days": 4, "urgent_days": 9})
    arrive(product, day(0))
    order = wait(product)

    for days in range(1, 25):
        now = NOW + timedelta(days=days)
        if chance.random() < 0.6:
            arrive(product, day(chance.randrange(-10, 30)), now=now)
        if chance.random() < 0.5:
            replan(product_ids=None, cause="daily", now=now)

    moves = list(
        EtaRevision.objects.filter(order=order, decision__in=(Decision.BETTER, Decision.WORSE, Decision.PASSED))
        .order_by("pk")
        .values_list("decision", "old_on", "new_on", "at")
    )
    assert moves
    last_on = NOW.date()
    for decision, old_on, new_on, at in moves:
        if decision != Decision.PASSED and (new_on - old_on).days < 9:
            assert abs((new_on - old_on).days) >= (2 if new_on > old_on else 3)
            assert (at.date() - last_on).days >= 4
        last_on = at.date()
    assert len(told(order)) == 1 + len(moves)


def test_what_is_kept_back_is_no_untold_slip(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    kept = wait(product)
    arrive(product, day(2))
    assert not untold().filter(order=kept).exists()

    arrive(product, day(4))

    Delivery.objects.all().delete()
    assert untold().filter(order=kept).exists()


def test_what_a_colleague_tells_is_kept_back_no_longer(product: Product) -> None:
    publish({"min_later_days": 3})
    arrive(product, day(0))
    order = wait(product)
    arrive(product, day(2))

    told_by_phone(order.ref, eta_on=day(2), actor=None, now=NOW)

    promise = OrderPromise.objects.get(order=order)
    assert (promise.announced_on, promise.kept_because) == (day(2), None)
