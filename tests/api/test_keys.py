from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backlog.accounts.models import ApiKey
from tests.api.conftest import Api
from tests.factories.orders import make_customer, make_user


@pytest.mark.django_db
def test_nobody_gets_401_and_words() -> None:
    response = Client().get("/api/v1/orders/")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert set(response.json()) == {"code", "detail", "fields"}


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer bk_000000000000_" + "a" * 43, "Basic YTpi", "bearer \xff"]
)
@pytest.mark.django_db
def test_a_wrong_key_is_refused(header: str) -> None:
    assert Client().get("/api/v1/orders/", headers={"Authorization": header}).status_code == 401


def test_a_key_with_another_secret_is_refused(api: Api) -> None:
    api.headers["Authorization"] = api.headers["Authorization"][:-4] + "AAAA"

    assert api.get("orders/").status_code == 401


def test_a_revoked_an_expired_and_a_leavers_key_are_refused(api: Api) -> None:
    assert api.get("orders/").status_code == 200

    ApiKey.objects.filter(pk=api.key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get("orders/").status_code == 401

    ApiKey.objects.filter(pk=api.key.pk).update(expires_at=None, revoked_at=timezone.now())
    assert api.get("orders/").status_code == 401

    ApiKey.objects.filter(pk=api.key.pk).update(revoked_at=None)
    api.user.is_active = False
    api.user.save(update_fields=["is_active"])
    assert api.get("orders/").status_code == 401


def test_last_use_is_kept_at_most_once_a_minute(api: Api) -> None:
    api.get("orders/")
    first = ApiKey.objects.get(pk=api.key.pk).last_used_at
    api.get("orders/")

    assert first is not None
    assert ApiKey.objects.get(pk=api.key.pk).last_used_at == first

    earlier = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.filter(pk=api.key.pk).update(last_used_at=earlier)
    api.get("orders/")
    assert ApiKey.objects.get(pk=api.key.pk).last_used_at > earlier


def test_a_read_key_reads_and_does_nothing_else(api_as: Callable[..., Api]) -> None:
    reader = api_as("admin", scope="read")

    assert reader.get("orders/").status_code == 200
    assert reader.post("orders/", {}).status_code == 403
    assert reader.patch("purchase-orders/X/", {}).status_code == 403


def test_a_key_may_not_do_more_than_its_user(api_as: Callable[..., Api]) -> None:
    assert api_as("agent").post("orders/SO-1/hold/", {"kind": "credit"}).status_code == 403
    assert api_as("ops").post("orders/SO-1/hold/", {"kind": "credit"}).status_code == 404


@pytest.mark.django_db
def test_a_browser_session_reads_but_writes_only_with_its_token() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user("ops"), backend="django.contrib.auth.backends.ModelBackend")

    assert browser.get("/api/v1/orders/").status_code == 200
    refused = browser.post("/api/v1/orders/", "{}", content_type="application/json")

    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]


def test_contact_data_is_for_agents_in_a_browser(api: Api) -> None:
    make_customer("C1", email="jane@example.com")
    seen = {}
    for role in ("agent", "ops"):
        browser = Client()
        browser.force_login(make_user(role), backend="django.contrib.auth.backends.ModelBackend")
        seen[role] = browser.get("/api/v1/customers/C1/").json()["email"]

    assert seen == {"agent": "jane@example.com", "ops": "j•••@example.com"}
    assert api.get("customers/C1/").json()["email"] is None


@pytest.mark.django_db
def test_the_command_prints_only_the_key_and_it_works() -> None:
    user, out = make_user("ops"), io.StringIO()

    call_command("create_api_key", user.email.upper(), "--scope", "read", stdout=out)

    assert re.fullmatch(r"bk_[0-9a-f]{12}_[\w-]{43}\n", out.getvalue())
    headers = {"Authorization": f"Bearer {out.getvalue().strip()}"}
    assert Client().get("/api/v1/orders/", headers=headers).status_code == 200
    assert out.getvalue().strip() not in str(ApiKey.objects.values())


@pytest.mark.django_db
def test_the_command_refuses_a_stranger() -> None:
    with pytest.raises(CommandError, match="Nobody active"):
        call_command("create_api_key", "nobody@example.com")
