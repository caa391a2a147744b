"""What is news to whom changed: a fact, so that whoever knows of plans weighs their days anew."""

from __future__ import annotations

from datetime import datetime

from notifications.models import Threshold
from notifications.outbox import record_fact

NEWS_RULES_CHANGED = "notifications.news_rules_changed"


def weigh_anew(*, customer: str = "", after: int = 0, now: datetime) -> None:
    """Ask that days which are no news yet are weighed by the rules as they are now, in the caller's transaction.

    All customers' or those of the ``customer`` with that code; of orders with a key ``after`` that one.
    """
    record_fact(
        NEWS_RULES_CHANGED,
        payload={"customer": customer, "after": after},
        dedupe_key=f"{NEWS_RULES_CHANGED}:{customer}:{after}:{now.isoformat()}",
        now=now,
    )


def channels_count() -> bool:
    """Tell whether by which channel customers are told decides what is news to them."""
    return Threshold.objects.filter(removed_at__isnull=True).exclude(channel="").exists()
