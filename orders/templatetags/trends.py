"""How a figure of the strip went: a small line, and the same in words."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orders.queries.trends import COMPARED_DAYS, TREND_DAYS, Trend
from orders.templatetags.display import icon, likelihood, pence, thousands, whole_money

register = template.Library()

_ARROWS = {1: "arrow-up", -1: "arrow-down"}
_NEWS = {1: ("is-good", "better"), -1: ("is-late", "worse"), 0: ("", "")}


@register.simple_tag
def trend_words(trend: Trend) -> SafeString | str:
    """Say how much a figure changed within a week, else since yesterday; red and green only where one is better."""
    if trend.before is None or trend.change is None:
        return ""
    since = f"in {COMPARED_DAYS} days" if trend.week_ago is not None else "since yesterday"
    way = (trend.change > 0) - (trend.change < 0)
    if not way or _said(trend, abs(trend.change)) == _said(trend, 0):
        return format_html('<span title="{}">no change {}</span>', _days(trend), since)
    colour, news = _NEWS[trend.news]
    return format_html(
        '<span class="trend {}" title="{}">{}<span class="vh">{} </span>{}</span> {}<span class="vh">{}{}</span>',
        colour,
        _days(trend),
        icon(_ARROWS[way], "i-12"),
        "up" if way > 0 else "down",
        _amount(trend, abs(trend.change)),
        since,
        f", {news}" if news else "",
        _range(trend),
    )


def _days(trend: Trend) -> str:
    known = ((trend.yesterday, "yesterday"), (trend.week_ago, "a week ago"))
    return ", ".join(f"{_said(trend, value)} {when}" for value, when in known if value is not None)


def _range(trend: Trend) -> str:
    low, high = _said(trend, min(trend.values)), _said(trend, max(trend.values))
    return f". Between {low} and {high} in {TREND_DAYS} days"


def _amount(trend: Trend, size: float) -> str:
    """Say how large a change is: of an amount that there was, in percent of it; of a share, in points."""
    if trend.unit == "share":
        return f"{100 * size:.1f} points"
    if trend.unit == "pence" and not trend.good and trend.before:
        return likelihood(size / trend.before)
    return _said(trend, size)


def _said(trend: Trend, value: float) -> str:
    if trend.unit == "share":
        return likelihood(value)
    return whole_money(pence(round(value))) if trend.unit == "pence" else thousands(round(value))
