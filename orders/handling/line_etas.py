"""A person's own date for one line, which the plan keeps until it has passed or is taken back.

Locks: the order, the pools.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from inventory.dirty import mark_dirty
from kernel.bounds import LAST_DAY, check_day
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.handling.editing import lock_open_order, product_ids_of, save_order, tell
from orders.handling.eta import POSTPONE_DAYS
from orders.models import LineEta, LinePlan, OrderLine, OrderTerms, ShipPolicy


@entry_verb
def change_line_eta(
    ref: str,
    *,
    position: int,
    eta_on: date | None,
    reason: str = "",
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> OrderLine:
    """Set the ETA of one open line by hand, or give it back to the plan (``eta_on`` None).

    The order's ETA follows from its lines, and the customer is told by the plan that follows. Whoever may only postpone
    moves a line later than its plan, by at most 14 days.
    """
    reason = clean_text(reason, field="reason", max_length=200)
    order = lock_open_order(ref, version=version)
    line = order.lines.filter(position=position, open_qty__gt=0).first()
    if line is None:
        raise Invalid(f"{order.ref} has no open line {position}.", fields={"position": "There is no such open line."})
    if order.ship_policy != ShipPolicy.PARTIAL or OrderTerms.objects.filter(order=order).exists():
        raise Conflict(
            f"{order.ref} does not leave line by line. Set the date of the whole order.", code="ships_together"
        )
    kept = LineEta.objects.filter(line=line).first()
    if eta_on == (kept.eta_on if kept else None):
        raise Conflict(
            f"Line {position} has {'that date already' if kept else 'no date set by hand'}.", code="no_change"
        )
    if eta_on is not None:
        check_day(eta_on, field="eta_on", first=timezone.localdate(now), last=LAST_DAY)
    planned = kept.planned_on if kept else LinePlan.objects.filter(line=line).values_list("eta_p50", flat=True).first()
    _check_permission(eta_on, planned, actor=actor, today=timezone.localdate(now))
    mark_dirty(product_ids_of(order), cause="eta_by_hand", reference=order.ref)
    if eta_on is None:
        LineEta.objects.filter(line=line).delete()
    else:
        values = {"eta_on": eta_on, "reason": reason, "planned_on": planned, "set_at": now, "set_by_id": key_of(actor)}
        LineEta.objects.update_or_create(line=line, defaults=values)
    save_order(order)
    said = {
        "position": position,
        "old_on": _iso(kept.eta_on if kept else planned),
        "new_on": _iso(eta_on),
        "reason": reason,
    }
    tell(order, "orders.line_eta_set_by_hand", actor=actor, now=now, payload=said)
    return line


def _check_permission(eta_on: date | None, planned: date | None, *, actor: Actor | None, today: date) -> None:
    if actor is None or actor.has_perm("orders.change_eta") or eta_on is None:
        return  # giving a date back to the plan brings nothing new
    if not actor.has_perm("orders.postpone_eta"):
        raise Forbidden("You may not change ETAs. Ask operations to do it.")
    first = planned or today
    latest = first + timedelta(days=POSTPONE_DAYS)
    if not first < eta_on <= latest:
        raise Forbidden(
            f"You may move this line later than {first:%-d %B %Y}, to {latest:%-d %B %Y} at most."
            " Ask operations for another date."
        )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
