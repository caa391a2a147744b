"""What ends by itself on its day: holds that were placed until then, and expedites."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.utils import timezone

from kernel.errors import DomainError
from orders.handling.lifecycle import release, un_expedite
from orders.models import Hold, Order, OrderStatus

_AT_ONCE = 200

log = logging.getLogger(__name__)


def end_what_is_over(*, now: datetime) -> int:
    """Release holds and take expedites back whose day has come; return how many. Any number of workers may do this.

    Each by its verb, as by somebody who saw the order as it was a moment ago: what was changed since is left to the
    next look.
    """
    ended = 0
    while some := _end_some(now):
        ended += some
    return ended


def _end_some(now: datetime) -> int:
    ended = 0
    for end in (*_due_releases(now), *_due_expedites(now)):
        try:
            end(actor=None, now=now)
            ended += 1
        except DomainError as refusal:
            log.info("left to the next look: %s", refusal.detail)
    return ended


def _due_releases(now: datetime) -> Iterator[Callable[..., Order]]:
    due = Hold.objects.filter(
        released_at=None, ends_on__lte=timezone.localdate(now), order__status=OrderStatus.OPEN
    ).order_by("ends_on", "pk")
    for ref, kind, version in due.values_list("order__ref", "kind", "order__version")[:_AT_ONCE]:
        yield partial(release, ref, kind=kind, version=version)


def _due_expedites(now: datetime) -> Iterator[Callable[..., Order]]:
    due = Order.objects.filter(status=OrderStatus.OPEN, expedite_ends_on__lte=timezone.localdate(now))
    for ref, version in due.order_by("expedite_ends_on", "pk").values_list("ref", "version")[:_AT_ONCE]:
        yield partial(un_expedite, ref, version=version)
