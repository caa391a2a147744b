"""The law of delayed orders: customers who agreed to one day are told of a later one by a notice, and from the second
on (from the first, if it is long or nobody can name a day) the order stands only if they agree.

A *notice* is a fact in place of the plain news of a later date. It counts once it has been sent: only then
``DelayNotice`` has its row, and only then silence can cancel. docs/messages.md has the rules with a worked case.
Locks: the order (verbs), the promise (listeners), then the notice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.dirty import mark_dirty
from kernel.errors import Conflict, DomainError, Invalid
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from notifications.delivering.quiet import zone_of
from notifications.models import Delivery, Fact
from notifications.outbox import NewFact, record_facts
from notifications.texts.placeholders import parsed_date
from orders.dialogue.compensating import eta_of
from orders.dialogue.snapshots import customer_payloads
from orders.handling.editing import lock_open_order, lock_order, product_ids_of, save_order, tell
from orders.handling.lifecycle import cancel_all
from orders.models import DelayNotice, DelayOutcome, DelayRules, Hold, Order, OrderPromise, OrderStatus

log = logging.getLogger(__name__)

NOTICE, CONSENT = "orders.delay_notice", "orders.delay_consent"
NO_ANSWER = "The customer did not agree to the delay in time."
GIVEN = (DelayOutcome.UNASKED, DelayOutcome.AGREED, DelayOutcome.OPEN)
ACCEPTED = (DelayOutcome.UNASKED, DelayOutcome.AGREED)
LIMITS = {"long_delay_days": (0, 365), "answer_days": (1, 90)}
MOST_COUNTRIES = 50
_AT_ONCE = 200
_EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Slip:
    """A later day, or none, of an order: the snapshot that says so, what it is about, what tells it from others."""

    payload: dict[str, Any]
    subject: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What a notice says besides the new day: which one it is, from which day, and whether and by when to answer."""

    number: int
    from_on: date
    needs_consent: bool
    answer_by_on: date


def delay_rules() -> DelayRules:
    """Return the rules; until somebody changes them they are off."""
    return DelayRules.objects.filter(pk=1).first() or DelayRules()


@entry_verb
def change_delay_rules(
    *,
    is_on: bool,
    countries: Sequence[str],
    long_delay_days: int,
    answer_days: int,
    version: int | None,
    actor: Actor | None,
) -> DelayRules:
    """Change whether and how the law is kept. While it is off nothing is cancelled; open notices wait."""
    given = {"long_delay_days": long_delay_days, "answer_days": answer_days}
    for name, value in given.items():
        low, high = LIMITS[name]
        if isinstance(value, bool) or not low <= value <= high:
            wrong = f"Give a whole number from {low} to {high}."
            raise Invalid(wrong, fields={name: wrong})
    names = [clean_text(name, field="countries", max_length=60) for name in countries]
    if len(names) > MOST_COUNTRIES:
        raise Invalid("At most 50 countries.", fields={"countries": "At most 50 countries."})
    DelayRules.objects.bulk_create([DelayRules()], ignore_conflicts=True)
    rules = DelayRules.objects.select_for_update(of=("self",), no_key=True).get(pk=1)
    if version is not None and version != rules.version:
        raise Conflict("Somebody else changed the rules meanwhile. Look at them again.", code="stale")
    rules.is_on, rules.countries = is_on, sorted({name for name in names if name})
    rules.long_delay_days, rules.answer_days = long_delay_days, answer_days
    rules.version += 1
    rules.changed_by_id = key_of(actor)
    rules.save()
    return rules


def give_notices(facts: Iterable[Fact]) -> None:
    """Listen to ``orders.eta_slipped``: where the law asks for it, record a notice, which overtakes the plain news.

    Takes part in the dispatcher's transaction; a few queries for any number of facts.
    """
    require_transaction()
    rules = delay_rules()
    if not rules.is_on:
        return
    newest = {fact.payload["order"]["id"]: fact for fact in sorted(facts, key=lambda fact: fact.pk)}
    slips = [Slip(fact.payload, fact.subject, str(fact.pk), fact.occurred_at) for fact in newest.values()]
    _record_notices(slips, rules)


@entry_verb
def give_overdue_notices(*, now: datetime) -> int:
    """Record notices for orders whose day has passed while nobody can name another, which no news tells of; return how
    many were looked at. What waits for the customer's own answer is left out."""
    rules = delay_rules()
    if not rules.is_on:
        return 0
    today = timezone.localdate(now)
    overdue = Order.objects.filter(
        status=OrderStatus.OPEN, plan__eta_p50=None, plan__isnull=False, promise__announced_on__lt=today
    )
    asked = DelayNotice.objects.filter(order=OuterRef("pk")).filter(Q(outcome=DelayOutcome.OPEN) | Q(to_on=None))
    held = Hold.objects.filter(order=OuterRef("pk"), released_at=None)
    ids = list(
        overdue.exclude(Exists(asked)).exclude(Exists(held)).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
    )
    slips = [
        Slip({**payload, "eta_on": None}, f"order:{pk}:promise", f"overdue:{pk}:{payload['told_on']}", now)
        for pk, payload in customer_payloads(ids).items()
    ]
    _record_notices(slips, rules)
    return len(ids)


def terms_of(
    slip: Slip, order: Order, promise: OrderPromise, notices: Sequence[DelayNotice], rules: DelayRules
) -> Terms | None:
    """Return what a notice about the slip says, None when the customer has agreed to its day or a later one.

    ``notices`` are those given so far, in their order.
    """
    eta_on = parsed_date(slip.payload["eta_on"])
    agreed_on = agreed_to(promise, notices)
    if agreed_on is None or (eta_on is not None and eta_on <= agreed_on):
        return None
    waiting = next((notice for notice in notices if notice.outcome == DelayOutcome.OPEN), None)
    is_second = any(notice.outcome in GIVEN for notice in notices)
    is_long = eta_on is None or (eta_on - agreed_on).days > rules.long_delay_days
    today = slip.at.astimezone(zone_of(order.customer.zone)).date()
    answer_by_on = waiting.answer_by_on if waiting else max(agreed_on, today + timedelta(days=rules.answer_days))
    return Terms(len(notices) + 1, agreed_on, is_second or is_long, answer_by_on)


def agreed_to(promise: OrderPromise, notices: Sequence[DelayNotice]) -> date | None:
    """Return the last day that the customer has agreed to, by word or by silence; None when they agreed to any."""
    accepted = [notice for notice in notices if notice.outcome in ACCEPTED]
    return accepted[-1].to_on if accepted else promise.promised_on


def record_given(facts: Iterable[Fact]) -> None:
    """Listen to ``notifications.sent``: keep each notice that has gone out, from when on it counts."""
    require_transaction()
    ids = [fact.payload["delivery_id"] for fact in facts if fact.payload["fact_kind"] in (NOTICE, CONSENT)]
    sent = {each.pk: each for each in Delivery.objects.filter(pk__in=ids).select_related("fact").order_by("sent_at")}
    order_ids = {each.fact.payload["order"]["id"] for each in sent.values()}
    if not order_ids:
        return
    _lock_promises(order_ids)
    notices = _notices_of(order_ids)
    is_open = set(Order.objects.filter(pk__in=order_ids, status=OrderStatus.OPEN).values_list("pk", flat=True))
    for delivery in sent.values():
        order_id = delivery.fact.payload["order"]["id"]
        known = notices.setdefault(order_id, [])
        known.append(_given(delivery, known, is_open=order_id in is_open))


def agree(order: Order, notice_id: int, *, actor: Actor | None, now: datetime) -> DelayNotice:
    """Keep that the customer agrees to the day of an open notice. A participant; the order is locked."""
    require_transaction()
    found = DelayNotice.objects.filter(pk=notice_id, order=order, outcome=DelayOutcome.OPEN)
    if not found.update(outcome=DelayOutcome.AGREED, ended_at=now, ended_by_id=key_of(actor)):
        wrong = _("Your order has changed since you opened this page. Here it is now.")
        raise Conflict(wrong, code="stale")
    return DelayNotice.objects.get(pk=notice_id)


@entry_verb
def agree_in_person(ref: str, *, notice_id: int, actor: Actor | None, now: datetime) -> DelayNotice:
    """Keep that the customer told a colleague that they agree. Changes no plan."""
    order = lock_open_order(ref)
    notice = agree(order, notice_id, actor=actor, now=now)
    save_order(order)
    said = {"notice": notice.number, "until": notice.to_on.isoformat() if notice.to_on else None}
    tell(order, "orders.delay_agreed", actor=actor, now=now, payload=said)
    return notice


def cancel_unanswered(*, now: datetime) -> int:
    """Cancel what nobody agreed to in time and settle notices that are over; return how many notices ended.

    An order that cannot be cancelled, because part of it is picked, is left to the next look.
    """
    if not delay_rules().is_on:
        return 0
    due = DelayNotice.objects.filter(outcome=DelayOutcome.OPEN, answer_by_on__lt=(now + _EARLIEST_ZONE).date())
    ended, last = 0, 0
    while rows := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", "order__ref")[:_AT_ONCE]):
        for pk, ref in rows:
            try:
                ended += end_unanswered(ref, notice_id=pk, now=now)
            except DomainError as refusal:
                log.warning("notice %s of %s cannot end: %s", pk, ref, refusal.detail)
        last = rows[-1][0]
    return ended


@entry_verb
def end_unanswered(ref: str, *, notice_id: int, now: datetime) -> bool:
    """End a notice whose time to answer is over where the customer is; tell whether it ended."""
    order = lock_order(ref)
    found = DelayNotice.objects.select_for_update(of=("self",), no_key=True).filter(pk=notice_id, order=order)
    notice = found.filter(outcome=DelayOutcome.OPEN).first()
    if notice is None:
        return False
    if order.status != OrderStatus.OPEN:
        _end(notice, DelayOutcome.CLOSED, now)
        return True
    if now.astimezone(zone_of(order.customer.zone)).date() <= notice.answer_by_on:
        return False
    # The plan's own day: one that customers do not hear of yet, as it is not firm, is no reason to cancel either.
    days = (eta_of(order), parsed_date(customer_payloads([order.pk])[order.pk]["eta_on"]))
    if any(day is not None and day <= notice.from_on for day in days):
        _end(notice, DelayOutcome.KEPT, now)
        return True
    mark_dirty(product_ids_of(order), cause="not_agreed", reference=order.ref)
    answer_by = {"answer_by_on": notice.answer_by_on.isoformat()}
    cancel_all(order, kind="orders.cancelled_unanswered", reason=NO_ANSWER, said=answer_by, actor=None, now=now)
    _end(notice, DelayOutcome.EXPIRED, now)
    return True


def _end(notice: DelayNotice, outcome: DelayOutcome, now: datetime) -> None:
    notice.outcome, notice.ended_at = outcome, now
    notice.save(update_fields=["outcome", "ended_at"])


def _lock_promises(order_ids: Iterable[int]) -> dict[int, OrderPromise]:
    rows = OrderPromise.objects.filter(order_id__in=list(order_ids)).order_by("pk").select_for_update(no_key=True)
    return {promise.order_id: promise for promise in rows}


def _notices_of(order_ids: Iterable[int]) -> dict[int, list[DelayNotice]]:
    found: dict[int, list[DelayNotice]] = {}
    for notice in DelayNotice.objects.filter(order_id__in=list(order_ids)).order_by("order_id", "number"):
        found.setdefault(notice.order_id, []).append(notice)
    return found


def _under_the_law(order_ids: Iterable[int], rules: DelayRules) -> list[Order]:
    orders = Order.objects.filter(pk__in=list(order_ids), status=OrderStatus.OPEN).select_related("customer")
    orders = orders.filter(customer__country__in=rules.countries) if rules.countries else orders
    return list(orders.order_by("pk"))


def _record_notices(slips: Sequence[Slip], rules: DelayRules) -> None:
    by_order = {slip.payload["order"]["id"]: slip for slip in slips}
    promises, notices = _lock_promises(by_order), _notices_of(by_order)
    record_facts(
        [
            _notice_fact(by_order[order.pk], terms)
            for order in _under_the_law(by_order, rules)
            if order.pk in promises
            and (terms := terms_of(by_order[order.pk], order, promises[order.pk], notices.get(order.pk, []), rules))
        ],
        now=timezone.now(),
    )


def _notice_fact(slip: Slip, terms: Terms) -> NewFact:
    kind = CONSENT if terms.needs_consent else NOTICE
    said: dict[str, Any] = {
        "number": terms.number,
        "from_on": terms.from_on.isoformat(),
        "answer_by_on": terms.answer_by_on.isoformat(),
    }
    return NewFact(kind, f"{kind}:{slip.key}", {**slip.payload, "notice": said}, slip.subject)


def _given(delivery: Delivery, known: Sequence[DelayNotice], *, is_open: bool) -> DelayNotice:
    """Keep one notice that was sent; what still waits for an answer is replaced by it."""
    payload, sent_at = delivery.fact.payload, delivery.sent_at or timezone.now()
    needs_consent = delivery.kind == CONSENT
    for notice in known:
        if notice.outcome == DelayOutcome.OPEN:
            _end(notice, DelayOutcome.REPLACED, sent_at)
    asked = DelayOutcome.OPEN if needs_consent else DelayOutcome.UNASKED
    return DelayNotice.objects.create(
        order_id=payload["order"]["id"],
        number=len(known) + 1,
        from_on=date.fromisoformat(payload["notice"]["from_on"]),
        to_on=parsed_date(payload["eta_on"]),
        needs_consent=needs_consent,
        answer_by_on=date.fromisoformat(payload["notice"]["answer_by_on"]),
        given_at=sent_at,
        outcome=asked if is_open else DelayOutcome.CLOSED,
        ended_at=None if asked == DelayOutcome.OPEN and is_open else sent_at,
    )
