"""An order as its customer sees it: dates, reasons in plain words, and the choices that are open now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least

from inventory.models import DirtyMark
from notifications.languages import DEFAULT, language_of
from orders.models import (
    Allocation,
    AllocationState,
    ChoiceKind,
    CustomerChoice,
    Feedback,
    FeedbackOccasion,
    HoldKind,
    Order,
    OrderLine,
    OrderPlan,
    OrderPromise,
    OrderStatus,
    Shipment,
    ShipPolicy,
)
from orders.planning.types import Reason

MAX_ITEMS = 200
ENGLISH = language_of(DEFAULT)  # the page's own language


@dataclass(frozen=True, slots=True)
class Item:
    """One line in the customer's words; ``ready_qty`` of ``open_qty`` are set aside, the rest is expected ``on``."""

    position: int
    name: str
    sku: str
    ordered_qty: int
    open_qty: int
    ready_qty: int
    shipped_qty: int
    is_being_packed: bool
    on: date | None

    @property
    def is_ready(self) -> bool:
        return self.open_qty > 0 and self.ready_qty >= self.open_qty


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on, with what it means; ``is_current`` is how the order is handled now."""

    kind: ChoiceKind
    label: str
    meaning: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """The order's page. ``is_planning`` tells that a change is being worked out, so dates may move in a moment."""

    order: Order
    headline: str
    lead: tuple[str, ...]
    step: int
    waiting_for: str
    items: tuple[Item, ...]
    more_items: int
    choices: tuple[Choice, ...]
    is_planning: bool
    asks_address: bool
    last_choice: CustomerChoice | None
    feedback: Feedback | None
    occasion: FeedbackOccasion

    @property
    def is_open(self) -> bool:
        return self.order.status == OrderStatus.OPEN

    @property
    def cancellable(self) -> list[Item]:
        return [item for item in self.items if item.open_qty and not item.is_being_packed]


def customer_order(order: Order, *, today: date) -> CustomerOrder:
    """Read the page in nine queries, however large the order (the first 200 lines of it are shown)."""
    plan = OrderPlan.objects.filter(order=order).first()
    promise = OrderPromise.objects.filter(order=order).first()
    holds = set(order.holds.filter(released_at=None).values_list("kind", flat=True))
    items, lines = _items(order)
    is_open = order.status == OrderStatus.OPEN
    occasion = FeedbackOccasion.DELIVERY if order.status == OrderStatus.SHIPPED else FeedbackOccasion.WAITING
    return CustomerOrder(
        order=order,
        headline=_headline(order, plan, holds, today),
        lead=_lead(order, plan, promise, holds, today),
        step=_step(order, plan, items),
        waiting_for="Waiting for an answer" if holds else "Waiting for stock",
        items=items,
        more_items=lines - len(items),
        choices=_choices(order, plan, today) if is_open and not holds else (),
        is_planning=is_open and DirtyMark.objects.filter(product__order_lines__order=order).exists(),
        asks_address=HoldKind.ADDRESS in holds,
        last_choice=order.customer_choices.order_by("-pk").first(),
        feedback=order.feedback.filter(occasion=occasion).first(),
        occasion=occasion,
    )


def _items(order: Order) -> tuple[tuple[Item, ...], int]:
    claims = Allocation.objects.filter(line=OuterRef("pk")).values("line")
    ready = claims.annotate(units=Sum("qty")).values("units")
    packed = claims.annotate(units=Sum("qty", filter=Q(state=AllocationState.PICKED))).values("units")
    lines = order.lines.filter(ordered_qty__gt=F("cancelled_qty")).select_related("product", "plan")
    rows = lines.annotate(
        ready=Least(F("open_qty"), Coalesce(Subquery(ready, IntegerField()), Value(0))),
        packed=Coalesce(Subquery(packed, IntegerField()), Value(0)),
    ).order_by(Case(When(open_qty__gt=0, then=0), default=1), "position")  # what waits comes first
    return tuple(_item(line) for line in rows[:MAX_ITEMS]), lines.count()


def _item(line: OrderLine) -> Item:
    found, plan = vars(line), getattr(line, "plan", None)
    return Item(
        position=line.position,
        name=line.product.name or line.product.sku,
        sku=line.product.sku,
        ordered_qty=line.ordered_qty - line.cancelled_qty,
        open_qty=line.open_qty,
        ready_qty=found["ready"],
        shipped_qty=line.shipped_qty,
        is_being_packed=found["packed"] > 0,
        on=plan.eta_p50 if plan else None,
    )


def _headline(order: Order, plan: OrderPlan | None, holds: set[str], today: date) -> str:
    if order.status == OrderStatus.CANCELLED:
        return "This order is cancelled"
    if order.status == OrderStatus.SHIPPED:
        shipped = Shipment.objects.filter(order=order).order_by("-pk").values_list("shipped_at", flat=True).first()
        return f"Your order left on {ENGLISH.day(shipped.date(), today=today)}" if shipped else "Your order has left"
    if HoldKind.ADDRESS in holds:
        return "We need your full address"
    if holds:
        return "Your order waits for an answer"
    if plan is None or plan.eta_p50 is None:
        return "We cannot name a day yet"
    what = "the rest of your order" if order.lines.filter(shipped_qty__gt=0).exists() else "your order"
    day = ENGLISH.day(plan.eta_p50, today=today)
    return (
        f"We expect to send {what} on {day}" if plan.short_units else f"{what.capitalize()} is here and leaves on {day}"
    )


def _lead(
    order: Order, plan: OrderPlan | None, promise: OrderPromise | None, holds: set[str], today: date
) -> tuple[str, ...]:
    """Say what was promised, why it is as it is, and how sure the day is."""
    if order.status != OrderStatus.OPEN:
        return ()
    if plan is None or holds:
        return (ENGLISH.reason("on_hold"),) if holds else ()
    said = []
    if promise and plan.eta_p50 and plan.eta_p50 > promise.promised_on:
        said.append(f"We first promised {ENGLISH.day(promise.promised_on, today=today)}, and we are sorry.")
    if plan.short_units:
        said.append(ENGLISH.reason(Reason(plan.reason).name.lower()))
    if plan.eta_p50 and plan.eta_p90 and plan.eta_p90 > plan.eta_p50:
        said.append(f"Nine orders in ten like yours leave by {ENGLISH.day(plan.eta_p90, today=today)}.")
    return tuple(said)


def _step(order: Order, plan: OrderPlan | None, items: tuple[Item, ...]) -> int:
    """Return how far the order is: 1 waits, 2 is being packed, 3 has left."""
    if order.status != OrderStatus.OPEN:
        return 3
    is_packed = any(item.is_being_packed for item in items)
    return 2 if is_packed or (plan and not plan.short_units) else 1


def _choices(order: Order, plan: OrderPlan | None, today: date) -> tuple[Choice, ...]:
    if plan is None or not plan.short_units:
        return ()
    day = f"on {ENGLISH.day(plan.eta_p50, today=today)}" if plan.eta_p50 else "as soon as we have it all"
    ready = plan.open_units - plan.short_units
    together = order.ship_policy == ShipPolicy.COMPLETE
    if not ready or (plan.open_units == 1):
        return (Choice(ChoiceKind.WAIT, "Keep waiting", f"Everything leaves {day}.", True),)
    parts = f"{ready:,} of {plan.open_units:,} items are here and leave next. The rest follows {day}, free."
    return (
        Choice(ChoiceKind.SEND_READY, "Send what’s ready now", parts, not together),
        Choice(ChoiceKind.TOGETHER, "Keep it together", f"Everything leaves {day}.", together),
    )
