"""What would become of a waiting message if nothing more happened until it is due: whether it leaves, when, in which
words, and with what. Judged, merged and worded by what the sender uses; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from kernel.errors import Invalid
from notifications.delivering.known import read_known
from notifications.delivering.merging import News, words_for
from notifications.delivering.preparing import divide
from notifications.delivering.relevance import judge
from notifications.models import Delivery, DeliveryState, Fact
from notifications.rules.valve import message_rules
from notifications.texts.rendering import Mail
from notifications.texts.words import read_once

MOST_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Outlook:
    """``ends_as`` names the state it would end in without being sent (""), ``why`` the reason of that or of waiting
    until ``not_before``. ``mail`` are the words now, None where it is not sent; ``others`` the orders whose news go
    with it."""

    ends_as: str
    why: str
    not_before: datetime | None
    mail: Mail | None
    others: tuple[str, ...] = ()


def outlook_of(delivery: Delivery, *, now: datetime) -> Outlook | None:
    """Return what would become of a delivery at the moment it is due, of a proposal if it were approved now; None for
    one that does not wait. At most ten queries however much news goes with it."""
    if delivery.state not in (DeliveryState.PENDING, DeliveryState.PROPOSED):
        return None
    due_at = max(now, delivery.not_before)
    theirs = Delivery.objects.filter(
        state=DeliveryState.PENDING,
        channel=delivery.channel,
        recipient=delivery.recipient,
        customer_code=delivery.customer_code,
        not_before__lte=due_at,
    )
    together = list(theirs.exclude(pk=delivery.pk).select_related("fact").order_by("pk")[: MOST_TOGETHER - 1])
    rows = sorted([delivery, *together], key=lambda row: row.pk)
    rules, known = message_rules(), read_known(rows, now=due_at)
    judged = [News(row, judge(row, rules, known, now=due_at)) for row in rows]
    leaving, settled = divide(judged, rules, known, due_at)
    for message in leaving:
        if any(each.delivery.pk == delivery.pk for each in message):
            return _sent(delivery, message, due_at)
    verdict = next(each.verdict for each in settled if each.delivery.pk == delivery.pk)
    if verdict.not_before:
        alone = _sent(delivery, [News(delivery, verdict)], due_at)
        return Outlook("", verdict.reason, verdict.not_before, alone.mail)
    return Outlook(DeliveryState(verdict.state).label, verdict.reason, None, None)


def with_overtaken(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Annotate deliveries with whether newer news of the same subject has overtaken them while they wait."""
    newer = Fact.objects.filter(subject=OuterRef("fact__subject"), pk__gt=OuterRef("fact_id")).exclude(subject="")
    return rows.annotate(is_overtaken=Exists(newer))


def _sent(delivery: Delivery, message: list[News], due_at: datetime) -> Outlook:
    others = tuple(each.delivery.order_ref for each in message if each.delivery.pk != delivery.pk)
    try:
        with read_once():
            mail = words_for(message, today=timezone.localdate(due_at))
    except Invalid as error:
        return Outlook(DeliveryState.FAILED.label, f"Its words cannot be filled in: {error.detail}", None, None)
    return Outlook("", "", None, mail, others)
