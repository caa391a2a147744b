"""The queue of orders that cannot complete: why, how urgent, whose; each with a way to mend it in place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.errors import Invalid
from kernel.pages import address, render_page
from orders.handling import attention
from orders.models import ExceptionKind, Snooze
from orders.queries.board import as_shown, open_plans, rows_of
from orders.queries.exceptions import MOST, Entry, Queue, exception_queue, search_anew, silent_purchases, still_so
from orders.views.actions import action, day_of, done, field_of
from orders.views.board_cells import editable

FRAGMENTS = {"live": "orders/exceptions_body.html"}
SNOOZE_DAYS = (1, 3, 7)
LEVELS = {"critical": "is-late", "high": "is-risk", "medium": "is-info", "low": "is-none"}


@require_safe
@permission_required("orders.view_backlog", raise_exception=True)
def exceptions(request: HttpRequest) -> HttpResponse:
    """Show the queue, the nearest day first."""
    kind, owner = request.GET.get("kind", ""), request.GET.get("owner", "")
    is_snoozed, today = "snoozed" in request.GET, timezone.localdate()
    try:
        if kind and kind not in ExceptionKind.values:
            raise Invalid("There is no such kind of exception. Start again from all.")
        if len(messages.get_messages(request)):
            search_anew(today)
        queue = exception_queue(
            today, kind=kind, owner_id=request.user.pk if owner == "me" else None, is_snoozed=is_snoozed
        )
        entries, following = queue.page(request.GET.get("after", ""))
    except Invalid as refusal:
        return render_page(request, "orders/board_refused.html", {"refusal": refusal, "errors": ()}, status=400)
    context = {
        "rows": _rows(still_so(entries, today, kind=kind), kind),
        "tabs": [
            (key, label, _counted(queue, key), _without(request, "kind", **({"kind": key} if key else {})))
            for key, label in (("", "All"), *ExceptionKind.choices)
            if key in ("", kind) or queue.counts.get(key)
        ],
        "kind": kind,
        "is_mine": owner == "me",
        "mine_url": _without(request, "owner", **({} if owner == "me" else {"owner": "me"})),
        "is_snoozed": is_snoozed,
        "snoozed_url": _without(request, "snoozed", **({} if is_snoozed else {"snoozed": "1"})),
        "snoozed": queue.snoozed,
        "next_url": address(request, after=following) if following else "",
        "cut": [ExceptionKind(each).label for each in sorted(queue.cut) if kind in ("", each)],
        "most": MOST,
        "today": today,
        "may_edit": editable(request),
        "snooze_days": [(days, today + timedelta(days=days)) for days in SNOOZE_DAYS],
    }
    return render_page(request, "orders/exceptions.html", context, fragments=FRAGMENTS)


@action("orders.note_order")
def snooze(request: HttpRequest, ref: str) -> HttpResponse:
    kind, until_at = field_of(request, "kind"), attention.morning_of(day_of(request, "until_on"))
    snoozed = attention.snooze(ref, kind=kind, until_at=until_at, actor=request.user, now=timezone.now())
    again = {"kind": snoozed.kind}
    return done(
        request, ref, f"{ref} is back on {timezone.localdate(until_at):%-d %B}", undo="orders:wake", again=again
    )


@action("orders.note_order")
def wake(request: HttpRequest, ref: str) -> HttpResponse:
    attention.wake(ref, kind=field_of(request, "kind"), actor=request.user)
    return done(request, ref, f"{ref} is in the queue again")


@action("orders.assign_order")
def take(request: HttpRequest, ref: str) -> HttpResponse:
    attention.assign(ref, owner_id=request.user.pk, actor=request.user, instead_of=(None, request.user.pk))
    return done(request, ref, f"{ref} is yours", undo="orders:let_go")


@action("orders.assign_order")
def let_go(request: HttpRequest, ref: str) -> HttpResponse:
    attention.assign(ref, owner_id=None, actor=request.user)
    return done(request, ref, f"{ref} has no owner", undo="orders:take")


def _counted(queue: Queue, kind: str) -> str:
    """Return how many there are of a kind ("": of all), with a plus where there are more."""
    has_more = kind in queue.cut if kind else bool(queue.cut)
    return f"{queue.counts.get(kind, 0):,}{'+' if has_more else ''}"


def _without(request: HttpRequest, name: str, **changes: str) -> str:
    return address(request, drop=("after", name), **changes)


def _in_passing(kind: ExceptionKind) -> str:
    """Name a kind within a sentence: ``credit hold``."""
    words = kind.label[:1].lower() + kind.label[1:]
    return f"{words} hold" if kind in (ExceptionKind.PAYMENT, ExceptionKind.CREDIT, ExceptionKind.ADDRESS) else words


def _rows(entries: Any, kind: str) -> list[dict[str, Any]]:
    """Return what each entry shows, under ``kind`` or else its worst; seven queries, however many."""
    today = timezone.localdate()
    by_key: dict[int, Entry] = {entry.order_id: entry for entry in entries}
    plans = as_shown(open_plans(today).filter(pk__in=by_key))
    rows = {row.plan.order_id: row for row in rows_of(plans)}
    silent = silent_purchases(list(by_key), today)
    snoozes = {(s.order_id, s.kind): timezone.localdate(s.until_at) for s in Snooze.objects.filter(order_id__in=by_key)}
    return [
        {
            "entry": entry,
            "row": rows[key],
            "kind": (shown := ExceptionKind(kind) if kind else entry.kinds[0]),
            "also": [_in_passing(each) for each in entry.kinds if each != shown],
            "silent": silent.get(key, []) if shown == ExceptionKind.SUPPLIER else [],
            "level": (level := entry.jeopardy(today)),
            "colour": LEVELS[level],
            "days_left": (days_left := (entry.due_on - today).days),
            "days_past": -days_left,
            "until_on": snoozes.get((key, shown.value)),
        }
        for key, entry in by_key.items()
        if key in rows
    ]
