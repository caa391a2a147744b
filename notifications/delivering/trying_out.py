"""A message sent to a colleague to look at in their own mail program: no fact, no delivery, no customer."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from kernel.errors import Conflict
from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable
from notifications.channels.mail import mailer
from notifications.texts.rendering import Mail

HEADERS = {"Auto-Submitted": "auto-generated"}


def send_test(mail: Mail, *, to: str) -> None:
    """Send ``mail`` to one address at once, marked as a test. Raises Conflict with the server's words."""
    message = EmailMultiAlternatives(
        f"[Test] {mail.subject_line}", mail.body_text, settings.DEFAULT_FROM_EMAIL, [to], headers=HEADERS
    )
    message.attach_alternative(mail.body_html, "text/html")
    carrier = mailer()
    try:
        carrier.open()
        carrier.send(message)
    except (Unreachable, RefusedForGood, RefusedForNow, Unanswered) as error:
        raise Conflict(f"The mail server did not take it: {error}", code="not_sent") from error
    finally:
        carrier.close()
