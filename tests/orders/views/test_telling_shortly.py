"""Customers without an e-mail address who have another channel: agents tell them by that one, alone and in bulk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notifications.channels.preferring import change_preference
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery, Fact, Gateway
from orders.bulk.jobs import start_job, work_chunk
from orders.dialogue import compensating, following_up, ladder
from orders.models import BulkAction, CompensationKind, Order, OrderPlan, OrderPromise
from orders.queries import untold
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order
from tests.factories.orders import make_customer, make_order, make_user
from tests.notifications.gateway import GatewayScript, gateway

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()
NEW_DAY = TODAY + timedelta(days=10)
NUMBER = "+447700900123"


@pytest.fixture(autouse=True)
def sms(settings: Settings) -> Any:
    script = GatewayScript()
    with gateway(script) as url:
        settings.GATEWAYS = {"sms": url, "chat": "", "push": ""}
        yield script


def slipped(*, prefers: str = "sms", **customer: Any) -> Order:
    """An order of somebody with a telephone and no e-mail, told today, planned for ``NEW_DAY``."""
    one = make_customer(**{"email": "", "phone": NUMBER, **customer})
    if prefers:
        change_preference(one.code, channels=[prefers], actor=None, now=timezone.now())
    product = make_product()
    make_purchase_order([(product, 5)], expected_on=NEW_DAY)
    order = make_order([(product, 5)], customer=one)
    replan(product_ids=None, cause="test", now=timezone.now(), quiet=True)
    OrderPromise.objects.filter(order=order).update(announced_on=TODAY, told_on=TODAY)
    return order


def deliver() -> None:
    while dispatch_pending(now=timezone.now()):
        pass
    Delivery.objects.filter(state="pending").update(not_before=timezone.now())
    while send_due(now=timezone.now(), channel="sms"):
        pass


def tell(client: Client, order: Order) -> int:
    data = {"eta_on": str(order.plan.eta_p50), "reason": "supplier_late", "by": "mail"}
    return client.post(f"/eta/{order.ref}/tell/", data).status_code


def test_who_chose_texts_is_told_by_text(agent: Client, sms: GatewayScript) -> None:
    order = slipped()

    page = agent.get("/eta/", {"ref": order.ref}).content.decode()
    assert 'value="sms" checked' in page
    assert "Send SMS and next" in page
    assert f"SMS {NUMBER}" in page

    assert tell(agent, order) == 302
    deliver()

    (text,) = sms.texts
    assert text[0] == NUMBER
    assert order.ref in text[1]
    assert Delivery.objects.get().state == "sent"


def test_where_texts_stand_in_for_mail_nobody_has_to_call(agent: Client, sms: GatewayScript) -> None:
    order = slipped(prefers="")
    assert tell(agent, order) == 409
    Gateway.objects.create(channel="sms", is_fallback=True)

    assert tell(agent, order) == 302
    deliver()

    assert len(sms.texts) == 1


def test_whom_no_channel_reaches_the_page_says_why(agent: Client) -> None:
    order = slipped(phone="")

    page = agent.get("/eta/", {"ref": order.ref}).content.decode()
    answer = agent.post(
        f"/eta/{order.ref}/tell/", {"eta_on": str(order.plan.eta_p50), "reason": "supplier_late", "by": "mail"}
    )

    assert 'value="call" checked' in page
    assert "no address for SMS: call" in page.lower().replace("sms", "SMS")
    assert answer.status_code == 409
    assert "cannot be written to: no address for SMS. Call" in answer.content.decode()
    assert not Fact.objects.filter(kind="orders.eta_slipped").exists()


def test_who_wants_no_mail_is_not_said_to_be_told(agent: Client) -> None:
    order = slipped(prefers="", email="info@example.com", wants_email=False)

    assert tell(agent, order) == 409
    assert "does not want e-mail: call" in agent.get("/eta/", {"ref": order.ref}).content.decode()


def test_many_are_told_by_the_channel_that_each_has(agent: Client, sms: GatewayScript) -> None:
    texted, nowhere = slipped(), slipped(phone="")

    outlook = agent.get("/eta/bulk/").context["outlook"]
    assert (outlook.orders, outlook.messages, outlook.without_address) == (2, 1, 1)
    assert [(sample.short_by, sample.mail.body_html) for sample in outlook.samples] == [("SMS", "")]

    orders = Order.objects.filter(pk__in=[texted.pk, nowhere.pk]).values_list("pk")
    params = {"choice": "expected", "reason": "", "note": ""}
    job = start_job(action=BulkAction.TELL, orders=orders, params=params, actor=None, now=timezone.now())
    work_chunk(job.pk, now=timezone.now())
    deliver()

    job.refresh_from_db()
    assert (job.done, job.failed) == (1, 1)
    assert texted.ref in sms.texts[0][1]


def test_what_texts_have_no_room_for_is_said_before_many_are_told(agent: Client, sms: GatewayScript) -> None:
    slipped()
    slipped(prefers="", email="info@example.com")

    page = agent.get("/eta/bulk/", {"note": "We are on it."})

    assert "Your own words go by e-mail only: 1 of these messages is too short for them." in page.content.decode()
    assert page.context["outlook"].too_short == 1
    assert "Your own words go by e-mail only" not in agent.get("/eta/bulk/").content.decode()


def test_an_apology_goes_by_text_too(sms: GatewayScript) -> None:
    order = slipped()
    values: dict[str, Any] = {"kind": CompensationKind.VOUCHER, "from_days_late": 0, "percent": 10}
    given = ladder.add_step(**values, actor=make_user("admin"))

    made = compensating.compensate(order.ref, step_id=given.pk, actor=make_user("agent"), now=timezone.now())
    deliver()

    assert made.code in sms.texts[0][1]


def test_silence_is_broken_by_text_and_nobody_is_asked_to_call() -> None:
    now = timezone.now()
    texted, nowhere = slipped(), slipped(phone="")
    long_ago = now - timedelta(days=20)
    OrderPlan.objects.update(placed_at=long_ago)
    OrderPromise.objects.update(
        told_on=texted.plan.eta_p50,
        announced_on=texted.plan.eta_p50,
        announced_kind="orders.backordered",
        announced_at=long_ago,
    )

    assert [plan.order_id for plan in untold.silent(now=now)] == [nowhere.pk]
    following_up.follow_up_on_silence(now=now)

    assert [fact.payload["order"]["id"] for fact in Fact.objects.filter(kind="orders.follow_up")] == [texted.pk]
