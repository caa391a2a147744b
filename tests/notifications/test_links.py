"""Keys for customers: one purpose, until they expire or are revoked; guessing is slowed; reading changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.links import MISSES_ALLOWED, find_link, forget_misses, make_links, revoke_links, still_opens
from notifications.models import Link, LinkMiss, LinkPurpose, Suppression
from tests.factories import NOW
from tests.notifications.sending import due, send
from tests.notifications.smtp_server import Script, parts_of

pytestmark = pytest.mark.django_db


def key_for(address: str = "ann@example.com") -> str:
    [key] = make_links([(LinkPurpose.UNSUBSCRIBE, address)], now=timezone.now())
    return key


def test_a_key_opens_one_purpose_and_is_stored_only_as_its_hash() -> None:
    [key] = make_links([(LinkPurpose.ORDER, "SO-1")], now=NOW)

    link = find_link(LinkPurpose.ORDER, key, now=NOW)

    assert link is not None
    assert link.subject == "SO-1"
    assert find_link(LinkPurpose.UNSUBSCRIBE, key, now=NOW) is None
    assert key not in str(Link.objects.values_list().get())
    assert len(key) >= 27  # 160 bits in base 64


def test_keys_expire_and_can_be_revoked() -> None:
    old, new = make_links([(LinkPurpose.ORDER, "SO-1"), (LinkPurpose.ORDER, "SO-2")], now=NOW)
    link = find_link(LinkPurpose.ORDER, new, now=NOW)
    assert link is not None

    revoke_links(LinkPurpose.ORDER, "SO-2", now=NOW)

    assert find_link(LinkPurpose.ORDER, old, now=NOW + timedelta(days=91)) is None
    assert find_link(LinkPurpose.ORDER, new, now=NOW) is None
    assert still_opens(link.pk, LinkPurpose.ORDER, now=NOW) is None


def test_whoever_guesses_is_slowed_and_then_forgotten(client: Client) -> None:
    codes = [client.get(f"/u/guess-{n}/").status_code for n in range(MISSES_ALLOWED + 1)]
    refused = client.get(f"/u/{key_for()}/")

    assert codes == [404] * MISSES_ALLOWED + [429]
    assert refused.status_code == 429, "even a good key waits, or guessing would pay"
    assert 0 < int(refused["Retry-After"]) <= 600
    assert client.get(f"/u/{key_for()}/", REMOTE_ADDR="10.0.0.9").status_code == 200
    LinkMiss.objects.update(since=timezone.now() - timedelta(minutes=11))
    assert client.get(f"/u/{key_for()}/").status_code == 200
    assert forget_misses(now=timezone.now()) == 1


def test_every_mail_carries_a_key_of_its_own_for_one_click_unsubscribe(server: Script, client: Client) -> None:
    delivery = due()
    send()

    [mail] = server.mails

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<http://[^/]+(/u/[\w-]+/)>", mail["List-Unsubscribe"])
    assert path is not None
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Suppression.objects.get().recipient == delivery.recipient


def test_the_mail_names_the_order_s_page_and_what_we_keep_of_it_does_not_open_it(server: Script) -> None:
    delivery = due()
    send()

    [mail] = server.mails
    text, html = parts_of(mail)
    delivery.refresh_from_db()

    keys = re.findall(r"/o/([\w-]+)/", text + html)
    assert len(set(keys)) == 1
    link = find_link(LinkPurpose.ORDER, keys[0], now=timezone.now())
    assert link is not None
    assert link.subject == delivery.order_ref
    assert keys[0] not in delivery.body_text + delivery.body_html


def test_a_scanner_that_follows_the_link_unsubscribes_nobody(client: Client) -> None:
    page = client.get(f"/u/{key_for()}/")

    assert "Send me no more mails" in page.content.decode()
    assert not Suppression.objects.exists()


def test_an_address_is_closed_and_opened_again_by_its_owner_but_not_when_it_bounced(client: Client) -> None:
    url = f"/u/{key_for()}/"

    client.post(url)
    client.post(url)
    assert Suppression.objects.count() == 1
    client.post(url, {"again": "1"})
    assert Suppression.objects.count() == 0

    Suppression.objects.create(recipient="ANN@example.com", reason="bounced: 550")
    page = client.post(url, {"again": "1"}).content.decode()
    assert Suppression.objects.count() == 1
    assert "Send me mails again" not in page
