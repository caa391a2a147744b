"""A sender that is really killed, in a process of its own, between the server's 250 and our commit."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from notifications.delivering.announcing import announce
from notifications.delivering.outcomes import LEASE
from notifications.delivering.sending import send_due
from notifications.models import Delivery
from tests.factories.messages import make_fact
from tests.notifications.smtp_server import LOOPBACK, Script

KILLED = 9
SENDER = f"""
import os, django
django.setup()
from django.utils import timezone
from notifications.delivering import outcomes, sending
outcomes.{{step}} = lambda *args, **kwargs: os._exit({KILLED})
sending.send_due(now=timezone.now())
"""


def run_sender_killed_at(step: str) -> int:
    """Send in another process that dies when it reaches ``step`` of delivering.outcomes; return its exit code."""
    database = connection.settings_dict
    address = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "backlog.settings",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{address}",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{settings.EMAIL_PORT}",
    }
    code = SENDER.format(step=step)
    return subprocess.run([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR, timeout=60).returncode


@pytest.fixture
def two_waiting() -> list[Delivery]:
    facts = [make_fact(now=timezone.now() - timedelta(minutes=2)) for _ in range(2)]
    announce(facts)
    return list(Delivery.objects.order_by("pk"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_waiting")
def test_killed_after_the_250_one_is_uncertain_and_the_other_is_sent_once(server: Script) -> None:
    assert run_sender_killed_at("finish") == KILLED
    assert len(server.mails) == 1

    send_due(now=timezone.now() + LEASE + timedelta(seconds=1))
    send_due(now=timezone.now() + timedelta(days=2))

    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["uncertain", "sent"]
    assert len(server.mails) == len(set(server.message_ids)) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_waiting")
def test_killed_before_the_first_mail_nothing_is_lost_or_doubled(server: Script) -> None:
    assert run_sender_killed_at("begin") == KILLED
    assert server.mails == []

    assert send_due(now=timezone.now()) == 0  # the dead worker's lease still holds them
    send_due(now=timezone.now() + LEASE + timedelta(seconds=1))

    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(server.mails) == 2
