"""Facts that were set aside are handed on anew when their cause is mended: by page, command and API, and on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backlog.accounts.models import User
from notifications.dispatching import dispatch_pending
from notifications.models import Fact
from notifications.releasing import RELEASED
from tests.factories.messages import make_fact
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/messages/rules/"
heard: list[int] = []


def refuse(facts: Sequence[Fact]) -> None:
    raise ValueError("no such column")


def hear(facts: Sequence[Fact]) -> None:
    heard.extend(fact.pk for fact in facts)


@pytest.fixture
def aside(settings: Settings) -> list[int]:
    """A slip and a shipment whose listeners failed until they were set aside; since then the cause is mended."""
    kinds = ("orders.eta_slipped", "orders.shipped")
    settings.FACT_LISTENERS = {key: [f"{__name__}.refuse"] for key in kinds}
    facts = [make_fact(kind, now=timezone.now()).pk for kind in kinds]
    for minute in range(10):
        drain(minute)
    assert states() == {"quarantined"}
    heard.clear()
    settings.FACT_LISTENERS = {key: [f"{__name__}.hear"] for key in kinds}
    return facts


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user("admin"))
    return client


def drain(minutes: int = 0) -> None:
    while dispatch_pending(now=timezone.now() + timedelta(minutes=minutes)):
        pass


def states() -> set[str]:
    return set(Fact.objects.exclude(kind=RELEASED).values_list("state", flat=True))


def test_one_click_hands_all_on_anew_and_says_who_did(aside: list[int], admin: Client) -> None:
    page = admin.get(URL).content.decode()
    assert page.count("ValueError(&#x27;no such column&#x27;)</span>") == 2

    admin.post(f"{URL}facts/")
    drain()

    assert sorted(heard) == aside
    assert states() == {"dispatched"}
    assert "Set aside" not in admin.get(URL).content.decode()
    record = Fact.objects.get(kind=RELEASED).payload
    assert (record["facts"], record["actor"]) == (aside, User.objects.get().pk)
    assert record["errors"] == ["ValueError('no such column')"]


def test_one_kind_is_released_and_the_others_stay(aside: list[int], admin: Client) -> None:
    admin.post(f"{URL}facts/", {"kind": "orders.shipped"})
    drain()

    assert heard == aside[1:]
    assert Fact.objects.get(pk=aside[0]).state == "quarantined"


def test_what_is_still_broken_is_set_aside_again(aside: list[int], admin: Client, settings: Settings) -> None:
    settings.FACT_LISTENERS = {key: [f"{__name__}.refuse"] for key in settings.FACT_LISTENERS}
    admin.post(f"{URL}facts/")
    for minute in range(10):
        drain(minute)

    assert states() == {"quarantined"}


def test_released_twice_is_refused_and_recorded_once(aside: list[int], admin: Client) -> None:
    admin.post(f"{URL}facts/")

    answer = admin.post(f"{URL}facts/", follow=True)

    assert "Nothing like this is set aside any more" in answer.content.decode()
    assert Fact.objects.filter(kind=RELEASED).count() == 1


def test_the_command_shows_and_releases(aside: list[int]) -> None:
    olivia = make_user("ops")
    said = StringIO()
    call_command("release_facts", "--dry-run", stdout=said)
    assert "1 orders.eta_slipped since" in said.getvalue()
    assert states() == {"quarantined"}

    call_command("release_facts", str(aside[0]), by=olivia.email, stdout=said)
    drain()

    assert heard == aside[:1]
    assert Fact.objects.get(kind=RELEASED).payload["actor"] == olivia.pk
    with pytest.raises(CommandError, match="nobody with the address"):
        call_command("release_facts", by="nobody@example.com")
    with pytest.raises(CommandError, match="Nothing like this"):
        call_command("release_facts", kind="orders.cancelled")


def test_others_than_admins_neither_see_nor_release(aside: list[int], client: Client) -> None:
    client.force_login(make_user("agent"))

    assert client.post(f"{URL}facts/").status_code == 403
    assert "no such column" not in client.get(URL).content.decode()
    assert states() == {"quarantined"}
