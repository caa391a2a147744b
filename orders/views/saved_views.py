"""Keeping and dropping views of the board."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.errors import DomainError
from kernel.pages import render_page
from orders.board.saved_views import delete_view, save_view
from orders.models import SavedView
from orders.views.actions import field_of

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_POST
@see_backlog
def save(request: HttpRequest) -> HttpResponse:
    """Keep the address that the form carries under a name."""
    try:
        view = save_view(
            name=field_of(request, "name"),
            query=field_of(request, "query"),
            is_shared=bool(field_of(request, "is_shared")),
            actor=request.user,
            now=timezone.now(),
        )
    except DomainError as refusal:
        return _refused(request, refusal)
    messages.success(request, f"View “{view.name}” saved")
    return HttpResponseRedirect(address_of(view))


@require_POST
@see_backlog
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    """Drop one of one's own views; Undo keeps it again."""
    try:
        view = delete_view(view_id, actor=request.user)
    except DomainError as refusal:
        return _refused(request, refusal)
    again = {"name": view.name, "query": view.query, "is_shared": "on" if view.is_shared else ""}
    undo = f"{reverse('orders:save_view')}?{urlencode(again)}"
    messages.success(request, f"View “{view.name}” deleted", extra_tags=f"undo {undo}")
    return HttpResponseRedirect(reverse("orders:board"))


def address_of(view: SavedView) -> str:
    """Return where a saved view is shown; its key in the address marks its tab."""
    return f"{reverse('orders:board')}?{view.query}{'&' if view.query else ''}saved={view.pk}"


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    context = {"refusal": refusal, "back": reverse("orders:board")}
    return render_page(request, "orders/bulk_refused.html", context, status=refusal.status)
