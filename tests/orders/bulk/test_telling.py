"""Many customers are told their new dates at once, by one message each, and it can be taken back until it leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backlog.accounts.models import User
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery
from orders.bulk.jobs import start_job, undo_job, work_chunk
from orders.models import BulkJob, BulkRowState, Customer, Order, OrderPromise
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order, make_order_plan, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()
EXPECTED, SAFE = TODAY + timedelta(days=7), TODAY + timedelta(days=12)


def slipped(customer: Customer | None = None) -> Order:
    """An order told today, whose plan says a week later, or twelve days to be safe."""
    order = make_order([(make_product(), 5)], customer=customer or make_customer())
    make_order_plan(order, eta_p50=EXPECTED, eta_p90=SAFE, short_units=5)
    OrderPromise.objects.update_or_create(
        order=order, defaults={"promised_on": TODAY, "announced_on": TODAY, "told_on": TODAY}
    )
    return order


def tell(orders: list[Order], *, actor: User | None = None, **params: Any) -> BulkJob:
    chosen = Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("pk", flat=True)
    return finish(start_job(action="tell", orders=chosen, params=params, actor=actor, now=timezone.now()))


def finish(job: BulkJob) -> BulkJob:
    while work_chunk(job.pk, now=timezone.now(), size=2):
        pass
    job.refresh_from_db()
    return job


def deliver() -> int:
    """Let workers hand on and send what is due; return how many mails left."""
    mail.outbox.clear()
    for _ in range(2):  # what was sent is a fact too
        while dispatch_pending(now=timezone.now()):
            pass
        while send_due(now=timezone.now()):
            pass
    return len(mail.outbox)


def let_the_hold_end() -> None:
    assert len(set(Delivery.objects.values_list("not_before"))) == 1, "they are due together"
    Delivery.objects.update(not_before=timezone.now())


def whys(job: BulkJob) -> list[str]:
    return list(job.rows.filter(state=BulkRowState.FAILED).order_by("order_id").values_list("why", flat=True))


def test_customers_get_one_message_each_whatever_the_chunks() -> None:
    regular = make_customer(name="Regular")
    orders = [slipped(regular), slipped(), slipped(regular), slipped(regular)]

    job = tell(orders, reason="supplier_late", note="We keep your window open.")

    assert (job.done, job.failed) == (4, 0)
    assert deliver() == 0, "they can still be taken back"
    let_the_hold_end()
    assert deliver() == 2
    assert {promise.told_on for promise in OrderPromise.objects.all()} == {EXPECTED}
    assert all("We keep your window open." in message.body for message in mail.outbox)


def test_one_undo_takes_all_messages_back() -> None:
    orders = [slipped() for _ in range(3)]
    job = tell(orders, choice="safe")
    assert set(Order.objects.values_list("eta_by_hand_on", flat=True)) == {SAFE}

    back = finish(undo_job(job.pk, actor=None, now=timezone.now()))

    assert (back.done, back.failed) == (3, 0)
    assert deliver() == 0
    Delivery.objects.filter(state="pending").update(not_before=timezone.now())
    assert deliver() == 0
    assert set(Order.objects.values_list("eta_by_hand_on", flat=True)) == {None}
    assert set(OrderPromise.objects.values_list("announced_on", "told_on")) == {(TODAY, TODAY)}


def test_what_has_left_or_was_changed_since_is_not_taken_back() -> None:
    left, changed, free = slipped(), slipped(), slipped()
    job = tell([left, changed, free])
    while dispatch_pending(now=timezone.now()):
        pass
    Delivery.objects.filter(order_ref=left.ref).update(state="sent", sent_at=timezone.now())
    Order.objects.filter(pk=changed.pk).update(version=9)

    back = finish(undo_job(job.pk, actor=None, now=timezone.now()))

    assert back.done == 1
    assert whys(back) == ["Its message has left. Tell the customer anew.", "It was changed again since."]


def test_each_order_that_cannot_be_told_says_why() -> None:
    told, undated, silent, unpromised = slipped(), slipped(), slipped(make_customer(email="")), slipped()
    OrderPromise.objects.filter(order=told).update(told_on=EXPECTED)
    undated.plan.delete()
    new = make_order([(make_product(), 1)])
    make_order_plan(new, eta_p50=EXPECTED)

    job = tell([told, undated, silent, unpromised, new])

    assert job.done == 1
    assert [why.split(":")[0].split(".")[0] for why in whys(job)] == [
        "Its customer has this date already",
        "It has no ETA to tell",
        "Its customer cannot be written to (no e-mail address)",
        "It was never promised a day",
    ]


def test_an_agent_moves_no_date_further_than_alone() -> None:
    near, far = slipped(), slipped()
    far.plan.eta_p90 = EXPECTED + timedelta(days=15)
    far.plan.save()

    job = tell([near, far], choice="safe", actor=make_user("agent"))

    assert job.done == 1
    assert "at most" in whys(job)[0]


def test_a_chunk_costs_the_same_however_many_orders(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    orders = [slipped() for _ in range(12)]
    chosen = Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("pk", flat=True)
    job = start_job(action="tell", orders=chosen, params={"choice": "safe"}, actor=None, now=timezone.now())

    with django_assert_max_num_queries(40):
        work_chunk(job.pk, now=timezone.now())
