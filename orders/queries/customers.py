"""The list of customers: who waits, for how much, who was not told. Sorted by kept figures, so nothing is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from kernel.errors import Invalid
from kernel.paging import KeyPage, SortKey, parse_int, parse_moment, parse_text, take_page
from orders.board.filters import few_keys
from orders.models import BacklogFigures, Customer, CustomerBacklog, Tier

LAST = SortKey("pk", False, parse_int)
LONGEST_TEXT = 100
# A view is a condition on the kept figures; "all" has also those customers who wait for nothing.
VIEWS = {
    "waiting": ("Waiting", Q()),
    "late": ("Late", Q(late_orders__gt=0)),
    "untold": ("Not told", Q(untold_orders__gt=0)),
    "held": ("On hold", Q(held_orders__gt=0)),
    "all": ("All", Q()),
}
SORTS = {
    "value": ("Value waiting", SortKey("open_value_minor", True, parse_int)),
    "orders": ("Open orders", SortKey("open_orders", True, parse_int)),
    "late": ("Late orders", SortKey("late_orders", True, parse_int)),
    "untold": ("Not told", SortKey("untold_orders", True, parse_int)),
    "oldest": ("Longest wait", SortKey("oldest_at", False, parse_moment)),
}
BY_NAME = (SortKey("name", False, parse_text), LAST)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer and what they wait for; ``backlog`` is None for one who waits for nothing."""

    customer: Customer
    backlog: CustomerBacklog | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for, each checked: view, text, tier and sort ("" is the view's own)."""

    view: str
    text: str
    tier: str
    sort: str


def read_asked(*, view: str, text: str, tier: str, sort: str) -> Asked:
    """Return what is asked; raise Invalid for an address that we did not make."""
    asked = Asked(view or "waiting", text, tier, sort)
    is_known = asked.view in VIEWS and asked.tier in ("", *Tier.values) and asked.sort in ("", *SORTS)
    if not is_known or "\0" in text or len(text) > LONGEST_TEXT:
        raise Invalid("There is no such view of the customers. Start again from those who wait.")
    return asked


def customers_page(asked: Asked, *, after: str, before: str) -> tuple[KeyPage, list[CustomerRow]]:
    """Return one page of customers, those who wait by ``sort``, all of them by name: two queries at most."""
    if asked.view == "all":
        found = _matching(Customer.objects.select_related("backlog"), asked, "")
        page = take_page(found, BY_NAME, after=after, before=before)
        return page, [CustomerRow(each, getattr(each, "backlog", None)) for each in page.rows]
    condition = VIEWS[asked.view][1]
    rows = _matching(CustomerBacklog.objects.filter(condition).select_related("customer"), asked, "customer__")
    key = SORTS[asked.sort or own_sort(asked.view)][1]
    page = take_page(rows, (key, LAST), after=after, before=before)
    return page, [CustomerRow(each.customer, each) for each in page.rows]


def figures_at() -> datetime | None:
    """Return when the kept figures were made; None before the first time."""
    return BacklogFigures.objects.values_list("at", flat=True).first()


def waiting_customers() -> dict[str, int]:
    """Return how many customers are in each view but "all": one query over the kept rows."""
    sets = {key: condition for key, (_, condition) in VIEWS.items() if key != "all"}
    return CustomerBacklog.objects.aggregate(**{key: Count("pk", filter=sets[key] or None) for key in sets})


def own_sort(view: str) -> str:
    """Return what a view is sorted by where nothing else is asked."""
    return view if view in SORTS else "value"


def _matching(rows: QuerySet[Any], asked: Asked, customer: str) -> QuerySet[Any]:
    """Narrow ``rows``, whose key is the customer's. A rare name is looked up by its index and then sorted."""
    if asked.tier:
        rows = rows.filter(**{f"{customer}tier": asked.tier})
    if not asked.text:
        return rows
    few = few_keys(Customer.objects.filter(Q(name__icontains=asked.text) | Q(code__iexact=asked.text)))
    if few is not None:
        return rows.filter(pk__in=few)
    return rows.filter(**{f"{customer}name__icontains": asked.text})
