"""What customers hear of a plan, and what the ledger keeps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from inventory.models import Product, PurchaseOrderLine, StockLevel
from notifications.models import Fact, MessageRules, Preference, Threshold
from notifications.rules.thresholds import add_threshold
from orders.dialogue.snapshots import customer_payloads
from orders.handling.eta import change_eta
from orders.models import Customer, EtaRevision, Order, OrderPlan, OrderPromise, Reason
from orders.queries.untold import untold
from orders.replan import replan
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return make_product()


@pytest.fixture
def waiting(product: Product) -> Order:
    """An order pegged to a purchase order that arrives in ten days, planned and promised."""
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 10)], supplier=make_supplier(name="Slow Ltd", delay_p90_days=0))
    order = make_order([(product, 4)])
    plan(product)
    return order


def plan(product: Product, now: datetime = NOW, **options: bool) -> None:
    replan(product_ids=[product.pk], cause="test", now=now, **options)


def arrive(product: Product, expected_on: date) -> None:
    PurchaseOrderLine.objects.filter(product=product).update(expected_on=expected_on)


def five_days_later(product: Product, order: Order) -> None:
    """Let the supply come so late that the plan's day is five more days behind the one that the customer knows."""
    eta_on = OrderPlan.objects.get(order=order).eta_p50
    line = PurchaseOrderLine.objects.get(product=product)
    assert eta_on
    arrive(product, line.expected_on + timedelta(days=5))


def put_on_hand(product: Product, qty: int) -> None:
    StockLevel.objects.filter(product=product).update(on_hand=qty)


def kinds(order: Order) -> list[str]:
    facts = Fact.objects.filter(subject=f"order:{order.pk}:promise").order_by("pk")
    return [kind.removeprefix("orders.") for kind in facts.values_list("kind", flat=True)]


def test_a_slip_of_the_supplier_is_announced_with_the_supplier(product: Product, waiting: Order) -> None:
    arrive(product, TODAY + timedelta(days=20))

    plan(product)

    assert kinds(waiting) == ["backordered", "eta_slipped"]
    payload = Fact.objects.get(kind="orders.eta_slipped").payload
    assert payload["supplier"] == "Slow Ltd"
    assert payload["reason"] == "supplier_late"
    assert payload["eta_on"] == (TODAY + timedelta(days=21)).isoformat()  # the day named is a Sunday
    assert OrderPlan.objects.get(order=waiting).reason == Reason.SUPPLIER_LATE
    assert OrderPlan.objects.get(order=waiting).slip_days == 11


def test_a_slip_taken_back_is_restored_and_the_promise_never_moves(product: Product, waiting: Order) -> None:
    promised = OrderPromise.objects.get(order=waiting).promised_on
    arrive(product, TODAY + timedelta(days=21))
    plan(product)
    arrive(product, TODAY + timedelta(days=10))

    plan(product)

    assert kinds(waiting) == ["backordered", "eta_slipped", "eta_restored"]
    promise = OrderPromise.objects.get(order=waiting)
    assert promise.promised_on == promise.announced_on == promise.told_on == promised
    assert list(EtaRevision.objects.order_by("pk").values_list("kind", flat=True)) == ["promised", "planned", "planned"]


def test_an_earlier_date_is_an_improvement_where_the_rules_do_not_ask_for_units(
    product: Product, waiting: Order
) -> None:
    MessageRules.objects.create(firm_only=False)
    arrive(product, TODAY + timedelta(days=3))

    plan(product)

    assert kinds(waiting) == ["backordered", "eta_improved"]
    assert not Fact.objects.get(kind="orders.eta_improved").payload["is_firm"]


def test_an_earlier_date_of_units_on_their_way_is_told_when_they_are_there(product: Product, waiting: Order) -> None:
    told_on = OrderPromise.objects.get(order=waiting).told_on
    arrive(product, TODAY + timedelta(days=3))
    plan(product)
    assert kinds(waiting) == ["backordered"], "the supplier may slip again"
    said = customer_payloads([waiting.pk])[waiting.pk]
    assert said["eta_on"] == said["lines"][0]["eta_on"] == told_on.isoformat(), "other messages name no other day"

    put_on_hand(product, 4)
    plan(product)

    assert kinds(waiting) == ["backordered", "line_allocated"]


def test_an_earlier_day_set_by_a_colleague_is_told(product: Product, waiting: Order) -> None:
    change_eta(waiting.ref, eta_on=TODAY + timedelta(days=4), reason="They called", actor=make_user("ops"), now=NOW)

    plan(product)

    assert kinds(waiting) == ["backordered", "eta_improved"]
    assert Fact.objects.get(kind="orders.eta_improved").payload["is_firm"]


def test_a_slip_still_waiting_to_be_sent_is_taken_back_by_an_earlier_day_that_is_not_firm(
    product: Product, waiting: Order
) -> None:
    told_on = OrderPromise.objects.get(order=waiting).told_on
    arrive(product, TODAY + timedelta(days=20))
    plan(product)
    arrive(product, TODAY + timedelta(days=3))

    plan(product)

    assert kinds(waiting) == ["backordered", "eta_slipped", "eta_restored"]
    assert Fact.objects.latest("pk").payload["eta_on"] == told_on.isoformat()
    assert OrderPromise.objects.get(order=waiting).announced_on == told_on


@pytest.mark.parametrize(
    ("thresholds", "heard"),
    [
        ([], True),
        ([("", "", "", 6)], False),
        ([("", "", "", 5)], True),
        ([("orders.eta_slipped", "", "", 6)], False),
        ([("orders.eta_improved", "", "", 6)], True),
        ([("", "gold", "", 6)], False),
        ([("", "silver", "", 6)], True),
        ([("", "", "email", 6)], False),
        ([("", "", "sms", 6)], True),
        ([("orders.eta_slipped", "", "", 6), ("", "gold", "", 2)], True),  # the tier is narrower than the kind
        ([("", "gold", "", 6), ("orders.eta_slipped", "gold", "", 2)], True),
        ([("orders.eta_slipped", "", "email", 2), ("", "gold", "", 6)], True),
    ],
)
def test_thresholds_say_from_how_many_days_on_a_slip_is_news(
    product: Product, waiting: Order, thresholds: list[tuple[str, str, str, int]], heard: bool
) -> None:
    Customer.objects.filter(pk=waiting.customer_id).update(tier="gold")
    for kind, tier, channel, days in thresholds:
        add_threshold(kind=kind, tier=tier, channel=channel, days=days, actor=None, now=NOW)
    five_days_later(product, waiting)

    plan(product)

    assert kinds(waiting) == ["backordered", *(["eta_slipped"] if heard else [])]
    assert untold().filter(order=waiting).exists() == heard, "agents tell what the rules would"


@pytest.mark.parametrize(("uses_all", "heard"), [(False, False), (True, True)])
def test_a_threshold_by_channel_is_that_of_the_channels_that_the_customer_chose(
    product: Product, waiting: Order, uses_all: bool, heard: bool
) -> None:
    code = Customer.objects.get(pk=waiting.customer_id).code
    Preference.objects.create(customer_code=code, channels=["sms", "email"], uses_all=uses_all)
    add_threshold(kind="", tier="", channel="sms", days=6, actor=None, now=NOW)
    five_days_later(product, waiting)

    plan(product)

    assert ("eta_slipped" in kinds(waiting)) == heard


def test_small_slips_add_up_to_one_that_is_told(product: Product, waiting: Order) -> None:
    add_threshold(kind="", tier="", channel="", days=6, actor=None, now=NOW)
    five_days_later(product, waiting)
    plan(product)
    assert kinds(waiting) == ["backordered"]
    five_days_later(product, waiting)

    plan(product)

    assert kinds(waiting) == ["backordered", "eta_slipped"]


def test_stock_for_a_waiting_order_is_good_news_once(product: Product, waiting: Order) -> None:
    put_on_hand(product, 4)

    plan(product)
    plan(product)
    plan(product, NOW + timedelta(days=3))

    assert kinds(waiting) == ["backordered", "line_allocated"]


def test_an_order_ready_at_once_is_no_news_however_long_it_lies(product: Product) -> None:
    make_stock(product, on_hand=4)
    order = make_order([(product, 4)])

    plan(product)
    plan(product, NOW + timedelta(days=1))

    assert kinds(order) == []
    assert list(EtaRevision.objects.values_list("kind", flat=True)) == ["promised"]


def test_good_news_that_turned_out_wrong_is_taken_back(product: Product, waiting: Order) -> None:
    put_on_hand(product, 4)
    plan(product)
    StockLevel.objects.update(reserved=0, on_hand=4)
    rival = make_order([(product, 4)], is_expedited=True)

    plan(product)

    assert kinds(waiting) == ["backordered", "line_allocated", "eta_restored"]
    assert OrderPlan.objects.get(order=rival).reason == Reason.READY


def test_a_date_that_is_only_a_lead_time_is_told_weekly_not_daily(product: Product) -> None:
    supplier = make_supplier()
    supplier.supplier_products.create(product=product, lead_time_days=10)
    order = make_order([(product, 4)])

    for days in range(8):
        plan(product, NOW + timedelta(days=days))

    assert kinds(order) == ["backordered", "eta_slipped"]


def test_without_any_date_nothing_is_promised(product: Product) -> None:
    order = make_order([(product, 4)])

    plan(product)

    assert kinds(order) == []
    assert not OrderPromise.objects.filter(order=order).exists()
    assert OrderPlan.objects.get(order=order).eta_p50 is None


def test_a_held_order_loses_its_date_and_hears_nothing(product: Product, waiting: Order) -> None:
    waiting.holds.create(kind="credit")

    plan(product)

    assert kinds(waiting) == ["backordered"]
    row = OrderPlan.objects.get(order=waiting)
    assert (row.reason, row.eta_p50) == (Reason.ON_HOLD, None)


def test_a_quiet_run_promises_and_tells_nobody(product: Product) -> None:
    make_purchase_order([(product, 10)])
    order = make_order([(product, 4)])

    plan(product, quiet=True)

    assert kinds(order) == []
    assert OrderPromise.objects.get(order=order).told_kind == "orders.backordered"


def test_a_lower_threshold_is_the_agents_to_tell_of_until_the_day_moves_again(product: Product, waiting: Order) -> None:
    add_threshold(kind="", tier="", channel="", days=6, actor=None, now=NOW)
    five_days_later(product, waiting)
    plan(product)
    assert not untold().filter(order=waiting).exists()

    Threshold.objects.update(days=5)
    replan(product_ids=None, cause="test", now=NOW)

    assert kinds(waiting) == ["backordered"], "its plan did not change"
    assert untold().filter(order=waiting).exists()

    five_days_later(product, waiting)
    plan(product)
    assert kinds(waiting) == ["backordered", "eta_slipped"]
