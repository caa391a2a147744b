"""Keeping what was decided about messages that are not sent now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F

from kernel.live import announce
from notifications.delivering.relevance import Verdict
from notifications.models import Delivery


def settle(decided: Sequence[tuple[Delivery, Verdict]]) -> None:
    """Keep what was decided about deliveries that are not sent now; participant of the sender's transaction. One
    statement for each fate; being judged is no try."""
    fates: dict[Verdict, list[int]] = defaultdict(list)
    for delivery, verdict in decided:
        fates[Verdict("", None, verdict.state, verdict.reason[:200], verdict.not_before)].append(delivery.pk)
    for fate, keys in fates.items():
        Delivery.objects.filter(pk__in=keys).update(
            state=fate.state,
            state_reason=fate.reason,
            not_before=fate.not_before or F("not_before"),
            attempts=F("attempts") - 1,
            lease_token=None,
            lease_until=None,
        )
    if decided:
        announce("message", {"orders": sorted({delivery.order_ref for delivery, _ in decided})})
