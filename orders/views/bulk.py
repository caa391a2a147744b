"""Actions on many orders, from the board: start one, watch it, take it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from kernel.errors import DomainError, Invalid
from kernel.pages import cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from kernel.text import is_plain
from orders.board.filters import BoardFilter
from orders.bulk.actions import ACTIONS
from orders.bulk.jobs import start_job, undo_job, work_chunk
from orders.models import BulkAction, BulkJob, BulkRowState, Order
from orders.queries.board import open_plans
from orders.queries.bulk import described

AT_ONCE = 25  # orders that are done before the answer, so that a handful needs no worker
REFRESH_SECONDS = 2
MESSAGE = "message"  # leads to a page of its own: what is sent is seen first
MOST_PREVIEWED = 500  # orders that an address can name
FRAGMENTS = {"live": "orders/bulk_job_body.html"}

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_POST
@see_backlog
def start(request: HttpRequest) -> HttpResponse:
    """Start an action on the orders that were ticked, or on all that a view and its filters show."""
    action = request.POST.get("action", "")
    if action == MESSAGE:
        return _to_messages(request)
    if action in BulkAction.values and not request.user.has_perm(ACTIONS[BulkAction(action)].permission):
        raise PermissionDenied
    params = {name.removeprefix(f"{action}_"): value for name, value in request.POST.items()}
    now = timezone.now()
    try:
        job = start_job(action=action, orders=_chosen(request), params=params, actor=request.user, now=now)
        if job.total <= AT_ONCE:
            work_chunk(job.pk, now=now)
    except DomainError as refusal:
        return _refused(request, refusal)
    return HttpResponseRedirect(_back(request, job))


@require_safe
@see_backlog
def bulk_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show one job: how far it is, and the orders that could not be changed, with the reason of each."""
    job = get_object_or_404(BulkJob.objects.select_related("actor", "undoes", "undone_by"), pk=job_id)
    failed = job.rows.filter(state=BulkRowState.FAILED).select_related("order__customer")
    try:
        page = take_page(failed, (SortKey("order_id", False, parse_int),), **cursor_of(request))
    except Invalid as refusal:
        return _refused(request, refusal)
    context = {"job": described(job), "failed": page.rows, **page_links(request, page)}
    response = render_page(request, "orders/bulk_job.html", context, fragments=FRAGMENTS)
    if job.is_running and "HX-Request" not in request.headers:
        response["Refresh"] = str(REFRESH_SECONDS)  # without scripts, too, one sees it move
    return response


@require_POST
@see_backlog
def undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take back what a job has done, where there is a way back."""
    job = get_object_or_404(BulkJob, pk=job_id)
    if not request.user.has_perm(ACTIONS[BulkAction(job.action)].permission):
        raise PermissionDenied
    now = timezone.now()
    try:
        back = undo_job(job.pk, actor=request.user, now=now)
        if back.total <= AT_ONCE:
            work_chunk(back.pk, now=now)
    except DomainError as refusal:
        return _refused(request, refusal)
    return HttpResponseRedirect(_back(request, back))


def bulk_choices(request: HttpRequest) -> dict[str, Any]:
    """Return what the bar of actions needs: what this person may do, and whom orders can be given to."""
    may = {action.value for action, entry in ACTIONS.items() if request.user.has_perm(entry.permission)}
    people = get_user_model().objects.filter(is_active=True).order_by("name", "email") if "assign" in may else []
    return {"may_bulk": may, "colleagues": people}


def _chosen(request: HttpRequest) -> QuerySet[Any, Any]:
    """Return the keys of the chosen orders; raise Invalid when the filters of "all that match" make no sense."""
    if "all" not in request.POST:
        refs = [ref for ref in request.POST.getlist("order") if is_plain(ref)]
        return Order.objects.filter(ref__in=refs).values_list("pk")
    shown = BoardFilter(
        QueryDict(request.POST.get("filters", "")), queryset=open_plans(timezone.localdate()), request=request
    )
    if not shown.is_valid():
        raise Invalid("A filter of this list cannot be read. Start again from the board.")
    return shown.qs.values_list("order_id")


def _to_messages(request: HttpRequest) -> HttpResponse:
    """Lead to the page that shows what each customer would read, before anything is sent."""
    if not request.user.has_perm(ACTIONS[BulkAction.TELL].permission):
        raise PermissionDenied
    try:
        keys = [key for (key,) in _chosen(request)[: MOST_PREVIEWED + 1]]
    except Invalid as refusal:
        return _refused(request, refusal)
    refs = list(Order.objects.filter(pk__in=keys).values_list("ref", flat=True))
    if not 0 < len(refs) <= MOST_PREVIEWED:
        asked = "Choose at least one order." if not refs else f"Choose at most {MOST_PREVIEWED} orders to write to."
        return _refused(request, Invalid(f"{asked} ETA updates sends to all slips of a tier.", code="too_many"))
    return HttpResponseRedirect(f"{reverse('orders:tell_many')}?{urlencode({'order': sorted(refs)}, doseq=True)}")


def _back(request: HttpRequest, job: BulkJob) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("orders:bulk_job", args=[job.pk])


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    context = {"refusal": refusal, "back": target if is_ours else reverse("orders:board")}
    return render_page(request, "orders/bulk_refused.html", context, status=refusal.status)
