"""Notes as colleagues read them: whom they name stands out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def note_text(body: str, names: Iterable[str]) -> SafeString:
    """Show a note with its line breaks, and ``@name`` of the colleagues it mentions as marks."""
    known = sorted({said for name in names for said in (name, name.split()[0])}, key=len, reverse=True)
    pattern = re.compile(f"(@(?:{'|'.join(map(re.escape, known))}))\\b", re.IGNORECASE) if known else None
    lines = [_marked(line, pattern) for line in body.split("\n")]
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))


def _marked(line: str, pattern: re.Pattern[str] | None) -> SafeString | str:
    if pattern is None:
        return line
    pieces = pattern.split(line)
    return format_html_join(
        "",
        "{}",
        ((format_html('<b class="at">{}</b>', piece) if at % 2 else piece,) for at, piece in enumerate(pieces)),
    )
