"""One signed POST: to the address that was checked, without redirects, ten seconds; of the answer
only its status and Retry-After are read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import urllib3
from django.core.serializers.json import DjangoJSONEncoder
from standardwebhooks.webhooks import Webhook as Signer
from urllib3.exceptions import HTTPError

from kernel.bounds import whole_number
from notifications.models import WebhookDelivery
from notifications.webhooks.addresses import Target, find_target
from notifications.webhooks.events import body_of

SECONDS = 10
LONGEST_WAIT = 86_400


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``status`` 0 where nothing did. ``retry_after`` is what the receiver asks for, in seconds."""

    status: int
    words: str
    retry_after: int = 0

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def post(delivery: WebhookDelivery, *, now: datetime) -> Answer:
    """Send one delivery and return the answer; never raises for what the other side does or does not do."""
    fact = delivery.fact
    content = body_of(fact.kind, fact.payload, fact.occurred_at.isoformat())
    body = json.dumps(content, cls=DjangoJSONEncoder, separators=(",", ":"))
    message_id = f"msg_{delivery.webhook_id}_{delivery.fact_id}"  # the same each time: receivers drop what they have
    signature = Signer(delivery.webhook.secret).sign(message_id, now, body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Backlog-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    try:
        target = find_target(delivery.webhook.url)
        return _send(target, body.encode(), headers)
    except (HTTPError, OSError, UnicodeError) as error:
        return Answer(0, f"No answer: {type(error).__name__}: {error}")


def _send(target: Target, body: bytes, headers: dict[str, str]) -> Answer:
    timeout = urllib3.Timeout(connect=SECONDS / 2, read=SECONDS / 2, total=SECONDS)
    if target.is_secure:
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            target.ip, target.port, server_hostname=target.host, assert_hostname=target.host, timeout=timeout
        )
    else:
        pool = urllib3.HTTPConnectionPool(target.ip, target.port, timeout=timeout)
    is_usual = target.port == (443 if target.is_secure else 80)
    host = target.host if is_usual else f"{target.host}:{target.port}"
    with pool:
        response = pool.urlopen(
            "POST",
            target.path,
            body=body,
            headers={**headers, "Host": host},
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
        )
        response.close()  # the status says all; a body could be endless
        return Answer(response.status, f"{response.status} {response.reason or ''}".strip(), _retry_after(response))


def _retry_after(response: urllib3.BaseHTTPResponse) -> int:
    return min(whole_number(response.headers.get("Retry-After", "")) or 0, LONGEST_WAIT)
