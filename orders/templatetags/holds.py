"""Which holds whoever looks may not release, and who does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from orders.handling.hold_rights import kept_from, who_releases

register = template.Library()


@register.simple_tag(takes_context=True)
def kept_kinds(context: dict[str, Any], kinds: Iterable[str]) -> list[str]:
    """Return those of the kinds of hold that whoever looks may not release."""
    return kept_from(context["request"].user, kinds)


@register.filter
def kinds_of(holds: Iterable[Any]) -> list[str]:
    """Return the kinds of holds."""
    return [hold.kind for hold in holds]


@register.filter
def released_by(kinds: list[str]) -> list[str]:
    """Say of each kind of hold who releases it; one query, none for no kinds."""
    return list(who_releases(kinds).values())
