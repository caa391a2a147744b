"""What telling many customers at once would send: how many messages, to whom, and three of them as they would read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, ExpressionWrapper, F, QuerySet
from django.utils.dateparse import parse_date

from notifications.rules.valve import message_rules
from notifications.texts.rendering import Mail, OrderNews, render, render_summary
from orders.bulk.jobs import MAX_ORDERS
from orders.bulk.telling import SAFE
from orders.dialogue.snapshots import customer_payloads
from orders.models import OrderPlan
from orders.queries.untold import untold

SAMPLES = 3
SHOWN = 50
MOST_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """One message as it would leave, and the orders that it tells of."""

    customer: str
    orders: int
    mail: Mail


@dataclass(frozen=True, slots=True)
class Outlook:
    """``orders`` slips of which ``without_address`` cannot be written to; ``messages`` leave, one a customer."""

    orders: int
    without_address: int
    messages: int
    is_cut: bool
    rows: Sequence[OrderPlan]
    samples: Sequence[Sample]


def slips(*, tier: str, most_days: int | None, refs: Sequence[str] = ()) -> QuerySet[OrderPlan]:
    """Return slips that nobody told yet: of a tier, of so many days at most, or those named."""
    rows = untold()
    if refs:
        rows = rows.filter(order__ref__in=refs)
    if tier:
        rows = rows.filter(order__customer__tier=tier)
    if most_days is not None:
        told = F("order__promise__told_on") + timedelta(days=most_days)
        rows = rows.filter(eta_p50__lte=ExpressionWrapper(told, output_field=DateField()))
    return rows


def outlook(rows: QuerySet[OrderPlan], *, choice: str, reason: str, note: str, today: date) -> Outlook:
    """Count what telling ``rows`` would send, at most 20,000 orders, and write the first three messages; five queries
    and two a sample."""
    chosen = rows.order_by()[: MAX_ORDERS + 1]
    counted = OrderPlan.objects.filter(pk__in=chosen.values("pk")).exclude(order__customer__email="")
    reached = counted.aggregate(orders=Count("pk"), customers=Count("order__customer", distinct=True))
    total = chosen.count()
    by_rank = rows.select_related("order__customer", "order__promise").order_by("stage", "-score", "placed_at", "order")
    shown = list(by_rank[:SHOWN])
    return Outlook(
        orders=min(total, MAX_ORDERS),
        without_address=total - reached["orders"],
        messages=reached["customers"] if message_rules().merges else reached["orders"],
        is_cut=total > MAX_ORDERS,
        rows=shown,
        samples=_samples(shown, choice=choice, reason=reason, note=note, today=today),
    )


def _samples(shown: Sequence[OrderPlan], *, choice: str, reason: str, note: str, today: date) -> list[Sample]:
    by_customer: dict[int, list[OrderPlan]] = defaultdict(list)
    for plan in shown:
        if plan.order.customer.email:
            by_customer[plan.order.customer_id].append(plan)
    merges = message_rules().merges
    groups = list(by_customer.values()) if merges else [[plan] for plans in by_customer.values() for plan in plans]
    groups = sorted(groups, key=len, reverse=True)[:1] + groups[:SAMPLES]
    distinct = list({id(group): group for group in groups}.values())[:SAMPLES]
    return [_sample(group, choice=choice, reason=reason, note=note, today=today) for group in distinct]


def _sample(plans: Sequence[OrderPlan], *, choice: str, reason: str, note: str, today: date) -> Sample:
    payloads = customer_payloads([plan.order_id for plan in plans[:MOST_OF_ONE]])
    said = [_said(plan, payloads[plan.order_id], choice, reason, note) for plan in plans[:MOST_OF_ONE]]
    customer = plans[0].order.customer
    if len(said) > 1:
        mail = render_summary(said, language=customer.language, today=today)
    else:
        (one,) = said
        mail = render(one.kind, one.payload, language=customer.language, told_on=one.told_on, today=today)
    return Sample(customer.name, len(said), mail)


def _said(plan: OrderPlan, payload: dict[str, Any], choice: str, reason: str, note: str) -> OrderNews:
    day = (plan.eta_p90 or plan.eta_p50) if choice == SAFE else (plan.order.eta_by_hand_on or plan.eta_p50)
    told_on = parse_date(payload["told_on"] or "")
    kind = "eta_improved" if day and told_on and day < told_on else "eta_slipped"
    words = {"eta_on": day.isoformat() if day else None, "note": note, **({"reason": reason} if reason else {})}
    return OrderNews(kind, {**payload, **words}, told_on)
