from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, TransactionTestCase
from hypothesis import settings

from tests.emptying import empty_database
from tests.factories.orders import make_user

# The same cases in each run, however long a busy machine takes over one.
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.fixture(autouse=True, scope="session")
def quick_emptying() -> Iterator[None]:
    """Empty the database after tests that commit in a twentieth of the time that Django takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_database())
        yield


@pytest.fixture(autouse=True)
def kicks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups that commits send, so that no test needs or disturbs a broker.

    A test that wants the real broker asks for the fixture ``real_broker``.
    """
    sent: list[str] = []
    if "real_broker" not in request.fixturenames:
        monkeypatch.setattr("kernel.kick._send", sent.append)
    return sent


@pytest.fixture
def agent(client: Client) -> Client:
    """A browser in which an agent is signed in."""
    client.force_login(make_user("agent"))
    return client


@pytest.fixture
def ops(client: Client) -> Client:
    """A browser in which somebody of operations is signed in."""
    client.force_login(make_user("ops"))
    return client


@pytest.fixture
def real_broker() -> None:
    """Let kicks go to the broker of REDIS_URL."""


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work out every figure anew: on a busy machine a small one may seem dear enough to be kept over the next step."""
    monkeypatch.setattr("kernel.remembered.KEPT_FOR_COSTS", 0)
    monkeypatch.setattr("kernel.remembered.STALE_SECONDS", 0.0)
