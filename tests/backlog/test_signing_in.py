from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from backlog.accounts.models import User
from backlog.accounts.roles import AGENT, OPS
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
LIMIT = 3


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    """Wrong passwords cost as little time as may be, and three are enough."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_FAILURE_LIMIT = LIMIT


def _colleague() -> User:
    user = make_user("ops")
    user.set_password("right")
    user.save()
    return user


def _try(client: Client, email: str, password: str) -> int:
    return client.post("/sign-in/", {"username": email, "password": password}).status_code


def test_too_many_wrong_passwords_lock_the_address_alone_and_the_page_says_so(client: Client) -> None:
    user, other = _colleague(), _colleague()
    for spelling in (user.email, user.email.upper(), user.email.title()):
        _try(client, spelling, "wrong")

    response = client.post("/sign-in/", {"username": user.email, "password": "right"})

    assert response.status_code == 429
    assert "Sign-in is locked" in response.content.decode()
    assert client.get("/triage/").status_code == 302
    assert _try(client, other.email, "right") == 302


def test_an_address_longer_than_any_is_refused_in_words(client: Client) -> None:
    response = client.post("/sign-in/", {"username": "a" * 5000, "password": "wrong"})

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_a_right_password_after_some_wrong_ones_lets_in(client: Client) -> None:
    user = _colleague()
    for _ in range(LIMIT - 1):
        _try(client, user.email, "wrong")

    assert _try(client, user.email, "right") == 302
    assert client.get("/triage/").status_code == 200


def test_a_session_ends_when_the_password_changes(client: Client) -> None:
    user = make_user("ops")
    client.force_login(user, backend=BACKEND)

    user.set_password("another")
    user.save()

    assert client.get("/triage/").status_code == 302


def test_a_session_ends_when_the_roles_change(client: Client) -> None:
    user = make_user(OPS)
    client.force_login(user, backend=BACKEND)

    user.groups.set([Group.objects.get(name=AGENT)])

    assert client.get("/triage/").status_code == 302


def test_signing_out_ends_the_session(client: Client) -> None:
    client.force_login(make_user("ops"), backend=BACKEND)

    client.post("/sign-out/")

    assert client.get("/triage/").status_code == 302
