"""The way from receipt to shipment, drawn."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.pages import render_page
from orders.queries.flow import AGES, WINDOW_DAYS, Step, flow

FRAGMENTS = {"live": "orders/flow_body.html"}


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def flow_page(request: HttpRequest) -> HttpResponse:
    """Show where orders stand, for how long, and where they pile up."""
    found = flow(timezone.now())
    context = {
        "flow": found,
        "steps": [(each, _board_of(each.step)) for each in found.standing],
        "ages": AGES,
        "window": WINDOW_DAYS,
    }
    return render_page(request, "orders/flow.html", context, fragments=FRAGMENTS)


def _board_of(step: Step) -> str:
    """Return the address of the board with the orders of a step."""
    return f"{reverse('orders:board')}?{urlencode([('reason', int(reason)) for reason in step.reasons])}"
