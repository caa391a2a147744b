"""The valve: nothing leaves while it is closed, a storm closes it, nothing is lost."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from kernel.errors import Conflict, Invalid
from notifications.delivering.sending import send_due
from notifications.models import Delivery, MessageRules
from notifications.rules import valve
from tests.factories import NOW
from tests.factories.orders import make_user
from tests.notifications.sending import due

pytestmark = pytest.mark.django_db(transaction=True)


def drain() -> int:
    mail.outbox.clear()
    while send_due(now=timezone.now()):
        pass
    return len(mail.outbox)


def test_a_closed_valve_holds_everything_and_opening_it_lets_it_go() -> None:
    due()
    valve.pause(reason="Prices are wrong", actor=make_user("admin"), now=timezone.now())

    assert drain() == 0
    assert Delivery.objects.get().state == "pending"
    with pytest.raises(Conflict):
        valve.pause(reason="again", actor=None, now=timezone.now())
    valve.resume(actor=make_user("admin"), now=timezone.now())

    assert drain() == 1


def test_a_storm_closes_the_valve_and_says_why_and_is_counted_anew_once_opened() -> None:
    MessageRules.objects.create(storm_messages=3)
    for _ in range(4):
        due()

    assert drain() == 0
    rules = valve.message_rules()
    assert rules.is_paused
    assert rules.paused_reason == "4 messages within an hour; the limit is 3."
    valve.resume(actor=make_user("admin"), now=timezone.now())

    assert drain() == 4
    assert not valve.message_rules().is_paused


def test_messages_of_an_hour_ago_make_no_storm() -> None:
    MessageRules.objects.create(storm_messages=3)
    for _ in range(4):
        due()
    Delivery.objects.update(created_at=timezone.now() - timedelta(minutes=61))

    assert drain() == 4


@pytest.mark.parametrize(
    "changes",
    [{"daily_messages": 0}, {"storm_messages": True}, {"quiet_from": time(21)}, {"quiet_to": "8"}, {"is_paused": True}],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_field(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refusal:
        valve.change_rules(changes=changes, version=None, actor=make_user("admin"), now=NOW)

    assert refusal.value.fields
    assert not MessageRules.objects.exists()


def test_two_admins_do_not_overwrite_each_other() -> None:
    seen = valve.change_rules(changes={"daily_messages": 5}, version=None, actor=make_user("admin"), now=NOW).version
    valve.change_rules(changes={"daily_messages": 6}, version=seen, actor=make_user("admin"), now=NOW)

    with pytest.raises(Conflict):
        valve.change_rules(changes={"daily_messages": 7}, version=seen, actor=make_user("admin"), now=NOW)
