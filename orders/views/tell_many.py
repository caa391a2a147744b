"""Many customers told at once: who, which date, in which words; what would leave; then a job with one undo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import render_page
from kernel.text import is_plain
from kernel.tiers import Tier
from notifications.texts.languages import DEFAULT, language_of
from orders.bulk.jobs import start_job, work_chunk
from orders.bulk.telling import EXPECTED, SAFE
from orders.dialogue.telling import MAX_NOTE
from orders.models import BulkAction
from orders.queries.tell_many import outlook, slips
from orders.views.bulk import AT_ONCE
from orders.views.telling import send_messages

CHOICES = ((EXPECTED, "The expected date of each"), (SAFE, "The safe date of each, set by hand"))
PREVIEW = "tell-many-preview"


class TellManyForm(VerbForm):
    tier = forms.ChoiceField(label="Customers", required=False, choices=[("", "All"), *Tier.choices])
    most_days = forms.IntegerField(
        label="Slipped by at most, days", required=False, min_value=1, max_value=365, help_text="Empty: all slips."
    )
    choice = forms.ChoiceField(label="Tell", choices=CHOICES, initial=EXPECTED)
    reason = forms.ChoiceField(
        label="Reason shown to customers",
        required=False,
        choices=lambda: [("", "Each order’s own"), *language_of(DEFAULT).reasons.items()],
    )
    note = forms.CharField(
        label="Your own words to all of them",
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@send_messages
def tell_many(request: HttpRequest) -> HttpResponse:
    """Show what would be sent; on POST send it, as a job that can be taken back until the messages leave."""
    asked = request.POST if request.method == "POST" else request.GET
    form = TellManyForm({"choice": EXPECTED, **asked.dict()})
    refs = [ref for ref in asked.getlist("order") if is_plain(ref)]
    if not form.is_valid():
        return _page(request, form, refs, status=form.status)
    said = form.cleaned_data
    rows = slips(tier=said["tier"], most_days=said["most_days"], refs=refs)
    if request.method != "POST":
        return _page(request, form, refs, rows=rows)
    params = {name: said[name] for name in ("choice", "reason", "note")}
    now = timezone.now()
    try:
        orders = rows.values_list("order_id")
        job = start_job(action=BulkAction.TELL, orders=orders, params=params, actor=request.user, now=now)
        if job.total <= AT_ONCE:
            work_chunk(job.pk, now=now)
    except DomainError as refusal:
        form.take_refusal(refusal)
        return _page(request, form, refs, rows=rows, status=refusal.status)
    return HttpResponseRedirect(reverse("orders:bulk_job", args=[job.pk]))


def _page(
    request: HttpRequest, form: TellManyForm, refs: list[str], *, rows: Any = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "refs": refs}
    if rows is not None and form.is_bound and form.cleaned_data:
        words = {name: form.cleaned_data[name] for name in ("choice", "reason", "note")}
        found = outlook(rows, **words, today=timezone.localdate())
        context |= {"outlook": found, "others": 0 if found.is_cut else max(0, len(refs) - found.orders)}
    fragments = {PREVIEW: "orders/tell_many_preview.html"}
    return render_page(request, "orders/tell_many.html", context, fragments=fragments, status=status)
