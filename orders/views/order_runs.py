"""One order in two plan runs, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kernel.pages import render_page
from orders.models import Order
from orders.queries.order_runs import NOW, Plan, before_last_change, compare_plans, plans_to_choose

BEFORE, AFTER = "before", "after"


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def order_runs(request: HttpRequest, ref: str) -> HttpResponse:
    """Compare an order in two plans: those asked for, else the plan in force and the run before its date changed."""
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    plans = plans_to_choose(order)
    after = _chosen(request, AFTER, plans) or plans[0]
    others = [plan for plan in plans if plan.run != after.run]
    before = _chosen(request, BEFORE, others) or before_last_change(order, others) or next(iter(others), None)
    if before is not None and _made(before) > _made(after):
        before, after = after, before
    context = {
        "order": order,
        "plans": plans,
        "before": before,
        "after": after,
        "found": compare_plans(order, before, after) if before else None,
    }
    return render_page(request, "orders/order_runs.html", context)


def _chosen(request: HttpRequest, name: str, plans: Sequence[Plan]) -> Plan | None:
    text = request.GET.get(name, "")
    return next((plan for plan in plans if str(plan.run) == text), None)


def _made(plan: Plan) -> float:
    """Return a number by which plans sort by age; the one in force is the newest."""
    return float("inf") if plan.run == NOW else float(plan.run)
