from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notifications.smtp_server import LOOPBACK, Script, smtp_server


@pytest.fixture
def server(settings: Settings) -> Iterator[Script]:
    """A real SMTP server that the settings point at; the test scripts its answers."""
    script = Script()
    with smtp_server(script) as port:
        settings.EMAIL_BACKEND = "notifications.channels.smtp_mailer.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield script
