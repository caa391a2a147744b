"""How a customer wants to hear from us, as they say on the page of one of their orders.

Locks: the customer. The wish holds for all their orders; saying it twice changes nothing more.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q
from django.utils.translation import gettext as _

from inventory.dirty import mark_dirty
from inventory.setup_history import record_change
from kernel.errors import Conflict, Invalid
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.channels.gateways import carriers
from notifications.channels.preferring import keep_preference
from notifications.channels.routing import sms_number
from notifications.models import Channel, Preference, Suppression
from notifications.models.suppression import BY_CUSTOMER
from notifications.texts.languages import codes
from orders.customers import SETUP_KIND, update_customer
from orders.models import Customer

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What holds now. ``channel`` is the first that they chose, or ``nothing``; ``sms_ending`` the last figures of the
    number that texts go to; ``may_text`` says that we can send texts at all."""

    channel: str
    sms_ending: str
    language: str
    zone: str
    quiet_from: time | None
    quiet_to: time | None
    may_text: bool


def wishes_of(customer: Customer) -> Wishes:
    """Return how a customer is told; three queries."""
    chosen = Preference.objects.filter(customer_code=customer.code).first()
    closed = Suppression.objects.filter(_at(customer.email), reason=BY_CUSTOMER).exists()
    first = chosen.channels[0] if chosen and chosen.channels else Channel.EMAIL
    refuses = chosen is not None and not chosen.channels
    mails_end_here = first == Channel.EMAIL and (closed or not customer.wants_email)
    number = sms_number((chosen and chosen.sms_to) or customer.phone)
    return Wishes(
        channel=NOTHING if refuses or mails_end_here else str(first),
        sms_ending=number[-3:],
        language=customer.language,
        zone=customer.zone,
        quiet_from=chosen.quiet_from if chosen else None,
        quiet_to=chosen.quiet_to if chosen else None,
        may_text=Channel.SMS in carriers().urls,
    )


@entry_verb
def wish_to_be_told(
    code: str,
    *,
    channel: str,
    sms_to: str = "",
    language: str,
    zone: str,
    quiet_from: time | None,
    quiet_to: time | None,
    now: datetime,
) -> None:
    """Keep by which channel a customer is told, in which language, and when not. ``nothing`` ends all news of dates.

    Raises Invalid naming the field, in the language of the page. Choosing e-mail opens an address again that its owner
    had closed; one that bounced stays closed.
    """
    customer = Customer.objects.select_for_update().get(code=code)
    chosen = Preference.objects.filter(customer_code=code).first()
    number = _number(channel, sms_to, chosen, customer)
    if zone not in zoneinfo.available_timezones() or language not in codes():
        raise Invalid(_("Choose one from the list."), fields={"zone": _("Choose one from the list.")})
    if (quiet_from is None) != (quiet_to is None):
        wrong = _("Give both ends of the quiet hours, or neither.")
        raise Invalid(wrong, fields={"quiet_to": wrong})
    keep_preference(
        code,
        _channels(channel, chosen),
        {
            "sms_to": number,
            "chat_to": chosen.chat_to if chosen else "",
            "push_to": chosen.push_to if chosen else "",
        },
        uses_all=bool(chosen and chosen.uses_all),
        quiet=(quiet_from, quiet_to),
        now=now,
    )
    given = {"language": language, "zone": zone, **({"wants_email": True} if channel == Channel.EMAIL else {})}
    before = {name: getattr(customer, name) for name in given}
    changed, waiting = update_customer(customer, given)
    mark_dirty(waiting, cause="customer_changed", reference=customer.code)
    record_change(
        SETUP_KIND,
        code,
        before={name: before[name] for name in sorted(changed)},
        after={name: given[name] for name in sorted(changed)},
        actor=None,
        now=now,
    )
    if channel == Channel.EMAIL:
        Suppression.objects.filter(_at(customer.email), reason=BY_CUSTOMER).delete()


def _number(channel: str, sms_to: str, chosen: Preference | None, customer: Customer) -> str:
    """Return the number that texts go to from now on; raise Invalid when texts are wished and there is none."""
    if channel not in (Channel.EMAIL, Channel.SMS, NOTHING):
        raise Invalid(_("Choose one of the ways we offer."), fields={"channel": _("Choose one of the ways we offer.")})
    kept = chosen.sms_to if chosen else ""
    if channel != Channel.SMS:
        return kept
    if Channel.SMS not in carriers().urls:
        raise Conflict(_("We cannot send text messages at the moment."), code="no_channel")
    number = clean_text(sms_to, field="sms_to", max_length=40) or kept or customer.phone
    given = sms_number(number)
    if not given:
        wrong = _("Write the number with its country, such as +44 20 7183 8750.")
        raise Invalid(wrong, fields={"sms_to": wrong})
    return given if sms_to else kept


def _channels(channel: str, chosen: Preference | None) -> list[str]:
    """Put the wished channel before those that a colleague has noted besides."""
    if channel == NOTHING:
        return []
    return [channel, *(each for each in (chosen.channels if chosen else ()) if each not in (channel, Channel.EMAIL))]


def _at(address: str) -> Q:
    return Q(channel=Channel.EMAIL, recipient__iexact=address)
