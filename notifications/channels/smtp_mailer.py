"""SMTP through Django's backend, with what Django does not tell: what is known about a mail that failed."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable, words_of

BAD_ADDRESS = {550, 551, 553, 554}  # as answers to RCPT TO: no such mailbox, or it will not hear from us


class _TellsUnanswered(smtplib.SMTP):
    _content_is_out = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content; a connection that dies once any of it is out may have delivered it."""
        self._content_is_out = False
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            if not self._content_is_out:
                raise
            raise Unanswered(words_of(error)) from error

    def send(self, s: Any) -> None:
        """Send a command, which is text, or the content, which is bytes."""
        self._content_is_out = isinstance(s, bytes)
        super().send(s)


class _TellsUnansweredSSL(_TellsUnanswered, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's SMTP backend, raising ``Unanswered`` where smtplib only says that the connection is gone."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TellsUnansweredSSL if self.use_ssl else _TellsUnanswered


class SmtpMailer:
    """One connection for a batch of mails, opened again after any failure that may have broken it."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.is_open = False

    def open(self) -> None:
        """Connect, greet and sign in if not connected; raise Unreachable when no server can be used."""
        try:
            self._backend.open()
            connection = getattr(self._backend, "connection", None)
            if isinstance(connection, smtplib.SMTP):
                connection.ehlo_or_helo_if_needed()  # some say hello and hang up
        except OSError as error:  # smtplib's errors are OSErrors too
            self.close()
            raise Unreachable(words_of(error)) from error
        self.is_open = True

    def close(self) -> None:
        """Hang up; a server that is gone already is no news."""
        self.is_open = False
        try:
            self._backend.close()
        except OSError:
            self._backend.connection = None

    def send(self, mail: EmailMessage) -> str:
        """Hand one mail over; return only after the server's 250, which names nothing. Raises what ``answers`` has.

        Servers hang up after a number of mails or a while. When that shows before this one's content is out, it goes
        over a new connection at once.
        """
        try:
            try:
                self._backend.send_messages([mail])
            except smtplib.SMTPServerDisconnected:
                self.close()
                self._backend.open()
                self._backend.send_messages([mail])
                self.is_open = True
        except smtplib.SMTPRecipientsRefused as error:
            [(code, answer)] = error.recipients.values()
            raise _refusal(code, answer, is_recipient=True) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise _refusal(error.smtp_code, error.smtp_error, is_recipient=False) from error
        except Unanswered:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise RefusedForNow(words_of(error)) from error
        return ""


def _refusal(code: int, answer: bytes | str, *, is_recipient: bool) -> Exception:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    detail = f"{code} {text}"
    if code < 500:
        return RefusedForNow(detail)
    return RefusedForGood(detail, is_bad_address=is_recipient and code in BAD_ADDRESS)
