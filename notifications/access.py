"""The door for people with a key from a mail: it opens, or says nothing but that it does not; guessing is slowed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from notifications import links
from notifications.models import Link, LinkPurpose
from notifications.texts.spoken import speak

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Link, P], HttpResponse]


def opened_by_key(
    purpose: LinkPurpose,
) -> Callable[[Page[P]], Callable[Concatenate[HttpRequest, str, P], HttpResponse]]:
    """Give a view, open without signing in, the link that the key in its address opens; else answer 404, the same
    whatever is wrong with the key."""

    def decorate(view: Page[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
        @wraps(view)
        def opened(request: HttpRequest, key: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            def answer() -> HttpResponse:
                now, address = timezone.now(), request.META.get("REMOTE_ADDR", "")[:45]
                seconds = links.seconds_to_wait(address, now=now)
                if seconds:
                    return _too_many(request, seconds)
                link = links.find_link(purpose, key, now=now)
                if link is None:
                    links.count_miss(address, now=now)
                    return no_such_link(request)
                return view(request, link, *args, **kwargs)

            return speak(request, answer)

        return login_not_required(opened)

    return decorate


def no_such_link(request: HttpRequest) -> HttpResponse:
    """Answer 404 to a key that opens nothing (any more)."""
    return render(request, "customer/no_link.html", status=404)


def _too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {"minutes": -(-seconds // 60)}
    response = render(request, "customer/too_many.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
