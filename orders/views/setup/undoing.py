"""Undoing a change of how we work, from wherever it was made."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from inventory.models import SetupChange
from kernel.errors import DomainError
from kernel.pages import safe_next
from orders import setup
from orders.queries.setup_words import KINDS


@require_POST
@permission_required("orders.view_backlog", raise_exception=True)
def undo(request: HttpRequest, change_id: int) -> HttpResponse:
    """Make again what was before a change, for whoever may make such a change."""
    change = get_object_or_404(SetupChange, pk=change_id)
    if not request.user.has_perm(setup.needed_permission(change)):
        raise PermissionDenied
    try:
        setup.undo_change(change_id, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"{KINDS[change.kind]} of {change.name.partition(':')[2] or change.name} as before")
    return redirect(safe_next(request) or "orders:setup")
