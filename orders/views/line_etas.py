"""The ETA of a single line, set in the workspace."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.bounds import read_day
from kernel.errors import DomainError
from orders.handling.line_etas import change_line_eta
from orders.models import LineEta, OrderLine


@require_POST
@permission_required("orders.postpone_eta", raise_exception=True)
def change(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """Set a line's day, or give it back to the plan where none is given; then the workspace with the order."""
    line = get_object_or_404(OrderLine.objects.select_related("product"), order__ref=ref, position=position)
    before = LineEta.objects.filter(line=line).values_list("eta_on", flat=True).first()
    given = request.GET.get("eta_on", "") if "is_undo" in request.POST else request.POST.get("eta_on", "")
    try:
        eta_on = read_day(given, field="eta_on") if given else None
        change_line_eta(ref, position=position, eta_on=eta_on, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        words = f"{line.product.name}: {eta_on:%-d %B}" if eta_on else f"{line.product.name}: the plan’s date again"
        undo = f"{request.path}?eta_on={before.isoformat() if before else ''}"
        messages.success(request, words, extra_tags=f"undo {undo}")
    return HttpResponseRedirect(f"{reverse('orders:telling')}?ref={ref}")
