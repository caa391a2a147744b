"""Finding anything by a few letters: the command palette, and a page of its own without scripts."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from kernel.pages import render_page
from orders.queries.find import find
from orders.queries.status import VIEWS

LONGEST = 100
FRAGMENTS = {"palette-results": "orders/find_options.html"}


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def find_anything(request: HttpRequest) -> HttpResponse:
    """Show what matches ``q``: orders, customers, products, and the pages and views whose name has it."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    views = [(view.label, f"{reverse('orders:board')}?view={view.key}") for view in VIEWS if _is_in(text, view.label)]
    context = {"text": text, "found": find(text), "views": views}
    return render_page(request, "orders/find.html", context, fragments=FRAGMENTS)


def _is_in(text: str, label: str) -> bool:
    return text.casefold() in label.casefold()
