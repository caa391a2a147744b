"""Facts that were set aside, released on the page of rules where they show."""

from __future__ import annotations

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.errors import DomainError
from notifications.releasing import release_facts
from notifications.rules.rules_page import run_valve


@require_POST
@run_valve
def release(request: HttpRequest) -> HttpResponse:
    """Try what was set aside again, all of it or one kind."""
    try:
        count = release_facts(kind=request.POST.get("kind", ""), actor=request.user, now=timezone.now())
    except DomainError as refusal:
        toasts.error(request, refusal.detail)
    else:
        toasts.success(request, f"{count:,} {'fact is' if count == 1 else 'facts are'} tried again.")
    return redirect("notifications:rules")
