"""The languages of a page for customers, for its switch."""

from __future__ import annotations

from django import template
from django.utils import translation
from django.utils.translation import get_language_info

from notifications.texts.spoken import page_codes, spoken_now

register = template.Library()


@register.simple_tag
def page_languages() -> list[tuple[str, str, bool]]:
    """Return each language's code, its own name for itself, and whether the page speaks it."""
    current = spoken_now().code
    return [(code, _own_name(code), code == current) for code in page_codes()]


@register.simple_tag
def page_language() -> str:
    """Return the tag of the page's language for ``lang``."""
    return translation.get_language() or ""


def _own_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code
