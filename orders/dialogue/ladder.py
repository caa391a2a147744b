"""Admins set what customers may be given: the ladder and its budget. Changes lock the budget's one row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.tiers import Tier
from kernel.transactions import entry_verb
from orders.models import CompensationBudget, CompensationKind, CompensationStep

MOST_STEPS = 50
MOST_MONEY = Decimal(1_000_000)
WITH_AMOUNT = (CompensationKind.CREDIT, CompensationKind.SHIPPING)


@entry_verb
def add_step(
    *,
    kind: str,
    percent: int = 0,
    amount: Decimal = Decimal(0),
    from_days_late: int,
    from_value: Decimal = Decimal(0),
    tier: str = "",
    actor: Actor | None,
) -> CompensationStep:
    """Add a step; a voucher needs ``percent``, credit and free delivery ``amount``. Raises Invalid naming the field."""
    _check("kind", kind in CompensationKind.values, "Choose one from the list.")
    _check("tier", tier in ("", *Tier.values), "Choose one from the list.")
    _check("from_days_late", 0 <= from_days_late <= 365, "Give a whole number of days from 0 to 365.")
    _check("from_value", 0 <= from_value <= MOST_MONEY, "Give an amount from 0 to 1,000,000.")
    is_voucher, has_amount = kind == CompensationKind.VOUCHER, kind in WITH_AMOUNT
    _check("percent", 1 <= percent <= 100 if is_voucher else True, "Give a whole number from 1 to 100.")
    _check("amount", 0 < amount <= MOST_MONEY if has_amount else True, "Give an amount above 0, to 1,000,000.")
    locked_budget()
    if CompensationStep.objects.filter(removed_at=None).count() >= MOST_STEPS:
        raise Conflict(f"The ladder has {MOST_STEPS} steps already. Remove one first.")
    return CompensationStep.objects.create(
        kind=kind,
        percent=percent if is_voucher else 0,
        amount=amount if has_amount else Decimal(0),
        from_days_late=from_days_late,
        from_value=from_value,
        tier=tier,
        changed_by_id=key_of(actor),
    )


@entry_verb
def remove_step(step_id: int, *, actor: Actor | None, now: datetime) -> CompensationStep:
    """Take a step off the ladder. What was given by it stays given."""
    return _turn(step_id, removed_at=now, actor=actor)


@entry_verb
def restore_step(step_id: int, *, actor: Actor | None) -> CompensationStep:
    """Bring a step back."""
    return _turn(step_id, removed_at=None, actor=actor)


@entry_verb
def change_budget(
    *, monthly: Decimal, agent_limit: Decimal, version: int | None, actor: Actor | None
) -> CompensationBudget:
    """Set what may be given a month, and by an agent at a time. Raises Conflict when somebody else changed it since."""
    _check("monthly", 0 <= monthly <= MOST_MONEY, "Give an amount from 0 to 1,000,000.")
    _check("agent_limit", 0 <= agent_limit <= MOST_MONEY, "Give an amount from 0 to 1,000,000.")
    budget = locked_budget()
    if version is not None and version != budget.version:
        raise Conflict("Somebody else changed the budget meanwhile. Look at it again.", code="stale")
    budget.monthly, budget.agent_limit = monthly, agent_limit
    budget.version, budget.changed_by_id = budget.version + 1, key_of(actor)
    budget.save()
    return budget


def locked_budget() -> CompensationBudget:
    """Lock the budget's row, made where nobody has changed it; participant of the caller's transaction."""
    CompensationBudget.objects.bulk_create([CompensationBudget()], ignore_conflicts=True)
    return CompensationBudget.objects.select_for_update(no_key=True).get(pk=1)


def _turn(step_id: int, *, removed_at: datetime | None, actor: Actor | None) -> CompensationStep:
    locked_budget()
    step = CompensationStep.objects.filter(pk=step_id, removed_at__isnull=removed_at is not None).first()
    if step is None:
        raise NotFound("There is no such step any more." if removed_at else "There is no such step to bring back.")
    step.removed_at, step.changed_by_id = removed_at, key_of(actor)
    step.save(update_fields=["removed_at", "changed_by"])
    return step


def _check(field: str, is_right: bool, wrong: str) -> None:
    if not is_right:
        raise Invalid(wrong, fields={field: wrong})
