"""Splitting an order: choose what leaves now, see both halves' dates, do it, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.bounds import whole_number
from kernel.errors import Invalid
from kernel.pages import render_page
from orders.handling.splitting import SplitLine, rejoin, split
from orders.models import Allocation, AllocationState, Order, ShipPolicy
from orders.queries.order import order_detail
from orders.queries.order_lines import Line
from orders.queries.trying import try_split
from orders.rules import policies
from orders.views.actions import action, done, field_of, who

FRAGMENTS = {"split-halves": "orders/order_split_halves.html"}
PREFIX = "line-"


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One open line to divide: ``least`` units are pinned or picked and leave, ``most`` are on hand for it."""

    item: Line
    least: int
    most: int
    qty: int

    @property
    def field(self) -> str:
        return f"{PREFIX}{self.item.line.position}"


@require_safe
@permission_required("orders.ship_order", raise_exception=True)
def order_split(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the order's open lines and what the chosen units would make of their dates."""
    order = get_object_or_404(Order.objects.select_related("customer"), ref=ref)
    detail = order_detail(order)
    rows = _rows(order, detail.shown_lines if detail.is_open else [], request.GET)
    leaving = {row.item.line.pk: row.qty for row in rows if row.qty}
    context = {
        "detail": detail,
        "rows": rows,
        "trial": try_split(order, policies.published(), leaving, today=timezone.localdate()) if leaving else None,
        "stays": sum(row.item.line.open_qty - row.qty for row in rows),
        "is_whole": order.ship_policy == ShipPolicy.COMPLETE,
        "fixed": sum(row.least for row in rows),
    }
    return render_page(request, "orders/order_split.html", context, fragments=FRAGMENTS)


@action("orders.ship_order")
def start_split(request: HttpRequest, ref: str) -> HttpResponse:
    """Split the order, or without scripts only look at what it would make of the dates."""
    if "look" in request.POST:
        chosen = {name: text for name, text in request.POST.items() if name.startswith(PREFIX)}
        return HttpResponseRedirect(f"{reverse('orders:order_split', args=[ref])}?{urlencode(chosen)}")
    policy = get_object_or_404(Order, ref=ref).ship_policy
    pinned = split(ref, lines=_chosen(request.POST), is_agreed="is_agreed" in request.POST, **who(request))
    units = sum(line.qty for line in pinned)
    again = {"lines": ",".join(f"{line.position}:{line.qty}" for line in pinned), "ship_policy": policy}
    return done(request, ref, f"{ref} is split: {units:,} units leave now", undo="orders:rejoin", again=again)


@action("orders.ship_order")
def take_back_split(request: HttpRequest, ref: str) -> HttpResponse:
    policy = field_of(request, "ship_policy")
    rejoin(ref, lines=_pairs(field_of(request, "lines")), ship_policy=policy, **who(request))
    return done(request, ref, f"{ref} is whole again")


def _rows(order: Order, items: list[Line], given: QueryDict) -> list[SplitRow]:
    """Return a row a line, with the units that the address asks for, else all that is on hand."""
    claims = Allocation.objects.filter(line__order=order, state__gt=AllocationState.PLANNED)
    frozen = dict(claims.values_list("line_id").annotate(units=Sum("qty")))
    is_asked = any(name.startswith(PREFIX) for name in given)
    rows = []
    for item in items:
        least, most = frozen.get(item.line.pk, 0), item.ready_qty
        asked = (whole_number(given.get(f"{PREFIX}{item.line.position}", "")) or 0) if is_asked else most
        rows.append(SplitRow(item, least, most, min(max(asked, least), most)))
    return rows


def _chosen(given: QueryDict) -> list[SplitLine]:
    """Return the lines that a form names."""
    lines: list[SplitLine] = []
    for name, text in given.items():
        position = whole_number(name.removeprefix(PREFIX))
        if name.startswith(PREFIX) and position is not None:
            qty = whole_number(str(text))
            if qty is None:
                raise Invalid("Give whole numbers of units.", fields={name: f"Line {position}: give a whole number."})
            lines.append(SplitLine(position, qty))
    return lines


def _pairs(text: str) -> list[SplitLine] | None:
    """Read ``2:5,3:1``; None for nothing, which means all."""
    if not text:
        return None
    lines = []
    for pair in text.split(",")[:1000]:
        position, qty = map(whole_number, pair.partition(":")[::2])
        if position is None or qty is None:
            raise Invalid("This address is damaged. Open the order again.", fields={"lines": "Damaged."})
        lines.append(SplitLine(position, qty))
    return lines
