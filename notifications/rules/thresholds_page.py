"""From how many days on a moved date is told, as a list on the page of rules; each change is one small form."""

from __future__ import annotations

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.errors import DomainError
from notifications.rules import thresholds
from notifications.rules.rules_page import rules_response, run_and_return, run_valve
from notifications.rules.threshold_form import DaysForm, ThresholdForm


@require_POST
@run_valve
def add(request: HttpRequest) -> HttpResponse:
    form = ThresholdForm(request.POST)
    if form.is_valid():
        try:
            thresholds.add_threshold(**form.cleaned_data, actor=request.user, now=timezone.now())
        except DomainError as refusal:
            form.take_refusal(refusal)
        else:
            toasts.success(request, "The threshold holds; days that plans name now are weighed by it")
            return redirect("notifications:rules")
    return rules_response(request, threshold_form=form, status=form.status)


@require_POST
@run_valve
def change(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Tell such news from other days on, or remove the threshold."""
    actor, now = request.user, timezone.now()
    if request.POST.get("do") == "remove":
        undo = reverse("notifications:restore_threshold", args=[rule_id])
        return run_and_return(
            request,
            lambda: thresholds.remove_threshold(rule_id, actor=actor, now=now),
            "The threshold is removed",
            undo=undo,
        )
    form = DaysForm(request.POST)
    if not form.is_valid():
        toasts.error(request, f"Nothing was changed. {form.errors['days'][0]}")
        return redirect("notifications:rules")
    days = form.cleaned_data["days"]
    return run_and_return(
        request, lambda: thresholds.change_threshold(rule_id, days=days, actor=actor, now=now), "Threshold changed"
    )


@require_POST
@run_valve
def restore(request: HttpRequest, rule_id: int) -> HttpResponse:
    actor, now = request.user, timezone.now()
    return run_and_return(
        request, lambda: thresholds.restore_threshold(rule_id, actor=actor, now=now), "The threshold is back"
    )
