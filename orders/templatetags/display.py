"""How values look: money, days, spans, states. One function a value, so that a value looks the same on every page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.addresses import address_of_code
from kernel.money import exact, whole
from kernel.zones import viewer_time
from orders.models import Reason
from orders.queries.next_steps import Step

register = template.Library()

KEPT = 1024  # of what looks the same each time: a list of 50 rows shows 700 of them

MINUS = "\u2212"
LATE_FROM_DAYS = 5
TIER_PIPS = {"platinum": 4, "gold": 3, "silver": 2, "standard": 1}
REASON_ICONS = {
    Reason.READY: "boxes",
    Reason.FROZEN: "lock",
    Reason.ON_HOLD: "pause",
    Reason.SHIP_COMPLETE: "layers",
    Reason.AWAITING_SUPPLY: "package",
    Reason.SUPPLIER_LATE: "truck",
    Reason.STOCK_SHORT: "package-x",
    Reason.PROTECTED: "scale",
    Reason.ETA_BY_HAND: "pencil",
    Reason.CAPACITY: "warehouse",
    Reason.FILL_THRESHOLD: "package-open",
    Reason.WANTED_LATER: "calendar-clock",
    Reason.SPLIT_LIMIT: "split",
    Reason.STANDS_BACK: "layers",
}
STEPS = {
    Step.FIX_ADDRESS: ("map-pin", "Correct the address"),
    Step.RELEASE: ("play", "Clear the hold"),
    Step.TELL: ("mail", "Tell the customer"),
    Step.SHIP: ("truck", "Ship it"),
    Step.SHIP_PART: ("truck", "Ship what is split off"),
    Step.SPLIT: ("split", "Split, send what is here"),
    Step.SUBSTITUTE: ("replace", "Offer a substitute"),
    Step.CHASE: ("factory", "Chase the supplier"),
    Step.BUY: ("package-x", "Order more"),
}
STATUSES = {
    "late": ("Late", "is-late", "g-late"),
    "risk": ("At risk", "is-risk", "g-risk"),
    "hold": ("On hold", "is-hold", "g-hold"),
    "part": ("Partial", "is-info", "g-part"),
    "ready": ("Ready", "is-good", "g-ready"),
    "track": ("On track", "is-none", "g-track"),
    "shipped": ("Shipped", "is-good", "g-ready"),
    "cancelled": ("Cancelled", "is-none", "g-track"),
    "info": ("Info", "is-info", "g-info"),
}


@register.simple_tag
@lru_cache(KEPT)
def icon(name: str, extra: str = "") -> SafeString:
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#i-{}"/></svg>', extra, static("img/icons.svg"), name
    )


@register.simple_tag
@lru_cache(KEPT)
def glyph(name: str) -> SafeString:
    return format_html(
        '<svg viewBox="0 0 14 14" aria-hidden="true"><use href="{}#{}"/></svg>', static("img/icons.svg"), name
    )


@register.simple_tag
@lru_cache(KEPT)
def status(key: str) -> SafeString:
    """Show a status as shape, colour and word."""
    word, colour, shape = STATUSES[key]
    return format_html('<span class="st {}">{}{}</span>', colour, glyph(shape), word)


@register.simple_tag
@lru_cache(KEPT)
def status_pill(key: str, word: str = "") -> SafeString:
    default, colour, shape = STATUSES[key]
    return format_html('<span class="pill {}">{}{}</span>', colour, glyph(shape), word or default)


@register.simple_tag
@lru_cache(KEPT)
def reason(value: int | None) -> SafeString:
    """Show why a line waits: a grey icon and a word, never coloured."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "Not planned yet")
    return format_html("{}<span>{}</span>", icon(REASON_ICONS[Reason(value)]), Reason(value).label)


@lru_cache(KEPT)
def next_step_words(step: Step | None) -> SafeString:
    """Show what would help an order most now."""
    if step is None:
        return format_html('<span class="muted">{}</span>', "Wait")
    return format_html('<span class="step">{}<span>{}</span></span>', icon(STEPS[step][0], "i-14"), STEPS[step][1])


@register.simple_tag
@lru_cache(KEPT)
def tier(value: str, label: str) -> SafeString:
    pips = format_html_join("", '<i class="{}"></i>', (("on" if n < TIER_PIPS[value] else "",) for n in range(4)))
    return format_html('<span class="pips" aria-hidden="true">{}</span><span>{}</span>', pips, label)


@register.simple_tag
@lru_cache(KEPT)
def slip_chip(days: int | None) -> SafeString | str:
    """Show how far an ETA is from its promise: +7 d red from five days, amber before, green when early."""
    if days is None:
        return ""
    if days == 0:
        return format_html('<span class="slip is-none">{}</span>', "on time")
    colour = "is-good" if days < 0 else "is-late" if days >= LATE_FROM_DAYS else "is-risk"
    return format_html('<span class="slip {}">{}</span>', colour, signed_days(days))


@register.simple_tag
def slip_between(promised_on: date, eta: date) -> SafeString | str:
    return slip_chip((eta - promised_on).days)


@lru_cache(KEPT)
def rank_change(climbed: int | None) -> SafeString | str:
    """Show how many ranks an order went up or down since the day began: never in red or green, it may be either."""
    if not climbed:
        return ""
    way, shape = ("up", "M4 1 7 6H1z") if climbed > 0 else ("down", "M4 7 1 2h6z")
    return format_html(
        '<span class="mv {}" title="{} {} since the day began"><svg viewBox="0 0 8 8" aria-hidden="true">'
        '<path d="{}"/></svg>{}<span class="vh"> {}</span></span>',
        way,
        way.capitalize(),
        abs(climbed),
        shape,
        abs(climbed),
        way,
    )


@register.filter
def signed_days(days: int) -> str:
    return f"{'+' if days > 0 else MINUS if days < 0 else ''}{abs(days)}\u00a0d"


@register.filter
def points(value: float) -> str:
    return f"{value:,.1f}"


@register.filter
def signed_points(points: float) -> str:
    return f"{MINUS if points < 0 else '+'}{abs(points):,.1f}"


@register.simple_tag
@lru_cache(KEPT)
def avatar(name: str) -> SafeString:
    words = [word for word in name.replace("@", " ").split() if word[:1].isalnum()]
    initials = "".join(word[0] for word in words[:2]).upper() or "?"
    return format_html('<span class="av" aria-hidden="true">{}</span>', initials)


@register.simple_tag
def currency() -> str:
    """The code of the currency that amounts are in, for scripts."""
    return str(settings.CURRENCY)


@register.filter
def whole_money(value: Decimal | float | int | None) -> str:
    """An amount without decimals, for lists."""
    return "–" if value is None else _whole(value, settings.CURRENCY)


@register.filter
def money(value: Decimal | float | int | None) -> str:
    """An amount to the penny, for details."""
    return "–" if value is None else exact(value)


@lru_cache(KEPT)
def _whole(value: Decimal | float | int, _currency: str) -> str:
    return whole(value)


@register.filter
def pence(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value) / 100


@register.filter
def day(value: date | None) -> str:
    """``28 Nov``; with the year when it is not this one; ``Not set`` when unknown."""
    return day_in(value, timezone.localdate().year)


@lru_cache(KEPT)
def day_in(value: date | None, this_year: int) -> str:
    """Return ``day`` as it is shown in a year."""
    if value is None:
        return "Not set"
    shown = short_day(value)
    return shown if value.year == this_year else f"{shown} {value.year}"


@register.filter
def told(value: date | str) -> str:
    """A day as a day, words as they are."""
    return day(value) if isinstance(value, date) else value


def short_day(value: date) -> str:
    """``28 Nov``, where the year is plain from the place."""
    return f"{value.day} {value:%b}"


@register.filter
def local_day(value: datetime | None) -> str:
    return day(timezone.localtime(value).date() if value else None)


@register.filter
def moment(value: datetime | None) -> str:
    """``today, 09:42``, ``yesterday, 16:05``, else ``13 Nov, 09:12``, in the zone of whoever looks."""
    if value is None:
        return "–"
    local = viewer_time(value)
    days = (viewer_time(timezone.now()).date() - local.date()).days
    name = {0: "today", 1: "yesterday"}.get(days) or day(local.date())
    return f"{name}, {local:%H:%M}"


@register.simple_tag
def at(value: datetime | None) -> SafeString | str:
    """Show a moment as ``<time>`` with its full time in the title, in the zone of whoever looks."""
    if value is None:
        return "–"
    local = viewer_time(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), f"{local:%A %-d %B %Y, %H:%M %Z}", moment(value)
    )


@register.filter
def clock(value: datetime) -> str:
    """``09:42``, where the day is plain from the place."""
    return f"{viewer_time(value):%H:%M}"


@register.filter
def ago(value: datetime | None) -> str:
    """``4 s ago`` up to a day, then the moment."""
    if value is None:
        return "never"
    seconds = max(0, int((timezone.now() - value).total_seconds()))
    if seconds >= 86_400:
        return moment(value)
    if seconds >= 3_600:
        return f"{seconds // 3_600} h ago"
    return f"{seconds // 60} min ago" if seconds >= 60 else f"{seconds} s ago"


@register.filter
def age_days(value: datetime) -> int:
    """Calendar days since, in local time."""
    return (timezone.localdate() - timezone.localtime(value).date()).days


@register.filter
def units(value: int) -> str:
    return f"{value:,} u"


@register.filter
def thousands(value: int) -> str:
    return f"{value:,}"


@register.filter
def likelihood(value: float) -> str:
    return f"{value:.1%}"


@register.filter
def undo_url(message: Message) -> str:
    """Return where an Undo of this message posts to (``extra_tags="undo /orders/…"``), or nothing."""
    tag, _, url = (message.extra_tags or "").partition(" ")
    return url if tag == "undo" else ""


@register.simple_tag
def order_url(view: str, ref: str, *parts: str) -> str:
    """Return the address of an order's page or form: ``{% url %}`` for lists, which show 50 to 250."""
    return address_of_code(view, ref, *parts)


def panel_link(here: str, ref: str) -> str:
    """Return the address ``here`` with the panel of an order open."""
    return f"{here}{'&' if '?' in here else '?'}o={quote(ref)}"


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str) -> bool:
    request = context.get("request")
    return request is not None and request.user.has_perm(permission)
