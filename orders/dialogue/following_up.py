"""Messages that no change of plan brings about: silence is broken, stock that came is told, and how it was is asked.

Each looks for orders that are due and lack the fact, so a missed hour tells nobody late for ever, and looking twice
tells nobody twice: a fact's dedupe key names the occasion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from inventory.models import MovementKind, StockMovement
from kernel.transactions import entry_verb
from notifications.models import Fact
from notifications.outbox import NewFact, record_facts
from notifications.rules.valve import message_rules
from orders.dialogue.reaching import has_short_way
from orders.dialogue.snapshots import customer_payloads
from orders.dialogue.standing import is_untold
from orders.dialogue.telling import FOLLOW_UP, SUBJECT
from orders.models import Feedback, FeedbackOccasion, Hold, Order, OrderLine, OrderPlan, OrderStatus
from orders.replanning.facts import LINE_ALLOCATED

FEEDBACK_WANTED, BACK_IN_STOCK = "orders.feedback_wanted", "orders.back_in_stock"
AT_ONCE = 500  # orders of one look, so that a backlog of silence makes no storm
ASKED_WITHIN = timedelta(days=14)  # who was not asked by then is not asked any more
MOVEMENTS = 5000  # of stock that are looked at; the ledger grows at its end
RECEIVED_WITHIN = timedelta(hours=6)


@entry_verb
def follow_up_on_silence(*, now: datetime) -> int:
    """Record a follow-up for orders that wait and whose customers heard nothing for the days that the rules say.

    It repeats the date that stands, so it is news of the promise: newer news overtakes it. A slip that the customer
    does not know is no date to repeat; colleagues tell of it. Returns how many.
    """
    since = now - timedelta(days=message_rules().follow_up_days)
    held = Hold.objects.filter(order=OuterRef("order"), released_at=None)
    by_mail = Q(order__customer__wants_email=True) & ~Q(order__customer__email="")
    rows = OrderPlan.objects.exclude(Exists(held)).filter(placed_at__lt=since, order__promise__isnull=False)
    rows = rows.filter(by_mail | has_short_way("order__customer__")).exclude(order__promise__told_at__gte=since)
    rows = rows.exclude(order__promise__announced_at__gte=since).exclude(order__promise__announced_kind="")
    rows = rows.exclude(is_untold())
    rows = rows.exclude(_told(FOLLOW_UP, "order_id", ":promise", since=since))
    chosen = rows.values_list("order_id", flat=True)[:AT_ONCE]
    return _record(FOLLOW_UP, dict.fromkeys(chosen, f"{now:%Y-%m-%d}"), subject=SUBJECT, now=now)


@entry_verb
def ask_for_feedback(*, now: datetime) -> int:
    """Record that customers whose orders have left some days ago are to be asked how it was: of the newest of them, and
    nobody again within two weeks, so that who orders often is not asked all the time."""
    days = message_rules().feedback_days
    if days == 0:
        return 0
    until = now - timedelta(days=days)
    left = Order.objects.filter(status=OrderStatus.SHIPPED, closed_at__lte=until, closed_at__gt=until - ASKED_WITHIN)
    rated = Feedback.objects.filter(order=OuterRef("pk"), occasion=FeedbackOccasion.DELIVERY)
    left = left.exclude(Exists(rated))
    theirs = Order.objects.filter(customer=OuterRef("customer"), closed_at__gt=until - 2 * ASKED_WITHIN)
    left = left.exclude(Exists(theirs.filter(_told(FEEDBACK_WANTED, "pk", ":feedback", since=now - ASKED_WITHIN))))
    newest = left.order_by("customer", "-closed_at", "-pk").distinct("customer")
    chosen = newest.values_list("pk", flat=True)[:AT_ONCE]
    return _record(FEEDBACK_WANTED, dict.fromkeys(chosen, "once"), subject="order:{id}:feedback", now=now)


@entry_verb
def tell_of_stock(*, now: datetime) -> int:
    """Record that what an order waited for has come in and is set aside for it, while other lines still wait.

    Compared with what its customer was last told: a line that lacked units then and has them all, on hand, now.
    """
    newest = StockMovement.objects.order_by("-pk").values_list("kind", "at", "product_id")[:MOVEMENTS]
    received = {pk for kind, at, pk in newest if kind == MovementKind.RECEIPT and at > now - RECEIVED_WITHIN}
    lines = OrderLine.objects.filter(product_id__in=received, open_qty__gt=0, order__plan__short_units__gt=0)
    lines = lines.exclude(order__promise__announced_kind__in=["", LINE_ALLOCATED])
    ids = list(lines.values_list("order_id", flat=True).distinct()[:AT_ONCE])
    payloads, before = customer_payloads(ids), _last_told(ids)
    came = {}
    for order_id in ids:
        lacked = {line["sku"] for line in before.get(order_id, ()) if line["allocated_qty"] < line["open_qty"]}
        here = {line["sku"] for line in payloads[order_id]["lines"] if line["allocated_qty"] >= line["open_qty"]}
        if lacked & here:
            came[order_id] = ",".join(sorted(lacked & here))[:120]
    return _record(BACK_IN_STOCK, came, subject="order:{id}:stock", payloads=payloads, now=now)


def _told(kind: str, key: str, ending: str, *, since: datetime) -> Exists:
    """Tell of each row whether a fact of ``kind`` about the order named by ``key`` was recorded since then."""
    subject = Concat(Value("order:"), Cast(OuterRef(key), CharField()), Value(ending))
    return Exists(Fact.objects.filter(subject=subject, kind=kind, occurred_at__gte=since))


def _last_told(order_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the lines as the newest news of each order's promise told them."""
    subjects = {SUBJECT.format(id=order_id): order_id for order_id in order_ids}
    newest = Fact.objects.filter(subject__in=subjects).order_by("subject", "-pk").distinct("subject")
    return {subjects[fact.subject]: fact.payload.get("lines", []) for fact in newest}


def _record(
    kind: str,
    occasions: Mapping[int, str],
    *,
    subject: str,
    now: datetime,
    payloads: Mapping[int, dict[str, Any]] | None = None,
) -> int:
    """Record a fact for each order, once for each occasion; return how many orders were looked at."""
    known = customer_payloads(occasions) if payloads is None else payloads
    record_facts(
        [
            NewFact(kind, f"{kind}:{order_id}:{occasion}", known[order_id], subject.format(id=order_id))
            for order_id, occasion in sorted(occasions.items())
        ],
        now=now,
    )
    return len(occasions)
