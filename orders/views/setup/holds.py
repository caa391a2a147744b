"""Holds: which orders are held as they come in, and which roles release which kind of hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory.forms import VersionedForm
from inventory.setup_history import version_of, versions_of
from kernel.errors import DomainError
from kernel.forms import VerbForm
from kernel.pages import cursor_of, page_links
from orders.bulk.jobs import start_job, work_chunk
from orders.handling import hold_rights, hold_sources
from orders.models import BulkAction, HoldKind, HoldSource
from orders.queries.hold_sources import MOST_COUNTED, count_matches
from orders.queries.hold_sources import hold_sources as page_of
from orders.queries.setup_lists import check_text
from orders.views.bulk import AT_ONCE
from orders.views.setup.frame import keep, manage, setup_page, who
from orders.views.setup.reading import version_in

HERE = "orders:setup_holds"
KINDS = (hold_sources.SETUP_KIND, hold_rights.SETUP_KIND)
may_hold = permission_required("orders.hold_order", raise_exception=True)


class HoldSourceForm(VersionedForm):
    reason = forms.CharField(label="Reason", max_length=200, required=False)
    last_on = forms.DateField(
        label="Last day", required=False, help_text="The last day on which it catches orders; empty: until it is ended."
    )


class NewHoldSourceForm(VerbForm):
    customer = forms.CharField(label="Orders of customer", max_length=40, required=False, help_text="Code; empty: all.")
    sku = forms.CharField(label="with product", max_length=40, required=False, help_text="SKU; empty: any.")
    kind = forms.ChoiceField(label="Kind of hold", choices=HoldKind.choices)
    reason = forms.CharField(label="Reason", max_length=200, required=False)
    last_on = forms.DateField(label="Last day", required=False, help_text="Empty: until it is ended.")


@require_safe
@manage
def holds(request: HttpRequest) -> HttpResponse:
    """List what holds orders as they come in, with the open orders that match, and who releases holds."""
    return _page(request)


@require_POST
@may_hold
def add(request: HttpRequest) -> HttpResponse:
    """Hold orders of a customer, with a product, or both, from now on."""
    form = NewHoldSourceForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    gone, refusal = keep(
        request,
        HERE,
        hold_sources.SETUP_KIND,
        lambda: hold_sources.add_hold_source(**form.cleaned_data, **who(request)),
        "Such orders are held from now on",
    )
    return gone or _page(request, form=form, refusal=refusal)


@require_POST
@may_hold
def change(request: HttpRequest, source_id: int) -> HttpResponse:
    """Change why, and until when."""
    form = HoldSourceForm(request.POST)
    if not form.is_valid():
        return _page(request, source_id=source_id, changed=form, status=422)
    gone, refusal = keep(
        request,
        HERE,
        hold_sources.SETUP_KIND,
        lambda: hold_sources.change_hold_source(source_id, **form.cleaned_data, **who(request)),
        "The rule is changed",
    )
    return gone or _page(request, source_id=source_id, changed=form, refusal=refusal)


@require_POST
@may_hold
def end(request: HttpRequest, source_id: int) -> HttpResponse:
    """Let such orders in again; those that are held stay so."""
    gone, refusal = keep(
        request,
        HERE,
        hold_sources.SETUP_KIND,
        lambda: hold_sources.end_hold_source(source_id, version=version_in(request), **who(request)),
        "Such orders come in as all others again. Those on hold stay so",
    )
    return gone or _page(request, refusal=refusal)


@require_POST
@may_hold
def hold_open(request: HttpRequest, source_id: int) -> HttpResponse:
    """Hold the open orders that match, too: a job with one way back."""
    source = get_object_or_404(HoldSource, pk=source_id, ended_at=None)
    orders, now = hold_sources.orders_caught(source).values_list("pk"), timezone.now()
    params = {"kind": source.kind, "reason": source.reason}
    try:
        job = start_job(action=BulkAction.HOLD, orders=orders, params=params, actor=request.user, now=now)
        if job.total <= AT_ONCE:
            work_chunk(job.pk, now=now)
    except DomainError as refusal:
        return _page(request, refusal=refusal)
    return redirect("orders:bulk_job", job.pk)


@require_POST
@permission_required("orders.change_hold_rights", raise_exception=True)
def rights(request: HttpRequest) -> HttpResponse:
    """Set which roles release which kind of hold."""
    given = {kind: request.POST.getlist(kind) for kind in HoldKind.values}
    gone, refusal = keep(
        request,
        HERE,
        hold_rights.SETUP_KIND,
        lambda: hold_rights.change_hold_rights(given, version=version_in(request), **who(request)),
        "Who releases holds is changed",
    )
    return gone or _page(request, typed=given, refusal=refusal)


def _page(
    request: HttpRequest,
    *,
    form: NewHoldSourceForm | None = None,
    source_id: int = 0,
    changed: HoldSourceForm | None = None,
    typed: hold_rights.Rights | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    try:
        page = page_of(check_text(text), **cursor_of(request))
    except DomainError as wrong:
        refusal, text, page = wrong, "", page_of("", after="", before="")
    context = {
        "rows": _rows(page.rows, source_id, changed),
        "text": text,
        "new_form": form or NewHoldSourceForm(),
        "today": timezone.localdate(),
        "most": MOST_COUNTED,
        **_rights(typed),
        "refusal": refusal,
        **page_links(request, page),
    }
    return setup_page(request, "setup/holds.html", KINDS, context, status=refusal.status if refusal else status)


def _rows(sources: list[HoldSource], source_id: int, changed: HoldSourceForm | None) -> list[dict[str, Any]]:
    """Return what each source shows, and its form; the one that was just refused as it was typed."""
    matches, versions = count_matches(sources), versions_of(hold_sources.SETUP_KIND)
    rows = []
    for source in sources:
        version = versions.get(hold_sources.name_of(source), 0)
        initial = {"reason": source.reason, "last_on": source.last_on, "version": version}
        is_open = changed is not None and source.pk == source_id
        form = changed if is_open else HoldSourceForm(initial=initial)
        rows.append(
            {"source": source, "matches": matches[source.pk], "version": version, "form": form, "is_open": is_open}
        )
    return rows


def _rights(typed: hold_rights.Rights | None) -> dict[str, Any]:
    roles, chosen = hold_rights.roles(), typed or hold_rights.rights()
    table = [(kind.value, kind.label, [(role, role in chosen[kind.value]) for role in roles]) for kind in HoldKind]
    return {
        "roles": roles,
        "rights": table,
        "rights_version": version_of(hold_rights.SETUP_KIND, hold_rights.SETUP_NAME),
    }
