"""From claimed deliveries to messages ready to hand over: judged, merged by customer, their words filled in.

All of a batch in one transaction and a fixed number of statements. Nothing is marked as being sent here: that happens
to each message alone, just before it is handed over (``outcomes.begin``), which asks once more what may have changed.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from kernel.errors import Invalid
from notifications.channels.routing import fall_back, let_others_lead
from notifications.delivering.known import Known, read_known
from notifications.delivering.merging import News, travel_together, words_for
from notifications.delivering.relevance import judge, within_budget
from notifications.delivering.settling import settle
from notifications.links import make_links
from notifications.models import Channel, Delivery, DeliveryState, LinkPurpose, MessageRules
from notifications.rules.valve import message_rules
from notifications.texts.languages import language_of
from notifications.texts.placeholders import parsed_date
from notifications.texts.rendering import Mail, words_kind
from notifications.texts.words import EMAIL, SMS, words_of

# Words that stay as announced are not written again: a kilobyte of HTML costs more than the rest of the row.
_FILL_IN = """
    UPDATE notifications_delivery d
    SET kind = v.kind, message_id = v.message_id, sent_with_id = v.sent_with_id, words_version = v.words_version,
        subject_line = CASE WHEN v.has_words THEN v.subject_line ELSE d.subject_line END,
        body_text = CASE WHEN v.has_words THEN v.body_text ELSE d.body_text END,
        body_html = CASE WHEN v.has_words THEN v.body_html ELSE d.body_html END
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::int[], %s::bool[], %s::text[], %s::text[],
        %s::text[])
        AS v (id, kind, message_id, sent_with_id, words_version, has_words, subject_line, body_text, body_html)
    WHERE d.id = v.id
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to hand over: its deliveries, the first of which is the message itself while the others' news travels
    with it, and the customer's keys, which are kept nowhere else (notifications.links)."""

    deliveries: Sequence[Delivery]
    order_keys: dict[str, str]
    unsubscribe_key: str

    @property
    def delivery(self) -> Delivery:
        return self.deliveries[0]

    @property
    def keys(self) -> list[int]:
        return [each.pk for each in self.deliveries]


def prepare(token: uuid.UUID, *, now: datetime) -> list[Outgoing]:
    """Return the messages that the deliveries claimed under ``token`` make now, the oldest first.

    What is not to be sent, or not yet, is settled here and is no longer claimed. News whose address has closed goes
    over to the customer's next channel.
    """
    with transaction.atomic():
        claimed = Delivery.objects.filter(lease_token=token, state=DeliveryState.PENDING).select_related("fact")
        deliveries = list(claimed.order_by("pk").select_for_update(of=("self",), no_key=True))
        if not deliveries:
            return []
        rules, known = message_rules(), read_known(deliveries, now=now)
        judged = [News(each, judge(each, rules, known, now=now)) for each in deliveries]
        sent, settled = divide(judged, rules, known, now)
        outgoing, unspeakable = _fill_in(sent, now)
        settled += unspeakable
        settle([(each.delivery, each.verdict) for each in settled])
        fall_back([each.delivery for each in settled if each.verdict.is_closed], now=now)
        let_others_lead([each.delivery for each in settled if each.verdict.is_spared])
        return outgoing


def message_id(delivery: Delivery) -> str:
    """Return the Message-ID of a delivery: the same each time, so that a mail sent twice would show as one."""
    what = f"{delivery.fact_id}|{delivery.recipient}|{delivery.channel}"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{delivery.fact_id}.{hashlib.sha256(what.encode()).hexdigest()[:24]}@{domain}>"


def divide(
    judged: Sequence[News], rules: MessageRules, known: Known, now: datetime
) -> tuple[list[list[News]], list[News]]:
    """Return the messages that leave, and the news that does not; one message uses the budget once."""
    leaving, settled = [], [each for each in judged if not each.verdict.sends]
    for message in travel_together([each for each in judged if each.verdict.sends], rules):
        verdicts = [within_budget(each.delivery, each.verdict, rules, known, now) for each in message]
        if any(verdict.sends for verdict in verdicts):
            known.count_mail(message[0].delivery, now)
            leaving.append(message)
        else:
            settled += [News(each.delivery, verdict) for each, verdict in zip(message, verdicts, strict=True)]
    return leaving, settled


def _fill_in(messages: Sequence[Sequence[News]], now: datetime) -> tuple[list[Outgoing], list[News]]:
    """Write the words of each message; return the messages, and the news whose words cannot be filled in."""
    spoken, unspeakable, rows = [], [], []
    for news in messages:
        try:
            rows += _worded(news, now)
        except Invalid as error:
            said = replace(
                news[0].verdict, state=DeliveryState.FAILED, reason=f"Its words cannot be filled in: {error.detail}"
            )
            unspeakable += [News(each.delivery, said) for each in news]
        else:
            spoken.append([each.delivery for each in news])
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_FILL_IN, [list(column) for column in zip(*rows, strict=True)])
    return _with_keys(spoken, now), unspeakable


def _worded(news: Sequence[News], now: datetime) -> list[tuple[object, ...]]:
    """Put the words of a message into its deliveries; return their rows for ``_FILL_IN``."""
    lead, today = news[0].delivery, timezone.localdate(now)
    mail = _as_announced(news, today) or words_for(news, today=today)
    identity = message_id(lead)
    rows: list[tuple[object, ...]] = []
    for each in news:
        row = each.delivery
        words = (mail.subject_line, mail.body_text, mail.body_html)
        is_new = words != (row.subject_line, row.body_text, row.body_html)
        row.subject_line, row.body_text, row.body_html = words
        row.kind, row.message_id, row.words_version = f"orders.{each.verdict.kind}", identity, mail.words_version
        row.sent_with = None if row is lead else lead
        written = words if is_new else ("", "", "")
        rows.append((row.pk, row.kind, identity, row.sent_with_id, row.words_version, is_new, *written))
    return rows


def _as_announced(news: Sequence[News], today: date) -> Mail | None:
    """Return the words that the announcement wrote where nothing that they are made of has changed: it is most mails,
    and writing words is the dearest step of preparing."""
    first, *others = news
    row, payload = first.delivery, first.delivery.fact.payload
    is_same = (
        f"orders.{first.verdict.kind}" == row.fact.kind
        and first.verdict.told_on == parsed_date(payload["told_on"])
        and timezone.localdate(row.fact.occurred_at) == today
        and not row.message_id  # else an earlier try may have put a summary there
        and not row.wording
        and row.body_text
    )
    if others or not is_same:
        return None
    channel = EMAIL if row.channel == Channel.EMAIL else SMS
    words = words_of(words_kind(first.verdict.kind, payload), language_of(row.language), channel=channel)
    stands = words.version == row.words_version
    return Mail(row.subject_line, row.body_text, row.body_html, row.words_version) if stands else None


def _with_keys(messages: Sequence[Sequence[Delivery]], now: datetime) -> list[Outgoing]:
    wanted = [
        link
        for message in messages
        for link in (*((LinkPurpose.ORDER, each.order_ref) for each in message), _unsubscribe(message))
    ]
    keys = iter(make_links(wanted, now=now))
    return [Outgoing(message, {each.order_ref: next(keys) for each in message}, next(keys)) for message in messages]


def _unsubscribe(message: Sequence[Delivery]) -> tuple[LinkPurpose, str]:
    return LinkPurpose.UNSUBSCRIBE, message[0].recipient
