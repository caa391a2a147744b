"""An order as its customer sees it: dates, reasons in plain words, and the choices that are open now, in the language
of the page (Django's active one for sentences, ``Language`` for days and reasons)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.models import DirtyMark, SubstituteWhen
from notifications.texts.languages import Language
from notifications.texts.placeholders import QUESTIONS
from orders.models import (
    Allocation,
    AllocationState,
    ChoiceKind,
    CustomerChoice,
    DelayNotice,
    DelayOutcome,
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
from orders.queries.substitutes import Proposal, proposals

MAX_ITEMS = 200
MOST_OFFERS = 10


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
    instead_of: str

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
class Offer:
    """``units`` of a product called ``name`` that may come in place of ``qty`` units of a line, of ``replaced``."""

    position: int
    sku: str
    name: str
    units: int
    qty: int
    replaced: str


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """The order's page. ``is_planning`` tells that a change is being worked out, so dates may move in a moment."""

    order: Order
    headline: str
    lead: tuple[str, ...]
    step: int
    is_held: bool
    items: tuple[Item, ...]
    more_items: int
    choices: tuple[Choice, ...]
    offers: tuple[Offer, ...]
    ready_units: int
    open_units: int
    notice: DelayNotice | None
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

    @property
    def rest_units(self) -> int:
        """How many units would be cancelled with the rest: 0 while nothing, or everything, is ready."""
        return self.open_units - self.ready_units if self.ready_units and not self.is_held else 0


def customer_order(order: Order, *, today: date, spoken: Language) -> CustomerOrder:
    """Read the page in 15 queries, however large the order (the first 200 lines of it are shown)."""
    plan = OrderPlan.objects.filter(order=order).first()
    promise = OrderPromise.objects.filter(order=order).first()
    holds = set(order.holds.filter(released_at=None).values_list("kind", flat=True))
    notice = order.delay_notices.order_by("-number").first()
    items, lines = _items(order)
    has_left = order.lines.filter(shipped_qty__gt=0).exists()
    together = _together(order, has_left=has_left)
    is_open = order.status == OrderStatus.OPEN
    occasion = FeedbackOccasion.DELIVERY if order.status == OrderStatus.SHIPPED else FeedbackOccasion.WAITING
    asked = notice if is_open and notice and notice.outcome == DelayOutcome.OPEN else None
    return CustomerOrder(
        order=order,
        headline=_headline(order, plan, holds, spoken, today, has_left=has_left, together=together),
        lead=_lead(order, plan, promise, notice, holds, spoken, today, together=together),
        step=_step(order, plan, items),
        is_held=bool(holds),
        items=items,
        more_items=lines - len(items),
        choices=_choices(plan, asked, spoken, today, together=together) if is_open and not holds else (),
        offers=_offers(order, items) if is_open and not holds else (),
        ready_units=Allocation.objects.filter(line__order=order).aggregate(units=Sum("qty"))["units"] or 0,
        open_units=order.lines.aggregate(units=Sum("open_qty"))["units"] or 0,
        notice=asked,
        is_planning=is_open and DirtyMark.objects.filter(product__order_lines__order=order).exists(),
        asks_address=HoldKind.ADDRESS in holds,
        last_choice=order.customer_choices.order_by("-pk").first(),
        feedback=order.feedback.filter(occasion=occasion).first(),
        occasion=occasion,
    )


def offers(order: Order) -> list[Proposal]:
    """Return what customers may take now in place of what lacks: the first substitute of each line that would do for
    all that lacks, else the first that would do for part of it."""
    best: dict[int, Proposal] = {}
    for proposal in proposals(order):
        known = best.get(proposal.position)
        is_whole = proposal.covers_qty >= proposal.short_qty
        if proposal.when == SubstituteWhen.ANY and (known is None or (is_whole and known.covers_qty < known.short_qty)):
            best[proposal.position] = proposal
    return list(best.values())


def ways_on(order: Order) -> list[str]:
    """Return how the customer may go on with an order that waits, as kinds of choices, in the order of a sentence:
    those that their page offers."""
    plan = OrderPlan.objects.filter(order=order).first()
    may_split = bool(plan and _may_split(plan))
    open_now = {
        ChoiceKind.WAIT: not may_split,
        ChoiceKind.SEND_READY: may_split,
        ChoiceKind.TOGETHER: may_split,
        ChoiceKind.SUBSTITUTE: bool(offers(order)),
        ChoiceKind.CANCEL: True,
    }
    return [kind.value for kind, is_open in open_now.items() if is_open]


def _offers(order: Order, items: tuple[Item, ...]) -> tuple[Offer, ...]:
    names = {item.position: item.name for item in items}
    return tuple(
        Offer(
            position=each.position,
            sku=each.substitute,
            name=each.name or each.substitute,
            units=each.substitute_qty,
            qty=each.covers_qty,
            replaced=names.get(each.position, each.sku),
        )
        for each in offers(order)[:MOST_OFFERS]
    )


def _items(order: Order) -> tuple[tuple[Item, ...], int]:
    claims = Allocation.objects.filter(line=OuterRef("pk")).values("line")
    ready = claims.annotate(units=Sum("qty")).values("units")
    packed = claims.annotate(units=Sum("qty", filter=Q(state=AllocationState.PICKED))).values("units")
    lines = order.lines.filter(ordered_qty__gt=F("cancelled_qty"))
    lines = lines.select_related("product", "plan", "substitution__replaces__product")
    rows = lines.annotate(
        ready=Least(F("open_qty"), Coalesce(Subquery(ready, IntegerField()), Value(0))),
        packed=Coalesce(Subquery(packed, IntegerField()), Value(0)),
    ).order_by(Case(When(open_qty__gt=0, then=0), default=1), "position")  # what waits comes first
    return tuple(_item(line) for line in rows[:MAX_ITEMS]), lines.count()


def _item(line: OrderLine) -> Item:
    found, plan, swapped = vars(line), getattr(line, "plan", None), getattr(line, "substitution", None)
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
        instead_of=(swapped.replaces.product.name or swapped.replaces.product.sku) if swapped else "",
    )


def _headline(
    order: Order,
    plan: OrderPlan | None,
    holds: set[str],
    spoken: Language,
    today: date,
    *,
    has_left: bool,
    together: bool,
) -> str:
    if order.status == OrderStatus.CANCELLED:
        return _("This order is cancelled")
    if order.status == OrderStatus.SHIPPED:
        shipped = Shipment.objects.filter(order=order).order_by("-pk").values_list("shipped_at", flat=True).first()
        if shipped is None:
            return _("Your order has left")
        return _("Your order left on %(day)s") % {"day": spoken.day(timezone.localdate(shipped), today=today)}
    if HoldKind.ADDRESS in holds:
        return _("We need your full address")
    if holds:
        return _("Your order waits for an answer")
    if plan is None or plan.eta_p50 is None:
        return _("We cannot name a day yet")
    day = {"day": spoken.day(plan.eta_p50, today=today)}
    if plan.short_units:
        is_rest = has_left or (_may_split(plan) and not together)
        said = _("We expect to send the rest of your order on %(day)s") if is_rest else ""
        return (said or _("We expect to send your order on %(day)s")) % day
    said = _("The rest of your order is here and leaves on %(day)s") if has_left else ""
    return (said or _("Your order is here and leaves on %(day)s")) % day


def _lead(
    order: Order,
    plan: OrderPlan | None,
    promise: OrderPromise | None,
    notice: DelayNotice | None,
    holds: set[str],
    spoken: Language,
    today: date,
    *,
    together: bool,
) -> tuple[str, ...]:
    """Say what leaves before the rest, what was promised, why it is as it is, and how sure the day is."""
    if order.status == OrderStatus.CANCELLED and notice and notice.outcome == DelayOutcome.EXPIRED:
        day = {"day": spoken.day(notice.answer_by_on, today=today)}
        return (
            _("We did not hear from you by %(day)s whether you agree to the new date. You get your money back.") % day,
        )
    if order.status != OrderStatus.OPEN:
        return ()
    if holds:
        asked = tuple(spoken.say(f"question_{kind}") for kind in QUESTIONS if kind in holds)
        return asked or (spoken.reason("on_hold"),)
    if plan is None:
        return ()
    said = []
    if _may_split(plan) and not together:
        ready = plan.open_units - plan.short_units
        first = ngettext(
            "%(ready)s of %(all)s items is here and leaves next.",
            "%(ready)s of %(all)s items are here and leave next.",
            ready,
        )
        said.append(first % {"ready": number_format(ready), "all": number_format(plan.open_units)})
    if promise and plan.eta_p50 and plan.eta_p50 > promise.promised_on:
        day = {"day": spoken.day(promise.promised_on, today=today)}
        said.append(_("We first promised %(day)s, and we are sorry.") % day)
    if plan.short_units:
        said.append(spoken.reason(Reason(plan.reason).name.lower()))
    if plan.eta_p50 and plan.eta_p90 and plan.eta_p90 > plan.eta_p50:
        day = {"day": spoken.day(plan.eta_p90, today=today)}
        said.append(_("Nine orders in ten like yours leave by %(day)s.") % day)
    return tuple(said)


def _step(order: Order, plan: OrderPlan | None, items: tuple[Item, ...]) -> int:
    """Return how far the order is: 1 waits, 2 is being packed, 3 has left."""
    if order.status != OrderStatus.OPEN:
        return 3
    is_packed = any(item.is_being_packed for item in items)
    return 2 if is_packed or (plan and not plan.short_units) else 1


def _may_split(plan: OrderPlan) -> bool:
    return 0 < plan.short_units < plan.open_units


def _together(order: Order, *, has_left: bool) -> bool:
    """Tell whether all that is still to be sent waits for its last unit."""
    return order.ship_policy == ShipPolicy.COMPLETE or (order.ship_policy == ShipPolicy.ONE_BACKORDER and has_left)


def _choices(
    plan: OrderPlan | None, asked: DelayNotice | None, spoken: Language, today: date, *, together: bool
) -> tuple[Choice, ...]:
    """Return the ways to go on. Where a notice asks for consent, each of them gives it to the notice's day."""
    if plan is None or not (plan.short_units or asked):
        return ()
    on = asked.to_on if asked else plan.eta_p50
    day = {"day": spoken.day(on, today=today)}
    whole = (_("Everything leaves on %(day)s.") if on else _("Everything leaves as soon as we have it all.")) % day
    ready = plan.open_units - plan.short_units
    wait = _("I agree to wait") if asked else _("Keep waiting")
    if not _may_split(plan):
        last = whole if together or not on else _("The last of it leaves on %(day)s.") % day
        return (Choice(ChoiceKind.WAIT, wait, last, asked is None),)
    units = {"ready": number_format(ready), "all": number_format(plan.open_units)}
    parts = (
        ngettext(
            "%(ready)s of %(all)s items is here and leaves next. The rest follows on %(day)s, free.",
            "%(ready)s of %(all)s items are here and leave next. The rest follows on %(day)s, free.",
            ready,
        )
        if on
        else ngettext(
            "%(ready)s of %(all)s items is here and leaves next. The rest follows when we have it, free.",
            "%(ready)s of %(all)s items are here and leave next. The rest follows when we have it, free.",
            ready,
        )
    ) % {**units, **day}
    return (
        Choice(ChoiceKind.SEND_READY, _("Send what’s ready now"), parts, asked is None and not together),
        Choice(ChoiceKind.TOGETHER, _("Keep it together"), whole, asked is None and together),
    )
