"""What state an order shows, and the sets of orders behind the tabs: one definition for every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When

from orders.dialogue.standing import is_untold
from orders.models import Hold, OrderPlan

LATE_FROM_DAYS = 5


@dataclass(frozen=True, slots=True)
class View:
    """One tab of the board."""

    key: str
    label: str


VIEWS = (
    View("all", "All open"),
    View("late", "Late"),
    View("risk", "At risk"),
    View("hold", "On hold"),
    View("ready", "Ready to ship"),
    View("untold", "Untold slips"),
    View("mine", "My orders"),
)
BEHIND = View("behind", "Late or at risk")  # what the strip's figure counts: a tab only while it is looked at


def is_held() -> Exists:
    """Tell whether the order of an OrderPlan row has an active hold."""
    return Exists(Hold.objects.filter(order_id=OuterRef("order_id"), released_at__isnull=True))


def conditions(today: date, mine: int | None = None) -> dict[str, Q]:
    """Return the condition of each view on OrderPlan rows annotated with ``held``; ``mine`` is the key of who looks."""
    late = Q(slip_days__gte=LATE_FROM_DAYS) | Q(promised_on__lt=today)
    return {
        "all": Q(),
        "late": late & Q(held=False),
        "risk": Q(held=False, slip_days__gt=0) & ~late,
        BEHIND.key: (late | Q(slip_days__gt=0)) & Q(held=False),
        "hold": Q(held=True),
        "ready": Q(held=False, short_units=0),
        "untold": is_untold(),
        "mine": Q(order__owner_id=mine or 0),
    }


def status_of(plan: OrderPlan) -> str:
    """Return the status of a row annotated by ``status_case``."""
    return str(vars(plan)["status"])


def status_case(today: date) -> Case:
    """Return the status of an OrderPlan row: hold, late, risk, ready, part or track, the first that applies."""
    sets = conditions(today)
    return Case(
        *(When(sets[key], then=Value(key)) for key in ("hold", "late", "risk", "ready")),
        When(short_units__lt=F("open_units"), then=Value("part")),
        default=Value("track"),
        output_field=CharField(),
    )
