"""What the screens of priority rules and simulations draw: curves, distributions, changes of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.drafting.curve import Curve
from orders.drafting.words import amount, measured, value_in_words
from orders.rules.policy_preview import Preview
from orders.simulation.comparing import Bucket, Waits
from orders.simulation.moves import Move
from orders.templatetags.display import MINUS, day, whole_money

register = template.Library()

MOST_MOVES = 5  # of winners, and of losers
_FIELDS = {"sku": "product", "qty": "units", "expected_on": "day of arrival", "requested_on": "wanted on"}
GAP = 2.0  # percent between bars
KINDS = {
    "backordered": "Backordered",
    "line_allocated": "Complete",
    "eta_slipped": "Later dates",
    "eta_improved": "Earlier dates",
    "eta_restored": "Dates restored",
    "undated": "No date any more",
}


register.filter("in_words_of", lambda value, attribute: value_in_words(attribute, value))


@register.simple_tag
def points_curve(curve: Curve) -> SafeString:
    """Draw a rule's points over the values of its attribute."""
    (left, right), (low, high) = curve.ends, curve.bounds
    wide, tall = right - left, (high - low) or 1.0
    path = " ".join(f"{(x - left) / wide * 1000:.1f},{(high - y) / tall * 1000:.1f}" for x, y in curve.path)
    zero = f"{high / tall * 1000:.1f}"
    ends = f"From {amount(round(left, 2))} to {measured(round(right, 2), curve.unit)}: "
    label = ends + ", ".join(f"{amount(round(x, 2))} gives {amount(round(y, 2))}" for x, y in _some(curve.path))
    return format_html(
        '<figure class="curve" role="img" aria-label="{}"><span class="y-top" aria-hidden="true">{}</span>'
        '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="z" x1="0" x2="1000" y1="{z}" y2="{z}"/><polyline points="{}"/></svg>'
        '<span class="x-ends" aria-hidden="true"><span>{}</span><span>{}</span></span></figure>',
        label,
        amount(float(f"{high if abs(high) >= abs(low) else low:.3g}")),
        path,
        measured(round(left, 1), curve.unit),
        measured(round(right, 1), curve.unit),
        z=zero,
    )


def _some(path: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most five places of a path, its ends among them."""
    step = max((len(path) - 1) / 4, 1)
    return [path[min(round(i * step), len(path) - 1)] for i in range(min(len(path), 5))]


@register.simple_tag
def distribution(buckets: Sequence[Bucket], title: str) -> SafeString:
    """Draw how many orders fall into each bucket but that of no change, with a table for screen readers."""
    moved = [bucket for bucket in buckets if (bucket.low, bucket.high) != (0, 0)]
    most = max([bucket.orders for bucket in moved], default=0) or 1
    width = 100 / max(len(moved), 1)
    bars = (
        (
            "up" if bucket.low is not None and bucket.low > 0 else "down",
            f"{i * width + GAP / 2:.2f}",
            f"{100 - bucket.orders / most * 86:.2f}",
            f"{width - GAP:.2f}",
            f"{bucket.orders / most * 86:.2f}",
            f"{(i + 0.5) * width:.2f}",
            f"{100 - bucket.orders / most * 86:.2f}",
            f"{bucket.orders:,}" if bucket.orders else "",
        )
        for i, bucket in enumerate(moved)
    )
    drawn = format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}%" width="{}%" height="{}%"/>'
        '<text x="{}%" y="{}%" dy="-3" text-anchor="middle">{}</text>',
        bars,
    )
    axis = format_html_join("", "<span>{}</span>", ((_bucket(bucket),) for bucket in moved))
    rows = format_html_join(
        "", "<tr><th scope=row>{}</th><td>{}</td></tr>", ((_bucket(bucket), bucket.orders) for bucket in buckets)
    )
    return format_html(
        '<figure class="dist" aria-label="{0}"><svg aria-hidden="true">{1}</svg>'
        '<div class="dist-x" aria-hidden="true">{2}</div>'
        '<table class="vh"><caption>{0}</caption>{3}</table></figure>',
        title,
        drawn,
        axis,
        rows,
    )


@register.simple_tag
def waits(buckets: Sequence[Waits]) -> SafeString:
    """List how many orders wait how long, before and after."""
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="r n">{}</td><td class="r n"><b>{}</b></td></tr>',
        (
            (
                "No date" if bucket.low is None and bucket.high is None else f"{_bucket(bucket)} d",
                f"{bucket.before:,}",
                f"{bucket.after:,}",
            )
            for bucket in buckets
        ),
    )
    return format_html(
        '<table class="figures"><thead><tr><th scope="col">Days</th><th scope="col" class="r">Now</th>'
        '<th scope="col" class="r">Then</th></tr></thead><tbody>{}</tbody></table>',
        rows,
    )


def _bucket(bucket: Bucket | Waits) -> str:
    low, high = bucket.low, bucket.high
    if low is None:
        return "" if high is None else f"≤ {_signed(high)}"
    if high is None:
        return f"≥ {_signed(low)}"
    return _signed(low) if low == high else f"{_signed(low)} to {_signed(high)}"


def _signed(value: int) -> str:
    return f"{MINUS if value < 0 else ''}{abs(value):,}"


@register.simple_tag
def change(label: str, before: float, after: float, kind: str = "", better: str = "less") -> SafeString:
    """Show a figure before and after, green where it gets better and red where it gets worse."""
    show = {"money": whole_money, "days": lambda value: f"{value:,} d"}.get(kind, lambda value: f"{value:,}")
    shown = [str(show(round(value))) for value in (before, after)]
    if shown[0] == shown[1]:
        return format_html("<dt>{}</dt><dd>{}</dd>", label, shown[0])
    is_better = (after < before) == (better == "less")
    return format_html(
        '<dt>{}</dt><dd><span class="delta {}">{} to {}</span></dd>',
        label,
        "is-good" if is_better else "is-late",
        *shown,
    )


@register.simple_tag
def days_moved(move: Move) -> SafeString:
    """Show how many days an order's date moves: sooner with ▲, later with ▼."""
    days = move.days_later
    if days is None:
        if move.eta_before == move.eta_after:
            return format_html('<span class="moved">{}</span>', "no date")
        gained = move.eta_before is None
        word = "gets a date" if gained else "loses its date"
        return format_html('<span class="moved {}">{}</span>', "up" if gained else "down", word)
    if days == 0:
        return format_html('<span class="moved muted">{}</span>', "same day")
    sign, word = ("▲", "sooner") if days < 0 else ("▼", "later")
    return format_html(
        '<span class="moved {}"><span aria-hidden="true">{}</span>{} d {}</span>',
        "up" if days < 0 else "down",
        sign,
        abs(days),
        word,
    )


@register.filter
def moves(preview: Preview) -> list[Move]:
    """Return those who win and lose most; where no date moves, those who move furthest in line."""
    found = [*preview.winners[:MOST_MOVES], *preview.losers[:MOST_MOVES]]
    return found or list(preview.biggest[:MOST_MOVES])


@register.filter
def kind_words(kind: Any) -> str:
    return KINDS.get(str(kind), str(kind).replace("_", " ").capitalize())


@register.filter
def kept_moves(differences: dict[str, Any]) -> list[Move]:
    """Return who wins and loses most of a comparison that was kept as JSON."""
    kept = [*differences["winners"][:MOST_MOVES], *differences["losers"][:MOST_MOVES]]
    days = ("eta_before", "eta_after")
    dated = [{name: date.fromisoformat(move[name]) if move[name] else None for name in days} for move in kept]
    return [Move(**{**move, **own}) for move, own in zip(kept, dated, strict=True)]


@register.filter
def figure(value: float, kind: str) -> str:
    """Show a figure of a plan: money, percent, a decimal or a whole number."""
    match kind:
        case "money":
            return str(whole_money(value))
        case "percent":
            return f"{value:.1%}"
        case "decimal":
            return f"{value:,.2f}"
    return f"{value:,.0f}"


@register.filter
def iso_day(value: str) -> str:
    """Show a day that was kept as JSON."""
    return str(day(date.fromisoformat(value)))


@register.filter
def change_path(scenario: int, change: int) -> str:
    """Return where the fields of a scenario's change are."""
    return f"s.{scenario}.c.{change}"


@register.filter
def place_words(place: str) -> str:
    """Say which field of a simulation is meant: ``scenarios.0.changes.1.days`` is scenario 1, change 2, days."""
    parts = place.split(".")
    said = [f"{name.removesuffix('s')} {int(at) + 1}" for name, at in pairwise(parts) if at.isdigit()]
    last = [_FIELDS.get(parts[-1], parts[-1].replace("_", " "))] if not parts[-1].isdigit() else []
    return ", ".join([*said, *last]).capitalize()
