"""Which messages leave by themselves, as a list on the page of rules; each change is one small form."""

from __future__ import annotations

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.errors import DomainError
from notifications.rules import send_rules
from notifications.rules.rules_page import rules_response, run_and_return, run_valve
from notifications.rules.send_rule_form import SendRuleForm


@require_POST
@run_valve
def add(request: HttpRequest) -> HttpResponse:
    form = SendRuleForm(request.POST)
    if form.is_valid():
        try:
            send_rules.add_send_rule(**form.cleaned_data, actor=request.user)
        except DomainError as refusal:
            form.take_refusal(refusal)
        else:
            toasts.success(request, "The rule holds for messages from now on.")
            return redirect("notifications:rules")
    return rules_response(request, send_rule_form=form, status=form.status)


@require_POST
@run_valve
def change(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Let a rule say something else, ask it earlier or later, or remove it."""
    do, actor = request.POST.get("do", ""), request.user
    if do == "remove":
        undo = reverse("notifications:restore_send_rule", args=[rule_id])
        return run_and_return(
            request,
            lambda: send_rules.remove_send_rule(rule_id, actor=actor, now=timezone.now()),
            "The rule is removed",
            undo=undo,
        )
    if do in ("up", "down"):
        return run_and_return(request, lambda: send_rules.move_send_rule(rule_id, up=do == "up", actor=actor), "Moved")
    mode = request.POST.get("mode", "")
    return run_and_return(request, lambda: send_rules.change_send_rule(rule_id, mode=mode, actor=actor), "Rule changed")


@require_POST
@run_valve
def restore(request: HttpRequest, rule_id: int) -> HttpResponse:
    return run_and_return(
        request, lambda: send_rules.restore_send_rule(rule_id, actor=request.user), "The rule is back"
    )
