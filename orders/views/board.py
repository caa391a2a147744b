"""The triage board: a page, a panel in it, and the part that refreshes live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.errors import Invalid
from kernel.pages import address, cursor_of, is_partial, page_links, render_page
from kernel.paging import PAGE_SIZE, KeyPage, SortKey
from kernel.remembered import remembered
from kernel.together import together
from orders.board.filters import BoardFilter
from orders.models import HoldKind, Order, Policy, PolicyStatus
from orders.queries.board import (
    BoardRow,
    as_shown,
    board_page,
    board_totals,
    count_matching,
    kept_fill_rate,
    line_fill_rate,
    open_plans,
    rows_of,
    sort_keys,
)
from orders.queries.bulk import recent_jobs
from orders.queries.next_step import next_step
from orders.queries.order import order_detail
from orders.queries.status import BEHIND, VIEWS, View
from orders.queries.substitutes import proposals
from orders.queries.timeline import order_timeline
from orders.queries.trends import trends
from orders.views.board_cells import CELL, editable
from orders.views.board_conditions import STEPS, added_address, condition_context
from orders.views.board_frame import CURSOR, frame_context, keep_columns, shown_columns, view_url
from orders.views.bulk import bulk_choices
from orders.views.order_steps import list_query

LATEST_EVENTS = 5
PANEL, LIVE = "panel-slot", "live"
FRAGMENTS = {PANEL: "orders/panel.html", LIVE: "orders/board_live.html", CELL: "orders/cell_saved.html"}


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def board(request: HttpRequest) -> HttpResponse:
    """Show the backlog, the worst first. ``live`` names the orders that an open page shows, to refresh in place."""
    added = added_address(request)
    if added:
        return HttpResponseRedirect(added)
    here = {"here": address(request, drop=("o", "live", *STEPS)), "list_query": list_query(request)}
    if is_partial(request) and request.headers.get("HX-Target") == CELL:
        return render_page(request, "orders/board.html", {**here, **_saved_context(request)}, fragments=FRAGMENTS)
    context = {**here, **panel_context(request)}
    if is_partial(request) and request.headers.get("HX-Target") == PANEL:
        return render_page(request, "orders/board.html", context, fragments=FRAGMENTS)
    chosen = BoardFilter(request.GET, queryset=open_plans(timezone.localdate()), request=request)
    try:
        context |= _list_context(request, chosen, context)
    except Invalid as refusal:
        refused = {"refusal": refusal, "errors": chosen.errors.items()}
        return render_page(request, "orders/board_refused.html", refused, status=400)
    return keep_columns(request, render_page(request, "orders/board.html", context, fragments=FRAGMENTS))


def _list_context(request: HttpRequest, chosen: BoardFilter, links: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the list, its strip and its tabs need; raise Invalid when the address makes no sense."""
    sort = request.GET.get("sort") or "rank"
    keys = sort_keys(sort)
    if keys is None or not chosen.is_valid():
        raise Invalid("A filter in this address cannot be read.")
    totals = board_totals(timezone.localdate(), request.user.pk)
    drawing = {**links, "totals": totals, "shown": shown_columns(request), "may_edit": editable(request)}
    page, rows, drawn = _listed(request, chosen, keys, drawing)
    fill_rate = _fill_rate(timezone.localdate())
    is_filtered = _is_filtered(chosen)
    known = None if is_filtered else totals.counts.get(_view(chosen))
    return {
        "filter": chosen,
        "chips": [{**chip, "url": address(request, drop=(chip["name"], *CURSOR))} for chip in chosen.chips],
        "sort": sort,
        "rows": rows,
        "drawn": drawn,
        "may_edit": drawing["may_edit"],
        "fresh_order": " ".join(plan.order.ref for plan in page.rows),
        **page_links(request, page),
        "is_filtered": is_filtered,
        "matching": _matching(request, chosen) if known is None else known,
        "totals": totals,
        "fill_rate": fill_rate,
        "trends": trends(totals, fill_rate, timezone.localdate()),
        "tabs": [(view, totals.counts.get(view.key), view_url(request, view.key)) for view in _tabs(chosen)],
        "view": _view(chosen),
        "clear_url": view_url(request, _view(chosen)),
        "shown_filters": filters_of(request).urlencode(),
        "jobs": recent_jobs(request.user, now=timezone.now()),
        "hold_kinds": HoldKind.choices,
        "today": timezone.localdate(),
        **frame_context(request, sort),
        **({} if _is_live(request) else _around(request, chosen)),
    }


def _saved_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the rows that ``live`` names need once one of their cells is saved, and the way back of its Undo."""
    shown = shown_columns(request)
    return {
        "rows": _shown_rows(request, has_steps="next" in shown),
        "totals": board_totals(timezone.localdate(), request.user.pk),
        "shown": shown,
        "may_edit": editable(request),
        "way_back": address(request, drop=("live",)),
    }


def _around(request: HttpRequest, chosen: BoardFilter) -> dict[str, Any]:
    """Return what a page has around what is refreshed on it."""
    return {
        "policy": Policy.objects.filter(status=PolicyStatus.PUBLISHED).first(),
        **condition_context(request, chosen.added),
        **bulk_choices(request),
    }


def _listed(
    request: HttpRequest, chosen: BoardFilter, keys: Sequence[SortKey], drawing: Mapping[str, Any]
) -> tuple[KeyPage, list[BoardRow], str]:
    """Return the page of the list and its rows, and for a page that is open these as HTML.

    After a change all open pages ask at once. Those that show the same get it from one pass (``kernel.together``).
    """

    def read() -> tuple[KeyPage, list[BoardRow], str]:
        page = board_page(chosen.qs, keys, **cursor_of(request))
        has_steps = "next" in drawing["shown"]
        if not _is_live(request):
            return page, rows_of(page.rows, has_steps=has_steps), ""
        rows = _shown_rows(request, has_steps=has_steps) or rows_of(page.rows, has_steps=has_steps)
        return page, rows, render_to_string("orders/board_rows.html", {**drawing, "rows": rows})

    if not _is_live(request):
        return read()
    who = request.user.pk if _view(chosen) == "mine" else None
    key = ("orders:board", request.get_full_path(), drawing["shown"], drawing["may_edit"], who)
    return together(key, read)


def _matching(request: HttpRequest, chosen: BoardFilter) -> int:
    return count_matching(chosen.qs, f"{request.user.pk} {timezone.localdate()} {filters_of(request).urlencode()}")


def _fill_rate(today: date) -> float | None:
    return remembered(("orders:fill_rate", today), partial(line_fill_rate, today), meanwhile=kept_fill_rate)


def panel_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the side panel needs, when the address opens one."""
    ref = request.GET.get("o", "")
    order = Order.objects.select_related("customer").filter(ref=ref).first() if ref and "\0" not in ref else None
    if order is None:
        return {"detail": None, "panel_missing": ref}
    revisions = list(order.eta_revisions.select_related("actor").order_by("at", "pk"))
    detail = order_detail(order)
    has_substitutes = detail.is_open and bool(proposals(order))
    return {
        "detail": detail,
        "has_substitutes": has_substitutes,
        "next_step": next_step(detail, has_substitutes=has_substitutes, today=timezone.localdate()),
        "events": order_timeline(order, revisions, limit=LATEST_EVENTS).events,
        "hold_kinds": HoldKind.choices,
        "today": timezone.localdate(),
    }


def filters_of(request: HttpRequest) -> QueryDict:
    """Return what of this address chooses orders: the view, the search and the filters."""
    params = request.GET.copy()
    for name in ("sort", "o", "col", "saved", *STEPS, *CURSOR):
        params.pop(name, None)
    return params


def _is_filtered(chosen: BoardFilter) -> bool:
    return bool(chosen.chips or chosen.added or chosen.form.cleaned_data.get("q"))


def _is_live(request: HttpRequest) -> bool:
    return is_partial(request) and request.headers.get("HX-Target") == LIVE


def _shown_rows(request: HttpRequest, *, has_steps: bool) -> list[BoardRow]:
    refs = [ref for ref in request.GET.get("live", "").split(",") if ref and "\0" not in ref][: 2 * PAGE_SIZE]
    if not refs:
        return []
    plans = open_plans(timezone.localdate()).filter(order__ref__in=refs)
    rows = rows_of(as_shown(plans), has_steps=has_steps)
    by_ref = {row.plan.order.ref: row for row in rows}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def _tabs(chosen: BoardFilter) -> tuple[View, ...]:
    return (*VIEWS, BEHIND) if _view(chosen) == BEHIND.key else VIEWS


def _view(chosen: BoardFilter) -> str:
    return chosen.form.cleaned_data.get("view") or "all"
