"""Whose calendar counts where: the company's, and those of warehouses and of suppliers on whose units lines wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np

from inventory.working_days import count_by, workdays
from orders.planning.types import Calendar, Context, Ints, Sites, week
from orders.replanning.asking import Asking
from orders.replanning.bulk import copy_out
from orders.replanning.scope import Scope

MONDAY_TO_FRIDAY = Calendar(weekmask=(True, True, True, True, True, False, False))

_SITES = """
    SELECT
        (SELECT COALESCE(json_agg(json_build_array(c.id, c.country, c.subdivision, c.weekdays, c.is_company,
                ARRAY(SELECT d.day FROM inventory_closedday d WHERE d.calendar_id = c.id)) ORDER BY c.id), '[]')
            FROM inventory_calendar c) AS calendars,
        (SELECT COALESCE(json_agg(json_build_array(w.id, w.calendar_id, w.handling_days) ORDER BY w.id), '[]')
            FROM inventory_warehouse w) AS warehouses,
        EXISTS (SELECT FROM inventory_supplier s WHERE s.calendar_id IS NOT NULL) AS own_suppliers
"""
_SOURCES = """
    SELECT l.id, s.calendar_id
    FROM inventory_purchaseorderline l
    JOIN inventory_purchaseorder o ON o.id = l.purchase_order_id AND o.status = 'open'
    JOIN inventory_supplier s ON s.id = o.supplier_id AND s.calendar_id IS NOT NULL
    WHERE l.outstanding_qty > 0 AND {condition} ORDER BY l.id
"""


def company_calendar(today: date) -> Calendar:
    """Read the company's working days, two years back and six ahead. One query."""
    own = workdays(today)[None]
    return Calendar(week(own.weekdays), tuple(day.toordinal() for day in own.closed))


def load_sites(scope: Scope, *, today: int) -> Sites | None:
    """Read calendars, warehouses and the suppliers of what is coming, inside the caller's snapshot (``ask_sites``)."""
    return ask_sites(Asking(few=False), scope, today=today)()


def ask_sites(ask: Asking, scope: Scope, *, today: int) -> Callable[[], Sites | None]:
    """Ask for calendars, warehouses and the suppliers of what is coming.

    None where nobody has said anything: then Monday to Friday, and warehouses ship on the day.
    """
    asked = ask.row(_SITES)
    return lambda: _sites(asked(), scope, today)


def _sites(asked: Mapping[str, Any], scope: Scope, today: int) -> Sites | None:
    calendars = count_by(
        ((*row, [date.fromisoformat(day) for day in closed]) for *row, closed in asked["calendars"]),
        date.fromordinal(today),
    )
    warehouses = asked["warehouses"]
    if len(calendars) == 1 and not any(handling for *_, handling in warehouses):
        return None
    keys = [None, *(key for key in calendars if key is not None)]
    place = {key: number for number, key in enumerate(keys)}
    closed = [(number, day.toordinal()) for number, key in enumerate(keys) for day in calendars[key].closed]
    source_id, calendar_id = _load_sources(scope) if asked["own_suppliers"] else (_ints([]), _ints([]))
    return Sites(
        weekmask=np.array([calendars[key].weekdays for key in keys], dtype=np.bool_),
        closed_calendar=_ints([number for number, _ in closed]),
        closed_day=_ints([day for _, day in closed]),
        warehouse_id=_ints([key for key, *_ in warehouses]),
        warehouse_calendar=_ints([place[calendar] for _, calendar, _ in warehouses]),
        handling_days=_ints([handling for *_, handling in warehouses]),
        source_id=source_id,
        source_calendar=_ints([place[key] for key in calendar_id.tolist()]),
    )


def context_of(sites: Sites | None, *, today: int) -> Context:
    """Return what is the same for a whole run; the first calendar is the company's."""
    calendar = sites.calendars()[0] if sites is not None else MONDAY_TO_FRIDAY
    return Context(today=today, calendar=calendar, sites=sites)


def _load_sources(scope: Scope) -> tuple[Ints, Ints]:
    query = _SOURCES.format(condition=scope.products("l.product_id"))
    found = copy_out(query, scope.params, {"source_id": "int8", "calendar_id": "int8"})
    return found["source_id"], found["calendar_id"]


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)
