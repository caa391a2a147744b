"""Lists for paper: what a warehouse picks, and the backlog as it is filtered on the board."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory.models import Warehouse
from kernel.errors import Invalid
from kernel.pages import address, render_page
from orders.board.filters import BoardFilter
from orders.models import Reason
from orders.queries.board import open_plans, sort_keys
from orders.queries.board_export import CHUNK, ExportRow, export_chunks
from orders.queries.pick_list import MOST_ORDERS, pick_list
from orders.queries.status import BEHIND, VIEWS

MOST_PRINTED = 1000
LENGTHS = (25, MOST_ORDERS, 300)
NAMES = {view.key: view.label for view in (*VIEWS, BEHIND)}
WAYS = (("order", "By order"), ("product", "By product"))

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@permission_required("orders.ship_order", raise_exception=True)
def picking(request: HttpRequest) -> HttpResponse:
    """Show what one warehouse can pick and send now, for the screen and for paper."""
    warehouses = list(Warehouse.objects.filter(is_active=True).order_by("preference", "pk"))
    code = request.GET.get("warehouse", "")
    warehouse = next((each for each in warehouses if each.code == code), None) or next(iter(warehouses), None)
    way = request.GET.get("by") if request.GET.get("by") in dict(WAYS) else "order"
    most = next((length for length in LENGTHS if str(length) == request.GET.get("most")), MOST_ORDERS)
    context = {
        "warehouse": warehouse,
        "found": pick_list(warehouse, most=most) if warehouse else None,
        "way": way,
        "ways": [(key, label, address(request, by=key)) for key, label in WAYS],
        "tabs": [(each, address(request, warehouse=each.code)) for each in warehouses],
        "lengths": [(length, address(request, most=str(length))) for length in LENGTHS],
        "most": most,
        "now": timezone.now(),
    }
    return render_page(request, "orders/picking.html", context)


@require_safe
@see_backlog
def print_backlog(request: HttpRequest) -> HttpResponse:
    """Show the board's list on paper, with its view, filters and sort; the first thousand orders."""
    chosen = BoardFilter(request.GET, queryset=open_plans(timezone.localdate()), request=request)
    keys = sort_keys(request.GET.get("sort") or "rank")
    if keys is None or not chosen.is_valid():
        refused: dict[str, Any] = {"refusal": Invalid("A filter in this address cannot be read."), "errors": ()}
        return render_page(request, "orders/board_refused.html", refused, status=400)
    rows = _first_rows(export_chunks(chosen.qs, keys))
    context = {
        "rows": rows[:MOST_PRINTED],
        "is_cut": len(rows) > MOST_PRINTED,
        "most": MOST_PRINTED,
        "view": NAMES.get(chosen.form.cleaned_data.get("view"), ""),
        "chips": chosen.chips,
        "conditions": chosen.added,
        "text": chosen.form.cleaned_data.get("q") or "",
        "back": request.GET.urlencode(),
        "now": timezone.now(),
    }
    return render_page(request, "orders/print_backlog.html", context)


def _first_rows(chunks: Any) -> list[ExportRow]:
    """Read as many rows as are printed, and one more to know whether there are more."""
    rows = [row for chunk in islice(chunks, 1 + MOST_PRINTED // CHUNK) for row in chunk]
    return [{**row, "why": Reason(row["reason"]).label} for row in rows[: MOST_PRINTED + 1]]
