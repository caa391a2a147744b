"""Compensation: the ladder and its budget, what was given lately, and giving it without other news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import whole_number
from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.money import labelled
from kernel.pages import render_page
from kernel.tiers import Tier
from orders.dialogue import compensating, ladder, redeeming
from orders.models import Compensation, CompensationKind, CompensationStep, Order

MAY_CHANGE = "orders.change_ladder"
SHOWN = 50

see_backlog = permission_required("orders.view_backlog", raise_exception=True)
change_ladder = permission_required(MAY_CHANGE, raise_exception=True)
give = permission_required("orders.compensate", raise_exception=True)


class StepForm(VerbForm):
    kind = forms.ChoiceField(label="What", choices=CompensationKind.choices)
    percent = forms.IntegerField(label="Voucher, percent", required=False)
    amount = forms.DecimalField(
        label=labelled("Amount"),
        required=False,
        decimal_places=2,
        help_text="Of a credit, or what a free delivery costs us.",
    )
    from_days_late = forms.IntegerField(label="From days late", initial=1)
    from_value = forms.DecimalField(label=labelled("From order value"), required=False, decimal_places=2)
    tier = forms.ChoiceField(label="Customers", required=False, choices=[("", "All"), *Tier.choices])


class BudgetForm(VerbForm):
    monthly = forms.DecimalField(label=labelled("Budget a month"), decimal_places=2)
    agent_limit = forms.DecimalField(
        label=labelled("An agent gives at most"), decimal_places=2, help_text="At a time; more is left to operations."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class UseForm(VerbForm):
    code = forms.CharField(widget=forms.HiddenInput, max_length=redeeming.MAX_CODE)
    used_for = forms.CharField(label="For which order", max_length=40)
    amount = forms.DecimalField(label=labelled("Taken off"), decimal_places=2)


@require_safe
@see_backlog
def compensation(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@change_ladder
def add_step(request: HttpRequest) -> HttpResponse:
    form = StepForm(request.POST)
    if form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if value is not None}
        try:
            ladder.add_step(**said, actor=request.user)
        except DomainError as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, "The step is on the ladder.")
            return HttpResponseRedirect(reverse("orders:compensation"))
    return _page(request, step_form=form, status=form.status)


@require_POST
@change_ladder
def remove_step(request: HttpRequest, step_id: int) -> HttpResponse:
    undo = reverse("orders:restore_step", args=[step_id])
    return _turn(
        request, lambda: ladder.remove_step(step_id, actor=request.user, now=timezone.now()), "Step removed", undo
    )


@require_POST
@change_ladder
def restore_step(request: HttpRequest, step_id: int) -> HttpResponse:
    return _turn(request, lambda: ladder.restore_step(step_id, actor=request.user), "The step is back")


@require_POST
@change_ladder
def change_budget(request: HttpRequest) -> HttpResponse:
    form = BudgetForm(request.POST)
    if form.is_valid():
        try:
            ladder.change_budget(**form.cleaned_data, actor=request.user)
        except DomainError as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, "The budget holds from now on.")
            return HttpResponseRedirect(reverse("orders:compensation"))
    return _page(request, budget_form=form, status=form.status)


@require_POST
@give
def compensate(request: HttpRequest, ref: str) -> HttpResponse:
    """Give an order a step of the ladder without other news; then the order's page."""
    order = get_object_or_404(Order, ref=ref)
    step_id = whole_number(request.POST.get("compensation", "")) or 0
    try:
        given = compensating.compensate(
            ref, step_id=step_id, note=request.POST.get("note", ""), actor=request.user, now=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        undo = reverse("orders:take_compensation_back", args=[given.pk])
        words = f"{order.ref}: {given.step}, told in {settings.MESSAGE_HOLD_SECONDS} seconds"
        messages.success(request, words, extra_tags=f"undo {undo}")
    return HttpResponseRedirect(reverse("orders:order", args=[ref]))


@require_POST
@give
def take_back(request: HttpRequest, compensation_id: int) -> HttpResponse:
    given = get_object_or_404(Compensation.objects.select_related("order"), pk=compensation_id)
    try:
        compensating.take_compensation_back(compensation_id, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"{given.order.ref}: compensation taken back")
    return HttpResponseRedirect(reverse("orders:compensation"))


@require_POST
@give
def use_code(request: HttpRequest) -> HttpResponse:
    """Mark the code that a customer named as used."""
    form = UseForm(request.POST)
    if form.is_valid():
        try:
            used = redeeming.use_code(**form.cleaned_data, actor=request.user, now=timezone.now())
        except DomainError as refusal:
            form.take_refusal(refusal)
        else:
            undo = f"undo {reverse('orders:take_use_back')}?code={used.code}"
            messages.success(request, f"{used.code} is used for {used.used_for}", extra_tags=undo)
            return HttpResponseRedirect(f"{reverse('orders:compensation')}?code={used.code}")
    return _page(request, code=request.POST.get("code", ""), use_form=form, status=form.status)


@require_POST
@give
def take_use_back(request: HttpRequest) -> HttpResponse:
    code = request.GET.get("code", "")
    try:
        given = redeeming.take_use_back(code, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return HttpResponseRedirect(reverse("orders:compensation"))
    messages.success(request, f"{given.code} may be used again")
    return HttpResponseRedirect(f"{reverse('orders:compensation')}?code={given.code}")


def _turn(request: HttpRequest, verb: Callable[[], CompensationStep], done: str, undo: str = "") -> HttpResponse:
    try:
        verb()
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, done, extra_tags=f"undo {undo}" if undo else "")
    return HttpResponseRedirect(reverse("orders:compensation"))


def _page(
    request: HttpRequest,
    *,
    step_form: StepForm | None = None,
    budget_form: BudgetForm | None = None,
    code: str = "",
    use_form: UseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    budget, spent = compensating.budget_in_force(), compensating.spent_in_month(timezone.now())
    initial = {name: getattr(budget, name) for name in BudgetForm.base_fields}
    rows = Compensation.objects.select_related("order__customer", "step", "given_by").order_by("-given_at", "-pk")
    given = list(rows[:SHOWN])
    code = code or request.GET.get("code", "").strip()
    found = redeeming.find_code(code) if code else None
    if found and use_form is None:
        use_form = UseForm(initial={"code": found.code, "amount": found.cost})
    context: dict[str, Any] = {
        "code": code,
        "found": found,
        "use_form": use_form,
        "steps": CompensationStep.objects.filter(removed_at=None),
        "budget": budget,
        "spent": spent,
        "spent_share": round(100 * spent / budget.monthly) if budget.monthly else 100,
        "given": given,
        "told": compensating.known_to_customers(given),
        "alone": {each.pk for each in given if compensating.is_alone(each)},
        "step_form": step_form or StepForm(),
        "budget_form": budget_form or BudgetForm(initial=initial),
        "may_change": request.user.has_perm(MAY_CHANGE),
        "may_give": request.user.has_perm("orders.compensate"),
    }
    return render_page(request, "orders/compensation.html", context, status=status)
