"""Changed rules of what is news reach orders about which nothing waits, though their plan stays as it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import DirtyMark, Product, PurchaseOrderLine
from notifications.channels.preferring import change_preference, forget_preference
from notifications.dispatching import dispatch_pending
from notifications.models import Fact
from notifications.rules import thresholds, valve
from notifications.rules.thresholds import add_threshold
from orders.customers import change_customer
from orders.models import Customer, EtaRevision, Order
from orders.replan import plan_marked, replan
from orders.replanning import unheard
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def product() -> Product:
    return make_product()


@pytest.fixture
def spared(product: Product) -> Order:
    """An order whose plan is five days later than its customer knows, who hears of ten or more."""
    return spare(product)


def spare(product: Product, *, days: int = 5) -> Order:
    make_stock(product, on_hand=0)
    order_id = make_purchase_order([(product, 10)], supplier=make_supplier(delay_p90_days=0)).pk
    order = make_order([(product, 4)])
    plan(product)
    if not thresholds.thresholds_in_force():
        add_threshold(kind="", tier="", channel="", days=10, actor=None, now=NOW)
    line = PurchaseOrderLine.objects.get(purchase_order=order_id)
    PurchaseOrderLine.objects.filter(pk=line.pk).update(expected_on=line.expected_on + timedelta(days=days))
    plan(product)
    assert kinds(order) == ["backordered"]
    settle()
    return order


def plan(product: Product) -> None:
    replan(product_ids=[product.pk], cause="test", now=NOW)


def settle() -> None:
    """Let the workers hear all facts and plan all marks."""
    while dispatch_pending(now=LATER):
        pass
    plan_marked(set(DirtyMark.objects.values_list("product", flat=True)), now=LATER)
    assert not DirtyMark.objects.exists()


def kinds(order: Order) -> list[str]:
    facts = Fact.objects.filter(subject=f"order:{order.pk}:promise").order_by("pk")
    return [kind.removeprefix("orders.") for kind in facts.values_list("kind", flat=True)]


def the_threshold() -> int:
    return thresholds.thresholds_in_force()[0].pk


def test_a_lower_threshold_makes_news_of_a_plan_that_stands(spared: Order) -> None:
    revisions = EtaRevision.objects.count()
    thresholds.change_threshold(the_threshold(), days=5, actor=None, now=LATER)

    settle()

    assert kinds(spared) == ["backordered", "eta_slipped"]
    assert EtaRevision.objects.count() == revisions, "no date moved"

    thresholds.change_threshold(the_threshold(), days=2, actor=None, now=LATER - timedelta(seconds=1))
    settle()
    assert kinds(spared) == ["backordered", "eta_slipped"], "and it is told once"


def test_a_threshold_that_is_still_too_high_makes_none(spared: Order) -> None:
    thresholds.change_threshold(the_threshold(), days=6, actor=None, now=LATER)

    settle()

    assert kinds(spared) == ["backordered"]


def test_so_does_removing_it(spared: Order) -> None:
    thresholds.remove_threshold(the_threshold(), actor=None, now=LATER)

    settle()

    assert kinds(spared) == ["backordered", "eta_slipped"]


def test_so_does_a_narrower_one_and_only_for_whom_it_fits(spared: Order) -> None:
    other = spare(make_product("OTHER"))
    Customer.objects.filter(pk=spared.customer_id).update(tier="gold")
    assert other.customer_id != spared.customer_id
    add_threshold(kind="", tier="gold", channel="", days=3, actor=None, now=LATER)

    settle()

    assert (kinds(spared), kinds(other)) == (["backordered", "eta_slipped"], ["backordered"])


def test_earlier_days_are_told_once_they_need_not_be_firm(product: Product) -> None:
    order = spare(product, days=-5)
    add_threshold(kind="orders.eta_improved", tier="", channel="", days=1, actor=None, now=LATER - timedelta(seconds=1))
    settle()
    assert kinds(order) == ["backordered"]

    valve.change_rules(changes={"firm_only": False}, version=None, actor=None, now=LATER)
    settle()

    assert kinds(order) == ["backordered", "eta_improved"]


def test_rules_that_weigh_no_day_ask_nobody(spared: Order) -> None:
    valve.change_rules(changes={"firm_only": True, "daily_messages": 9}, version=None, actor=None, now=LATER)

    assert not Fact.objects.filter(kind="notifications.news_rules_changed", occurred_at=LATER).exists()


def test_another_channel_of_a_customer_has_their_orders_weighed(spared: Order) -> None:
    code = Customer.objects.get(pk=spared.customer_id).code
    other = spare(make_product("OTHER"))
    add_threshold(kind="", tier="", channel="sms", days=2, actor=None, now=NOW)
    settle()

    change_preference(code, channels=["sms", "email"], sms_to="+447700900123", actor=None, now=LATER)
    settle()

    assert (kinds(spared), kinds(other)) == (["backordered", "eta_slipped"], ["backordered"])
    assert Fact.objects.filter(kind="notifications.news_rules_changed").latest("pk").payload["customer"] == code


def test_so_has_forgetting_what_they_chose(spared: Order) -> None:
    code = Customer.objects.get(pk=spared.customer_id).code
    change_preference(code, channels=["sms"], sms_to="+447700900123", actor=None, now=NOW)
    add_threshold(kind="", tier="", channel="email", days=2, actor=None, now=NOW)
    settle()
    assert kinds(spared) == ["backordered"]

    forget_preference(code, actor=None, now=LATER)
    settle()

    assert kinds(spared) == ["backordered", "eta_slipped"]


def test_so_has_another_tier(spared: Order) -> None:
    add_threshold(kind="", tier="gold", channel="", days=2, actor=None, now=NOW)
    settle()
    assert kinds(spared) == ["backordered"]

    change_customer(Customer.objects.get(pk=spared.customer_id).code, tier="gold", actor=None, now=LATER)
    settle()

    assert kinds(spared) == ["backordered", "eta_slipped"]


def test_many_orders_are_marked_some_at_a_time_and_each_once(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [spare(make_product(f"P{number}")) for number in range(5)]
    monkeypatch.setattr(unheard, "_NEXT", unheard._NEXT.replace(f"LIMIT {unheard.AT_ONCE}", "LIMIT 2"))
    monkeypatch.setattr(unheard, "AT_ONCE", 2)
    marked = DirtyMark.objects.filter(cause="news_rules_changed")
    thresholds.change_threshold(the_threshold(), days=5, actor=None, now=LATER)

    dispatch_pending(now=LATER)

    assert marked.count() == 2
    settle()
    assert [kinds(order) for order in orders] == [["backordered", "eta_slipped"]] * 5


def test_a_plan_that_is_what_was_announced_is_marked_for_nothing(product: Product) -> None:
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 10)], supplier=make_supplier(delay_p90_days=0), expected_on=TODAY)
    make_order([(product, 4)])
    plan(product)
    add_threshold(kind="", tier="", channel="", days=3, actor=None, now=NOW)

    dispatch_pending(now=NOW)

    assert not DirtyMark.objects.filter(cause="news_rules_changed").exists()
