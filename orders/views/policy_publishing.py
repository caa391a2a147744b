"""How rules come in force from their screen: publish, submit and approve, release a held plan, roll back, the guard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kernel.errors import Conflict, DomainError
from kernel.pages import render_page
from orders.models import PlanRunStatus, Policy, PolicyStatus
from orders.queries.policies import held_run
from orders.rules import approvals, guarding, policies, releases
from orders.views.policy_actions import action

MOST = 10_000_000


class GuardForm(forms.Form):
    """The limits of the guard; an empty one limits nothing."""

    slipped_orders = forms.IntegerField(label="Orders that may slip", min_value=0, max_value=MOST, required=False)
    broken_promises = forms.IntegerField(
        label="Promises that may be broken", min_value=0, max_value=MOST, required=False
    )
    rank_churn_percent = forms.IntegerField(
        label="Percent of orders that may move far in line", min_value=0, max_value=100, required=False
    )
    messages = forms.IntegerField(label="Messages that may go out", min_value=0, max_value=MOST, required=False)
    four_eyes = forms.BooleanField(label="Rules need a second person", required=False)


@action("orders.publish_policy")
def publish(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Put the draft in force; undoing that rolls back to the version before."""
    before = policies.published()
    policies.publish(policy.pk, **_noted(request))
    return _in_force(request, policy, before)


@action("orders.publish_policy")
def approve(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Put in force what somebody else has submitted."""
    before = policies.published()
    approvals.approve(policy.pk, **_noted(request))
    return _in_force(request, policy, before)


@action("orders.publish_policy")
def rollback(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Put an earlier version in force again; undoing that rolls back to the one before."""
    before = policies.published()
    policies.rollback(policy.pk, **_noted(request))
    return _in_force(request, policy, before)


@action("orders.edit_policy")
def submit(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Ask for the draft to be approved."""
    approvals.submit(policy.pk, **_noted(request))
    undo = reverse("orders:rules_send_back", args=[policy.version])
    messages.success(request, f"v{policy.version} waits for a second person", extra_tags=f"undo {undo}")
    return HttpResponseRedirect(reverse("orders:rules_version", args=[policy.version]))


@action("orders.edit_policy")
def send_back(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Make what was submitted a draft again: who submitted it takes it back, others need the right to publish."""
    if policy.submitted_by_id != request.user.pk and not request.user.has_perm("orders.publish_policy"):
        raise PermissionDenied
    approvals.send_back(policy.pk, note=request.POST.get("note", ""), actor=request.user)
    messages.success(request, f"v{policy.version} is a draft again")
    return HttpResponseRedirect(reverse("orders:rules_version", args=[policy.version]))


@action("orders.release_plan")
def release(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Let the held plan of a version go out."""
    releases.release(_held(policy), **_noted(request))
    messages.success(request, f"v{policy.version} comes in force with its plan")
    return HttpResponseRedirect(reverse("orders:rules"))


@action("orders.release_plan")
def withdraw(request: HttpRequest, policy: Policy) -> HttpResponse:
    """Drop the held plan of a version; nothing of it was written."""
    releases.withdraw(_held(policy), **_noted(request))
    messages.success(request, f"v{policy.version} is withdrawn. The rules in force stay")
    return HttpResponseRedirect(reverse("orders:rules_version", args=[policy.version]))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("orders.change_guard", raise_exception=True)
def guard(request: HttpRequest) -> HttpResponse:
    """Show and set the limits beyond which a plan waits for a person."""
    form = GuardForm(request.POST or None, initial=model_to_dict(guarding.guard()))
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            guarding.change_guard(changes=form.cleaned_data, actor=request.user)
        except DomainError as refusal:
            context["refusal"] = refusal
            return render_page(request, "orders/policy_guard.html", context, status=refusal.status)
        messages.success(request, "The guard is set")
        return HttpResponseRedirect(reverse("orders:rules"))
    return render_page(request, "orders/policy_guard.html", context, status=422 if form.errors else 200)


def _in_force(request: HttpRequest, policy: Policy, before: Policy) -> HttpResponse:
    """Say that a version is in force, or that its plan is judged first; undoing that rolls back."""
    policy.refresh_from_db(fields=["status"])
    if policy.status != PolicyStatus.PUBLISHED:
        messages.success(request, f"v{policy.version} comes in force once the guard has let its plan pass")
        return HttpResponseRedirect(reverse("orders:rules_version", args=[policy.version]))
    undo = reverse("orders:rules_rollback", args=[before.version])
    is_offered = "is_undo" not in request.POST
    text = f"v{policy.version} is in force. The backlog is planned anew"
    messages.success(request, text, extra_tags=f"undo {undo}" if is_offered else "")
    return HttpResponseRedirect(reverse("orders:rules"))


def _held(policy: Policy) -> int:
    run = held_run(policy)
    if run is None or run.status != PlanRunStatus.HELD:
        raise Conflict(f"No plan of v{policy.version} is held. Look at it as it is now.", code="not_held")
    return run.pk


def _noted(request: HttpRequest) -> dict[str, Any]:
    return {"note": request.POST.get("note", ""), "actor": request.user, "now": timezone.now()}
