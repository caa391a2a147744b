"""Every URL is a full page without JavaScript; an htmx request gets only the part that it will swap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.paging import KeyPage


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    fragments: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``template`` (which extends ``page_base``) as a page, or as the part that htmx asked for.

    ``fragments`` maps the id of an htmx target to the template that fills it. Any other htmx request gets the page's
    main part. The answer varies on both headers, so that a cache never serves a part as a page.
    """
    fragment = _fragment(request, fragments or {})
    base = "_partials/fragment.html" if is_partial(request) else "base.html"
    response = render(request, fragment or template, {**context, "page_base": base}, status=status)
    if request.method == "POST" and is_partial(request):
        # A refusal is no place to come back to: the address stays that of the page with the form.
        response["HX-Push-Url"] = "false"
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def is_partial(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part; restoring its history needs the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _fragment(request: HttpRequest, fragments: Mapping[str, str]) -> str | None:
    return fragments.get(request.headers.get("HX-Target", "")) if is_partial(request) else None


def address(request: HttpRequest, *, drop: tuple[str, ...] = ("after", "before"), **changes: str) -> str:
    """Return this page's address with other parameters. The cursor goes, unless kept, because it fits one filter."""
    params = request.GET.copy()
    for name in drop:
        params.pop(name, None)
    for name, value in changes.items():
        params[name] = value
    return f"{request.path}?{params.urlencode()}" if params else request.path


class Cursor(TypedDict):
    after: str
    before: str


def cursor_of(request: HttpRequest) -> Cursor:
    """Return where in a list this address starts, for ``kernel.paging.take_page``."""
    return {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}


def safe_next(request: HttpRequest) -> str:
    """Return the page to go back to that a form (or an address) names as ``next``; "" for any that is not ours."""
    url = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours else ""


def page_links(request: HttpRequest, page: KeyPage) -> dict[str, str]:
    """Return where Next and Previous lead, "" at an end (templates/_partials/pager.html)."""
    return {
        "next_url": address(request, after=page.next) if page.next else "",
        "previous_url": address(request, before=page.previous) if page.previous else "",
    }
