"""E-mail: what a message looks like as a mail, and who carries it, SMTP or a provider's API (django-anymail)."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.html import conditional_escape

from notifications.channels.answers import RefusedForGood
from notifications.channels.api_mailer import ApiMailer
from notifications.channels.smtp_mailer import SmtpMailer
from notifications.delivering.preparing import Outgoing
from notifications.replies.addresses import reply_address
from notifications.texts.placeholders import hidden_link

OUR_NUMBER = "delivery"  # in the metadata that a provider gives back with its reports


class MailCourier:
    """Hands messages over as mails, one connection for a batch."""

    def __init__(self) -> None:
        self._mailer = mailer()

    @property
    def is_open(self) -> bool:
        return self._mailer.is_open

    def open(self) -> None:
        """Connect and sign in if not connected; raises Unreachable."""
        self._mailer.open()

    def close(self) -> None:
        """Hang up."""
        self._mailer.close()

    def send(self, outgoing: Outgoing) -> str:
        """Hand one message over and return what its provider calls it; raises the exceptions of ``answers``."""
        try:
            return self._mailer.send(mail_of(outgoing))
        except ValueError as error:  # Django refuses an address or header that cannot be written
            raise RefusedForGood(f"Not a mail: {error}") from error


class NumberedMail(EmailMultiAlternatives):
    """A mail with what a provider is to report it by; anymail hands that on, SMTP leaves it out."""

    metadata: dict[str, str]


def mailer() -> SmtpMailer | ApiMailer:
    """Return who takes mails: a provider's API where one is set, else SMTP."""
    uses_api = settings.EMAIL_BACKEND.startswith("anymail.")
    return ApiMailer(get_connection()) if uses_api else SmtpMailer(get_connection())


def mail_of(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Return the mail of a message whose words are filled in, with the customer's keys (RFC 8058 for the second)."""
    delivery = outgoing.delivery
    headers = {
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{settings.BASE_URL}/u/{outgoing.unsubscribe_key}/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    in_reply_to = delivery.fact.payload.get("in_reply_to")
    if in_reply_to:
        headers |= {"In-Reply-To": in_reply_to, "References": in_reply_to}
    replies = reply_address(delivery.pk)
    text, html = delivery.body_text, delivery.body_html
    for ref, key in outgoing.order_keys.items():
        hidden, page = hidden_link(ref), f"{settings.BASE_URL}/o/{key}/"
        text, html = text.replace(hidden, page), html.replace(conditional_escape(hidden), page)
    mail = NumberedMail(
        delivery.subject_line,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [delivery.recipient],
        headers=headers,
        reply_to=[replies] if replies else None,
    )
    mail.attach_alternative(html, "text/html")
    mail.metadata = {OUR_NUMBER: str(delivery.pk)}
    return mail
