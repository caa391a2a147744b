"""How words were kept, as inline SVG: promises by month, deliveries of a supplier by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from inventory.supplier_record import SupplierRecord
from orders.queries.customer_record import Month
from orders.templatetags.display import short_day, slip_chip

register = template.Library()

HEIGHT, TOP = 96, 12  # room for the figure on top
BAR = 0.62  # of a month's width
LEFT = 12  # percent of the width, for the days on the left axis


@register.filter
def language_name(code: str) -> str:
    """Return ``German`` for de; a language that nobody knows stays its code."""
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


@register.filter
def percents(fills: Sequence[int]) -> str:
    """Return ``80 %, then any``: one figure a delivery, the last for all later ones."""
    return ", then ".join(f"{percent} %" if percent else "any" for percent in fills)


@register.simple_tag
def slip_of_day(promised_on: date, left_at: datetime) -> SafeString | str:
    """Show how far the day on which something left is from the one promised."""
    return slip_chip((timezone.localdate(left_at) - promised_on).days)


@register.simple_tag
def kept_bars(months: Sequence[Month]) -> SafeString:
    """Draw a bar a month, what was kept below what was late; the fullest month fills the height."""
    highest = max(1, *(month.kept + month.late for month in months))
    width = 100 / len(months)
    drawn = format_html_join("", "{}", ((_month(month, i * width, width, highest),) for i, month in enumerate(months)))
    words = ", ".join(
        f"{month.on:%B} {month.kept} of {month.kept + month.late}" for month in months if month.kept + month.late
    )
    label = f"Promises kept by month: {words}" if words else "No promised order has left yet"
    return format_html(
        '<svg class="fc" role="img" aria-label="{}"><text x="0" y="9">{} order{}</text>{}</svg>',
        label,
        f"{highest:,}",
        "" if highest == 1 else "s",
        drawn,
    )


def _month(month: Month, left: float, width: float, highest: int) -> SafeString:
    scale = (HEIGHT - TOP) / highest
    kept, late = month.kept * scale, month.late * scale
    bars = (("kept", HEIGHT - kept, kept), ("late", HEIGHT - kept - late, late))
    return format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"><title>{}: {} kept, {} late</title></rect>',
        (
            (
                name,
                f"{left + width * (1 - BAR) / 2:.2f}",
                f"{y:.1f}",
                f"{width * BAR:.2f}",
                f"{height:.1f}",
                f"{month.on:%B %Y}",
                month.kept,
                month.late,
            )
            for name, y, height in bars
            if height
        ),
    )


@register.simple_tag
def delay_dots(record: SupplierRecord, today: date) -> SafeString:
    """Draw each delivery by the day it came and how many working days late it was, with p50 and p90 across."""
    highest = max(5, *(arrival.late_days for arrival in record.arrivals))
    span = max((today - record.since).days, 1)

    def x(on: date) -> str:
        return f"{LEFT + (98 - LEFT) * (on - record.since).days / span:.2f}"

    def y(days: float) -> str:
        return f"{84 - 72 * days / highest:.2f}"

    # Deliveries of a day that were equally late are one dot.
    dots: dict[tuple[date, int], list[str]] = {}
    for arrival in record.arrivals:
        dots.setdefault((arrival.on, arrival.late_days), []).append(arrival.ref)
    drawn = format_html_join(
        "",
        '<circle class="{}" cx="{}%" cy="{}%" r="3.5"><title>{}: {}, {}</title></circle>',
        (
            ("came-late" if days else "came", x(on), y(days), short_day(on), ", ".join(refs[:4]), _late(days))
            for (on, days), refs in sorted(dots.items())
        ),
    )
    lines = format_html_join(
        "",
        '<line class="{0}" x1="{1}%" x2="98%" y1="{2}%" y2="{2}%"/>'
        '<text class="note" x="98%" y="{2}%" dy="-5" text-anchor="end">{3}</text>',
        [(name, LEFT, y(days), f"{words} {days} d") for name, words, days in _bounds(record)],
    )
    label = f"{len(record.arrivals)} deliveries in a year: half were at most {record.late_p50} working days late, "
    return format_html(
        '<figure class="ch" role="group" aria-label="{}"><svg aria-hidden="true">'
        '<text x="0" y="{}%" dy=".35em">{} d</text><text x="0" y="84%" dy=".35em">on time</text>'
        '<line class="g" x1="{}%" x2="98%" y1="84%" y2="84%"/>{}{}'
        '<text x="{}%" y="98%">{}</text><text x="98%" y="98%" text-anchor="end">{}</text></svg></figure>',
        f"{label}nine in ten at most {record.late_p90}",
        y(highest),
        highest,
        LEFT,
        drawn,
        lines,
        LEFT,
        f"{record.since:%b %Y}",
        short_day(today),
    )


def _bounds(record: SupplierRecord) -> list[tuple[str, str, int]]:
    if record.late_p50 == record.late_p90:
        return [("p90", "nine in ten within", record.late_p90)]
    return [("p50", "half within", record.late_p50), ("p90", "nine in ten within", record.late_p90)]


def _late(days: int) -> str:
    return f"{days} d late" if days else "on time"
