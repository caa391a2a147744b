"""The triage board."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kernel.pages import render_page


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def board(request: HttpRequest) -> HttpResponse:
    return render_page(request, "orders/board.html", {})
