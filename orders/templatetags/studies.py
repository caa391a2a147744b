"""The drawing of studies: chances against what came true."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.queries.studies import Reliability

register = template.Library()


@register.simple_tag
def reliability_chart(bins: Sequence[Reliability]) -> SafeString:
    """Draw what was said (across) against what came true (up); on the diagonal both are the same."""
    most = max((each.cases for each in bins), default=1)
    dots = format_html_join(
        "",
        '<circle class="dot" cx="{}%" cy="{}%" r="{}"><title>{} said, {} came true, {} cases</title></circle>',
        (
            (
                f"{12 + 84 * each.said:.2f}",
                f"{82 - 76 * each.was:.2f}",
                f"{3 + 6 * (each.cases / most) ** 0.5:.1f}",
                f"{each.said:.0%}",
                f"{each.was:.0%}",
                f"{each.cases:,}",
            )
            for each in bins
        ),
    )
    label = "; ".join(f"said {each.said:.0%}, came true {each.was:.0%}" for each in bins)
    return format_html(
        '<figure class="ch" role="group" aria-label="{}"><svg aria-hidden="true">'
        '<line class="g" x1="12%" x2="96%" y1="90%" y2="90%"/><line class="p50" x1="12%" x2="96%" y1="82%" y2="6%"/>{}'
        '<text x="12%" y="100%">0 %</text><text x="54%" y="100%" text-anchor="middle">Said</text>'
        '<text x="96%" y="100%" text-anchor="end">100 %</text><text x="0" y="82%" dy=".35em">0 %</text>'
        '<text x="0" y="6%" dy=".35em">100 %</text><text x="13%" y="6%" dy=".35em">Came true</text></svg></figure>',
        label,
        dots,
    )
