"""Whether a waiting message is still worth sending, asked once more at the moment of sending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings

from notifications.announcing import suppressed_among
from notifications.models import Delivery, DeliveryState, Fact, MessageRules
from notifications.placeholders import parsed_date
from notifications.quiet import day_start, next_morning, quiet_until, zone_of

DATE_NEWS = {"eta_slipped", "eta_improved", "eta_restored"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a delivery now. PENDING with ``not_before`` means later, PENDING without means send."""

    kind: str
    told_on: date | None
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""
    not_before: datetime | None = None


def judge(delivery: Delivery, rules: MessageRules, *, now: datetime) -> Verdict:
    """Decide about a delivery that is about to be sent; six indexed reads, no writes.

    News about a date is compared with the date that our last sent message named, not with the one the planner knew when
    it wrote the fact: a message may have left in between. What is worth sending still waits for the end of the
    customer's quiet hours and, beyond their budget of messages a day, for the next morning.
    """
    verdict = _worth_sending(delivery, now)
    if verdict.not_before or verdict.state != DeliveryState.PENDING:
        return verdict
    zone = zone_of(delivery.fact.payload["customer"]["zone"])
    ends_at = quiet_until(now, zone, rules.quiet_from, rules.quiet_to)
    if ends_at:
        return replace(verdict, reason="It is night where the customer is", not_before=ends_at)
    is_free = verdict.kind not in DATE_NEWS or delivery.fact.payload.get("by_colleague")
    if not is_free and _sent_today(delivery, day_start(now, zone)) >= rules.daily_messages:
        morning = next_morning(now, zone, rules.quiet_to)
        return replace(verdict, reason="The customer had enough messages today", not_before=morning)
    return verdict


def _worth_sending(delivery: Delivery, now: datetime) -> Verdict:
    fact = delivery.fact
    last_sent = _last_sent(fact)
    told_on = parsed_date((last_sent.fact if last_sent else fact).payload["eta_on" if last_sent else "told_on"])
    kind = fact.kind.removeprefix("orders.")
    if fact.subject and Fact.objects.filter(subject=fact.subject, pk__gt=fact.pk).exists():
        return Verdict(kind, told_on, DeliveryState.SUPERSEDED, "Newer news of this order")
    if fact.kind != "orders.shipped" and _has_left(delivery):
        return Verdict(kind, told_on, DeliveryState.SUPERSEDED, "The order has left")
    closed = suppressed_among([delivery.recipient.lower()])
    if closed:
        return Verdict(kind, told_on, DeliveryState.SUPPRESSED, f"Address closed: {closed.popitem()[1]}"[:200])
    if kind in DATE_NEWS and not last_sent and _missed_first_word(fact):
        return Verdict("backordered", told_on)
    return _judge_date_news(fact, told_on, now) if kind in DATE_NEWS else Verdict(kind, told_on)


def _judge_date_news(fact: Fact, told_on: date | None, now: datetime) -> Verdict:
    eta_on = parsed_date(fact.payload["eta_on"])
    kind = _direction(fact.kind.removeprefix("orders."), eta_on, told_on)
    if fact.payload.get("by_colleague"):  # who wants it told, however often and whatever was told before
        return Verdict(kind, told_on)
    if eta_on == told_on or (eta_on and told_on and abs((eta_on - told_on).days) < fact.payload["threshold_days"]):
        return Verdict(kind, told_on, DeliveryState.SUPPRESSED, "The customer has this date already")
    again_at = _next_delay_mail_at(fact) if kind == "eta_slipped" else None
    if again_at and again_at > now:
        return Verdict(kind, told_on, reason="Told of a delay less than a day ago", not_before=again_at)
    return Verdict(kind, told_on)


def _sent_today(delivery: Delivery, since: datetime) -> int:
    """Count the mails that this customer got at this address today; news that travelled with another counts once."""
    sent = Delivery.objects.filter(customer_code=delivery.customer_code, recipient=delivery.recipient)
    return sent.filter(state=DeliveryState.SENT, sent_at__gte=since, sent_with__isnull=True).count()


def _direction(kind: str, eta_on: date | None, told_on: date | None) -> str:
    if eta_on and told_on:
        return "eta_slipped" if eta_on > told_on else "eta_improved"
    return "eta_improved" if kind == "eta_restored" else kind


def _missed_first_word(fact: Fact) -> bool:
    """Tell whether the word that part of the order waits was overtaken before it went out: then it is still due."""
    first = Delivery.objects.filter(fact__subject=fact.subject, fact_id__lt=fact.pk, kind="orders.backordered")
    return first.filter(state__in=[DeliveryState.PENDING, DeliveryState.SUPERSEDED]).exists()


def _has_left(delivery: Delivery) -> bool:
    """Tell whether newer news says that everything of the order has been shipped (no line is left in it)."""
    shipped = Delivery.objects.filter(order_ref=delivery.order_ref, kind="orders.shipped", fact_id__gt=delivery.fact_id)
    return shipped.filter(fact__payload__lines=[]).exists()


def _last_sent(fact: Fact) -> Delivery | None:
    if not fact.subject:
        return None
    sent = Delivery.objects.filter(fact__subject=fact.subject, state=DeliveryState.SENT).select_related("fact")
    return sent.order_by("-sent_at", "-pk").first()


def _next_delay_mail_at(fact: Fact) -> datetime | None:
    """Return when the budget of delay messages for this order allows the next one."""
    told = Delivery.objects.filter(fact__subject=fact.subject, kind="orders.eta_slipped", state=DeliveryState.SENT)
    sent_at = told.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return sent_at + timedelta(hours=settings.DELAY_MAIL_HOURS) if sent_at else None
