"""A sender of messages as a process of its own. It begins without Django, so nothing here may import a model."""

from __future__ import annotations

from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

import django
from django.db import connection
from django.utils import timezone


def send_all(database: str, together: Barrier, ends: Any) -> None:
    """Send what is due until nothing is, together with the other senders; put the moment of the end into ``ends``."""
    django.setup()
    from notifications.delivering.sending import send_due  # needs models, which exist from here on

    connection.settings_dict["NAME"] = database
    try:
        connection.ensure_connection()
        together.wait()
        while send_due(now=timezone.now()):
            pass
    except BaseException:
        together.abort()  # the others need not wait for one that is gone
        raise
    finally:
        ends.put(perf_counter())
