"""Tell open pages that something changed, as part of the transaction that changes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

CHANNEL = "backlog_live"
MAX_PAYLOAD_BYTES = 7500  # PostgreSQL refuses 8000


def announce(event: str, data: Mapping[str, Any]) -> None:
    """NOTIFY every web process; delivered at commit, dropped on rollback. Too much data becomes ``{"all": true}``."""
    payload = json.dumps({"event": event, "data": dict(data)}, separators=(",", ":"))
    if len(payload.encode()) > MAX_PAYLOAD_BYTES:
        payload = json.dumps({"event": event, "data": {"all": True}}, separators=(",", ":"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
