"""Short messages by an admin's gateway, through Apprise, with what its records tell about a message that failed."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from urllib.parse import quote

from apprise import Apprise, AppriseAsset
from apprise.result import AppriseResult, AppriseResultStatus
from django.conf import settings

from kernel.errors import Invalid
from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable
from notifications.channels.gateways import PLACE
from notifications.channels.short import short
from notifications.delivering.preparing import Outgoing
from notifications.models import Channel
from notifications.texts.placeholders import hidden_link

TIMEOUTS = "cto=5&rto=10"
NOT_US = {401, 402, 403}  # the key is wrong, or the account is empty: no message would fare better
LATER = {408, 425, 429, 500, 503}
UNKNOWN = {502, 504}
GONE = {404, 410}

_STATUS = re.compile(r"\berror[ =:]+(\d{3})\b")
_NEVER_CONNECTED = re.compile(
    r"Connection refused|NewConnectionError|NameResolutionError|ConnectTimeout|No route to host|unreachable|SSLError"
)


@dataclass(frozen=True, slots=True)
class GatewayCourier:
    """Hands short messages over to one gateway, each in a connection of its own."""

    channel: str
    url: str
    is_open: bool = True

    def open(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""

    def send(self, outgoing: Outgoing) -> str:
        """Hand one message over; raises the exceptions of ``answers``."""
        text = outgoing.delivery.body_text
        for ref, key in outgoing.order_keys.items():
            text = text.replace(hidden_link(ref), f"{settings.BASE_URL}/o/{key}/")
        hand_over(
            self.channel, self.url, to=outgoing.delivery.recipient, title=outgoing.delivery.subject_line, text=text
        )
        return ""


def hand_over(channel: str, url: str, *, to: str, title: str, text: str) -> None:
    """Send one short message through the gateway at ``url``; raises the exceptions of ``answers``. What Apprise records
    of a failure is only looked at, never kept: it may name passwords."""
    heading = "" if channel == Channel.SMS else short(title)
    apprise = Apprise(asset=AppriseAsset(app_id=settings.COMPANY_NAME, http_redirects=False, async_mode=False))
    if not apprise.add(address_of(url, to)):
        raise Unreachable("The gateway's address is not understood")
    result = apprise.notify(body=text, title=heading, log_level=logging.DEBUG)
    if not result:
        raise _meaning(result)


def address_of(url: str, to: str) -> str:
    """Return the gateway's address with the customer's in its place, and our time limits."""
    filled = url.replace(PLACE, quote(to, safe="+@"))
    return f"{filled}{'&' if '?' in filled else '?'}{TIMEOUTS}"


def check_gateway_url(url: str) -> str:
    """Return an address in Apprise's notation, with a place for the customer's; raises Invalid saying what to do."""
    url = url.strip()
    if PLACE not in url:
        words = f"Write {PLACE} where the customer's number or name belongs: twilio://SID:TOKEN@+441632960000/{PLACE}"
        raise Invalid(words, fields={"url": words})
    plugin = Apprise.instantiate(address_of(url, "+447700900123"), suppress_exceptions=True)
    if plugin is None:
        words = "No service has an address like this. Write it as in Apprise's list: service://key@sender/{to}"
        raise Invalid(words, fields={"url": words})
    return url


def service_of(url: str) -> str:
    """Return the name of the service behind an address, without its secrets."""
    plugin = Apprise.instantiate(address_of(url, "+447700900123"), suppress_exceptions=True) if url else None
    return str(plugin.service_name) if plugin else ""


def _meaning(result: AppriseResult) -> Exception:
    if result.status == AppriseResultStatus.TIMEOUT:
        return Unanswered("The gateway did not answer in time")
    said = "\n".join(str(entry.message) for service in result for attempt in service for entry in attempt)
    statuses = [int(status) for status in _STATUS.findall(said)]
    if statuses:
        return _meaning_of_status(statuses[-1])
    if "Socket Exception" in said or "onnection error" in said:
        return Unreachable("No connection") if _NEVER_CONNECTED.search(said) else Unanswered("The line went dead")
    return RefusedForGood("The gateway does not take this message")


def _meaning_of_status(status: int) -> Exception:
    words = f"The gateway answered {status}"
    if status in NOT_US:
        return Unreachable(words)
    if status in LATER:
        return RefusedForNow(words)
    if status in UNKNOWN:
        return Unanswered(words)
    return RefusedForGood(words, is_bad_address=status in GONE)
