from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from backlog.accounts.models import User
from tests.factories.orders import make_user


@pytest.fixture
def sign_in(client: Client) -> Callable[..., Client]:
    """Return a function that signs ``client`` in as a colleague of a role and gives it back."""

    def signed_in(role: str = "ops", user: User | None = None) -> Client:
        client.force_login(user or make_user(role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
