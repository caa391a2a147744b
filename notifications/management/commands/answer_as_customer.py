from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.models import Delivery, DeliveryState
from notifications.replies.addresses import reply_address


class Command(BaseCommand):
    help = (
        "For trials: write back to the newest message about an order, as its customer would, through the mail server."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", metavar="REF", help="the order")
        parser.add_argument("words", metavar="WORDS", help="what the customer writes")

    def handle(self, *, ref: str, words: str, **options: Any) -> None:
        if not settings.REPLIES_EMAIL:
            raise CommandError("REPLIES_EMAIL names no mailbox, so answers go nowhere.")
        message = Delivery.objects.filter(order_ref=ref, state=DeliveryState.SENT, channel="email").last()
        if message is None:
            raise CommandError(f"No message about {ref} was sent yet, so there is nothing to answer.")
        EmailMessage(
            subject=f"Re: {message.subject_line}",
            body=f"{words}\n\nOn Fri, 20 Nov 2026 at 10:11, we wrote:\n> {message.subject_line}\n",
            from_email=message.recipient,
            to=[reply_address(message.pk)],
            headers={"In-Reply-To": message.message_id},
        ).send()
        self.stdout.write(f"{message.recipient} answered {message.subject_line!r}. See Replies.")
