"""Setting up who carries the short messages of a channel."""

from __future__ import annotations

from datetime import datetime

from kernel.errors import Conflict, Invalid
from kernel.kick import kick
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from notifications.channels.gateway_courier import check_gateway_url
from notifications.channels.gateways import SHORT_CHANNELS, seal, url_of
from notifications.models import Gateway

SEND_TASK = "notifications.tasks.send_short_messages"


@entry_verb
def set_gateway(
    channel: str,
    *,
    url: str = "",
    is_active: bool = True,
    is_fallback: bool = False,
    actor: Actor | None,
    now: datetime,
) -> Gateway:
    """Say who carries a channel's messages, whether they go out, and whether they stand in for e-mail that cannot be
    delivered. An empty ``url`` keeps the one there is. Raises Invalid for an address that names no service, Conflict
    for a channel that stands in while nobody carries it."""
    if channel not in SHORT_CHANNELS:
        raise Invalid("There is no such channel.", fields={"channel": "There is no such channel."})
    Gateway.objects.bulk_create([Gateway(channel=channel)], ignore_conflicts=True)
    gateway = Gateway.objects.select_for_update(of=("self",), no_key=True).get(channel=channel)
    if url:
        gateway.sealed_url = seal(check_gateway_url(url))
    gateway.is_active, gateway.is_fallback = is_active, is_fallback
    if is_fallback and not url_of(channel, gateway):
        raise Conflict("Nobody carries these messages yet: give the gateway's address first.", code="no_gateway")
    gateway.changed_at, gateway.changed_by_id = now, key_of(actor)
    gateway.save()
    kick(SEND_TASK)
    return gateway
