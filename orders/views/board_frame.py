"""What surrounds the board's list: its headings, the columns that a person chose, tabs and saved views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from kernel.pages import address
from orders.board.saved_views import lasting
from orders.models import SavedView
from orders.views.saved_views import address_of

CURSOR = ("after", "before", "live")
COLUMNS = (
    ("rank", "Rank", ""),
    ("order", "Order", ""),
    ("customer", "Customer", ""),
    ("short", "Short", "r"),
    ("value", "Value", "r"),
    ("age", "Age", "r"),
    ("requested", "Requested", ""),
    ("eta", "ETA vs promise", ""),
    ("slip", "Status", ""),
    ("next", "Next step", ""),
    ("owner", "Owner", ""),
    ("score", "Why", "r"),
)
CLASSES = {"slip": "status"}
FIXED = {"rank", "order", "customer", "eta", "slip"}
USUAL = FIXED | {"short", "value", "age", "next", "score"}
UNSORTED = {"next", "score"}
BEST_FIRST = {"rank", "order", "customer", "age", "eta", "requested", "owner"}
COOKIE = "columns"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Column:
    """One heading: where a click leads ("": nowhere), and whether it sorts now (ascending, descending or not)."""

    key: str
    label: str
    css: str
    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class SavedTab:
    """A saved view among the tabs; ``is_changed`` when the address shows something else by now."""

    view: SavedView
    url: str
    is_current: bool
    is_changed: bool
    is_mine: bool


def shown_columns(request: HttpRequest) -> frozenset[str]:
    """Return the columns that the address names, else those that this browser keeps, else the usual ones."""
    named = request.GET.getlist("col") or request.COOKIES.get(COOKIE, "").split(".")
    wanted = {key for key, _, _ in COLUMNS if key in named}
    return frozenset(FIXED | wanted) if wanted else frozenset(USUAL)


def keep_columns(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser keep the columns that the address names, so that they stay the same on the next list."""
    if "col" in request.GET:
        names = ".".join(sorted(shown_columns(request)))
        response.set_cookie(COOKIE, names, max_age=YEAR_SECONDS, samesite="Lax")
    return response


def frame_context(request: HttpRequest, sort: str) -> dict[str, Any]:
    """Return headings, the choice of columns and saved views (one query)."""
    shown = shown_columns(request)
    return {
        "columns": [column for column in _columns(request, sort) if column.key in shown],
        "shown": shown,
        "column_choices": [(key, label, key in shown) for key, label, _ in COLUMNS if key not in FIXED],
        "kept_params": [(name, value) for name, values in request.GET.lists() for value in values if name not in _DROP],
        "saved_tabs": saved_tabs(request),
        "view_query": lasting(request.GET.urlencode()),
    }


_DROP = {"col", "new", "op", "val", *CURSOR}


def saved_tabs(request: HttpRequest) -> list[SavedTab]:
    """Return this person's views and those that others share."""
    views = SavedView.objects.filter(Q(owner=request.user.pk) | Q(is_shared=True)).select_related("owner")
    now, current = lasting(request.GET.urlencode()), request.GET.get("saved", "")
    return [
        SavedTab(
            view=view,
            url=address_of(view),
            is_current=str(view.pk) == current,
            is_changed=str(view.pk) == current and view.query != now,
            is_mine=view.owner_id == request.user.pk,
        )
        for view in views.order_by("name", "pk")
    ]


def view_url(request: HttpRequest, view: str) -> str:
    """Return the address of one of the board's own views, with the sort as it is."""
    params = QueryDict(mutable=True)
    if view != "all":
        params["view"] = view
    if request.GET.get("sort"):
        params["sort"] = request.GET["sort"]
    return f"{reverse('orders:board')}?{params.urlencode()}" if params else reverse("orders:board")


def _columns(request: HttpRequest, sort: str) -> list[Column]:
    found = []
    for key, label, css in COLUMNS:
        is_current = sort.removeprefix("-") == key
        first = key if key in BEST_FIRST else f"-{key}"
        other = first.removeprefix("-") if first.startswith("-") else f"-{key}"
        direction = ("descending" if sort.startswith("-") else "ascending") if is_current else ""
        url = "" if key in UNSORTED else address(request, drop=CURSOR, sort=other if sort == first else first)
        found.append(Column(key, label, f"c-{CLASSES.get(key, key)} {css}".strip(), url, direction))
    return found
