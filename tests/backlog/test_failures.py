from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

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

    assert response.status_code == 500
    assert "Something broke" in response.content.decode()


def _away(*_args: object) -> None:
    raise OperationalError("server closed the connection unexpectedly")


def _broken(*_args: object) -> None:
    raise ZeroDivisionError
