"""Whether a waiting message is still worth sending, asked once more at the moment of sending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from notifications.delivering.known import Known, Told
from notifications.delivering.quiet import day_start, next_morning, quiet_until, zone_of
from notifications.models import Channel, Delivery, DeliveryState, MessageRules
from notifications.models.suppression import BY_CUSTOMER
from notifications.rules.thresholds import days_from
from notifications.texts.placeholders import parsed_date

DATE_NEWS = {"eta_slipped", "eta_improved", "eta_restored"}
CAN_WAIT = DATE_NEWS | {"follow_up", "back_in_stock"}
ANSWERED = "orders.answered"  # a colleague's answer to what a customer wrote: it waits for nothing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a delivery now. PENDING with ``not_before`` means later, PENDING without means send."""

    kind: str
    told_on: date | None
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""
    not_before: datetime | None = None
    is_closed: bool = False  # it is the address that stops it, so another channel may do
    is_spared: bool = False  # it is too little for this channel; another that has it leads

    @property
    def sends(self) -> bool:
        return self.state == DeliveryState.PENDING and self.not_before is None


def judge(delivery: Delivery, rules: MessageRules, known: Known, *, now: datetime) -> Verdict:
    """Decide about a delivery that is about to be sent, but for its customer's budget (``within_budget``).

    News about a date is compared with the date that our last sent message named, not with the one the planner knew when
    it wrote the fact: a message may have left in between. What is worth sending still waits for the end of the
    customer's quiet hours.
    """
    verdict = _worth_sending(delivery, rules, known, now)
    if not verdict.sends or delivery.fact.kind == ANSWERED:
        return verdict
    night = known.nights.get(delivery.customer_code, (rules.quiet_from, rules.quiet_to))
    ends_at = quiet_until(now, zone_of(delivery.fact.payload["customer"]["zone"]), *night)
    return replace(verdict, reason="It is night where the customer is", not_before=ends_at) if ends_at else verdict


def within_budget(delivery: Delivery, verdict: Verdict, rules: MessageRules, known: Known, now: datetime) -> Verdict:
    """Return the verdict, or that news which can wait does so until the next morning: the customer had enough messages
    today."""
    if verdict.kind not in CAN_WAIT or delivery.said.get("by_colleague"):
        return verdict
    zone = zone_of(delivery.fact.payload["customer"]["zone"])
    if known.mails_since(delivery, day_start(now, zone)) < rules.daily_messages:
        return verdict
    _, wakes = known.nights.get(delivery.customer_code, (None, rules.quiet_to))
    morning = next_morning(now, zone, wakes)
    return replace(verdict, reason="The customer had enough messages today", not_before=morning)


def _worth_sending(delivery: Delivery, rules: MessageRules, known: Known, now: datetime) -> Verdict:
    fact = delivery.fact
    told = known.told_of(delivery)
    last_sent = max((each for each in told if each.sent_at), key=lambda each: (each.sent_at, each.key), default=None)
    told_on = parsed_date(last_sent.eta_on if last_sent else fact.payload["told_on"])
    kind = fact.kind.removeprefix("orders.")
    if known.newest.get(fact.subject, 0) > fact.pk:
        return Verdict(kind, told_on, DeliveryState.SUPERSEDED, "Newer news of this order")
    if fact.kind not in ("orders.shipped", ANSWERED) and known.left.get(delivery.order_ref, 0) > fact.pk:
        return Verdict(kind, told_on, DeliveryState.SUPERSEDED, "The order has left")
    closed = known.closed.get((delivery.channel, delivery.recipient.lower()))
    if closed is not None and (fact.kind != ANSWERED or closed != BY_CUSTOMER):
        reason = f"Address closed: {closed}"[:200]
        return Verdict(kind, told_on, DeliveryState.SUPPRESSED, reason, is_closed=True)
    if kind not in DATE_NEWS:
        return Verdict(kind, told_on)
    if not last_sent and any(_is_missed_first_word(each, fact.pk) for each in told):
        return Verdict("backordered", told_on)
    return _judge_date_news(delivery, rules, known, told_on, now)


def _judge_date_news(
    delivery: Delivery, rules: MessageRules, known: Known, told_on: date | None, now: datetime
) -> Verdict:
    payload = delivery.said
    eta_on = parsed_date(payload["eta_on"])
    kind = _direction(delivery.fact.kind.removeprefix("orders."), eta_on, told_on)
    if payload.get("by_colleague"):  # who wants it told, however often and whatever was told before
        return Verdict(kind, told_on)
    if eta_on == told_on:
        return Verdict(kind, told_on, DeliveryState.SUPPRESSED, "The customer has this date already")
    if kind == "eta_improved" and rules.firm_only and not payload.get("is_firm", True):
        return Verdict(kind, told_on, DeliveryState.SUPPRESSED, "An earlier day is told when the units are there")
    if eta_on and told_on and (too_little := _too_little(delivery, known, kind, (eta_on - told_on).days)):
        return Verdict(kind, told_on, DeliveryState.SUPPRESSED, too_little, is_spared=True)
    delays = [each.sent_at for each in known.told_of(delivery) if each.sent_at and each.kind == "orders.eta_slipped"]
    again_at = max(delays) + timedelta(hours=rules.delay_hours) if delays else now
    if kind == "eta_slipped" and again_at > now:
        return Verdict(
            kind, told_on, reason=f"Told of a delay less than {rules.delay_hours} hours ago", not_before=again_at
        )
    return Verdict(kind, told_on)


def _too_little(delivery: Delivery, known: Known, kind: str, days: int) -> str:
    """Return why a move by some days is not told on a delivery's channel; empty where it is."""
    tier = delivery.fact.payload["customer"].get("tier", "")
    least = days_from(f"orders.{kind}", tier=tier, channel=delivery.channel, thresholds=known.thresholds)
    if abs(days) >= least:
        return ""
    moved = f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'later' if days > 0 else 'earlier'}"
    return f"Only {moved}: this customer hears of {least} or more by {Channel(delivery.channel).label}"


def _direction(kind: str, eta_on: date | None, told_on: date | None) -> str:
    if eta_on and told_on:
        return "eta_slipped" if eta_on > told_on else "eta_improved"
    return "eta_improved" if kind == "eta_restored" else kind


def _is_missed_first_word(told: Told, fact_id: int) -> bool:
    """Tell whether this was the word that part of the order waits, overtaken before it went out: it is still due."""
    overtaken = told.state in (DeliveryState.PENDING, DeliveryState.SUPERSEDED)
    return overtaken and told.kind == "orders.backordered" and told.fact_id < fact_id
