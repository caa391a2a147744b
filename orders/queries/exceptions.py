"""Orders that cannot complete as things stand, and why: found by what keeps each, sorted by how little time is left."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, QuerySet
from django.utils import timezone

from inventory.models import PurchaseOrderStatus
from kernel.errors import Invalid
from kernel.remembered import forget, recalled, remembered
from orders.models import (
    ExceptionKind,
    Hold,
    HoldKind,
    Kept,
    LinePlan,
    Order,
    OrderPlan,
    OrderPromise,
    OrderStatus,
    Peg,
    Snooze,
)
from orders.models.plan import FAR

MOST = 5_000  # of a kind, the nearest days first; the page says where there are more
PAGE_SIZE = 50
CHEAP_SECONDS = 0.15  # who mends an order here wants to see it gone: only a very large backlog shows it a while longer
HIGH_DAYS, MEDIUM_DAYS = 2, 7
OF_HOLD = {
    HoldKind.PAYMENT: ExceptionKind.PAYMENT,
    HoldKind.CREDIT: ExceptionKind.CREDIT,
    HoldKind.FRAUD: ExceptionKind.FRAUD,
    HoldKind.ADDRESS: ExceptionKind.ADDRESS,
}
WORST_FIRST = tuple(ExceptionKind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One order that cannot complete; ``due_on`` is the day that its customer was last told (FAR: none)."""

    due_on: date
    order_id: int
    kinds: tuple[ExceptionKind, ...]

    @property
    def place(self) -> tuple[date, int]:
        return self.due_on, self.order_id

    @property
    def cursor(self) -> str:
        return f"{self.due_on.isoformat()}.{self.order_id}"

    def keeping(self, kinds: Set[str]) -> Entry:
        """Return the same with those of its kinds that are among ``kinds``."""
        return Entry(self.due_on, self.order_id, tuple(kind for kind in self.kinds if kind in kinds))

    def jeopardy(self, today: date) -> str:
        """Say how near the day is: past or today ``critical``, then ``high``, ``medium``, ``low``."""
        days = (self.due_on - today).days
        return "critical" if days <= 0 else "high" if days <= HIGH_DAYS else "medium" if days <= MEDIUM_DAYS else "low"


@dataclass(slots=True)
class Silent:
    """A purchase order past its day on which an order counts; ``items`` are the SKU, name and units of its lines."""

    ref: str
    version: int
    supplier: str
    supplier_code: str
    email: str
    due_on: date
    items: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class _Found:
    """All entries, the nearest day first, how many have each kind, and the kinds of which there are more than MOST."""

    entries: Sequence[Entry]
    counts: Counter[str]
    cut: frozenset[str]


@dataclass(frozen=True, slots=True)
class Queue:
    """The entries that one looks at, the nearest day first, and how many of each kind there are.

    Of the kinds in ``cut`` there are more: those whose day is further off follow as these are mended.
    """

    entries: Sequence[Entry]
    counts: dict[str, int]
    snoozed: int
    cut: frozenset[str] = frozenset()

    def page(self, after: str) -> tuple[Sequence[Entry], str]:
        """Return the entries after a cursor ("" for the first), and the cursor of those that follow ("" at the end)."""
        start = bisect_right(self.entries, _parse(after), key=lambda entry: entry.place) if after else 0
        rows = self.entries[start : start + PAGE_SIZE]
        return rows, rows[-1].cursor if start + PAGE_SIZE < len(self.entries) else ""


def exception_queue(today: date, *, kind: str = "", owner_id: int | None = None, is_snoozed: bool = False) -> Queue:
    """Return what is to be looked at: all, of one kind, of one owner, or what is snoozed instead.

    The search over all orders is remembered (``kernel.remembered``); snoozes count at once. Ten queries of at most
    5,000 keys a kind.
    """
    found = remembered(_figure(today), partial(_find, today), cheap=CHEAP_SECONDS)
    asleep: dict[int, set[str]] = defaultdict(set)
    snoozes = Snooze.objects.filter(until_at__gt=timezone.now(), kind__in=ExceptionKind.values)
    for order_id, snoozed in snoozes.values_list("order_id", "kind"):
        asleep[order_id].add(snoozed)
    away = [entry.keeping(asleep[entry.order_id]) for entry in found.entries if entry.order_id in asleep]
    entries: Sequence[Entry]
    if is_snoozed:
        entries, counts = [entry for entry in away if entry.kinds], _count(away)
    else:
        entries, counts = _awake(found.entries, asleep), found.counts - _count(away)
    if owner_id is not None:
        owned = set(Order.objects.filter(status=OrderStatus.OPEN, owner_id=owner_id).values_list("pk", flat=True))
        entries = [entry for entry in entries if entry.order_id in owned]
        counts = _count(entries)
    shown = [entry for entry in entries if kind in entry.kinds] if kind else entries
    return Queue(shown, {"": len(entries), **counts}, sum(map(len, asleep.values())), found.cut)


def still_so(entries: Sequence[Entry], today: date, *, kind: str = "") -> list[Entry]:
    """Return what holds now of entries that a search may have found a while ago: what was mended since is left out.

    Nine queries for the orders of a page, none where the search is not remembered.
    """
    if recalled(_figure(today)) is None:
        return list(entries)
    kinds: dict[int, set[str]] = defaultdict(set)
    for each, found in _candidates(today, among=[entry.order_id for entry in entries]).items():
        for order_id, _ in found:
            kinds[order_id].add(each)
    kept = (entry.keeping(kinds[entry.order_id]) for entry in entries)
    return [entry for entry in kept if (kind in entry.kinds if kind else entry.kinds)]


def search_anew(today: date) -> None:
    """Let the next queue be searched for, whatever it costs: somebody has just acted, and looks for what that did."""
    forget(_figure(today))


def _figure(today: date) -> tuple[str, date]:
    return "orders:exceptions", today


def silent_purchases(order_ids: Sequence[int], today: date) -> dict[int, list[Silent]]:
    """Return by order the purchase orders that its supplier is silent about, the longest overdue first. One query."""
    found: dict[int, dict[str, Silent]] = defaultdict(dict)
    line, purchase = "purchase_order_line__", "purchase_order_line__purchase_order__"
    columns = (
        *("line__order_id", f"{purchase}ref", f"{purchase}version", f"{purchase}supplier__name"),
        *(f"{purchase}supplier__code", f"{purchase}supplier__email", f"{line}expected_on"),
        *("product__sku", "product__name", "qty"),
    )
    pegs = _silent(today).filter(line__order_id__in=order_ids)
    for order_id, ref, version, supplier, code, email, due_on, *item in pegs.order_by(
        f"{line}expected_on", f"{line}pk", "line_id"
    ).values_list(*columns):
        silent = found[order_id].setdefault(ref, Silent(ref, version, supplier, code, email, due_on, []))
        silent.items.append((item[0], item[1], item[2]))
    return {order_id: list(by_ref.values()) for order_id, by_ref in found.items()}


def _silent(today: date) -> QuerySet[Peg, Peg]:
    return Peg.objects.filter(
        purchase_order_line__expected_on__lt=today,
        purchase_order_line__purchase_order__status=PurchaseOrderStatus.OPEN,
    )


def _awake(entries: Sequence[Entry], asleep: Mapping[int, set[str]]) -> Sequence[Entry]:
    """Return what is not snoozed. Of thousands of entries those of a few orders are made anew, the others passed on."""
    if not asleep:
        return entries
    every = set(ExceptionKind.values)
    left = (entry.keeping(every - asleep[entry.order_id]) if entry.order_id in asleep else entry for entry in entries)
    return [entry for entry in left if entry.kinds]


def _count(entries: Iterable[Entry]) -> Counter[str]:
    return Counter(kind.value for entry in entries for kind in entry.kinds)


def _find(today: date) -> _Found:
    """Search all planned orders for what keeps them: one query a kind, each by an index or one scan."""
    candidates = _candidates(today)
    kinds: dict[int, list[ExceptionKind]] = defaultdict(list)
    due: dict[int, date | None] = {}
    for kind in WORST_FIRST:
        for order_id, told_on in candidates[kind][:MOST]:
            kinds[order_id].append(kind)
            due[order_id] = told_on
    untold = OrderPlan.objects.filter(pk__in=[order_id for order_id, told_on in due.items() if told_on is None])
    due |= dict(untold.values_list("pk", "promised_on"))
    entries = [Entry(due[order_id] or FAR, order_id, tuple(found)) for order_id, found in kinds.items()]
    cut = frozenset(kind.value for kind, nearest in candidates.items() if len(nearest) > MOST)
    return _Found(sorted(entries, key=lambda entry: entry.place), _count(entries), cut)


def _candidates(
    today: date, *, among: Collection[int] | None = None
) -> dict[ExceptionKind, list[tuple[int, date | None]]]:
    """Return the orders of each kind with their told day, the nearest first, one more than ``MOST`` at most.

    What is planned is open: that is looked up by key for the few of a kind, the status of all orders is not. ``among``
    are the only orders that count.
    """
    planned = OrderPlan.objects.values("pk")
    holds = Hold.objects.filter(released_at__isnull=True)
    waiting = holds.filter(order__in=planned)
    overdue = OrderPromise.objects.filter(told_on__lt=today, pk__in=planned).order_by("told_on", "pk")
    undated = OrderPlan.objects.filter(eta_p50=None).exclude(Exists(holds.filter(order_id=OuterRef("pk"))))
    nearest = partial(_nearest, among=among)
    return {
        ExceptionKind.OVERDUE: list(_only(overdue, "pk", among).values_list("pk", "told_on")[: MOST + 1]),
        ExceptionKind.GUARANTEE: nearest(LinePlan.objects.filter(kept=Kept.NO), "order_id", "order__promise__told_on"),
        **{
            kind: nearest(waiting.filter(kind=of), "order_id", "order__promise__told_on")
            for of, kind in OF_HOLD.items()
        },
        ExceptionKind.HOLD: nearest(waiting.exclude(kind__in=OF_HOLD), "order_id", "order__promise__told_on"),
        ExceptionKind.NO_ETA: nearest(undated, "pk", "order__promise__told_on"),
        ExceptionKind.SUPPLIER: nearest(_silent(today), "line__order_id", "line__order__promise__told_on"),
    }


def _nearest(
    rows: QuerySet[Any, Any], key: str, told_on: str, among: Collection[int] | None
) -> list[tuple[int, date | None]]:
    by_order = _only(rows, key, among).order_by().values(order_key=F(key)).annotate(day=Min(told_on))
    found = by_order.order_by(F("day").asc(nulls_last=True), "order_key").values_list("order_key", "day")
    return list(found[: MOST + 1])


def _only(rows: QuerySet[Any, Any], key: str, among: Collection[int] | None) -> QuerySet[Any, Any]:
    return rows if among is None else rows.filter(**{f"{key}__in": among})


def _parse(cursor: str) -> tuple[date, int]:
    day, _, order_id = cursor.partition(".")
    try:
        return date.fromisoformat(day), int(order_id)
    except ValueError as error:
        raise Invalid("This page link is damaged. Start again from the first page.", code="bad_cursor") from error
