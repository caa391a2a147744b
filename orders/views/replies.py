"""Replies: what customers wrote back to our messages, and our answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from notifications.models import Reply, ReplyState
from orders.dialogue import conversation

VIEWS = (("waiting", "To answer"), ("unnamed", "Order unknown"), ("all", "All"))
NEWEST_FIRST = [SortKey("pk", True, parse_int)]

send_messages = permission_required("notifications.send_message", raise_exception=True)


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def replies(request: HttpRequest) -> HttpResponse:
    """List replies, the newest first."""
    return _page(request)


@require_POST
@send_messages
def answer(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Write back."""
    return _do(
        request,
        reply_id,
        conversation.answer_reply,
        "Answered.",
        answer=request.POST.get("answer", ""),
        now=timezone.now(),
    )


@require_POST
@send_messages
def withdraw(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Take the answer back while it has not left."""
    return _do(
        request, reply_id, conversation.withdraw_answer, "Answer taken back; nothing was sent.", now=timezone.now()
    )


@require_POST
@send_messages
def attach(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Say which order it is about."""
    return _do(request, reply_id, conversation.attach_reply, "Put with its order.", ref=request.POST.get("order", ""))


@require_POST
@send_messages
def lay_aside(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Take it off the list without an answer."""
    return _do(request, reply_id, conversation.lay_aside, "Laid aside. It is under All.", now=timezone.now())


@require_POST
@send_messages
def take_up(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Put it back on the list."""
    return _do(request, reply_id, conversation.take_up, "Back on the list.")


def _do(request: HttpRequest, reply_id: int, verb: Callable[..., Reply], done: str, **said: Any) -> HttpResponse:
    get_object_or_404(Reply, pk=reply_id)
    try:
        verb(reply_id, actor=request.user, **said)
    except DomainError as refusal:
        return _page(request, refused=reply_id, refusal=refusal)
    messages.success(request, done)
    return redirect("orders:replies")


def _page(request: HttpRequest, *, refused: int = 0, refusal: DomainError | None = None) -> HttpResponse:
    view = request.GET.get("view", VIEWS[0][0])
    view = view if view in dict(VIEWS) else VIEWS[0][0]
    rows = _matching(view)
    try:
        page = take_page(rows, NEWEST_FIRST, **cursor_of(request))
    except Invalid:
        page = take_page(rows, NEWEST_FIRST, after="", before="")
    context = {
        "rows": page.rows,
        "view": view,
        "tabs": [(key, label, address(request, view=key)) for key, label in VIEWS],
        "waiting": Reply.objects.filter(state=ReplyState.WAITING).count(),
        "may_send": request.user.has_perm("notifications.send_message"),
        "may_see_contact": request.user.has_perm("orders.see_contact"),
        "refused": refused,
        "refusal": refusal,
        "said": request.POST,
        **page_links(request, page),
    }
    status = refusal.status if refusal else 200
    return render_page(request, "orders/replies.html", context, status=status)


def _matching(view: str) -> QuerySet[Reply]:
    rows = Reply.objects.select_related("delivery", "handled_by")
    if view == "all":
        return rows
    waiting = rows.filter(state=ReplyState.WAITING)
    return waiting.filter(order_ref="") if view == "unnamed" else waiting
