"""Who carries the messages of a channel."""

from __future__ import annotations

from typing import Protocol

from notifications.channels.gateway_courier import GatewayCourier
from notifications.channels.gateways import carriers
from notifications.channels.mail import MailCourier
from notifications.delivering.preparing import Outgoing
from notifications.models import Channel


class Courier(Protocol):
    """Carries one message after the other; raises the exceptions of ``answers``."""

    @property
    def is_open(self) -> bool:
        """Tell whether the next message can be handed over at once."""

    def open(self) -> None:
        """Get ready if not ready; raises Unreachable when nobody takes messages now."""

    def send(self, outgoing: Outgoing) -> str:
        """Hand a message over, return what its carrier calls it (perhaps nothing) only when it has been taken."""

    def close(self) -> None:
        """Let go; what is gone already is no news."""


def courier_of(channel: str) -> Courier | None:
    """Return who carries the messages of a channel, None when nobody is set up to."""
    if channel == Channel.EMAIL:
        return MailCourier()
    url = carriers().urls.get(channel)
    return GatewayCourier(channel, url) if url else None
