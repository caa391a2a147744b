"""How a customer is told: said by themselves on their page, or by a colleague on theirs."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notifications.channels.preferring import change_preference
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery, Preference, Suppression
from orders.models import Customer, Order
from tests.factories.orders import make_customer, make_user
from tests.orders.views.customer.visitor import opened

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = {"channel": "email", "language": "en", "zone": "Europe/London", "quiet_from": "", "quiet_to": ""}


def wish(client: Client, order: Order, **said: str) -> int:
    return client.post(f"/my-order/{order.ref}/wishes/", {**EMAIL, **said}).status_code


def test_a_customer_says_channel_language_zone_and_quiet_hours(order: Order, settings: Settings) -> None:
    settings.GATEWAYS = {"sms": "json://127.0.0.1:9/{to}"}
    client = opened(order)
    assert "By text message" in client.get(f"/my-order/{order.ref}/").content.decode()
    assert not Preference.objects.exists(), "looking changes nothing"

    said = {"channel": "sms", "sms_to": "+44 113 496 0112", "language": "de", "zone": "Europe/Berlin"}
    assert wish(client, order, **said, quiet_from="20:30", quiet_to="07:00") == 302

    kept = Preference.objects.get()
    assert (kept.channels, kept.sms_to) == (["sms"], "+441134960112")
    assert (kept.quiet_from, kept.quiet_to) == (time(20, 30), time(7))
    customer = Customer.objects.get(pk=order.customer_id)
    assert (customer.language, customer.zone) == ("de", "Europe/Berlin")
    page = client.get(f"/my-order/{order.ref}/").content.decode()
    assert "endet" in page or "ends in 112" in page
    assert "4960112" not in page, "who has the link does not read the number"


def test_who_wants_nothing_gets_nothing_until_they_say_otherwise(order: Order) -> None:
    client = opened(order)

    assert wish(client, order, channel="nothing") == 302
    assert Preference.objects.get().channels == []
    Suppression.objects.create(recipient=order.customer.email, reason="unsubscribed")
    assert wish(client, order) == 302

    assert Preference.objects.get().channels == ["email"]
    assert not Suppression.objects.exists()


def test_an_address_that_bounced_stays_closed(order: Order) -> None:
    Suppression.objects.create(recipient=order.customer.email, reason="bounced: 550")

    assert wish(opened(order), order) == 302

    assert Suppression.objects.count() == 1


def test_a_refused_page_says_at_which_address_it_can_be_loaded_anew(order: Order) -> None:
    client = opened(order)
    data = {"channel": "pigeon", "language": "en", "zone": "Europe/London"}

    refused = client.post(f"/my-order/{order.ref}/wishes/", data).content.decode()

    assert f'data-page="/my-order/{order.ref}/"' in refused
    assert "data-page" not in client.get(f"/my-order/{order.ref}/").content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"channel": "pigeon"},
        {"channel": "sms"},
        {"zone": "Mars/Base"},
        {"language": "tlh"},
        {"quiet_from": "21:00"},
        {"quiet_from": "25:00", "quiet_to": "07:00"},
    ],
)
def test_wishes_that_make_no_sense_are_refused(order: Order, said: dict[str, str]) -> None:
    assert wish(opened(order), order, **said) in (409, 422)

    assert not Preference.objects.exists()


def test_only_the_link_s_holder_may_wish(order: Order) -> None:
    assert wish(Client(), order, channel="nothing") == 404


def change(client: Client, **said: Any) -> int:
    return client.post("/customers/BROOK/preference/", {"email": "1", **said}).status_code


def test_a_colleague_orders_the_channels(client: Client) -> None:
    make_customer("BROOK", phone="+44 113 496 0112")
    client.force_login(make_user("agent"))

    assert change(client, email="2", sms="1", quiet_from="12:00", quiet_to="14:00") == 302

    kept = Preference.objects.get()
    assert (kept.channels, kept.quiet_from) == (["sms", "email"], time(12))
    page = client.get("/customers/BROOK/").content.decode()
    assert "SMS, then E-mail" in page
    assert "12:00 to 14:00" in page
    assert client.post("/customers/BROOK/preference/forget/").status_code == 302
    assert not Preference.objects.exists()


@pytest.mark.parametrize("said", [{"chat": "2"}, {"sms_to": "0113"}, {"quiet_to": "07:00"}, {"email": "9"}])
def test_a_colleague_s_mistake_is_shown_where_it_is(client: Client, said: dict[str, str]) -> None:
    make_customer("BROOK")
    client.force_login(make_user("agent"))

    assert change(client, **said) == 422
    assert not Preference.objects.exists()


def test_their_own_quiet_hours_hold_in_place_of_everybody_s(order: Order) -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    change_preference(
        "BROOK", channels=["email"], quiet_from=time(0), quiet_to=time(23, 59), actor=None, now=timezone.now()
    )
    while dispatch_pending(now=timezone.now()):
        pass
    Delivery.objects.update(not_before=midnight)

    send_due(now=timezone.now())

    assert mail.outbox == []
    assert Delivery.objects.get(kind="orders.backordered").state_reason == "It is night where the customer is"
