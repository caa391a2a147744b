"""SMTP through Django's backend, with what Django does not tell: what is known about a mail that failed."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

BAD_ADDRESS = {550, 551, 553, 554}  # as answers to RCPT TO: no such mailbox, or it will not hear from us


class Unreachable(Exception):
    """No server takes mail from us now: nothing was handed over, and the next mail would fare no better."""


class RefusedForNow(Exception):
    """The server refused this mail with a 4xx, or hung up before it had it: try again later."""


class RefusedForGood(Exception):
    """The server refused this mail with a 5xx. ``is_bad_address`` when it refused the recipient, not the content."""

    def __init__(self, detail: str, *, is_bad_address: bool = False) -> None:
        super().__init__(detail)
        self.is_bad_address = is_bad_address


class Unanswered(Exception):
    """The mail went out and the connection died before the answer: perhaps it arrived."""


class _TellsUnanswered(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content; a connection that dies from here on may have delivered it."""
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            raise Unanswered(_words(error)) from error


class _TellsUnansweredSSL(_TellsUnanswered, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's SMTP backend, raising ``Unanswered`` where smtplib only says that the connection is gone."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TellsUnansweredSSL if self.use_ssl else _TellsUnanswered


class Mailer:
    """One connection for a batch of mails, opened again after any failure that may have broken it."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def open(self) -> None:
        """Connect and sign in if not connected; raise Unreachable when no server can be used."""
        try:
            self._backend.open()
        except OSError as error:  # smtplib's errors are OSErrors too
            raise Unreachable(_words(error)) from error

    def close(self) -> None:
        """Hang up; a server that is gone already is no news."""
        try:
            self._backend.close()
        except OSError:
            self._backend.connection = None

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over; return only after the server's 250. Raises one of this module's exceptions.

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
            raise RefusedForNow(_words(error)) from error


def _refusal(code: int, answer: bytes | str, *, is_recipient: bool) -> Exception:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    detail = f"{code} {text}"
    if code < 500:
        return RefusedForNow(detail)
    return RefusedForGood(detail, is_bad_address=is_recipient and code in BAD_ADDRESS)


def _words(error: OSError) -> str:
    return f"{type(error).__name__}: {error}"
