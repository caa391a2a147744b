"""Rules of writing to customers, on a page: the valve, how the facts add up, when and how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages as toasts
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import render_page
from notifications.integrity import fact_counts
from notifications.models import SendMode
from notifications.releasing import set_aside
from notifications.rules import valve
from notifications.rules.send_rule_form import SendRuleForm, send_rule_rows
from notifications.rules.threshold_form import ThresholdForm, threshold_rows

MAY_CHANGE = "notifications.run_valve"
# How every fact that is told stands; together they are all facts.
STANDS = (
    ("Sent", ("sent",)),
    ("Waiting", ("unheard", "pending", "sending")),
    ("For approval", ("proposed",)),
    ("Overtaken", ("superseded",)),
    ("Not sent", ("suppressed",)),
    ("Failed", ("failed", "quarantined")),
    ("Perhaps sent", ("uncertain",)),
)

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
run_valve = permission_required(MAY_CHANGE, raise_exception=True)


class RulesForm(VerbForm):
    quiet_from = forms.TimeField(
        label="Quiet from", required=False, help_text="In the customer's time zone. Empty: write at any hour."
    )
    quiet_to = forms.TimeField(label="Quiet to", required=False)
    daily_messages = forms.IntegerField(
        label="Messages a customer a day", help_text="News beyond them waits for one summary next morning."
    )
    storm_messages = forms.IntegerField(
        label="Storm limit, messages an hour", help_text="More than these close the valve until somebody looks."
    )
    proposal_hours = forms.IntegerField(
        label="Proposals lapse after, hours", help_text="What nobody approved by then is not sent."
    )
    follow_up_days = forms.IntegerField(
        label="Follow up after days of silence",
        help_text="Who waits and hears nothing is written to; who has no address, called.",
    )
    feedback_days = forms.IntegerField(label="Ask how it was, days after delivery", help_text="0: nobody is asked.")
    delay_hours = forms.IntegerField(
        label="Hours between two delays of an order", help_text="Meanwhile the newest date waits. 0: each at once."
    )
    firm_only = forms.BooleanField(label="Tell an earlier day only when the units are there", required=False)
    merges = forms.BooleanField(label="One mail for the news of all orders of a customer", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@see_backlog
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules to everybody; let admins change them."""
    if request.method != "POST":
        return rules_response(request)
    if not request.user.has_perm(MAY_CHANGE):
        raise PermissionDenied
    form = RulesForm(request.POST)
    if not form.is_valid():
        return rules_response(request, form=form, status=form.status)
    changes = dict(form.cleaned_data)
    try:
        valve.change_rules(changes=changes, version=changes.pop("version"), actor=request.user, now=timezone.now())
    except DomainError as refusal:
        form.take_refusal(refusal)
        return rules_response(request, form=form, status=form.status)
    toasts.success(request, "The rules hold from the next message on.")
    return redirect("notifications:rules")


@require_POST
@run_valve
def pause(request: HttpRequest) -> HttpResponse:
    actor, now = request.user, timezone.now()
    reason = f"Paused by {actor.get_username()}."
    done = "Messages are paused. Nothing leaves until you resume."
    return run_and_return(request, lambda: valve.pause(reason=reason, actor=actor, now=now), done)


@require_POST
@run_valve
def resume(request: HttpRequest) -> HttpResponse:
    actor, now = request.user, timezone.now()
    return run_and_return(request, lambda: valve.resume(actor=actor, now=now), "Messages go out again.")


def rules_response(
    request: HttpRequest,
    *,
    form: RulesForm | None = None,
    send_rule_form: SendRuleForm | None = None,
    threshold_form: ThresholdForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, with a form that was refused in place of a new one."""
    counts, rules, may_change = fact_counts(), valve.message_rules(), request.user.has_perm(MAY_CHANGE)
    initial = {name: getattr(rules, name) for name in RulesForm.base_fields}
    context: dict[str, Any] = {
        "rules": rules,
        "form": form or RulesForm(initial=initial),
        "facts": counts["facts"],
        "stands": [(label, sum(counts[state] for state in states)) for label, states in STANDS],
        "set_aside": set_aside() if may_change else (),
        "may_change": may_change,
        "send_rules": send_rule_rows(),
        "send_modes": SendMode.choices,
        "send_rule_form": send_rule_form or SendRuleForm(),
        "thresholds": threshold_rows(),
        "usual_days": settings.SLIP_THRESHOLD_DAYS,
        "threshold_form": threshold_form or ThresholdForm(),
    }
    return render_page(
        request,
        "notifications/rules.html",
        context,
        fragments={"live": "notifications/rules_state.html"},
        status=status,
    )


def run_and_return(request: HttpRequest, verb: Callable[[], object], done: str, *, undo: str = "") -> HttpResponse:
    """Run a verb and show the page again: it is ``done``, with what takes it back at ``undo``, or refused, and why."""
    try:
        verb()
    except DomainError as refusal:
        toasts.error(request, refusal.detail)
    else:
        toasts.success(request, done, extra_tags=f"undo {undo}" if undo else "")
    return redirect("notifications:rules")
