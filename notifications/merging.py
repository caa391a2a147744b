"""One mail for all the news that a customer is due: who travels together, and in which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from notifications.models import Delivery, DeliveryState, MessageRules
from notifications.relevance import Verdict, judge
from notifications.rendering import Mail, OrderNews, render, render_summary
from notifications.settling import settle

# What changes about an order's date. That goods left, or will not come, deserves a mail of its own.
MERGED = {"backordered", "eta_slipped", "eta_improved", "line_allocated"}
MOST_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class News:
    """A delivery that is to be sent, with what was decided about it."""

    delivery: Delivery
    verdict: Verdict


def companions_of(delivery: Delivery, rules: MessageRules, *, now: datetime) -> Iterator[tuple[Delivery, Verdict]]:
    """Lock and yield other due news to the same recipient; what is not to be sent after all is settled on the way.

    Rows that another sender holds are left to it. Their budget is that of the mail they travel with.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now) | Q(lease_token=delivery.lease_token)
    due = Delivery.objects.filter(
        free,
        recipient=delivery.recipient,
        channel=delivery.channel,
        customer_code=delivery.customer_code,
        state=DeliveryState.PENDING,
        not_before__lte=now,
        kind__in=[f"orders.{kind}" for kind in (*MERGED, "eta_restored")],
    ).exclude(pk=delivery.pk)
    rows = due.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related("fact").order_by("pk")
    for other in rows[:MOST_TOGETHER]:
        verdict = judge(other, rules, now=now)
        if verdict.not_before or verdict.state != DeliveryState.PENDING:
            settle(other, verdict)
        elif verdict.kind in MERGED:
            yield other, verdict


def words_for(news: Sequence[News], *, today: date) -> Mail:
    """Return the message of a single piece of news, or the summary of several. Raises Invalid for words that fail."""
    first = news[0].delivery
    if len(news) == 1:
        verdict = news[0].verdict
        payload = first.fact.payload
        return render(verdict.kind, payload, language=first.language, told_on=verdict.told_on, today=today)
    told = [OrderNews(each.verdict.kind, each.delivery.fact.payload, each.verdict.told_on) for each in news]
    return render_summary(told, language=first.language, today=today)
