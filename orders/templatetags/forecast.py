"""A product's weeks as inline SVG: bars of what was ordered and what is expected, whiskers for the interval."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.queries.product_forecast import ProductForecast, Week
from orders.templatetags.display import short_day

register = template.Library()

HEIGHT = 96
TOP = 12  # room for the figure on top
BAR = 0.62  # of a week's width


@register.simple_tag
def forecast_bars(forecast: ProductForecast) -> SafeString:
    """Draw the weeks side by side; the highest of them, interval included, fills the height."""
    highest = max(1.0, *(max(week.units, week.high) for week in forecast.weeks))
    width = 100 / len(forecast.weeks)
    drawn = format_html_join(
        "", "{}", ((_week(week, i * width, width, highest),) for i, week in enumerate(forecast.weeks))
    )
    past = sum(week.is_past for week in forecast.weeks)
    return format_html(
        '<svg class="fc" role="img" aria-label="{}"><text x="0" y="9">{}</text>{}'
        '<line class="now" x1="{}%" x2="{}%" y1="{}" y2="{}"/></svg>',
        forecast.words,
        f"{highest:,.0f} units",
        drawn,
        f"{past * width:.2f}",
        f"{past * width:.2f}",
        TOP,
        HEIGHT,
    )


def _week(week: Week, left: float, width: float, highest: float) -> SafeString:
    def top(units: float) -> str:
        return f"{HEIGHT - units / highest * (HEIGHT - TOP):.1f}"

    said = (
        f"{week.units:,.0f} ordered"
        if week.is_past
        else f"{week.units:,.1f} expected, {week.low:,.0f} to {week.high:,.0f}"
    )
    bar = format_html(
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"><title>Week of {}: {}</title></rect>',
        "was" if week.is_past else "will",
        f"{left + width * (1 - BAR) / 2:.2f}",
        top(week.units),
        f"{width * BAR:.2f}",
        f"{week.units / highest * (HEIGHT - TOP):.1f}",
        short_day(week.on),
        said,
    )
    if week.is_past:
        return bar
    middle = f"{left + width / 2:.2f}"
    whisker = '<line class="span" x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
    return bar + format_html(whisker, middle, middle, top(week.high), top(week.low))
