"""Where notes name a colleague: their list, what they have read, and completing a name after an @."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import Invalid, NotFound
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from kernel.text import is_plain
from orders.handling.mentions import read_mentions, unread_mention
from orders.queries.mentions import mentions_of, people_like, unread_count

NEWEST_FIRST = [SortKey("pk", True, parse_int)]
FRAGMENTS = {"live": "orders/mentions_rows.html", "mention-count": "_partials/mention_count.html"}
TABS = (("unread", "Unread"), ("all", "All"))
LONGEST = 60

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@see_backlog
def mentions(request: HttpRequest) -> HttpResponse:
    """List the notes that name whoever asks, the newest first."""
    tab = request.GET.get("tab") if request.GET.get("tab") in dict(TABS) else "unread"
    try:
        page = take_page(mentions_of(request.user, unread_only=tab == "unread"), NEWEST_FIRST, **cursor_of(request))
    except Invalid as refusal:
        context = {"refusal": refusal, "title": "Nothing to show"}
        return render_page(request, "orders/mentions_refused.html", context, status=400)
    context = {
        "rows": page.rows,
        "tab": tab,
        "tabs": [(key, label, address(request, tab=key)) for key, label in TABS],
        "unread": unread_count(request.user),
        **page_links(request, page),
    }
    return render_page(request, "orders/mentions.html", context, fragments=FRAGMENTS)


@require_POST
@see_backlog
def read(request: HttpRequest, mention_id: int) -> HttpResponse:
    """Mark a mention as read."""
    return _marked(request, mention_id, is_read=True)


@require_POST
@see_backlog
def unread(request: HttpRequest, mention_id: int) -> HttpResponse:
    """Mark a mention as unread again."""
    return _marked(request, mention_id, is_read=False)


@require_POST
@see_backlog
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all mentions as read."""
    count = read_mentions(reader=request.user, now=timezone.now())
    messages.success(request, f"{count:,} marked as read" if count else "All were read already")
    return HttpResponseRedirect(reverse("orders:mentions"))


@require_safe
@permission_required("orders.note_order", raise_exception=True)
def people(request: HttpRequest) -> JsonResponse:
    """Return colleagues whose name starts with ``q``, to complete what is typed after an @."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    found = people_like(text) if is_plain(text) else []
    return JsonResponse({"people": [{"name": str(one), "hint": one.get_username()} for one in found]})


def _marked(request: HttpRequest, mention_id: int, *, is_read: bool) -> HttpResponse:
    try:
        if is_read:
            read_mentions(reader=request.user, now=timezone.now(), mention_id=mention_id)
        else:
            unread_mention(mention_id, reader=request.user)
    except NotFound as refusal:
        context = {"refusal": refusal, "title": "Nothing to show"}
        return render_page(request, "orders/mentions_refused.html", context, status=404)
    undo = reverse("orders:unread_mention", args=[mention_id])
    messages.success(
        request, "Marked as read" if is_read else "Marked as unread", extra_tags=f"undo {undo}" if is_read else ""
    )
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else reverse("orders:mentions"))
