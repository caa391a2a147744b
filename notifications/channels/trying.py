"""Trying a channel: one message to oneself, at once, and what came of it in words."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage

from kernel.errors import Conflict
from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable
from notifications.channels.gateway_courier import hand_over
from notifications.channels.gateways import carriers
from notifications.channels.mail import mailer
from notifications.models import Channel


def try_channel(channel: str, to: str) -> None:
    """Send a trial message now; raises Conflict saying why it was not taken. Nothing is kept of it."""
    text = f"This is a trial message of {settings.COMPANY_NAME}. It arrived."
    try:
        if channel == Channel.EMAIL:
            _by_mail(to, text)
        else:
            url = carriers().urls.get(channel)
            if not url:
                raise Conflict("Nobody carries these messages yet: give the gateway's address first.")
            hand_over(channel, url, to=to, title="A trial", text=text)
    except Unanswered as error:
        raise Conflict(f"Nobody knows whether it arrived: {error}") from error
    except (Unreachable, RefusedForGood, RefusedForNow) as error:
        raise Conflict(f"It was not taken: {error}") from error


def _by_mail(to: str, text: str) -> None:
    carrier = mailer()
    try:
        carrier.open()
        carrier.send(EmailMessage("A trial message", text, settings.DEFAULT_FROM_EMAIL, [to]))
    except ValueError as error:
        raise Conflict(f"Not an address: {error}") from error
    finally:
        carrier.close()
