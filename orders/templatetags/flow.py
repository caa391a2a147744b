"""Drawings of the flow page as inline SVG; positions in percent, so that they are fluid."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from orders.queries.flow import FlowDay
from orders.templatetags.display import day, short_day

register = template.Library()

MIDDLE = 47  # percent from the top; the days stand below
HIGHEST = 38  # percent that the most orders of a day take, up or down
FILLED = 0.72  # of a day's width


@register.simple_tag
def age_bar(by_age: Sequence[int], ages: Sequence[str]) -> SafeString:
    """Draw orders by age side by side, the youngest first."""
    total = sum(by_age)
    if not total:
        return mark_safe('<svg class="age-bar" role="img" aria-label="No orders"></svg>')
    pieces, left = [], 0.0
    for place, count in enumerate(by_age):
        width = count / total * 100
        if count:
            pieces.append((place, f"{left:.2f}", f"{max(width - 0.6, 0.4):.2f}"))
        left += width
    label = ", ".join(f"{age}: {count:,}" for age, count in zip(ages, by_age, strict=True) if count)
    rects = format_html_join("", '<rect class="age-{}" x="{}%" width="{}%" height="8" rx="2"/>', pieces)
    return format_html('<svg class="age-bar" role="img" aria-label="{}">{}</svg>', label, rects)


@register.simple_tag
def came_and_went(days: Sequence[FlowDay]) -> SafeString:
    """Draw what came above a line and what was shipped below it, a day each; the words are for screen readers."""
    highest = max(1, *(max(each.came, each.went) for each in days))
    width = 100 / len(days)
    bars = []
    for place, each in enumerate(days):
        x, came, went = place * width, each.came / highest * HIGHEST, each.went / highest * HIGHEST
        bars.append(("came", x, MIDDLE - came, came, f"{day(each.day)}: {each.came} came"))
        bars.append(("went", x, MIDDLE, went, f"{day(each.day)}: {each.went} shipped"))
    drawn = format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}%" width="{}%" height="{}%"><title>{}</title></rect>',
        (
            (name, f"{x:.2f}", f"{y:.2f}", f"{width * FILLED:.2f}", f"{height:.2f}", words)
            for name, x, y, height, words in bars
            if height
        ),
    )
    label = f"{sum(each.came for each in days):,} orders came, {sum(each.went for each in days):,} were shipped"
    return format_html(
        '<svg role="img" aria-label="{}">{}<line class="g" x1="0" x2="100%" y1="{}%" y2="{}%"/>'
        '<line class="g" x1="0" x2="100%" y1="{}%" y2="{}%"/><text x="0" y="5%">{} a day</text>'
        '<text x="0" y="98%">{}</text><text x="100%" y="98%" text-anchor="end">{}</text></svg>',
        label,
        drawn,
        MIDDLE,
        MIDDLE,
        MIDDLE - HIGHEST,
        MIDDLE - HIGHEST,
        f"{highest:,}",
        short_day(days[0].day),
        short_day(days[-1].day),
    )
