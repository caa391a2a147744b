"""From how many days on a moved date is told: by its direction, the customer's tier and the channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from kernel.errors import Conflict, Invalid, NotFound
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.tiers import Tier
from kernel.transactions import entry_verb
from notifications.models import Channel, Move, Threshold
from notifications.models.threshold import MOST_DAYS
from notifications.rules.news_rules import weigh_anew
from notifications.rules.valve import locked_rules

# The channels by which news goes to the customer whose code is {code}: the first that they chose, or all if that is
# their wish. Who has chosen nothing, or no channel, counts as told by e-mail.
CHANNELS_SQL = """COALESCE((
    SELECT NULLIF(CASE WHEN uses_all THEN channels ELSE channels[1:1] END, '{{}}')
    FROM notifications_preference WHERE customer_code = {code}
), '{{email}}')"""

_DAYS_SQL = """(
    SELECT min(COALESCE((
        SELECT days FROM notifications_threshold
        WHERE removed_at IS NULL AND kind IN ('', '{kind}') AND tier IN ('', {tier}) AND channel IN ('', by.channel)
        ORDER BY narrowness DESC LIMIT 1
    ), {default}))
    FROM unnest({channels}) AS by (channel)
)"""


def days_sql(move: Move, *, tier: str, channels: str) -> str:
    """Return a SQL expression for the least days that news of a ``move`` is told from, of all the customer's channels.

    ``tier`` and ``channels`` are SQL for the customer's tier and for an array of channels that is not empty.
    """
    return _DAYS_SQL.format(kind=move.value, tier=tier, channels=channels, default=int(settings.SLIP_THRESHOLD_DAYS))


def most_days_sql(move: Move) -> str:
    """Return a SQL expression for the most days that news of a ``move`` is told from, whoever the customer is."""
    return f"""GREATEST({int(settings.SLIP_THRESHOLD_DAYS)}, (
        SELECT max(days) FROM notifications_threshold WHERE removed_at IS NULL AND kind IN ('', '{move.value}')
    ))"""


def thresholds_in_force() -> Sequence[Threshold]:
    """Return the thresholds, the first to be asked first."""
    return list(Threshold.objects.filter(removed_at__isnull=True))


def days_from(move: str, *, tier: str, channel: str, thresholds: Sequence[Threshold]) -> int:
    """Return from how many days on a ``move`` is told: what the first that fits says, else the setting."""
    for each in thresholds:
        if each.kind in ("", move) and each.tier in ("", tier) and each.channel in ("", channel):
            return each.days
    return settings.SLIP_THRESHOLD_DAYS


@entry_verb
def add_threshold(*, kind: str, tier: str, channel: str, days: int, actor: Actor | None, now: datetime) -> Threshold:
    """Set from how many days on such news is told; the days that plans name now are weighed anew by it.

    Raises Invalid naming the field, Conflict when there is one for just this already.
    """
    _check("kind", kind, {"", *Move.values})
    _check("tier", tier, {"", *Tier.values})
    _check("channel", channel, {"", *Channel.values})
    _check_days(days)
    locked_rules()
    made = Threshold(kind=kind, tier=tier, channel=channel, days=days, changed_by_id=key_of(actor))
    _refuse_double(made)
    made.save()
    return _kept(made, now)


@entry_verb
def change_threshold(threshold_id: int, *, days: int, actor: Actor | None, now: datetime) -> Threshold:
    """Tell such news from other days on."""
    _check_days(days)
    found = _threshold(threshold_id)
    found.days, found.changed_by_id = days, key_of(actor)
    found.save(update_fields=["days", "changed_by"])
    return _kept(found, now)


@entry_verb
def remove_threshold(threshold_id: int, *, actor: Actor | None, now: datetime) -> Threshold:
    """Remove a threshold; what fits next decides."""
    found = _threshold(threshold_id)
    found.removed_at, found.changed_by_id = now, key_of(actor)
    found.save(update_fields=["removed_at", "changed_by"])
    return _kept(found, now)


@entry_verb
def restore_threshold(threshold_id: int, *, actor: Actor | None, now: datetime) -> Threshold:
    """Bring a removed threshold back."""
    locked_rules()
    found = Threshold.objects.filter(pk=threshold_id, removed_at__isnull=False).first()
    if found is None:
        raise NotFound("There is no such threshold to bring back.")
    _refuse_double(found)
    found.removed_at, found.changed_by_id = None, key_of(actor)
    found.save(update_fields=["removed_at", "changed_by"])
    return _kept(found, now)


def _threshold(threshold_id: int) -> Threshold:
    locked_rules()
    found = Threshold.objects.filter(pk=threshold_id, removed_at__isnull=True).first()
    if found is None:
        raise NotFound("There is no such threshold any more.")
    return found


def _refuse_double(wanted: Threshold) -> None:
    same = Threshold.objects.filter(kind=wanted.kind, tier=wanted.tier, channel=wanted.channel, removed_at__isnull=True)
    if same.exists():
        raise Conflict("There is a threshold for just this news. Change that one.", code="double")


def _check(field: str, value: str, known: set[str]) -> None:
    if value not in known:
        raise Invalid("Choose one from the list.", fields={field: "Choose one from the list."})


def _check_days(days: int) -> None:
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        wrong = f"Give a whole number of days from 1 to {MOST_DAYS}."
        raise Invalid(wrong, fields={"days": wrong})


def _kept(threshold: Threshold, now: datetime) -> Threshold:
    weigh_anew(now=now)
    announce("message", {"all": True})
    return threshold
