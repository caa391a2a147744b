"""How a customer wants to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from kernel.errors import Invalid
from kernel.people import Actor
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from notifications.channels.routing import sms_number
from notifications.models import Channel, Preference
from notifications.rules.news_rules import channels_count, weigh_anew

ADDRESSES = {Channel.CHAT: "chat_to", Channel.PUSH: "push_to"}


@entry_verb
def change_preference(
    customer_code: str,
    *,
    channels: Sequence[str],
    uses_all: bool = False,
    sms_to: str = "",
    chat_to: str = "",
    push_to: str = "",
    quiet_from: time | None = None,
    quiet_to: time | None = None,
    actor: Actor | None,
    now: datetime,
) -> Preference:
    """Keep by which channels a customer is told, the best first; each piece of news goes by the first that works, or by
    all of them with ``uses_all``. Without any the customer is not told. Raises Invalid naming what is wrong.

    Between ``quiet_from`` and ``quiet_to`` in their zone they hear nothing; without both everybody's quiet hours hold.
    What waits already keeps its channel.
    """
    addresses = {"sms_to": sms_to, "chat_to": chat_to, "push_to": push_to}
    return keep_preference(customer_code, channels, addresses, uses_all=uses_all, quiet=(quiet_from, quiet_to), now=now)


def keep_preference(
    customer_code: str,
    channels: Sequence[str],
    addresses: Mapping[str, str],
    *,
    uses_all: bool,
    quiet: tuple[time | None, time | None],
    now: datetime,
) -> Preference:
    """Do as ``change_preference`` does as part of another verb."""
    require_transaction()
    if (quiet[0] is None) != (quiet[1] is None):
        wrong = "Give both ends of the quiet hours, or neither."
        raise Invalid(wrong, fields={"quiet_to" if quiet[0] else "quiet_from": wrong})
    given = {
        "chat_to": clean_text(addresses["chat_to"], field="chat_to", max_length=200),
        "push_to": clean_text(addresses["push_to"], field="push_to", max_length=200),
        "sms_to": _number(clean_text(addresses["sms_to"], field="sms_to", max_length=40)),
    }
    chosen = _checked(channels, given)
    if channels_count():
        weigh_anew(customer=customer_code, now=now)
    preference, _ = Preference.objects.update_or_create(
        customer_code=customer_code,
        defaults={
            **given,
            "channels": chosen,
            "uses_all": uses_all,
            "quiet_from": quiet[0],
            "quiet_to": quiet[1],
            "changed_at": now,
        },
    )
    return preference


@entry_verb
def forget_preference(
    customer_code: str,
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Tell a customer as everybody who has chosen nothing: by e-mail, and by what stands in for it."""
    if channels_count():
        weigh_anew(customer=customer_code, now=now)
    Preference.objects.filter(customer_code=customer_code).delete()


def _checked(channels: Sequence[str], given: dict[str, str]) -> list[str]:
    wrong = ""
    if any(channel not in Channel.values for channel in channels):
        wrong = f"Channels are {', '.join(Channel.values)}."
    elif len(set(channels)) != len(channels):
        wrong = "Name each channel once."
    for channel, field in ADDRESSES.items():
        if channel in channels and not given[field]:
            wrong = f"Give the customer's address for {channel.label}."
            raise Invalid(wrong, fields={field: wrong})
    if wrong:
        raise Invalid(wrong, fields={"channels": wrong})
    return [str(channel) for channel in channels]


def _number(text: str) -> str:
    number = sms_number(text)
    if text and not number:
        words = "Write the number with its country: +44 20 7183 8750."
        raise Invalid(words, fields={"sms_to": words})
    return number
