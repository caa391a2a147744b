"""What all screens of Setup share: their tabs, their latest changes, and saying what was kept with a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from inventory.setup_history import changes_of, newest_by
from kernel.errors import DomainError
from kernel.pages import render_page
from orders.queries.setup_words import in_words

TABS = (
    ("orders:setup", "Overview"),
    ("orders:setup_warehouses", "Warehouses"),
    ("orders:setup_calendars", "Working days"),
    ("orders:setup_sources", "Where from first"),
    ("orders:setup_substitutes", "Substitutes"),
    ("orders:setup_protected", "Protected stock"),
    ("orders:setup_terms", "Terms"),
    ("orders:setup_holds", "Holds"),
    ("orders:setup_suppliers", "Suppliers"),
)
CHANGES_SHOWN = 12

manage = permission_required("inventory.manage_catalogue", raise_exception=True)


def setup_page(
    request: HttpRequest, template: str, kinds: tuple[str, ...], context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a screen of Setup with its tabs and the latest changes of ``kinds``."""
    own = {
        "tabs": [(reverse(name), label, reverse(name) == request.path) for name, label in TABS],
        "changes": in_words(changes_of(*kinds, limit=CHANGES_SHOWN), viewer=request.user),
    }
    return render_page(request, template, {**own, **context}, status=status)


def who(request: HttpRequest) -> dict[str, Any]:
    """Return who acts, and when, as the verbs take it."""
    return {"actor": request.user, "now": timezone.now()}


def keep(
    request: HttpRequest, back: str, kind: str, change: Callable[[], object], words: str
) -> tuple[HttpResponse | None, DomainError | None]:
    """Make a change; return where to go, saying ``words`` with an Undo, or else the refusal.

    ``kind`` is what its history calls it (inventory.setup_history).
    """
    before = newest_by(request.user, kind)
    try:
        change()
    except DomainError as refusal:
        return None, refusal
    after = newest_by(request.user, kind)
    undo = f"undo {reverse('orders:setup_undo', args=[after])}" if after != before else ""
    messages.success(request, words if undo else "Nothing was different, so nothing changed", extra_tags=undo)
    return redirect(back), None
