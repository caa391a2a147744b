"""A text message sent to a colleague to look at on their own telephone. Each costs money: a few a day for everybody.

Locks: the colleague's row, so that two clicks at once count one after the other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model

from kernel.errors import Conflict, Invalid
from kernel.people import Actor
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.channels.answers import RefusedForGood, RefusedForNow, Unanswered, Unreachable
from notifications.channels.gateway_courier import hand_over
from notifications.channels.gateways import carriers
from notifications.channels.routing import sms_number
from notifications.models import Channel, TrialText
from notifications.texts.rendering import Mail

TEXTS_A_DAY = 5
A_DAY = timedelta(days=1)


def send_test_text(text: Mail, *, to: str, actor: Actor, now: datetime) -> TrialText:
    """Send ``text`` to one number at once, marked as a test; one that fails counts too, for it may have cost.

    Raises Invalid for a number without its country, Conflict when the day's tests are used up, nobody carries text
    messages, or the gateway did not take it.
    """
    url = carriers().urls.get(Channel.SMS)
    if not url:
        raise Conflict("Nobody carries text messages yet. Admins set that up under Messages, Channels.")
    trial = _count(to, actor=actor, now=now)
    try:
        hand_over(Channel.SMS, url, to=trial.recipient, title="", text=f"[Test] {text.body_text}")
    except Unanswered as error:
        raise Conflict(f"Nobody knows whether it arrived: {error}", code="not_sent") from error
    except (Unreachable, RefusedForGood, RefusedForNow) as error:
        raise Conflict(f"It was not taken: {error}", code="not_sent") from error
    return trial


def own_number(actor: Actor) -> str:
    """Return the number that somebody sent their last test to, "" before the first."""
    trials = TrialText.objects.filter(actor_id=actor.pk).order_by("-sent_at", "-pk")
    return trials.values_list("recipient", flat=True).first() or ""


def texts_left(actor: Actor, *, now: datetime) -> int:
    """Return how many tests somebody may still send within these 24 hours."""
    return max(0, TEXTS_A_DAY - TrialText.objects.filter(actor_id=actor.pk, sent_at__gt=now - A_DAY).count())


@entry_verb
def _count(to: str, *, actor: Actor, now: datetime) -> TrialText:
    number = sms_number(clean_text(to, field="to", max_length=40))
    if not number:
        words = "Write your number with its country: +44 20 7183 8750."
        raise Invalid(words, fields={"to": words})
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    if not texts_left(actor, now=now):
        raise Conflict(f"You have sent {TEXTS_A_DAY} tests in a day. Read the text here instead.", code="over_budget")
    return TrialText.objects.create(actor_id=actor.pk, recipient=number, sent_at=now)
