"""The law of delayed orders: the switch for admins, and who has been asked and has not answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kernel.errors import DomainError, Invalid
from kernel.forms import VerbForm
from kernel.pages import cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_date, parse_int, take_page
from orders.dialogue.delays import agree_in_person, change_delay_rules, delay_rules
from orders.models import DelayNotice, DelayOutcome, DelayRules

MAY_CHANGE = "orders.change_delay_rules"
FIRST_DUE = [SortKey("answer_by_on", False, parse_date), SortKey("pk", False, parse_int)]

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


class DelayRulesForm(VerbForm):
    is_on = forms.BooleanField(label="Ask customers to agree to delays", required=False)
    countries = forms.CharField(
        label="Only customers in", required=False, help_text="Countries, with commas between. Empty: everywhere."
    )
    long_delay_days = forms.IntegerField(
        label="Days of a long delay", help_text="A first delay by more days, or without a day, needs an answer too."
    )
    answer_days = forms.IntegerField(
        label="Days to answer, at least", help_text="Counted from the notice, where the day agreed to is earlier."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@see_backlog
def delays(request: HttpRequest) -> HttpResponse:
    """Show the rules and who has to answer; let admins change the rules."""
    if request.method != "POST":
        return _page(request)
    if not request.user.has_perm(MAY_CHANGE):
        raise PermissionDenied
    form = DelayRulesForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    changes: dict[str, Any] = {**form.cleaned_data, "countries": form.cleaned_data["countries"].split(",")}
    try:
        change_delay_rules(**changes, actor=request.user)
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, form)
    messages.success(request, "The rules hold from the next delay on.")
    return redirect("orders:delays")


@require_POST
@permission_required("notifications.send_message", raise_exception=True)
def agree(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Keep that the customer said yes, on the telephone or in a mail."""
    notice = get_object_or_404(DelayNotice.objects.select_related("order"), pk=notice_id)
    try:
        agree_in_person(notice.order.ref, notice_id=notice_id, actor=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"Kept: the customer of {notice.order.ref} agrees to wait.")
    return redirect("orders:delays")


def _page(request: HttpRequest, form: DelayRulesForm | None = None) -> HttpResponse:
    waiting = DelayNotice.objects.filter(outcome=DelayOutcome.OPEN).select_related("order__customer")
    try:
        page = take_page(waiting, FIRST_DUE, **cursor_of(request))
    except Invalid:
        page = take_page(waiting, FIRST_DUE, after="", before="")
    rules = delay_rules()
    context = {
        "rules": rules,
        "form": form or DelayRulesForm(initial=_initial(rules)),
        "rows": page.rows,
        "today": timezone.localdate(),
        "may_change": request.user.has_perm(MAY_CHANGE),
        "may_tell": request.user.has_perm("notifications.send_message"),
        **page_links(request, page),
    }
    status = form.status if form and form.errors else 200
    return render_page(request, "orders/delays.html", context, status=status)


def _initial(rules: DelayRules) -> dict[str, object]:
    initial = {name: getattr(rules, name) for name in DelayRulesForm.base_fields}
    return {**initial, "countries": ", ".join(rules.countries)}
