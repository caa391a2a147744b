from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from tests.faults.processes import Broker
from tests.notifications.conftest import server as server  # a mail server that answers as scripted


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_broker: None) -> Iterator[Broker]:
    """A private broker that kicks of this test go to."""
    home = tmp_path / "broker"
    home.mkdir()
    broker = Broker(home)
    broker.start()
    app = Celery("faults", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broker.url
    monkeypatch.setattr("kernel.kick.current_app", app)
    monkeypatch.setattr("kernel.kick._quiet_until", 0.0)
    yield broker
    app.close()
    broker.kill()
