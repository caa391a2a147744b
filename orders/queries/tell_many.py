"""What telling many customers at once would send: how many messages, to whom, and three of them as they would read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, ExpressionWrapper, F, QuerySet
from django.utils.dateparse import parse_date

from notifications.channels.routing import Route, Way
from notifications.channels.short import render_short, render_short_summary
from notifications.models import Channel
from notifications.rules.valve import message_rules
from notifications.texts.rendering import Mail, OrderNews, render, render_summary
from orders.bulk.jobs import MAX_ORDERS
from orders.bulk.telling import SAFE
from orders.dialogue.reaching import ASKED, routes_by_code
from orders.dialogue.snapshots import customer_payloads
from orders.models import Customer, OrderPlan
from orders.queries.untold import untold

SAMPLES = 3
SHOWN = 50
MOST_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """One message as it would leave, and the orders that it tells of; ``short_by`` names a channel other than mail."""

    customer: str
    orders: int
    mail: Mail
    short_by: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """``orders`` slips of which ``without_address`` cannot be written to by any channel; ``messages`` leave, one a
    customer, of which ``too_short`` have no room for a colleague's own words."""

    orders: int
    without_address: int
    messages: int
    too_short: int
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
    """Count what telling ``rows`` would send, at most 20,000 orders, and write the first three messages; eight queries
    and two a sample."""
    chosen = rows.order_by()[: MAX_ORDERS + 1]
    chosen_of = OrderPlan.objects.filter(pk__in=chosen.values("pk")).values("order__customer")
    orders_of = dict(chosen_of.annotate(orders=Count("pk")).values_list("order__customer__code", "orders").order_by())
    routes = routes_by_code(Customer.objects.filter(code__in=orders_of).values(*ASKED))
    reached = {code: orders for code, orders in orders_of.items() if routes[code].ways}
    wordless = {code: orders for code, orders in reached.items() if not _goes_by_mail(routes[code])}
    merges, total = message_rules().merges, sum(orders_of.values())
    by_rank = rows.select_related("order__customer", "order__promise").order_by("stage", "-score", "placed_at", "order")
    shown = list(by_rank[:SHOWN])
    return Outlook(
        orders=min(total, MAX_ORDERS),
        without_address=total - sum(reached.values()),
        messages=len(reached) if merges else sum(reached.values()),
        too_short=len(wordless) if merges else sum(wordless.values()),
        is_cut=total > MAX_ORDERS,
        rows=shown,
        samples=_samples(shown, routes, choice=choice, reason=reason, note=note, today=today),
    )


def _goes_by_mail(route: Route) -> bool:
    return any(way.channel == Channel.EMAIL for way in route.first)


def _samples(
    shown: Sequence[OrderPlan], routes: Mapping[str, Route], *, choice: str, reason: str, note: str, today: date
) -> list[Sample]:
    by_customer: dict[int, list[OrderPlan]] = defaultdict(list)
    for plan in shown:
        if routes[plan.order.customer.code].ways:
            by_customer[plan.order.customer_id].append(plan)
    merges = message_rules().merges
    groups = list(by_customer.values()) if merges else [[plan] for plans in by_customer.values() for plan in plans]
    groups = sorted(groups, key=len, reverse=True)[:1] + groups[:SAMPLES]
    distinct = list({id(group): group for group in groups}.values())[:SAMPLES]
    ways = [routes[group[0].order.customer.code].ways[0] for group in distinct]
    words = {"choice": choice, "reason": reason, "note": note}
    return [_sample(group, way, **words, today=today) for group, way in zip(distinct, ways, strict=True)]


def _sample(plans: Sequence[OrderPlan], way: Way, *, choice: str, reason: str, note: str, today: date) -> Sample:
    payloads = customer_payloads([plan.order_id for plan in plans[:MOST_OF_ONE]])
    said = [_said(plan, payloads[plan.order_id], choice, reason, note) for plan in plans[:MOST_OF_ONE]]
    customer = plans[0].order.customer
    is_mail = way.channel == Channel.EMAIL
    if len(said) > 1:
        sum_up = render_summary if is_mail else render_short_summary
        mail = sum_up(said, language=customer.language, today=today)
    else:
        (one,), say = said, render if is_mail else render_short
        mail = say(one.kind, one.payload, language=customer.language, told_on=one.told_on, today=today)
    return Sample(customer.name, len(said), mail, "" if is_mail else way.label)


def _said(plan: OrderPlan, payload: dict[str, Any], choice: str, reason: str, note: str) -> OrderNews:
    day = (plan.eta_p90 or plan.eta_p50) if choice == SAFE else (plan.order.eta_by_hand_on or plan.eta_p50)
    told_on = parse_date(payload["told_on"] or "")
    kind = "eta_improved" if day and told_on and day < told_on else "eta_slipped"
    words = {"eta_on": day.isoformat() if day else None, "note": note, **({"reason": reason} if reason else {})}
    return OrderNews(kind, {**payload, **words}, told_on)
