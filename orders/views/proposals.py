"""Messages that rules propose: agents approve, reject, or think again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid
from kernel.pages import render_page
from notifications.models import Delivery
from notifications.rules import approving
from orders.views.telling import send_messages, workspace_context

MOST_UNDONE = 100  # keys that an address can hold


@require_POST
@send_messages
def decide(request: HttpRequest) -> HttpResponse:
    """Approve or reject the named messages; then the next that waits."""
    keys = _keys(request.POST.getlist("message"))
    by: dict[str, Any] = {"actor": request.user, "now": timezone.now()}
    try:
        if request.POST.get("do") == "reject":
            done = approving.reject(keys, reason=request.POST.get("why", ""), **by)
        elif request.POST.get("do") == "approve":
            reason = request.POST.get("reason", "")
            done = approving.approve(keys, reason=reason, note=request.POST.get("note", ""), **by)
        else:
            raise Invalid("Approve or reject.")
    except DomainError as refusal:
        ref = Delivery.objects.filter(pk__in=keys[:1]).values_list("order_ref", flat=True).first() or ""
        context = workspace_context(request, ref) | {"refusal": refusal}
        return render_page(request, "orders/telling.html", context, status=refusal.status)
    _say(request, done, len(keys))
    return HttpResponseRedirect(f"{reverse('orders:telling')}?tab=approve")


@require_POST
@send_messages
def think_again(request: HttpRequest) -> HttpResponse:
    """Make decided messages proposals again, as long as they have not left."""
    keys = _keys(request.GET.getlist("m"))
    try:
        approving.think_again(keys, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "Waits for approval again")
    return HttpResponseRedirect(f"{reverse('orders:telling')}?tab=approve")


def _keys(given: list[str]) -> list[int]:
    return [key for text in given if (key := whole_number(text, digits=18)) is not None]


def _say(request: HttpRequest, done: list[Delivery], asked: int) -> None:
    verb = "rejected" if request.POST.get("do") == "reject" else "approved"
    what = f"{done[0].order_ref} is {verb}" if asked == 1 and done else f"{len(done)} messages are {verb}"
    overtaken = f"; newer news has overtaken {asked - len(done)}" if len(done) < asked else ""
    keys = "&".join(f"m={delivery.pk}" for delivery in done[:MOST_UNDONE])
    undo = f"undo {reverse('orders:think_again')}?{keys}" if done and len(done) <= MOST_UNDONE else ""
    messages.success(request, f"{what}{overtaken}", extra_tags=undo)
