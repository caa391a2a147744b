"""Rules of writing, on their page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from notifications.integrity import fact_counts
from notifications.models import MessageRules, SendRule, Threshold
from notifications.rules import valve
from tests.factories.messages import make_fact
from tests.factories.orders import make_user
from tests.notifications.sending import due, send

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/messages/rules/"
GIVEN = {
    "quiet_from": "21:00",
    "quiet_to": "08:00",
    "daily_messages": "3",
    "storm_messages": "500",
    "proposal_hours": "24",
    "follow_up_days": "10",
    "feedback_days": "7",
    "delay_hours": "12",
    "firm_only": "on",
    "merges": "on",
}


def signed_in(client: Client, role: str) -> Client:
    client.force_login(make_user(role))
    return client


def test_an_admin_sets_quiet_hours_and_everybody_sees_them(client: Client) -> None:
    answer = signed_in(client, "admin").post(URL, {**GIVEN, "version": 1})

    assert answer.status_code == 302
    assert (MessageRules.objects.get().daily_messages, str(MessageRules.objects.get().quiet_to)) == (3, "08:00:00")
    page = signed_in(client, "agent").get(URL).content.decode()
    assert "Only administrators change these rules" in page
    assert 'value="21:00' in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quiet_to": ""}, "Give both ends"),
        ({"daily_messages": "0"}, "whole number from 1"),
        ({"storm_messages": "many"}, "whole number"),
        ({"version": "9"}, "Somebody else changed the rules"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(
    client: Client, wrong: dict[str, str], words: str
) -> None:
    answer = signed_in(client, "admin").post(URL, {**GIVEN, "version": 1, **wrong})

    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert valve.message_rules().daily_messages == 4


def test_pausing_and_resuming_is_said_on_the_list_of_messages(client: Client) -> None:
    admin = signed_in(client, "admin")

    admin.post(f"{URL}pause/")
    assert "Messages are paused" in admin.get("/messages/").content.decode()
    assert "Paused by" in admin.get(URL).content.decode()
    admin.post(f"{URL}resume/")

    assert "Messages are paused" not in admin.get("/messages/").content.decode()


@pytest.mark.parametrize("path", ["", "pause/", "resume/"])
def test_ops_change_nothing(client: Client, path: str) -> None:
    assert signed_in(client, "ops").post(f"{URL}{path}", {**GIVEN, "version": 1}).status_code == 403

    assert not MessageRules.objects.exists()


def test_the_numbers_add_up(client: Client) -> None:
    due()
    due(email="")
    send()
    make_fact(now=timezone.now())  # not handed on yet

    counts = fact_counts()
    page = signed_in(client, "ops").get(URL)

    assert counts["facts"] == sum(count for name, count in counts.items() if name != "facts") == 3
    assert sum(count for _, count in page.context["stands"]) == page.context["facts"] == 3


def test_rules_of_sending_are_added_changed_and_removed_with_a_way_back(client: Client) -> None:
    admin = signed_in(client, "admin")
    given = {"kind": "orders.eta_slipped", "tier": "gold", "channel": "", "from_days": "5", "mode": "proposed"}

    assert admin.post(f"{URL}sending/", given).status_code == 302
    made = SendRule.objects.get()
    page = admin.get(URL).content.decode()
    assert "moves by 5 days or more" in page
    admin.post(f"{URL}sending/{made.pk}/", {"mode": "never"})
    assert SendRule.objects.get().mode == "never"
    admin.post(f"{URL}sending/{made.pk}/", {"do": "remove"})
    assert "All messages leave by themselves" in admin.get(URL).content.decode()
    admin.post(f"{URL}sending/{made.pk}/restore/")

    assert "moves by 5 days or more" in admin.get(URL).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"from_days": "-1"}, "whole number of days"),
        ({"mode": "maybe"}, "Select a valid choice"),
        ({"from_days": ""}, "required"),
    ],
)
def test_a_wrong_rule_of_sending_is_said_at_its_field(client: Client, wrong: dict[str, str], words: str) -> None:
    given = {"kind": "", "tier": "", "channel": "", "from_days": "0", "mode": "proposed", **wrong}

    answer = signed_in(client, "admin").post(f"{URL}sending/", given)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SendRule.objects.exists()


def test_thresholds_are_added_changed_and_removed_with_a_way_back(client: Client) -> None:
    admin = signed_in(client, "admin")
    given = {"kind": "orders.eta_slipped", "tier": "gold", "channel": "", "days": "5"}

    assert admin.post(f"{URL}thresholds/", given).status_code == 302
    made = Threshold.objects.get()
    admin.post(f"{URL}thresholds/{made.pk}/", {"days": "4"})
    assert Threshold.objects.get().days == 4
    admin.post(f"{URL}thresholds/{made.pk}/", {"do": "remove"})
    assert "All news of dates" in admin.get(URL).content.decode()
    admin.post(f"{URL}thresholds/{made.pk}/restore/")

    page = signed_in(client, "agent").get(URL).content.decode()
    assert "4 days" in page
    assert "All other news of dates" in page
    history = made.events.order_by("pgh_id")
    assert [(each.days, each.removed_at is None) for each in history] == [(5, True), (4, True), (4, False), (4, True)]
    assert {each.changed_by_id for each in history} == {Threshold.objects.get().changed_by_id} != {None}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"days": "0"}, "whole number of days from 1"),
        ({"days": ""}, "required"),
        ({"kind": "orders.shipped"}, "Select a valid choice"),
    ],
)
def test_a_wrong_threshold_is_said_at_its_field(client: Client, wrong: dict[str, str], words: str) -> None:
    answer = signed_in(client, "admin").post(f"{URL}thresholds/", {"days": "3", **wrong})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Threshold.objects.exists()


def test_a_second_threshold_for_the_same_news_is_refused(client: Client) -> None:
    admin = signed_in(client, "admin")
    admin.post(f"{URL}thresholds/", {"days": "3"})

    answer = admin.post(f"{URL}thresholds/", {"days": "4"})

    assert answer.status_code == 409
    assert "Change that one" in answer.content.decode()
    assert [each.days for each in Threshold.objects.all()] == [3]


@pytest.mark.parametrize("path", ["", "1/", "1/restore/"])
def test_agents_change_no_threshold(client: Client, path: str) -> None:
    assert signed_in(client, "agent").post(f"{URL}thresholds/{path}", {"days": "3"}).status_code == 403

    assert not Threshold.objects.exists()
