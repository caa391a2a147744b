"""Channels on their page, and customers' preferences over REST."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from notifications.channels.gateways import carriers
from notifications.models import Gateway
from tests.factories.orders import make_user
from tests.notifications.gateway import GatewayScript, gateway

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/messages/channels/"


@pytest.fixture
def chat(settings: Settings) -> Iterator[tuple[GatewayScript, str]]:
    settings.GATEWAYS = {}
    script = GatewayScript()
    with gateway(script) as url:
        yield script, url


def signed_in(client: Client, role: str) -> Client:
    client.force_login(make_user(role))
    return client


def test_an_admin_sets_up_a_gateway_tries_it_and_nobody_reads_its_address(
    client: Client, chat: tuple[GatewayScript, str]
) -> None:
    script, url = chat
    admin = signed_in(client, "admin")

    assert admin.post(f"{URL}chat/", {"url": url, "is_active": "on", "is_fallback": "on"}).status_code == 302
    assert admin.post(f"{URL}chat/try/", {"to": "@ann"}).status_code == 302

    assert script.texts == [("@ann", "This is a trial message of Backlog. It arrived.")]
    assert carriers().fallbacks == ("chat",)
    page = admin.get(URL).content.decode()
    assert "stands in for e-mail" in page
    assert url not in page


def test_what_is_wrong_is_said_where_it_was_typed(client: Client, chat: tuple[GatewayScript, str]) -> None:
    script, url = chat
    admin = signed_in(client, "admin")

    refused = admin.post(f"{URL}chat/", {"url": "tgram://no-place", "is_active": "on"})
    assert refused.status_code == 422
    assert "{to}" in refused.content.decode()
    assert not Gateway.objects.filter(channel="chat").exclude(sealed_url="").exists()
    admin.post(f"{URL}chat/", {"url": url, "is_active": "on"})
    script.status = 401
    failed = admin.post(f"{URL}chat/try/", {"to": "@ann"})
    assert failed.status_code == 409
    assert "The gateway answered 401" in failed.content.decode()


def test_an_agent_sees_how_it_goes_and_changes_nothing(client: Client) -> None:
    agent = signed_in(client, "agent")

    page = agent.get(URL).content.decode()

    assert "Only administrators set up channels" in page
    assert 'name="url"' not in page
    assert agent.post(f"{URL}chat/", {"url": "ntfy://{to}", "is_active": "on"}).status_code == 403


def test_messages_can_be_narrowed_to_a_channel(client: Client) -> None:
    agent = signed_in(client, "agent")

    assert "Only SMS" in agent.get("/messages/?channel=sms").content.decode()
    assert agent.get("/messages/?channel=fax").status_code == 400


def test_preferences_over_rest_hide_addresses_from_who_may_not_see_them(client: Client) -> None:
    given = {"customer": "BROOK", "channels": ["sms", "email"], "sms_to": "+44 7700 900123"}
    agent = signed_in(client, "agent")

    made = agent.post("/api/v1/contact-preferences/", given, content_type="application/json")

    assert (made.status_code, made.json()["sms_to"]) == (200, "+447700900123")
    wrong = agent.post("/api/v1/contact-preferences/", {**given, "channels": ["fax"]}, content_type="application/json")
    assert wrong.status_code == 422
    ops = signed_in(Client(), "ops")
    assert ops.get("/api/v1/contact-preferences/BROOK/").json()["sms_to"] is None
    assert ops.post("/api/v1/contact-preferences/BROOK/forget/").status_code == 204
    assert ops.get("/api/v1/contact-preferences/BROOK/").status_code == 404
