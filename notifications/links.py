"""Keys for customers: who has one may see one order, or stop mails to one address, without signing in.

A key is 160 random bits. Only its hash is stored, so that nobody who reads the database can act for a customer. Whoever
tries keys that open nothing is slowed by address. RELIABILITY: unguessable, stored hashed, purpose-bound, expiring,
revocable.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from notifications.models import Link, LinkMiss, LinkPurpose

KEY_BYTES = 20
MISSES_ALLOWED = 20
MISS_WINDOW = timedelta(minutes=10)

_COUNT_MISS = """
    INSERT INTO notifications_linkmiss AS m (address, since, misses) VALUES (%(address)s, %(now)s, 1)
    ON CONFLICT (address) DO UPDATE SET
        misses = CASE WHEN m.since < %(old)s THEN 1 ELSE m.misses + 1 END,
        since = CASE WHEN m.since < %(old)s THEN excluded.since ELSE m.since END
"""


def make_links(wanted: Sequence[tuple[LinkPurpose, str]], *, now: datetime) -> list[str]:
    """Keep a new key for each (purpose, subject) and return them, parallel; they cannot be read again later."""
    keys = [secrets.token_urlsafe(KEY_BYTES) for _ in wanted]
    expires_at = now + timedelta(days=settings.CUSTOMER_LINK_DAYS)
    Link.objects.bulk_create(
        Link(purpose=purpose, subject=subject, key_hash=_hash(key), created_at=now, expires_at=expires_at)
        for (purpose, subject), key in zip(wanted, keys, strict=True)
    )
    return keys


def find_link(purpose: LinkPurpose, key: str, *, now: datetime) -> Link | None:
    """Return the link that this key opens now; None alike for unknown, expired, revoked and other purposes."""
    return _open(purpose, now).filter(key_hash=_hash(key)).first()


def still_opens(link_id: int, purpose: LinkPurpose, *, now: datetime) -> Link | None:
    """Return the link with this number if it is not expired or revoked since it was opened."""
    return _open(purpose, now).filter(pk=link_id).first()


def revoke_links(purpose: LinkPurpose, subject: str, *, now: datetime) -> int:
    """Make every key for ``subject`` worthless; return how many opened it until now."""
    return _open(purpose, now).filter(subject=subject).update(revoked_at=now)


def seconds_to_wait(address: str, *, now: datetime) -> int:
    """Return how long an address that guessed too often has to wait, 0 when it need not."""
    miss = LinkMiss.objects.filter(address=address, misses__gte=MISSES_ALLOWED, since__gt=now - MISS_WINDOW).first()
    return 0 if miss is None else max(1, int((miss.since + MISS_WINDOW - now).total_seconds()))


def count_miss(address: str, *, now: datetime) -> None:
    """Remember that an address tried a key that opens nothing (one upsert, so that it may run at once anywhere)."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_MISS, {"address": address, "now": now, "old": now - MISS_WINDOW})


def forget_misses(*, now: datetime) -> int:
    """Delete counts whose window is over; return how many."""
    return LinkMiss.objects.filter(since__lt=now - MISS_WINDOW).delete()[0]


def _open(purpose: LinkPurpose, now: datetime) -> QuerySet[Link]:
    return Link.objects.filter(purpose=purpose, expires_at__gt=now, revoked_at__isnull=True)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
