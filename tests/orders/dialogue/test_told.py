from __future__ import annotations

from datetime import date, timedelta

import pytest

from notifications.models import Fact
from orders.dialogue.told import record_told
from orders.models import EtaRevision, EtaRevisionKind, Order, OrderPromise
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise() -> OrderPromise:
    order = make_order([(make_product(), 1)])
    return OrderPromise.objects.create(order=order, promised_on=TODAY, announced_on=TODAY, told_on=TODAY)


def sent(order: Order, eta_on: date | None, *, minutes: int = 0) -> Fact:
    payload = {
        "delivery_id": 1,
        "fact_kind": "orders.eta_slipped",
        "order_id": order.pk,
        "eta_on": eta_on.isoformat() if eta_on else None,
        "sent_at": (NOW + timedelta(minutes=minutes)).isoformat(),
    }
    return Fact(kind="notifications.sent", payload=payload)


def test_the_date_a_customer_got_is_kept_and_the_promise_is_not_touched(promise: OrderPromise) -> None:
    later = TODAY + timedelta(days=5)

    record_told([sent(promise.order, later)])

    promise.refresh_from_db()
    assert (promise.promised_on, promise.told_on, promise.told_kind) == (TODAY, later, "orders.eta_slipped")
    assert promise.told_at == NOW
    revision = EtaRevision.objects.get()
    assert (revision.kind, revision.old_on, revision.new_on) == (EtaRevisionKind.TOLD, TODAY, later)


def test_the_newest_message_wins_whatever_order_they_come_in(promise: OrderPromise) -> None:
    newer, older = TODAY + timedelta(days=5), TODAY + timedelta(days=9)

    record_told([sent(promise.order, newer, minutes=5), sent(promise.order, older)])
    record_told([sent(promise.order, older)])

    promise.refresh_from_db()
    assert promise.told_on == newer
    assert EtaRevision.objects.count() == 3


def test_a_message_without_a_date_says_nothing_about_dates(promise: OrderPromise) -> None:
    record_told([sent(promise.order, None)])

    promise.refresh_from_db()
    assert promise.told_at is None
    assert not EtaRevision.objects.exists()
