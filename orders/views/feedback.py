"""Feedback: what customers said, and our answers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import DomainError, Invalid
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from orders.dialogue import feedback as verbs
from orders.models import Feedback, FeedbackReason
from orders.queries.feedback import causes_of, inbox, standing

VIEWS = (("unanswered", "To answer"), ("bad", "Bad"), ("all", "All"))
NEWEST_FIRST = [SortKey("pk", True, parse_int)]


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def feedback(request: HttpRequest) -> HttpResponse:
    """List feedback, the newest first."""
    return _page(request)


@require_POST
@permission_required("orders.answer_feedback", raise_exception=True)
def answer(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """Answer on the customer's page."""
    found = get_object_or_404(Feedback.objects.select_related("order"), pk=feedback_id)
    try:
        verbs.answer_feedback(
            feedback_id, answer=request.POST.get("answer", ""), actor=request.user, now=timezone.now()
        )
    except DomainError as refusal:
        return _page(request, refused=feedback_id, refusal=refusal)
    messages.success(request, f"Answered; the customer reads it on the page of {found.order.ref}.")
    return redirect("orders:feedback")


def _page(request: HttpRequest, *, refused: int = 0, refusal: DomainError | None = None) -> HttpResponse:
    view = request.GET.get("view", VIEWS[0][0])
    view = view if view in dict(VIEWS) else VIEWS[0][0]
    try:
        page = take_page(inbox(view), NEWEST_FIRST, **cursor_of(request))
    except Invalid:
        page = take_page(inbox(view), NEWEST_FIRST, after="", before="")
    causes = causes_of([row.pk for row in page.rows])
    context = {
        "rows": [(row, causes.get(row.pk)) for row in page.rows],
        "view": view,
        "tabs": [(key, label, address(request, view=key)) for key, label in VIEWS],
        "standing": standing(timezone.localdate()),
        "reasons": dict(FeedbackReason.choices),
        "may_answer": request.user.has_perm("orders.answer_feedback"),
        "refused": refused,
        "refusal": refusal,
        "said": request.POST.get("answer", ""),
        **page_links(request, page),
    }
    status = refusal.status if refusal else 200
    return render_page(request, "orders/feedback.html", context, status=status)
