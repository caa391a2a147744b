"""An order's lines over time as inline SVG: one axis for all, a row a line. Positions are in percent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.queries.pegging import Arrival, PeggedLine, PeggingChart
from orders.templatetags.display import day, short_day

register = template.Library()

MOST_TICKS = 8
STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
APART = 0.085  # of the width, between two bubbles
ROOM_FOR_SOURCE = 0.17
ROOM_FOR_DAY = 0.1
EDGE = 0.06
WORDS_APART = 22  # percent
ROOM_ON_PHONES = 0.26


@register.simple_tag
def pegging_ticks(chart: PeggingChart) -> SafeString:
    """Draw the axis: days, today, the promise."""
    return format_html(
        '<svg class="pc-axis" aria-hidden="true">{}{}{}</svg>',
        format_html_join(
            "",
            '<text class="{}" x="{}%" y="12" text-anchor="middle">{}</text>',
            (
                ("odd" if at % 2 else "even", f"{_place(chart, tick):.2f}", short_day(tick))
                for at, tick in enumerate(_ticks(chart))
            ),
        ),
        "" if _is_near_promise(chart) else _mark(chart, chart.today, "now", "Today"),
        _mark(chart, chart.promised_on, "due", f"Promised {day(chart.promised_on)}" if chart.promised_on else ""),
    )


@register.simple_tag
def pegging_row(chart: PeggingChart, row: PeggedLine) -> SafeString:
    """Draw what is there and what comes of one line's product, and when the line leaves."""
    nodes = list(_bubbles(chart, row))
    return format_html(
        '<svg class="pc-row" role="img" aria-label="{}">{}<rect class="ax" x="{}%" width="{}%" y="25" height="2"/>{}{}'
        "</svg>",
        _in_words(row),
        _lines(chart),
        f"{_place(chart, chart.today):.2f}",
        f"{100 - _place(chart, chart.today):.2f}",
        _leaving(chart, row),
        format_html_join("", "{}", ((node,) for node in nodes)),
    )


def _is_near_promise(chart: PeggingChart) -> bool:
    """Tell whether the words for today and for the promise would touch."""
    return bool(
        chart.promised_on
        and chart.first <= chart.promised_on <= chart.last
        and abs(_place(chart, chart.promised_on) - _place(chart, chart.today)) < WORDS_APART
    )


def _place(chart: PeggingChart, on: date) -> float:
    """Return where a day is on the axis, in percent within its edges."""
    share = (on - chart.first).days / max((chart.last - chart.first).days, 1)
    return 100 * (EDGE + (1 - 2 * EDGE) * min(max(share, 0.0), 1.0))


def _ticks(chart: PeggingChart) -> Iterator[date]:
    span = (chart.last - chart.first).days
    step = next((days for days in STEPS if span / days <= MOST_TICKS), STEPS[-1])
    tick = chart.first
    if step >= STEPS[2]:  # weeks begin on Mondays
        tick += timedelta(days=-tick.weekday() % 7)
    while tick <= chart.last:
        yield tick
        tick += timedelta(days=step)


def _mark(chart: PeggingChart, on: date | None, name: str, text: str) -> SafeString:
    if on is None or not chart.first <= on <= chart.last:
        return SafeString("")
    place = _place(chart, on)
    anchor = "start" if place < 20 else "end" if place > 80 else "middle"
    return format_html('<text class="{}" x="{}%" y="28" text-anchor="{}">{}</text>', name, f"{place:.2f}", anchor, text)


def _lines(chart: PeggingChart) -> SafeString:
    marks = [("g", tick) for tick in _ticks(chart)]
    marks += [("now", chart.today)] if chart.first < chart.today else []
    if chart.promised_on and chart.first <= chart.promised_on <= chart.last:
        marks.append(("due", chart.promised_on))
    return format_html_join(
        "",
        '<line class="{0}" x1="{1}%" x2="{1}%" y1="0" y2="100%"/>',
        ((name, f"{_place(chart, on):.2f}") for name, on in marks),
    )


def _leaving(chart: PeggingChart, row: PeggedLine) -> SafeString:
    """Draw the day on which the line leaves, with the days that one in ten needs more."""
    if row.leaves_on is None or row.is_held:
        return SafeString("")
    start = _place(chart, row.leaves_on)
    end = _place(chart, row.safe_on or row.leaves_on)
    return format_html(
        '<rect class="late-band" x="{0}%" width="{1}%" y="4" height="4" rx="2"/>'
        '<svg x="{0}%" y="6" overflow="visible"><path class="leaves" d="M-6-5H6L0 5z"><title>Leaves {2}</title></path>'
        "</svg>",
        f"{start:.2f}",
        f"{max(end - start, 0):.2f}",
        day(row.leaves_on),
    )


def _bubbles(chart: PeggingChart, row: PeggedLine) -> Iterator[SafeString]:
    """Draw each arrival; of bubbles that would touch, the later one moves on a little."""
    shown = [arrival for arrival in row.arrivals if arrival.on is None or arrival.on <= chart.last]
    places = _apart([_place(chart, arrival.on or chart.today) / 100 for arrival in shown])
    for index, (arrival, place) in enumerate(zip(shown, places, strict=True)):
        following = places[index + 1] if index + 1 < len(places) else 1 + ROOM_FOR_SOURCE / 2
        room = following - place
        yield _bubble(arrival, place, room)


def _apart(places: Sequence[float]) -> list[float]:
    moved = list(places)
    for index in range(1, len(moved)):
        moved[index] = max(moved[index], moved[index - 1] + APART)
    edge = 1 - EDGE / 2
    for index in range(len(moved) - 1, -1, -1):
        moved[index] = min(moved[index], edge)
        edge = moved[index] - APART
    return moved


def _bubble(arrival: Arrival, place: float, room: float) -> SafeString:
    is_own = arrival.own_qty > 0
    colour = "is-none" if not is_own else "is-good" if arrival.on is None else "is-info"
    text = f"{arrival.own_qty or arrival.qty:,}"
    width = 16 + 7 * len(text)
    anchor = "start" if place < EDGE * 1.6 else "end" if place > 1 - EDGE * 1.6 else "middle"
    edge = -width // 2 if anchor == "start" else width // 2 if anchor == "end" else 0
    said = arrival.source if is_own else "others" if arrival.others_qty else "free"
    when = "on hand" if arrival.on is None else short_day(arrival.on)
    return format_html(
        '<svg class="bub {}" x="{}%" overflow="visible"><title>{}</title>'
        '<rect class="halo" x="{}" y="12" width="{}" height="28" rx="14"/>'
        '<rect class="ring" x="{}" y="16" width="{}" height="20" rx="10"/>'
        '<text class="qty" y="30" text-anchor="middle">{}</text>{}</svg>',
        colour,
        f"{place * 100:.2f}",
        f"{_said_of(arrival)}, {when}",
        -width / 2 - 3,
        width + 6,
        -width / 2,
        width,
        text,
        _captions(said if room >= ROOM_FOR_SOURCE else "", when if room >= ROOM_FOR_DAY else "", edge, anchor, room),
    )


def _captions(source: str, when: str, x: float, anchor: str, room: float) -> SafeString:
    tight = " tight" if room < ROOM_ON_PHONES else ""
    words = [(css, text) for css, text in (("src", source), ("on", when)) if text]
    return format_html_join(
        "",
        '<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>',
        ((f"{css}{tight}", x, 50 + 13 * at, anchor, text) for at, (css, text) in enumerate(words)),
    )


def _said_of(arrival: Arrival) -> str:
    """``24 units of PO-101258: 4 for this order, 12 for others, 8 free``."""
    shares = ((arrival.own_qty, "for this order"), (arrival.others_qty, "for others"), (arrival.free_qty, "free"))
    parts = ", ".join(f"{qty:,} {whose}" for qty, whose in shares if qty)
    return f"{arrival.qty:,} units, {arrival.source}: {parts}"


def _in_words(row: PeggedLine) -> str:
    said = [f"{_said_of(one)}, {'on hand' if one.on is None else day(one.on)}" for one in row.arrivals]
    leaves = f"leaves {day(row.leaves_on)}" if row.leaves_on else "nobody can say when it leaves"
    return "; ".join([*said, leaves])
