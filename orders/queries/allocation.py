"""What the order page says about terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.models import FillMeasure, Order, OrderTerms


@dataclass(frozen=True, slots=True)
class TermsShown:
    """Terms in words; empty where nothing is asked."""

    of_a_line: str
    of_the_order: str
    max_sources: int


def terms_of(order: Order) -> TermsShown | None:
    """Return an order's terms in words; None where it has none. One query, which ``order`` keeps."""
    terms: OrderTerms | None = getattr(order, "terms", None)
    if terms is None:
        return None
    what = "its value" if terms.fill_by == FillMeasure.VALUE else "its units"
    return TermsShown(
        of_a_line=_in_words(terms.line_fills, "its units"),
        of_the_order=_in_words(terms.order_fills, what),
        max_sources=terms.max_sources,
    )


def _in_words(fills: Sequence[int], what: str) -> str:
    """Return "80 % of its value, then any": one figure a release, the last for all later ones."""
    if not fills:
        return ""
    first, *later = [f"{percent} %" if percent else "any" for percent in fills]
    return ", then ".join([f"{first} of {what}" if fills[0] else first, *later])
