"""Keeping and dropping views of the board."""

from __future__ import annotations

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

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_POST
@see_backlog
def save(request: HttpRequest) -> HttpResponse:
    """Keep the address that the form carries under a name."""
    data = request.POST
    try:
        view = save_view(
            name=data.get("name", ""),
            query=data.get("query", ""),
            is_shared="is_shared" in data,
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
    """Drop one of one's own views."""
    try:
        name = delete_view(view_id, actor=request.user)
    except DomainError as refusal:
        return _refused(request, refusal)
    messages.success(request, f"View “{name}” deleted")
    return HttpResponseRedirect(reverse("orders:board"))


def address_of(view: SavedView) -> str:
    """Return where a saved view is shown; its key in the address marks its tab."""
    return f"{reverse('orders:board')}?{view.query}{'&' if view.query else ''}saved={view.pk}"


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    context = {"refusal": refusal, "back": reverse("orders:board")}
    return render_page(request, "orders/bulk_refused.html", context, status=refusal.status)
