"""The frame around every page: navigation, and what a person chose about its looks (kept in cookies, so that the
server renders it and nothing jumps)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from backlog.styles import styles_url
from kernel.zones import viewer_zone
from orders.queries.frame import Frame, frame_of

CHOICES = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "nav": ("auto", "full", "rail"),
}
THEMES = (("system", "System"), ("light", "Light"), ("dark", "Dark"))
HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "scrollIntoViewOnBoost": False,
        "attributesToSettle": ["class"],
        # What was swapped in works at once: a form that is pressed before it has settled would leave the page.
        "defaultSettleDelay": 0,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "(400|409|422)", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the side navigation; ``key`` follows ``g`` on the keyboard."""

    view: str
    label: str
    icon: str
    key: str
    heading: str = ""
    permission: str = "orders.view_backlog"


NAV = (
    NavItem("orders:board", "Triage", "list-ordered", "t"),
    NavItem("orders:telling", "ETA updates", "calendar-clock", "e"),
    NavItem("orders:exceptions", "Exceptions", "triangle-alert", "x"),
    NavItem("orders:mentions", "Mentions", "at-sign", "n"),
    NavItem("orders:customers", "Customers", "building-2", "c", heading="Customers"),
    NavItem("notifications:messages", "Messages", "mail", "m"),
    NavItem("orders:replies", "Replies", "message-square", "a"),
    NavItem("orders:feedback", "Feedback", "smile", "f"),
    NavItem("orders:products", "Inventory", "warehouse", "i", heading="Supply"),
    NavItem("orders:picking", "Pick list", "package-check", "k", permission="orders.ship_order"),
    NavItem("inventory:purchase_orders", "Purchase orders", "truck", "p"),
    NavItem("orders:suppliers", "Suppliers", "factory", "l"),
    NavItem("orders:flow", "Flow", "chart-column", "w", heading="Manage"),
    NavItem("orders:rules", "Priority rules", "sliders-horizontal", "u"),
    NavItem("orders:simulations", "Simulations", "flask-conical", "s"),
    NavItem("orders:studies", "Back-tests", "chart-spline", "b"),
    NavItem("orders:plan_runs", "Plan runs", "history", "r"),
    NavItem("orders:setup", "Setup", "wrench", "y", permission="inventory.manage_catalogue"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell`` holds what base.html needs of the request. A part of a page does not ask for it."""
    frame = cache(partial(_frame, request))
    return {
        "sample_loaded": SimpleLazyObject(lambda: frame().has_sample),
        "shell": SimpleLazyObject(lambda: _shell(request, frame())),
    }


def _shell(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    theme = chosen(request, "theme")
    return {
        "theme": theme,
        "color_scheme": "light dark" if theme == "system" else theme,
        "density": chosen(request, "density"),
        "nav": _nav_mode(request),
        "nav_items": list(_nav_items(request)),
        "unread_mentions": frame.unread_mentions,
        "themes": THEMES,
        "zone": viewer_zone(),
        "styles_url": styles_url(),
        "role": _role(request),
        "htmx_config": HTMX_CONFIG,
        "company": settings.COMPANY_NAME,
    }


def chosen(request: HttpRequest, name: str) -> str:
    """Return the value kept in a cookie, or the first (default) choice when it is absent or unknown."""
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else CHOICES[name][0]


def _nav_mode(request: HttpRequest) -> str:
    """Return how wide the navigation is; on pages but the board the window decides (app.css)."""
    mode = chosen(request, "nav")
    return "rail" if mode == "auto" and request.path.startswith("/triage/") else mode


def _nav_items(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    items = []
    for item in NAV:
        if user is None or not user.has_perm(item.permission):
            continue
        url = reverse(item.view)
        items.append(
            {
                "counts_mentions": item.view == "orders:mentions",
                "url": url,
                "label": item.label,
                "icon": item.icon,
                "key": item.key,
                "heading": item.heading,
                "is_current": request.path.startswith(url),
            }
        )
    return items


def _frame(request: HttpRequest) -> Frame:
    user = getattr(request, "user", None)
    return frame_of(user if user is not None and user.has_perm("orders.view_backlog") else None)


def _role(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    if user.is_superuser or user.has_perm("orders.publish_policy"):
        return "Administrator"
    return "Operations" if user.has_perm("orders.hold_order") else "Customer agent"
