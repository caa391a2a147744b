"""Plan runs: when the backlog was planned, why, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid, NotFound
from kernel.pages import address, cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from orders.models import PlanRun, PlanRunKind, PlanRunStatus
from orders.queries.run_messages import run_messages
from orders.replan import request_full_run
from orders.replanning.run_comparison import compare_runs
from orders.rules import releases

NEWEST_FIRST = [SortKey("pk", True, parse_int)]
TABS = (("all", "All"), *((kind.value, kind.label) for kind in PlanRunKind))

# What a piece of the bar stands for; there are as many colours.
STEPS = {
    "Load": ("load_s",),
    "Score": ("score_s",),
    "Allocate": ("allocate_s",),
    "Promise": ("promise_s",),
    "Compare and guard": ("diff_s", "guard_s", "hash_s"),
    "Write": ("write_s",),
}
COUNTS = ("lines", "planned", "frozen", "excluded", "products", "rows_written", "facts", "skipped_products")

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Step:
    """One step's share of a run's time, as a piece of the bar (percent)."""

    name: str
    seconds: float
    share: float
    left: str
    width: str
    colour: int


@require_safe
@see_backlog
def plan_runs(request: HttpRequest) -> HttpResponse:
    """List plan runs, the newest first."""
    kind = request.GET.get("kind") or "all"
    rows = PlanRun.objects.select_related("policy")
    try:
        if kind not in dict(TABS):
            raise Invalid("There is no such view of the plan runs. Start again from all of them.")
        page = take_page(rows if kind == "all" else rows.filter(kind=kind), NEWEST_FIRST, **cursor_of(request))
    except Invalid as refusal:
        return render_page(request, "orders/plan_runs_refused.html", {"refusal": refusal}, status=400)
    context = {
        "rows": page.rows,
        "tabs": [(key, label, address(request, kind=key)) for key, label in TABS],
        "kind": kind,
        "may_replan": request.user.has_perm("orders.replan"),
        **page_links(request, page),
    }
    return render_page(request, "orders/plan_runs.html", context, fragments={"live": "orders/plan_runs_rows.html"})


@require_safe
@see_backlog
def plan_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show one run: its inputs, counts and where its time went."""
    run = get_object_or_404(PlanRun.objects.select_related("policy"), pk=run_id)
    context = {
        "run": run,
        "steps": steps_of(run),
        "counts": [(_words(name), run.counts[name]) for name in COUNTS if name in run.counts],
        "may_replan": request.user.has_perm("orders.replan"),
        "may_release": request.user.has_perm("orders.release_plan"),
        "before": _full_run_before(run),
    }
    return render_page(request, "orders/plan_runs_run.html", context, fragments={"live": "orders/plan_runs_body.html"})


@require_safe
@see_backlog
def plan_run_changes(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what came between a run and an earlier one (``with``; the full run before it unless said)."""
    run = get_object_or_404(PlanRun, pk=run_id)
    wanted = whole_number(request.GET.get("with", ""), digits=18)
    before = _full_run_before(run) if wanted is None else PlanRun.objects.filter(pk=wanted).first()
    try:
        if before is None:
            raise NotFound("There is no run before this one to compare with.")
        found = compare_runs(before.pk, run.pk)
    except NotFound as refusal:
        context = {"refusal": refusal, "title": "Nothing to compare with"}
        return render_page(request, "orders/plan_runs_refused.html", context, status=404)
    return render_page(request, "orders/plan_runs_changes.html", {"run": run, "before": before, "found": found})


@require_safe
@see_backlog
def plan_run_messages(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what a judged plan would tell customers, so that plan and messages are released together."""
    run = get_object_or_404(PlanRun, pk=run_id, verdict__isnull=False)
    counts, told = run_messages(run, today=timezone.localdate())
    return render_page(request, "orders/plan_runs_messages.html", {"run": run, "counts": counts, "told": told})


@require_POST
@permission_required("orders.release_plan", raise_exception=True)
def release_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let a held plan go out."""
    return _decided(request, run_id, releases.release, f"Run {run_id} goes on: the workers plan it anew")


@require_POST
@permission_required("orders.release_plan", raise_exception=True)
def withdraw_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Drop a held plan."""
    return _decided(request, run_id, releases.withdraw, f"Run {run_id} is dropped. The plan before it stands")


@require_POST
@permission_required("orders.replan", raise_exception=True)
def plan_now(request: HttpRequest) -> HttpResponse:
    """Ask the workers for a run over the whole backlog, and show it."""
    run = request_full_run(cause=f"asked for by {request.user.get_username()}", now=timezone.now())
    messages.success(request, "Planning has started")
    return redirect("orders:plan_run", run.pk)


def _decided(request: HttpRequest, run_id: int, verb: Callable[..., PlanRun], words: str) -> HttpResponse:
    get_object_or_404(PlanRun, pk=run_id)
    try:
        verb(run_id, note=request.POST.get("note", ""), actor=request.user, now=timezone.now())
    except DomainError as refusal:
        context = {"refusal": refusal, "title": "Not done"}
        return render_page(request, "orders/plan_runs_refused.html", context, status=refusal.status)
    messages.success(request, words)
    return redirect("orders:plan_run", run_id)


def _full_run_before(run: PlanRun) -> PlanRun | None:
    done = PlanRun.objects.filter(kind=PlanRunKind.FULL, status=PlanRunStatus.DONE, policy__isnull=False)
    return done.filter(pk__lt=run.pk).order_by("-pk").first()


def steps_of(run: PlanRun) -> list[Step]:
    """Return the steps of a run in their order, with places on a bar as long as their sum."""
    if not run.timings:
        return []
    timings = {name: sum(float(run.timings.get(step, 0.0)) for step in steps) for name, steps in STEPS.items()}
    total = max(sum(timings.values()), 1e-9)
    steps, left = [], 0.0
    for colour, (name, seconds) in enumerate(timings.items(), start=1):
        share = seconds / total * 100
        steps.append(Step(name, seconds, share, f"{left:.2f}", f"{max(share - 0.3, 0.2):.2f}", colour))
        left += share
    return steps


def _words(name: str) -> str:
    return name.removesuffix("_s").replace("_", " ").capitalize()
