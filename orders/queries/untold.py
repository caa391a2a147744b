"""Orders whose customers still expect an earlier day than the plan says: the agents' queue, by deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from kernel.zones import viewer_time
from notifications.models import Delivery, DeliveryState, Fact
from notifications.rules.valve import message_rules
from orders.dialogue.reaching import has_short_way
from orders.dialogue.standing import is_untold
from orders.models import (
    UNTOLD,
    ChoiceKind,
    CustomerChoice,
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderPlan,
    OrderStatus,
    Reason,
    ShipPolicy,
    Snooze,
    Telling,
    Way,
)
from orders.queries.promises import order_chance
from orders.replanning.facts import ETA_RESTORED

COUNTED = 1000  # beyond that a tab says "1,000+": counting all would cost as much as the queue is long
SHOWN = 50
# A line of a queue of this many hours left is amber, of none red.
SOON = timedelta(hours=2)
SPLITS = "/split"
ASKED_WITHIN = timedelta(days=14)
# A new address or contact is no answer to how an order goes on.
ANSWERS = [kind for kind in ChoiceKind if kind not in (ChoiceKind.ADDRESS, ChoiceKind.CONTACT)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One order of the queue. ``tell_by`` is the deadline; ``blocked`` says why no message went out by itself.

    ``put_off`` says until when, or that the customer is not to be told, and ``why``.
    """

    plan: OrderPlan
    tell_by: datetime | None
    blocked: str
    is_overdue: bool
    is_soon: bool
    last_call: str
    put_off: str
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that asked a customer to choose, and what they chose ("": nothing yet)."""

    telling: Telling
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DateChoice:
    """A day that the customer could be told, with the chance that it is kept (None where nobody can say).

    ``splits`` lets what is ready leave now; ``value`` is what the form says for this choice; ``refusal`` is why whoever
    looks may not set this day.
    """

    key: str
    label: str
    on: date
    chance: float | None
    meaning: str
    splits: bool = False
    refusal: str = ""

    @property
    def value(self) -> str:
        return f"{self.on.isoformat()}{SPLITS if self.splits else ''}"


def untold(*, is_dated: bool = True) -> QuerySet[OrderPlan]:
    """Return open orders, not held, that slipped behind the told day and about which no message leaves or is proposed.

    A slip that the rules keep from the customer is none; one that a colleague put off is not there until its time.
    ``is_dated`` False: those without any day.
    """
    rows = _slips(is_dated=is_dated)
    return rows.filter(~_put_off(timezone.now())) if is_dated else rows


def put_off() -> QuerySet[OrderPlan]:
    """Return the slips that a colleague put off to a time, or saved without telling the customer."""
    return _slips().filter(_put_off(timezone.now()))


def asked(*, now: datetime) -> QuerySet[Telling]:
    """Return the messages of two weeks that asked a customer to choose, those with the newest answers first.

    A question that newer news overtook before it left, or that could not be sent, was never asked.
    """
    since = CustomerChoice.objects.filter(order=OuterRef("order"), made_at__gt=OuterRef("at"), kind__in=ANSWERS)
    since = since.order_by("pk")
    rows = Telling.objects.filter(at__gte=now - ASKED_WITHIN, taken_back_at=None).exclude(asks=[])
    rows = rows.filter(Q(order__status=OrderStatus.OPEN) | Exists(since)).exclude(Exists(_never_left()))
    return (
        rows.select_related("order__customer", "actor")
        .annotate(
            chosen_kind=Subquery(since.values("kind")[:1]),
            chosen_details=Subquery(since.values("details")[:1]),
            chosen_at=Subquery(since.values("made_at")[:1]),
        )
        .order_by(F("chosen_at").desc(nulls_last=True), "-at", "-pk")
    )


def _never_left() -> QuerySet[Delivery]:
    """Return the message of a telling, where it did not leave and will not."""
    stays = Q(state__in=(DeliveryState.SUPERSEDED, DeliveryState.SUPPRESSED, DeliveryState.FAILED))
    is_overtaken = Q(Exists(_newer()), state__in=(DeliveryState.PROPOSED, DeliveryState.PENDING))
    leading = Delivery.objects.filter(fact__dedupe_key=OuterRef("fact_key"), is_lead=True)
    return leading.filter(stays | is_overtaken)


def _newer() -> QuerySet[Fact]:
    """Return newer news than that of a delivery."""
    return Fact.objects.filter(subject=OuterRef("fact__subject"), pk__gt=OuterRef("fact_id"))


def answers(rows: QuerySet[Telling], *, limit: int = SHOWN) -> list[Asked]:
    """Read the head of ``asked`` in one query."""
    return [_asked(telling) for telling in rows[:limit]]


def _asked(telling: Telling) -> Asked:
    found = vars(telling)
    kind = found["chosen_kind"]
    said = ": ".join(filter(None, (ChoiceKind(kind).label, found["chosen_details"]))) if kind else ""
    return Asked(telling, said, found["chosen_at"])


def _slips(*, is_dated: bool = True) -> QuerySet[OrderPlan]:
    rows = OrderPlan.objects.exclude(Exists(Hold.objects.filter(order=OuterRef("order"), released_at=None)))
    if not is_dated:
        return rows.filter(eta_p50__isnull=True)
    on_its_way = Q(state__in=[DeliveryState.PENDING, DeliveryState.SENDING], state_reason="")
    leaving = Delivery.objects.filter(on_its_way | Q(state=DeliveryState.PROPOSED), order_ref=OuterRef("order__ref"))
    leaving = leaving.exclude(fact__kind=ETA_RESTORED).exclude(Exists(_newer()))  # taken back: it tells of no slip
    return rows.filter(~Exists(leaving), is_untold())


def _put_off(now: datetime) -> Q:
    """Tell of a slip whether it is put off, and has not been announced anew since."""
    noticed = Coalesce(OuterRef("order__promise__announced_at"), OuterRef("placed_at"))
    snoozed = Snooze.objects.filter(order=OuterRef("order"), kind=UNTOLD, at__gte=noticed)
    saved = Telling.objects.filter(order=OuterRef("order"), way=Way.KEPT, taken_back_at=None, at__gte=noticed)
    is_back = Exists(snoozed.filter(until_at__lte=now))
    return Q(Exists(snoozed.filter(until_at__gt=now))) | Q(Exists(saved), ~Q(is_back))


def silent(*, now: datetime) -> QuerySet[OrderPlan]:
    """Return open orders, not held, whose customers nobody reaches: they heard nothing for long and have no address
    that a follow-up could go to. A colleague has to call."""
    since = now - timedelta(days=message_rules().follow_up_days)
    rows = OrderPlan.objects.exclude(Exists(Hold.objects.filter(order=OuterRef("order"), released_at=None)))
    rows = rows.filter(order__customer__email="", order__promise__isnull=False, placed_at__lt=since)
    return rows.exclude(order__promise__told_at__gte=since).exclude(has_short_way("order__customer__"))


def queue(rows: QuerySet[OrderPlan], *, now: datetime, limit: int = SHOWN) -> list[Waiting]:
    """Read the head of a queue in one query, the nearest deadline first."""
    tried = Telling.objects.filter(order=OuterRef("order"), taken_back_at=None).order_by("-at")
    called = tried.filter(way__in=(Way.VOICEMAIL, Way.NO_ANSWER))
    saved = tried.filter(way=Way.KEPT)
    snoozed = Snooze.objects.filter(order=OuterRef("order"), kind=UNTOLD)
    latest = Delivery.objects.filter(order_ref=OuterRef("order__ref")).order_by("-pk")
    within = timedelta(hours=settings.TELL_WITHIN_HOURS)
    noticed = Coalesce("order__promise__announced_at", "order__promise__told_at", "placed_at")
    rows = rows.select_related("order__customer", "order__promise")
    rows = rows.annotate(
        noticed_at=ExpressionWrapper(noticed, DateTimeField()),
        message_state=Subquery(latest.values("state")[:1]),
        message_reason=Subquery(latest.values("state_reason")[:1]),
        called_way=Subquery(called.values("way")[:1]),
        called_at=Subquery(called.values("at")[:1]),
        saved_at=Subquery(saved.values("at")[:1]),
        saved_note=Subquery(saved.values("note")[:1]),
        snoozed_at=Subquery(snoozed.values("at")[:1]),
        snoozed_until=Subquery(snoozed.values("until_at")[:1]),
        snoozed_note=Subquery(snoozed.values("note")[:1]),
    ).order_by("noticed_at", "order_id")
    return [_waiting(plan, within, now) for plan in rows[:limit]]


def counted(rows: QuerySet[OrderPlan]) -> int:
    """Count up to a thousand."""
    return rows.order_by()[:COUNTED].count()


def told_since(since: datetime) -> QuerySet[EtaRevision]:
    """Return the dates told since then, by message or by a colleague, newest first."""
    told = EtaRevision.objects.filter(kind=EtaRevisionKind.TOLD, at__gte=since)
    return told.select_related("order__customer", "actor").order_by("-at", "-pk")


def start_of_day(now: datetime) -> datetime:
    """Return the midnight before ``now`` in the company's zone."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def date_choices(plan: OrderPlan, order: Order) -> list[DateChoice]:
    """Return the days worth telling: the expected one, the one that nine in ten keep, and first, where an order waits
    to be complete and part of it is here, the expected one for the rest."""
    if plan.eta_p50 is None:
        return []
    ready = plan.open_units - plan.short_units
    parts = f"{ready:,} of {plan.open_units:,} units are here" if ready else "All together"
    chance = order_chance(plan, plan.eta_p50)
    found = [DateChoice("expected", "Expected", plan.eta_p50, chance, parts)]
    if ready and ready < plan.open_units and order.ship_policy != ShipPolicy.PARTIAL:
        rest = f"{ready:,} units now, {plan.open_units - ready:,} later"
        found.insert(0, DateChoice("split", "Split", plan.eta_p50, chance, rest, splits=True))
    if plan.eta_p90 and plan.eta_p90 > plan.eta_p50:
        late = (plan.eta_p90 - plan.eta_p50).days
        found.append(
            DateChoice("safe", "Safe", plan.eta_p90, order_chance(plan, plan.eta_p90), f"{late} d later, rarely missed")
        )
    return found


def reason_key(plan: OrderPlan) -> str:
    """Return the key under which customers read this plan's reason."""
    return Reason(plan.reason).name.lower()


def _waiting(plan: OrderPlan, within: timedelta, now: datetime) -> Waiting:
    found = vars(plan)
    tell_by = found["noticed_at"] + within if found["noticed_at"] else None
    return Waiting(
        plan=plan,
        tell_by=tell_by,
        blocked=_why_not_told(found["message_state"], found["message_reason"]),
        is_overdue=bool(tell_by and tell_by < now),
        is_soon=bool(tell_by and now <= tell_by < now + SOON),
        last_call=_call_words(found["called_way"], found["called_at"]),
        **_put_off_words(found, now),
    )


def _put_off_words(found: dict[str, Any], now: datetime) -> dict[str, str]:
    """Say what a colleague decided last about a slip, while no newer news of it was announced."""
    noticed = found["noticed_at"]
    until, is_snoozed = found["snoozed_until"], found["snoozed_at"] and found["snoozed_at"] >= noticed
    is_saved = found["saved_at"] and found["saved_at"] >= noticed
    said = {"put_off": "", "why": (found["snoozed_note"] if is_snoozed else "") or ""}
    if is_saved:
        said = {"put_off": "Saved, not told", "why": said["why"] or found["saved_note"]}
    if is_snoozed:
        at = viewer_time(until)
        said["put_off"] = f"Reminder of {at:%-d %b %H:%M}" if until <= now else f"Until {at:%-d %b %H:%M}"
    return said


def _call_words(way: str | None, at: datetime | None) -> str:
    return f"{Way(way).label}, {viewer_time(at):%-d %b %H:%M}" if way and at else ""


def _why_not_told(state: str | None, reason: str | None) -> str:
    if state in (DeliveryState.SUPPRESSED, DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        return reason or str(DeliveryState(state).label)
    if state in (DeliveryState.PENDING, DeliveryState.SENDING):
        return reason or "A message is on its way"
    return ""
