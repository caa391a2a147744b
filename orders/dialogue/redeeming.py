"""A customer names the code of a compensation: it is looked up and marked as used, once.

Locks: the order that it was given for, as giving and taking back do, so that no code is used while it is taken back.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from kernel.errors import Conflict, Invalid, NotFound
from kernel.money import exact, whole
from kernel.people import Actor, key_of
from kernel.text import clean_text, is_plain
from kernel.transactions import entry_verb
from orders.handling.editing import lock_order, save_order, tell
from orders.models import Compensation, CompensationKind

USED, USE_TAKEN_BACK = "orders.compensation_used", "orders.compensation_use_taken_back"
MAX_CODE = 40


def find_code(text: str) -> Compensation | None:
    """Return what a code stands for, written in any case and with spaces or dashes; one query."""
    code = "".join(letter for letter in text if letter.isalnum()).upper()
    if not is_plain(text) or not 0 < len(code) <= MAX_CODE:
        return None
    named = Compensation.objects.filter(code=code)
    return named.select_related("order__customer", "step", "given_by", "used_by").first()


@entry_verb
def use_code(
    code: str, *, used_for: str, amount: Decimal | None = None, actor: Actor | None, now: datetime
) -> Compensation:
    """Mark a code as used for the order ``used_for``, which it made cheaper by ``amount`` (None: by the most it may).

    The amount counts against the budget in place of the most. Raises NotFound for a code that nobody was given,
    Conflict for one that was used or taken back, and Invalid naming the field.
    """
    used_for = clean_text(used_for, field="used_for", max_length=40)
    if not used_for:
        raise Invalid("Say for which order it is used.", fields={"used_for": "Say for which order it is used."})
    given = _locked(code)
    _check_open(given)
    taken_off = given.cost if amount is None else amount
    if not 0 <= taken_off <= given.cost:
        wrong = f"Give an amount from {whole(0)} to {exact(given.cost)}, the most that this may take off."
        raise Invalid(wrong, fields={"amount": wrong})
    given.used_at, given.used_by_id = now, key_of(actor)
    given.used_for, given.used_amount = used_for, taken_off
    given.save(update_fields=["used_at", "used_by", "used_for", "used_amount"])
    _say(USED, given, actor=actor, now=now)
    return given


@entry_verb
def take_use_back(code: str, *, actor: Actor | None, now: datetime) -> Compensation:
    """Take back that a code was used: the customer may name it again. Raises NotFound, Conflict if it was not used."""
    given = _locked(code)
    if given.used_at is None:
        raise Conflict(f"{given.code} was not used.", code="no_change")
    _say(USE_TAKEN_BACK, given, actor=actor, now=now)
    given.used_at = given.used_by = given.used_amount = None
    given.used_for = ""
    given.save(update_fields=["used_at", "used_by", "used_for", "used_amount"])
    return given


def _locked(code: str) -> Compensation:
    """Return the compensation of a code as it is under the lock of its order."""
    named = find_code(code)
    if named is None:
        raise NotFound(f"Nobody was given the code {code[:MAX_CODE]}.")
    order = lock_order(named.order.ref)
    given = Compensation.objects.select_related("step").get(pk=named.pk)
    given.order = order
    return given


def _check_open(given: Compensation) -> None:
    if given.taken_back_at:
        raise Conflict(f"{given.code} was taken back; the customer never heard of it.", code="taken_back")
    if given.used_at:
        raise Conflict(f"{given.code} was used already, for {given.used_for}.", code="used")
    if given.step.kind == CompensationKind.APOLOGY:
        raise Conflict(f"{given.code} is an apology in words: it takes nothing off.", code="no_fit")


def _say(kind: str, given: Compensation, *, actor: Actor | None, now: datetime) -> None:
    said = {
        "given": str(given.step),
        "code": given.code,
        "used_for": given.used_for,
        "amount": f"{given.used_amount:.2f}",
    }
    save_order(given.order)
    tell(given.order, kind, actor=actor, now=now, payload=said)
