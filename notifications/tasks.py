from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from celery import shared_task
from django.utils import timezone

from notifications.dispatching import dispatch_pending
from notifications.links import forget_misses
from notifications.sending import send_due
from notifications.smtp import Unreachable
from notifications.webhooks import queueing
from notifications.proposing import let_proposals_lapse

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
def send_webhooks() -> None:
    """Send due webhook deliveries until none is left."""
    _until_done(queueing.send_due)


@shared_task
def forget_link_misses() -> None:
    """Forget who tried keys that open nothing, once the time to slow them down is over."""
    forget_misses(now=timezone.now())


class Round(Protocol):
    def __call__(self, *, now: datetime) -> int: ...


def _until_done(work: Round) -> None:
    """Repeat ``work`` until it finds nothing to do or the task has had its time."""
    started = now = timezone.now()
    while work(now=now) and now - started < TIME_FOR_TASK:
        now = timezone.now()
@shared_task
def settle_proposals() -> None:
    """Settle messages that nobody approved in time, or that newer news has overtaken."""
    let_proposals_lapse(now=timezone.now())


