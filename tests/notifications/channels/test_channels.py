"""Which channel a customer is told by, what happens when one fails, and that nobody is told twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from kernel.errors import Conflict, Invalid
from notifications.channels.answers import Unreachable
from notifications.channels.configuring import set_gateway
from notifications.channels.gateways import carriers
from notifications.channels.preferring import change_preference
from notifications.channels.routing import sms_number
from notifications.channels.trying import try_channel
from notifications.delivering.announcing import announce
from notifications.delivering.sending import send_due
from notifications.integrity import fact_counts, message_drift
from notifications.models import Delivery, Fact, Gateway, MessageRules, Suppression, Threshold
from tests.factories.messages import make_fact
from tests.notifications.gateway import GatewayScript, gateway
from tests.notifications.smtp_server import Script

pytestmark = pytest.mark.django_db
NUMBER = "+447700900123"


@pytest.fixture
def sms(settings: Settings) -> Iterator[GatewayScript]:
    """A gateway for SMS that the environment names."""
    script = GatewayScript()
    with gateway(script) as url:
        settings.GATEWAYS = {"sms": url, "chat": "", "push": ""}
        yield script


def told(order_id: int, kind: str = "orders.eta_slipped", **fields: Any) -> Fact:
    """Announce news of an order of two minutes ago to a customer with a telephone."""
    customer = fields.pop("customer", {})
    fact = make_fact(kind, now=timezone.now() - timedelta(minutes=2), order_id=order_id, **fields)
    fact.payload["customer"] |= {"code": "BROOK", "phone": "+44 7700 900123", **customer}
    fact.state = "dispatched"
    fact.save()
    announce([fact])
    return fact


def prefer(*channels: str, **fields: Any) -> None:
    change_preference("BROOK", channels=channels, **fields, actor=None, now=timezone.now())


def send(channel: str = "email") -> int:
    return send_due(now=timezone.now(), channel=channel)


def states() -> list[tuple[str, str, bool]]:
    return list(Delivery.objects.order_by("pk").values_list("channel", "state", "is_lead"))


def stand_in() -> None:
    Gateway.objects.create(channel="sms", is_fallback=True)


def test_who_has_chosen_nothing_is_told_by_mail_alone(server: Script, sms: GatewayScript) -> None:
    told(1)

    send(), send("sms")

    assert (len(server.mails), sms.texts) == (1, [])


def test_who_prefers_sms_is_told_by_sms_alone_in_one_part_with_the_order_s_link(
    server: Script, sms: GatewayScript
) -> None:
    prefer("sms", "email")
    fact = told(1)

    send(), send("sms")

    [(to, text)] = sms.texts
    assert to == NUMBER
    assert text.startswith(f"New date for your order {fact.payload['order']['ref']}: Saturday 28 November")
    assert "/o/" in text
    assert "only-in-the-mail" not in text
    assert server.mails == []
    assert states() == [("sms", "sent", True)]
    assert Fact.objects.filter(kind="notifications.sent").count() == 1


def test_both_only_if_that_is_their_wish_and_the_fact_counts_once(server: Script, sms: GatewayScript) -> None:
    prefer("email", "sms", uses_all=True)
    told(1)

    send(), send("sms")

    assert (len(server.mails), len(sms.texts)) == (1, 1)
    assert states() == [("email", "sent", True), ("sms", "sent", False)]
    assert fact_counts()["facts"] == fact_counts()["sent"] == 1
    assert Fact.objects.filter(kind="notifications.sent").count() == 1


def test_a_mail_that_bounces_goes_by_sms_once_and_the_sum_stays_right(server: Script, sms: GatewayScript) -> None:
    stand_in()
    told(1)
    server.rcpt = "550 No such user"

    send(), send("sms"), send(), send("sms")

    assert len(sms.texts) == 1
    assert states() == [("email", "failed", False), ("sms", "sent", True)]
    counts = fact_counts()
    assert (counts["facts"], counts["sent"], counts["failed"]) == (1, 1, 0)
    assert message_drift() == []


def test_the_orders_of_a_mail_that_bounces_are_one_sms(server: Script, sms: GatewayScript) -> None:
    stand_in()
    told(1, email="ann@example.com"), told(2, email="ann@example.com"), told(3, email="ann@example.com")
    server.rcpt = "550 No such user"

    send(), send("sms")

    [(_, text)] = sms.texts
    assert text.startswith("News of 3 of your orders: SO-100001")
    assert fact_counts()["sent"] == 3


@pytest.mark.parametrize("reason", ["unsubscribed", "complained"])
def test_who_said_no_to_mail_is_not_written_to_by_sms_either(sms: GatewayScript, reason: str) -> None:
    stand_in()
    Suppression.objects.create(channel="email", recipient="ann1@example.com", reason=reason)

    told(1)

    assert states() == [("email", "suppressed", True)]


def test_a_mail_that_perhaps_arrived_is_not_repeated_by_sms(server: Script, sms: GatewayScript) -> None:
    stand_in()
    told(1)
    server.data = None

    send(), send("sms")

    assert (states(), sms.texts) == ([("email", "uncertain", True)], [])


def test_where_both_were_told_and_the_mail_bounces_the_sms_counts(server: Script, sms: GatewayScript) -> None:
    prefer("email", "sms", uses_all=True)
    told(1)
    server.rcpt = "550 No such user"

    send("sms"), send()

    assert states() == [("email", "failed", False), ("sms", "sent", True)]
    assert (len(sms.texts), fact_counts()["sent"]) == (1, 1)
    assert Fact.objects.filter(kind="notifications.sent").count() == 1


@pytest.mark.parametrize(
    ("status", "state", "tries"),
    [(200, "sent", 1), (400, "failed", 1), (404, "failed", 1), (429, "pending", 1), (502, "uncertain", 1)],
)
@pytest.mark.usefixtures("server")
def test_each_answer_of_a_gateway_has_its_state(sms: GatewayScript, status: int, state: str, tries: int) -> None:
    prefer("sms")
    told(1)
    sms.status = status

    send("sms")

    assert Delivery.objects.values_list("state", "attempts").get() == (state, tries)
    assert Suppression.objects.filter(channel="sms").exists() == (status == 404)


def test_a_gateway_that_hangs_up_leaves_it_uncertain_and_it_is_never_sent_again(sms: GatewayScript) -> None:
    prefer("sms")
    told(1)
    sms.status = None

    send("sms")
    sms.status = 200
    send("sms")

    assert states() == [("sms", "uncertain", True)]
    assert len(sms.texts) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_gateway_that_does_not_know_us_gives_the_batch_back_untried(sms: GatewayScript, status: int) -> None:
    prefer("sms")
    told(1), told(2)
    sms.status = status

    with pytest.raises(Unreachable):
        send("sms")

    assert set(Delivery.objects.values_list("state", "attempts", "lease_token")) == {("pending", 0, None)}


def test_no_gateway_there_gives_the_batch_back(settings: Settings) -> None:
    settings.GATEWAYS = {"sms": "json://127.0.0.1:9/{to}"}
    prefer("sms")
    told(1)

    with pytest.raises(Unreachable):
        send("sms")

    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts) == ("pending", 0)
    assert waiting.state_reason == "The SMS gateway does not answer"


def test_night_and_newer_news_hold_for_sms_too(sms: GatewayScript) -> None:
    prefer("sms")
    told(1, eta_on="2026-12-01"), told(1, eta_on="2026-12-04")
    MessageRules.objects.create(quiet_from="00:00", quiet_to="23:59")

    send("sms")

    assert sms.texts == []
    assert [state for _, state, _ in states()] == ["superseded", "pending"]


def test_a_gateway_is_kept_encrypted_and_its_address_is_checked(settings: Settings) -> None:
    settings.GATEWAYS = {}
    url = "twilio://AC735bb:s3cret@+441632960000/{to}"
    for wrong in ("twilio://AC735bb:s3cret@+441632960000/", "nonsense://{to}"):
        with pytest.raises(Invalid):
            set_gateway("sms", url=wrong, actor=None, now=timezone.now())
    with pytest.raises(Conflict):
        set_gateway("chat", is_fallback=True, actor=None, now=timezone.now())

    set_gateway("sms", url=url, is_fallback=True, actor=None, now=timezone.now())

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_url FROM notifications_gateway WHERE channel = 'sms'")
        assert "s3cret" not in cursor.fetchone()[0]
    assert (carriers().urls, carriers().fallbacks) == ({"sms": url}, ("sms",))
    set_gateway("sms", is_active=False, actor=None, now=timezone.now())
    assert carriers().urls == {}


def test_a_trial_says_what_came_of_it(sms: GatewayScript) -> None:
    try_channel("sms", NUMBER)
    assert [to for to, _ in sms.texts] == [NUMBER]
    sms.status = 403

    with pytest.raises(Conflict, match="403"):
        try_channel("sms", NUMBER)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("+44 7700 900123", NUMBER), ("0044 (0)7700-900123", NUMBER), ("07700 900123", ""), ("call me", ""), ("", "")],
)
def test_a_number_needs_its_country(typed: str, number: str) -> None:
    assert sms_number(typed) == number


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channels": ["fax"]}, "channels"),
        ({"channels": ["email", "email"]}, "channels"),
        ({"channels": ["chat"]}, "chat_to"),
        ({"channels": ["sms"], "sms_to": "07700 900123"}, "sms_to"),
    ],
)
def test_a_wrong_preference_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change_preference("BROOK", **given, actor=None, now=timezone.now())

    assert list(refusal.value.fields) == [field]


def test_the_route_of_a_thousand_facts_costs_the_same(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    facts = [make_fact(now=timezone.now()) for _ in range(40)]

    with django_assert_max_num_queries(10):
        announce(facts)


def test_what_is_too_little_for_one_channel_goes_by_the_other_which_then_leads(
    server: Script, sms: GatewayScript
) -> None:
    prefer("sms", "email", uses_all=True)
    Threshold.objects.create(channel="sms", days=8)
    fact = told(1)  # it moves by a week

    send("sms")
    assert send() == 1

    by = {each.channel: each for each in Delivery.objects.filter(fact=fact)}
    assert (by["sms"].state, by["sms"].is_lead) == ("suppressed", False)
    assert (by["email"].state, by["email"].is_lead) == ("sent", True)
    assert Fact.objects.filter(kind="notifications.sent").count() == 1
    assert not message_drift()
