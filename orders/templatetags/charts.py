"""Small drawings as inline SVG. Positions are in percent: fluid, undistorted, and without style attributes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.queries.order import EtaPoint
from orders.queries.order_lines import Supply
from orders.queries.scoring import Part
from orders.templatetags.display import day, short_day, signed_points

register = template.Library()

FACTORS = 6
MOST_BUBBLES = 4
BUBBLE_WIDTH = 0.25
LEFT = 16  # percent of the width, for the days on the left axis
INBOUND_FILL = "url(#hatch-inbound)"
NEGATIVE_FILL = "url(#hatch-negative)"


@register.simple_tag
def score_bar(parts: Sequence[Part], top: float) -> SafeString:
    """Draw the positive parts of a score side by side; ``top`` is the score that fills the bar."""
    scale = 100 / max(top, sum(part.points for part in parts if part.points > 0), 1e-9)
    bars, left = [], 0.0
    for index, part in enumerate(parts):
        if part.points <= 0:
            continue
        width = part.points * scale
        colour, shown = min(index, FACTORS - 1) + 1, max(width - 1.5, 0.5)
        # Numbers need no escaping, which took a fifth of the time of a row.
        bars.append(f'<rect class="f{colour}" x="{left:.2f}%" width="{shown:.2f}%" height="6"/>')
        left += width
    label = ", ".join(f"{part.label} {part.points:.1f}" for part in parts if part.points) or "No points"
    return format_html('<svg class="mini" role="img" aria-label="{}">{}</svg>', label, SafeString("".join(bars)))


@register.simple_tag
def sparkline(values: Sequence[float]) -> SafeString | str:
    """Draw how a figure went, oldest first; nothing for fewer than two. Words stand beside."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    spread = (high - low) or 1
    step = 100 / (len(values) - 1)
    points = [(index * step, 28 - 24 * (value - low) / spread) for index, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">'
        '<polygon class="fill" points="0,32 {0} 100,32"/><polyline points="{0}"/></svg>',
        line,
    )


@register.simple_tag
def allocation_bar(on_hand: int, inbound: int, total: int) -> SafeString:
    """Draw what covers a line: solid on hand, hatched inbound, outlined where nothing does."""
    total = max(total, 1)
    short = max(0, total - on_hand - inbound)
    hand_width, in_width = on_hand / total * 100, inbound / total * 100
    bars = [("a-hand", "", 0.0, hand_width), ("a-in", INBOUND_FILL, hand_width, in_width)]
    rects = format_html_join(
        "",
        '<rect class="{}"{} x="{}%" width="{}%" height="8"/>',
        (
            (name, format_html(' fill="{}"', fill) if fill else "", f"{x:.2f}", f"{width:.2f}")
            for name, fill, x, width in bars
            if width > 0
        ),
    )
    if short:
        left = hand_width + in_width
        rects += format_html(
            '<rect class="a-short" x="{}%" y=".75" width="{}%" height="6.5" rx="3"/>',
            f"{left:.2f}",
            f"{100 - left:.2f}",
        )
    label = f"{on_hand} on hand, {inbound} inbound, {short} not covered, of {total}"
    return format_html('<svg class="alloc" role="img" aria-label="{}">{}</svg>', label, rects)


@register.simple_tag
def waterfall(parts: Sequence[Part], score: float) -> SafeString:
    """Draw each rule's points where the last ended, and their sum; a plain list for screen readers.

    A rule of the policy in force leads to itself.
    """
    highest, running = 0.0, 0.0
    for part in parts:
        running += part.points
        highest = max(highest, running, running - part.points)
    scale = 100 / max(highest, score, 1e-9)
    rows, left = [], 0.0
    for index, part in enumerate(parts):
        if not part.points:
            continue
        start = left if part.points > 0 else left + part.points
        left += part.points
        rows.append(
            (
                _rule_name(part),
                _step(index, start * scale, part.points * scale, left * scale),
                signed_points(part.points),
            )
        )
    body = format_html_join(
        "",
        '<div><span class="w-l">{}</span><svg class="w-t" aria-hidden="true">{}</svg><span class="w-v">{}</span></div>',
        rows,
    )
    return format_html(
        '<div class="wf">{}<div class="tot"><span class="w-l">Score</span><svg class="w-t" aria-hidden="true">'
        '<rect class="w-all" y="7" width="{}%" height="12" rx="2.5"/></svg><span class="w-v">{}</span></div></div>',
        body,
        f"{max(score, 0) * scale:.2f}",
        f"{score:,.1f}",
    )


def _rule_name(part: Part) -> SafeString | str:
    if not part.rule:
        return part.label
    return format_html('<a href="{}?open=rules.{}">{}</a>', reverse("orders:rules"), part.rule, part.label)


def _step(index: int, x: float, width: float, end: float) -> SafeString:
    link = format_html('<line class="w-link" x1="{0}%" x2="{0}%" y1="19" y2="33"/>', f"{end:.2f}")
    size = (f"{x:.2f}", f"{max(abs(width), 0.8):.2f}")
    if width < 0:
        bar = '<rect class="w-neg" fill="{}" x="{}%" y="7" width="{}%" height="12" rx="2.5"/>{}'
        return format_html(bar, NEGATIVE_FILL, *size, link)
    bar = '<rect class="f{}" x="{}%" y="7" width="{}%" height="12" rx="2.5"/>{}'
    return format_html(bar, min(index, FACTORS - 1) + 1, *size, link)


@register.simple_tag
def pegging_axis(supplies: Sequence[Supply], promised_on: date | None, first: date, last: date) -> SafeString:
    """Draw supplies as bubbles from today (left) to the last date of the order, with the promise as a dashed line."""
    span = max((last - first).days, 1)

    def place(on: date | None) -> float:
        return 0.0 if on is None else min(max((on - first).days / span, 0.0), 1.0)

    due = ""
    if promised_on is not None and first <= promised_on <= last:
        due = format_html('<line class="due" x1="{0}%" x2="{0}%" y1="0" y2="52"/>', f"{place(promised_on) * 100:.2f}")
    nodes = [_node(supply, x) for supply, x in _spread([(supply, place(supply.on)) for supply in supplies])]
    label = ", ".join(f"{s.qty} {s.source} {'on hand' if s.on is None else day(s.on)}" for s in supplies)
    return format_html(
        '<svg class="peg-t" role="img" aria-label="{}">'
        '<rect class="ax" y="12" width="100%" height="2" rx="1"/>{}{}</svg>',
        label,
        due,
        format_html_join("", "{}", ((node,) for node in nodes)),
    )


def _spread(placed: Sequence[tuple[Supply, float]]) -> list[tuple[Supply, float]]:
    """Keep bubbles far enough apart to read; of more than fit, the last stands for the rest."""
    shown = [*placed[: MOST_BUBBLES - 1], placed[-1]] if len(placed) > MOST_BUBBLES else list(placed)
    places = [place for _, place in shown]
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + BUBBLE_WIDTH)
    edge = 1.0
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], edge)
        edge = places[index] - BUBBLE_WIDTH
    return [(supply, place) for (supply, _), place in zip(shown, places, strict=True)]


def _node(supply: Supply, place: float) -> SafeString:
    text = f"{supply.qty:,}" if supply.on is None else f"+{supply.qty:,}"
    width = 14 + 7 * len(text)
    anchor, shift = ("start", 0) if place < 0.12 else ("end", -width) if place > 0.88 else ("middle", -width // 2)
    return format_html(
        '<svg class="{colour}" x="{x}%" overflow="visible">'
        '<rect class="halo" x="{halo}" y="1" width="{wide}" height="24" rx="12"/>'
        '<rect class="ring" x="{left}" y="4" width="{width}" height="18" rx="9"/>'
        '<text class="qty" x="{middle}" y="17" text-anchor="middle">{text}</text>'
        '<text class="src" y="36" text-anchor="{anchor}">{source}</text>'
        '<text class="on" y="49" text-anchor="{anchor}">{on}</text></svg>',
        colour="is-good" if supply.on is None else "is-info",
        x=f"{place * 100:.2f}",
        halo=shift - 3,
        wide=width + 6,
        left=shift,
        width=width,
        middle=shift + width / 2,
        text=text,
        anchor=anchor,
        source=supply.source,
        on="on hand" if supply.on is None else short_day(supply.on),
    )


@register.simple_tag
def eta_steps(points: Sequence[EtaPoint], promised_on: date | None, until: date) -> SafeString:
    """Draw an order's ETA as steps over the days it was believed, with the promise dashed."""
    if not points:
        return SafeString("")
    etas = [point.eta for point in points] + ([promised_on] if promised_on else [])
    low, high = min(etas).toordinal() - 1, max(etas).toordinal() + 1
    first = points[0].at
    span = max((until - first).days, 1)

    def x(on: date) -> float:
        return LEFT + (98 - LEFT) * min(max((on - first).days / span, 0), 1)

    def y(on: date) -> float:
        return 8 + 72 * (high - on.toordinal()) / (high - low)

    grid = sorted({min(etas), max(etas), points[-1].eta})
    drawn = [_grid_line(y(on), on) for on in grid]
    if promised_on:
        drawn.append(_promise_line(y(promised_on), promised_on))
    ends = [*[point.at for point in points[1:]], until]
    for index, (point, end) in enumerate(zip(points, ends, strict=True)):
        drawn.append(_line("step", x(point.at), x(end), y(point.eta), y(point.eta)))
        if index:
            drawn.append(_line("step", x(point.at), x(point.at), y(points[index - 1].eta), y(point.eta)))
    drawn += [
        format_html('<circle class="dot" cx="{}%" cy="{}%" r="3"/>', f"{x(p.at):.2f}", f"{y(p.eta):.2f}")
        for p in points
    ]
    drawn += [
        format_html('<text x="{}%" y="97%">{}</text>', LEFT, short_day(first)),
        format_html('<text x="98%" y="97%" text-anchor="end">{}</text>', short_day(until)),
    ]
    label = "ETA history: " + ", then ".join(day(point.eta) for point in points)
    return format_html(
        '<figure class="ch" role="group" aria-label="{}"><svg aria-hidden="true">{}</svg></figure>',
        label,
        format_html_join("", "{}", ((part,) for part in drawn)),
    )


def _line(name: str, x1: float, x2: float, y1: float, y2: float) -> SafeString:
    return format_html(
        '<line class="{}" x1="{}%" x2="{}%" y1="{}%" y2="{}%"/>',
        name,
        f"{x1:.2f}",
        f"{x2:.2f}",
        f"{y1:.2f}",
        f"{y2:.2f}",
    )


def _grid_line(y: float, on: date) -> SafeString:
    return format_html(
        '{}<text x="0" y="{}%" dy=".35em">{}</text>', _line("g", LEFT, 98, y, y), f"{y:.2f}", short_day(on)
    )


def _promise_line(y: float, on: date) -> SafeString:
    return format_html(
        '{}<text class="note note-late" x="98%" y="{}%" dy="-6" text-anchor="end">Promised {}</text>',
        _line("due", LEFT, 98, y, y),
        f"{y:.2f}",
        day(on),
    )
