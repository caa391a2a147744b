"""From an order to the next one of the list that one came from."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from kernel.paging import neighbours
from orders.board.filters import BoardFilter
from orders.models import Order, OrderPlan
from orders.queries.board import open_plans, sort_keys

LIST = "list"


def list_query(request: HttpRequest) -> str:
    """Return what an order's address has to carry so that its page knows the list: filters and sort, encoded once."""
    params = request.GET.copy()
    for name in ("after", "before", "live", "o", "col", "saved"):
        params.pop(name, None)
    return urlencode({LIST: params.urlencode()})


def step_links(request: HttpRequest, order: Order) -> dict[str, str]:
    """Return where the list of this address was left, and where its previous and next orders are ("" at an end).

    Empty where the address names no list, or none that makes sense. Three queries.
    """
    if LIST not in request.GET:
        return {}
    query = request.GET[LIST]
    params = QueryDict(query)
    plans = open_plans(timezone.localdate())
    chosen = BoardFilter(params, queryset=plans, request=request)
    keys = sort_keys(params.get("sort") or "rank")
    plan = plans.filter(pk=order.pk).first()
    back = f"{reverse('orders:board')}?{query}"
    if keys is None or plan is None or not chosen.is_valid():
        return {"list_url": back}
    previous, following = neighbours(chosen.qs.select_related("order"), keys, plan)
    return {"list_url": back, "previous_order_url": _url(previous, query), "next_order_url": _url(following, query)}


def _url(plan: OrderPlan | None, query: str) -> str:
    if plan is None:
        return ""
    ref = plan.order.ref
    return f"{reverse('orders:order', args=[ref])}?{urlencode({LIST: query})}"
