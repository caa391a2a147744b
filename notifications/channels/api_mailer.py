"""Mails by a provider's API (django-anymail), with what its errors tell about the mail."""

from __future__ import annotations

from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage

from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable, words_of

NOT_US = {401, 403}  # the key is wrong, or we may not send at all: no mail would fare better
LATER = {408, 409, 425, 429, 500, 503}
TAKEN = {"sent", "queued"}
UNKNOWN = {502, 504}  # something on the way answered instead of the provider


class ApiMailer:
    """One session with a provider for a batch of mails."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.is_open = False

    def open(self) -> None:
        """Make a session; raises Unreachable when it cannot be made."""
        try:
            self._backend.open()
        except (AnymailError, OSError) as error:
            raise Unreachable(words_of(error)) from error
        self.is_open = True

    def close(self) -> None:
        """End the session."""
        self.is_open = False
        self._backend.close()

    def send(self, mail: EmailMessage) -> str:
        """Hand one mail over; return the provider's id for it. Raises what ``answers`` has."""
        try:
            self._backend.send_messages([mail])
        except AnymailRecipientsRefused as error:
            raise RefusedForGood(words_of(error), is_bad_address=True) from error
        except AnymailAPIError as error:
            raise _meaning(error) from error
        except AnymailError as error:  # a mail that this provider cannot write
            raise RefusedForGood(words_of(error)) from error
        told = vars(mail)["anymail_status"]  # anymail puts it there
        if not told.message_id and not TAKEN & set(told.status or ()):
            raise RefusedForGood(f"The provider does not say that it took it: {told.status}")
        return str(told.message_id or "")


def _meaning(error: AnymailAPIError) -> Exception:
    status = error.status_code
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable(words_of(error))
    if isinstance(error, requests.exceptions.ConnectionError):
        return Unreachable(words_of(error)) if _never_connected(error) else Unanswered(words_of(error))
    if isinstance(error, requests.exceptions.Timeout) or status in UNKNOWN:
        return Unanswered(words_of(error))
    if status in NOT_US:
        return Unreachable(words_of(error))
    if status is None or status in LATER:
        return RefusedForNow(words_of(error))
    return RefusedForGood(words_of(error))


def _never_connected(error: BaseException) -> bool:
    """Tell whether the connection was never made: then nothing can have been handed over."""
    return any(words in str(error) + str(error.__cause__) for words in ("NewConnectionError", "NameResolutionError"))
