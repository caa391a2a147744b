from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from backlog.styles import styles_url
from tests.factories.orders import make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "content_type"), [("/triage/", "text/html; charset=utf-8"), ("/api/v1/orders/", "application/json")]
)
def test_without_the_database_a_page_says_503_and_when_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, content_type: str
) -> None:
    client.force_login(make_user("ops"), backend=BACKEND)
    client.raise_request_exception = False
    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.get_user", _away)

    response = client.get(path)

    assert (response.status_code, response.headers["Content-Type"]) == (503, content_type)
    assert int(response.headers["Retry-After"]) > 0
    assert "Nothing was changed" in response.content.decode()


@pytest.mark.django_db
def test_a_bug_stays_a_500(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(make_user("ops"), backend=BACKEND)
    client.raise_request_exception = False
    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.get_user", _broken)

    response = client.get("/triage/")

    html = response.content.decode()
    assert response.status_code == 500
    assert "Something broke" in html
    assert f'href="{styles_url()}"' in html


@pytest.mark.django_db
def test_a_page_that_broke_keeps_the_chosen_look_and_offers_to_try_again_what_may_be_repeated(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user("ops"), backend=BACKEND)
    client.raise_request_exception = False
    client.cookies["theme"] = "dark"
    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.get_user", _broken)

    read, sent = client.get("/triage/").content.decode(), client.post("/bulk/").content.decode()

    assert 'data-theme="dark"' in read
    assert "Try again</a>" in read
    assert "Try again</a>" not in sent


@pytest.mark.django_db
def test_a_missing_page_leads_staff_to_a_search_and_strangers_to_their_newest_message(client: Client) -> None:
    client.force_login(make_user("ops"), backend=BACKEND)
    assert 'action="/find/"' in client.get("/orders/SO-404404/").content.decode()

    stranger = Client().get("/no-such-page/")
    assert "Back to triage" not in stranger.content.decode()


@pytest.mark.django_db
def test_a_refusal_says_who_one_is_and_how_to_be_somebody_else(client: Client) -> None:
    agent = make_user("agent")
    client.force_login(agent, backend=BACKEND)

    response = client.get("/setup/")

    html = response.content.decode()
    assert response.status_code == 403
    assert agent.email in html or agent.get_full_name() in html
    assert "Sign in as somebody else" in html


def _away(*_args: object) -> None:
    raise OperationalError("server closed the connection unexpectedly")


def _broken(*_args: object) -> None:
    raise ZeroDivisionError
