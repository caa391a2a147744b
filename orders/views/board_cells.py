"""A cell of the board, edited in place: its form, which goes to the verb's own address, and the row as it is then.

Without scripts the form is a page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from kernel.pages import render_page, safe_next
from orders.models import HoldKind, Order, OrderPlan, OrderPromise

CELL = "cell"  # the target that scripts name, for the form and for what comes of it


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell is called, and the permissions of which any opens it."""

    label: str
    permissions: tuple[str, ...]


CELLS = {
    "expedite": Cell("Rank", ("orders.expedite_order",)),
    "owner": Cell("Owner", ("orders.assign_order",)),
    "eta": Cell("ETA", ("orders.change_eta", "orders.postpone_eta")),
    "requested": Cell("Requested date", ("orders.intake_order",)),
    "hold": Cell("Hold", ("orders.hold_order",)),
    "note": Cell("Note", ("orders.note_order",)),
}


def editable(request: HttpRequest) -> tuple[str, ...]:
    """Return the names of the cells that this person may edit."""
    return tuple(name for name, cell in CELLS.items() if _may(request, cell))


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def cell(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """Show the form of one cell of an order: as a page, or as what scripts put into the cell."""
    found = CELLS.get(name)
    if found is None:
        raise Http404
    if not _may(request, found):
        raise PermissionDenied
    order = get_object_or_404(Order.objects.select_related("customer", "owner"), ref=ref)
    context = {
        "name": name,
        "label": found.label,
        "order": order,
        "detail": {"order": order},
        "way_back": safe_next(request) or _came_from(request),
        "today": timezone.localdate(),
        **_shown(order, name),
    }
    return render_page(request, "orders/cell.html", context, fragments={CELL: "orders/cell_form.html"})


def _may(request: HttpRequest, cell: Cell) -> bool:
    return any(request.user.has_perm(permission) for permission in cell.permissions)


def _shown(order: Order, name: str) -> dict[str, Any]:
    """Return what the form of a cell shows besides the order; at most two queries."""
    if name == "eta":
        plan = OrderPlan.objects.filter(pk=order.pk).first()
        return {"plan": plan, "promise": OrderPromise.objects.filter(order=order).first()}
    if name == "hold":
        holds = order.holds.filter(released_at=None).select_related("placed_by").order_by("pk")
        return {"holds": list(holds), "hold_kinds": HoldKind.choices}
    if name == "owner":
        return {"colleagues": get_user_model().objects.filter(is_active=True).order_by("name", "email")}
    return {}


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours that the browser says it comes from, for the way back; "" for any other."""
    url = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
