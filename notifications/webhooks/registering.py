"""Making, changing and stopping webhooks."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from kernel.errors import Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.models import Webhook
from notifications.webhooks.addresses import check_url
from notifications.webhooks.events import NAMES

MOST = 50


@entry_verb
def make_webhook(
    *, url: str, events: Sequence[str] = (), description: str = "", actor: Actor | None, now: datetime
) -> Webhook:
    """Keep an address with a new secret, ``whsec_…``. Raises Invalid naming what is wrong with it."""
    if Webhook.objects.count() >= MOST:
        raise Invalid(f"There are {MOST} webhooks already. Stop one that nobody needs.")
    return Webhook.objects.create(
        url=check_url(url),
        hears=_check_events(events),
        description=clean_text(description, field="description", max_length=200),
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        created_at=now,
        created_by_id=key_of(actor),
    )


@entry_verb
def change_webhook(
    webhook_id: int,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    is_active: bool | None = None,
    actor: Actor | None,
) -> Webhook:
    """Change where a webhook goes and what it hears, stop it, or start it again."""
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound("There is no such webhook.")
    if url is not None:
        webhook.url = check_url(url)
    if events is not None:
        webhook.hears = _check_events(events)
    if is_active is not None:
        webhook.is_active = is_active
        webhook.stopped_because = "" if is_active else f"Stopped by {actor}."[:200]
    webhook.save(update_fields=["url", "hears", "is_active", "stopped_because"])
    return webhook


def _check_events(events: Sequence[str]) -> list[str]:
    unknown = sorted(set(events) - set(NAMES))
    if unknown:
        words = f"There is no event {', '.join(unknown)[:100]}. Events: {', '.join(NAMES)}."
        raise Invalid(words, fields={"events": words})
    return sorted(set(events))
