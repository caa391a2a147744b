from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from backlog.accounts.models import ApiKey, User
from tests.factories.orders import make_user

V1 = "/api/v1/"


class Api:
    """Calls the API with a key, as a program would: ``api.post("orders/SO-1/hold/", {"kind": "credit"})``."""

    # Shared, since keys leave no cookies: loading the middleware anew for each caller would take most of the time.
    _client = Client(raise_request_exception=False)

    def __init__(self, user: User, scope: str = "write") -> None:
        self.user = user
        self.key, text = ApiKey.issue(user, scope=scope)
        self.headers = {"Authorization": f"Bearer {text}"}

    def fresh(self) -> Api:
        """Return the same caller on a connection of its own."""
        twin = copy.copy(self)
        twin._client = Client(raise_request_exception=False)
        return twin

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self._client.get(V1 + path, headers=self.headers | headers)

    def post(self, path: str, body: Any = None, *, key: str = "") -> HttpResponse:
        headers = {"Idempotency-Key": key} if key else {}
        return self.raw("POST", path, json.dumps({} if body is None else body).encode(), **headers)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.raw("PATCH", path, json.dumps(body).encode())

    def raw(
        self, method: str, path: str, body: bytes, content_type: str = "application/json", **headers: str
    ) -> HttpResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.generic(method, V1 + path, body, content_type, headers=self.headers | names)


@pytest.fixture
def api(db: None) -> Api:
    return Api(make_user("admin"))


@pytest.fixture
def api_as(db: None) -> Callable[..., Api]:
    """Return a maker of callers: ``api_as("agent", scope="read")``."""
    return lambda role, scope="write": Api(make_user(role), scope)
