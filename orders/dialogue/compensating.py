"""Make up for a broken promise, within the admins' ladder and budget, and take it back while its message has not left.

Locks: the order, then the one row of the budget, so that compensations are counted one after the other; then whatever
the caller's verb goes on with.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kernel.money import exact
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from notifications.models import Delivery, DeliveryState, Fact
from orders.dialogue.ladder import locked_budget
from orders.dialogue.reaching import require_way
from orders.dialogue.snapshots import customer_payloads
from orders.handling.editing import lock_open_order, lock_order, save_order, tell
from orders.models import Compensation, CompensationBudget, CompensationStep, Order, OrderPlan, OrderPromise

COMPENSATED, GIVEN, TAKEN_BACK = "orders.compensated", "orders.compensation_given", "orders.compensation_taken_back"
LEFT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
# Letters that are not taken for one another on the telephone.
_LETTERS = "ACDEFHJKLMNPRTUVWXY3479"
_MONEY = DecimalField(max_digits=12, decimal_places=2)
MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that an order may be given, what it costs us at most, and why this person may not give it ("": they may).

    The dearest that may be given comes first.
    """

    step: CompensationStep
    cost: Decimal
    refusal: str


@entry_verb
def compensate(
    ref: str, *, step_id: int, note: str = "", actor: Actor | None, now: datetime, version: int | None = None
) -> Compensation:
    """Give an order a step of the ladder and write to its customer, without other news."""
    note = clean_text(note, field="note", max_length=MAX_NOTE, multiline=True)
    order = lock_open_order(ref, version=version)
    require_way(order.customer, instead="Tell them on the telephone.")
    given = grant(order, step_id, eta_on=eta_of(order), actor=actor, now=now)
    save_order(order)
    given.fact_key = f"{COMPENSATED}:{order.pk}:v{order.version}"
    given.save()
    payload = {**customer_payloads([order.pk])[order.pk], "compensation": said_of(given), "note": note}
    payload |= {"by_colleague": True}
    tell(order, COMPENSATED, actor=actor, now=now, payload=payload, subject=_subject(order))
    tell(order, GIVEN, actor=actor, now=now, payload=kept_of(given))
    return given


@entry_verb
def take_compensation_back(compensation_id: int, *, actor: Actor | None, now: datetime) -> Compensation:
    """Take back what was given while its customer has not heard of it; the budget has the money again.

    Raises Conflict once the message has left. What was given together with a date goes back with the date.
    """
    ref = Order.objects.filter(compensations=compensation_id).values_list("ref", flat=True).first()
    if ref is None:
        raise NotFound("There is no such compensation.")
    order = lock_order(ref)
    given = Compensation.objects.get(pk=compensation_id)
    if not is_alone(given):
        raise Conflict("It was given together with a date. Take that message back.", code="together")
    withdraw(given, actor=actor, now=now)
    save_order(order)
    tell(order, TAKEN_BACK, actor=actor, now=now, payload=kept_of(given), subject=_subject(order))
    return given


def offers(order: Order, *, eta_on: date | None, actor: Actor | None, now: datetime) -> list[Offer]:
    """Return the steps that fit an order whose date is ``eta_on``; at most five queries."""
    ladder = _steps()
    if not ladder:
        return []
    late, value = days_late(order, eta_on), open_value(order)
    given = set(Compensation.objects.filter(order=order, taken_back_at=None).values_list("step_id", flat=True))
    steps = [step for step in ladder if _misfit(step, order, late, value) == "" and step.pk not in given]
    if not steps:
        return []
    budget, spent = budget_in_force(), spent_in_month(now)
    found = [Offer(step, step.cost(value), _too_much(step.cost(value), budget, spent, actor)) for step in steps]
    return sorted(found, key=lambda offer: (bool(offer.refusal), -offer.cost, offer.step.pk))


def grant(order: Order, step_id: int, *, eta_on: date | None, actor: Actor | None, now: datetime) -> Compensation:
    """Return an unsaved compensation of a locked order, counted against the budget, which is locked until the end of
    the caller's transaction. Raises Conflict for a step that does not fit, and what ``offers`` says is too much."""
    require_transaction()
    budget = locked_budget()
    if actor is not None and not actor.has_perm("orders.compensate"):
        raise Forbidden("You may not compensate customers.")
    step = CompensationStep.objects.filter(pk=step_id, removed_at=None).first()
    if step is None:
        raise Invalid("Choose a step of the ladder.", fields={"compensation": "Choose a step of the ladder."})
    late, value = days_late(order, eta_on), open_value(order)
    misfit = _misfit(step, order, late, value)
    if misfit:
        raise Conflict(f"{step}: {misfit}", code="no_fit")
    if Compensation.objects.filter(order=order, step=step, taken_back_at=None).exists():
        raise Conflict(f"{order.ref} was given this already: {step}.", code="no_change")
    cost = step.cost(value)
    refusal = _too_much(cost, budget, spent_in_month(now), actor)
    if refusal:
        raise Conflict(refusal, code="over_budget")
    code = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return Compensation(
        order=order, step=step, days_late=late, cost=cost, code=code, given_at=now, given_by_id=key_of(actor)
    )


def withdraw(given: Compensation, *, actor: Actor | None, now: datetime) -> None:
    """Take back a compensation of a locked order; participant. Raises Conflict once its customer knows.

    Locks the fact, so that it is not handed on meanwhile, and its deliveries, so that none begins to be sent.
    """
    require_transaction()
    if given.taken_back_at:
        raise Conflict("It was taken back already.", code="no_change")
    if given.used_at:
        raise Conflict("It was used already.", code="used")
    fact = Fact.objects.select_for_update(no_key=True).filter(dedupe_key=given.fact_key).first()
    rows = Delivery.objects.filter(fact=fact).select_for_update(of=("self",), no_key=True).order_by("pk")
    if fact and any(delivery.state in LEFT for delivery in rows):
        raise Conflict("The message has left: the customer knows of it.", code="sent")
    given.taken_back_at, given.taken_back_by_id = now, key_of(actor)
    given.save(update_fields=["taken_back_at", "taken_back_by"])


def known_to_customers(rows: Sequence[Compensation]) -> set[int]:
    """Return the keys of those whose message has left; one query, however many."""
    left = Delivery.objects.filter(fact__dedupe_key__in=[row.fact_key for row in rows], state__in=LEFT)
    told = set(left.values_list("fact__dedupe_key", flat=True))
    return {row.pk for row in rows if row.fact_key in told}


def is_alone(given: Compensation) -> bool:
    """Tell whether it was given without other news, which it would go back with."""
    return given.fact_key.startswith(f"{COMPENSATED}:")


def said_of(given: Compensation) -> dict[str, Any]:
    """Return what a message says of a compensation."""
    step = given.step
    return {"kind": step.kind, "percent": step.percent, "amount": str(step.amount), "code": given.code}


def kept_of(given: Compensation) -> dict[str, Any]:
    """Return what an order's history says of a compensation."""
    return {"given": str(given.step), "code": given.code, "days_late": given.days_late, "cost": str(given.cost)}


def budget_in_force() -> CompensationBudget:
    """Return the budget; one that nobody has changed is the default."""
    return CompensationBudget.objects.filter(pk=1).first() or CompensationBudget()


def spent_in_month(now: datetime) -> Decimal:
    """Return what was given since the first of the month, in the company's zone, and not taken back: what was used by
    what it took off, the rest by the most it may."""
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    given = Compensation.objects.filter(taken_back_at=None, given_at__gte=first)
    total: Decimal = given.aggregate(
        total=Coalesce(Sum(Coalesce("used_amount", "cost")), Decimal(0), output_field=_MONEY)
    )["total"]
    return total


def days_late(order: Order, eta_on: date | None) -> int:
    """Return by how many days the order misses what was promised first."""
    promised_on = OrderPromise.objects.filter(order=order).values_list("promised_on", flat=True).first()
    return max(0, (eta_on - promised_on).days) if eta_on and promised_on else 0


def eta_of(order: Order) -> date | None:
    """Return the day that the order has: by hand, else the plan's."""
    planned = OrderPlan.objects.filter(order=order).values_list("eta_p50", flat=True).first()
    return order.eta_by_hand_on or planned


def open_value(order: Order) -> Decimal:
    """Return what the order's open units are worth."""
    worth = order.lines.aggregate(worth=Sum(F("open_qty") * F("unit_price"), output_field=_MONEY))["worth"]
    return worth or Decimal(0)


def _steps() -> Sequence[CompensationStep]:
    return list(CompensationStep.objects.filter(removed_at=None))


def _misfit(step: CompensationStep, order: Order, late: int, value: Decimal) -> str:
    if late < step.from_days_late:
        return f"it is for orders that are {step.from_days_late} days late or more; this one is {late}."
    if value < step.from_value:
        return f"it is for orders of {exact(step.from_value)} or more; this one is {exact(value)}."
    if step.tier and step.tier != order.customer.tier:
        return f"it is for {step.get_tier_display()} customers."
    return ""


def _too_much(cost: Decimal, budget: CompensationBudget, spent: Decimal, actor: Actor | None) -> str:
    if cost > budget.agent_limit and actor is not None and not actor.has_perm("orders.compensate_more"):
        return f"It may cost {exact(cost)}; you may give {exact(budget.agent_limit)}. Ask operations."
    left = budget.monthly - spent
    if cost > left:
        return f"It may cost {exact(cost)}; {exact(max(left, Decimal(0)))} of this month's budget are left."
    return ""


def _subject(order: Order) -> str:
    return f"order:{order.pk}:compensation"
