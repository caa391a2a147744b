"""Keep a mail that came in, once, beside the message that it answers."""

from __future__ import annotations

from datetime import datetime

from kernel.live import announce
from kernel.transactions import entry_verb
from notifications.models import Delivery, Reply, ReplyState
from notifications.replies.addresses import delivery_named
from notifications.replies.reading import Read, read_mail


@entry_verb
def keep_reply(raw: bytes, *, now: datetime) -> bool:
    """Keep the bytes of a mail; False when it is here already. What no message of ours fits waits for a colleague.

    A signed address says which message it answers. Without one it answers the message whose Message-ID it names, if it
    comes from the address that we wrote to: a Message-ID is no secret.
    """
    read = read_mail(raw)
    delivery = _named_by_address(read) or _named_by_message_id(read)
    reply = Reply(
        key=read.key,
        delivery=delivery,
        order_ref=delivery.order_ref if delivery else "",
        customer_name=delivery.customer_name if delivery else "",
        sender=read.sender,
        sender_name=read.sender_name,
        is_from_recipient=delivery is not None and _is_from(delivery, read),
        message_id=read.message_id,
        subject_line=read.subject_line,
        own_words=read.own_words,
        whole_text=read.whole_text,
        attachments=list(read.attachments),
        is_automatic=read.is_automatic,
        received_at=now,
        state=ReplyState.DONE if read.is_automatic else ReplyState.WAITING,
        handled_at=now if read.is_automatic else None,
    )
    known = Reply.objects.filter(key=read.key).exists()
    Reply.objects.bulk_create([reply], ignore_conflicts=True)
    announce("message", {"orders": [reply.order_ref] if reply.order_ref else []})
    return not known


def _named_by_address(read: Read) -> Delivery | None:
    named = [delivery_id for address in read.addressed_to if (delivery_id := delivery_named(address)) is not None]
    return Delivery.objects.filter(pk__in=named).first()


def _named_by_message_id(read: Read) -> Delivery | None:
    facts = [first for each in read.answers if (first := each[1:].partition(".")[0]).isdecimal() and len(first) < 19]
    ours = Delivery.objects.filter(fact_id__in=facts, message_id__in=read.answers, sent_with__isnull=True)
    return next((delivery for delivery in ours.order_by("-pk") if _is_from(delivery, read)), None)


def _is_from(delivery: Delivery, read: Read) -> bool:
    return delivery.recipient.casefold() == read.sender.casefold()
