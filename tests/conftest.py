from __future__ import annotations

import pytest


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
def real_broker() -> None:
    """Let kicks go to the broker of REDIS_URL."""
