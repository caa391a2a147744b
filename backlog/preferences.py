"""What a person chose about the looks of the pages, without JavaScript too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.http import require_POST, require_safe

from backlog.context import CHOICES
from kernel.pages import render_page, safe_next
from kernel.zones import is_zone, seen_from, viewer_zone, zone_choices

YEAR_SECONDS = 365 * 24 * 3600
ZONE = "zone"
Answer = Callable[[HttpRequest], HttpResponseBase]
AsyncAnswer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep a choice of theme, density, navigation or time zone, and return to the page."""
    response = HttpResponseRedirect(safe_next(request) or "/")
    for name, values in CHOICES.items():
        if request.POST.get(name) in values:
            response.set_cookie(name, request.POST[name], max_age=YEAR_SECONDS, samesite="Lax")
    zone = request.POST.get(ZONE, "")
    if is_zone(zone):
        response.set_cookie(ZONE, zone, max_age=YEAR_SECONDS, samesite="Lax")
        messages.success(request, f"Times are those of {zone}")
    return response


@require_safe
def time_zone(request: HttpRequest) -> HttpResponse:
    """Show the zone that moments are shown in, to choose another."""
    shown, company = viewer_zone(), timezone.get_default_timezone_name()
    context = {"shown": shown, "company": company, "zones": zone_choices(shown), "way_back": safe_next(request)}
    return render_page(request, "registration/time_zone.html", context)


@sync_and_async_middleware
def in_their_zone(get_response: Answer | AsyncAnswer) -> Answer | AsyncAnswer:
    """Show moments in the zone that a person chose."""
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponseBase:
            with seen_from(request.COOKIES.get(ZONE, "")):
                return await cast(AsyncAnswer, get_response)(request)

        return later

    def at_once(request: HttpRequest) -> HttpResponseBase:
        with seen_from(request.COOKIES.get(ZONE, "")):
            return cast(Answer, get_response)(request)

    return at_once
