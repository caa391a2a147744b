from __future__ import annotations

import imaplib
import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from imap_tools import ImapToolsError

from notifications.channels.answers import Unreachable
from notifications.channels.gateways import SHORT_CHANNELS
from notifications.delivering.sending import send_due
from notifications.dispatching import dispatch_pending
from notifications.links import forget_misses
from notifications.replies.mailbox import fetch_replies
from notifications.rules.proposing import let_proposals_lapse
from notifications.webhooks import queueing

log = logging.getLogger(__name__)

TIME_FOR_TASK = timedelta(seconds=30)  # then beat starts the next one: a task never meets its time limit


@shared_task
def dispatch_facts() -> None:
    """Hand due facts to their listeners until none is left."""
    _until_done(dispatch_pending)


@shared_task
def send_due_deliveries() -> None:
    """Send due deliveries until none is left or the mail server is away."""
    try:
        _until_done(send_due)
    except Unreachable as error:
        log.warning("no mail server answers: %s", error)


@shared_task
def send_short_messages() -> None:
    """Send due messages of the other channels, each until none is left or its gateway is away."""
    for channel in SHORT_CHANNELS:
        try:
            _until_done(partial(send_due, channel=channel))
        except Unreachable as error:
            log.warning("the %s gateway takes nothing: %s", channel, error)


@shared_task
def send_webhooks() -> None:
    """Send due webhook deliveries until none is left."""
    _until_done(queueing.send_due)


@shared_task
def fetch_mailbox() -> None:
    """Keep what customers answered, where a mailbox is named; one that cannot be used is asked again next time."""
    if settings.REPLIES_URL:
        try:
            fetch_replies(settings.REPLIES_URL, timezone.now)
        except (OSError, ImapToolsError, imaplib.IMAP4.error) as error:
            log.warning("the mailbox of replies cannot be used: %s: %s", type(error).__name__, error)


@shared_task
def forget_link_misses() -> None:
    """Forget who tried keys that open nothing, once the time to slow them down is over."""
    forget_misses(now=timezone.now())


@shared_task
def settle_proposals() -> None:
    """Settle messages that nobody approved in time, or that newer news has overtaken."""
    let_proposals_lapse(now=timezone.now())


class Round(Protocol):
    def __call__(self, *, now: datetime) -> int: ...


def _until_done(work: Round) -> None:
    """Repeat ``work`` until it finds nothing to do or the task has had its time."""
    started = now = timezone.now()
    while work(now=now) and now - started < TIME_FOR_TASK:
        now = timezone.now()
