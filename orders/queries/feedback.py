"""What customers think of us: the inbox and the score over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from orders.models import Feedback, FeedbackReason

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Week:
    """The feedback of one week: how many gave it, and their mean rating."""

    starts_on: date
    given: int
    mean: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How customers find us over twelve weeks; ``reasons`` are the commonest, by count."""

    given: int
    mean: float | None
    unanswered: int
    weeks: tuple[Week, ...]
    reasons: tuple[tuple[str, int], ...]


def inbox(view: str) -> QuerySet[Feedback]:
    """Return feedback for a view: unanswered, bad (1 or 2), all."""
    rows = Feedback.objects.select_related("order__customer", "answered_by")
    if view == "unanswered":
        return rows.filter(answered_at__isnull=True)
    return rows.filter(rating__lte=2) if view == "bad" else rows


def standing(today: date) -> Standing:
    """Read the figures in three queries."""
    recent = Feedback.objects.filter(given_at__date__gt=today - timedelta(weeks=WEEKS))
    totals = recent.aggregate(given=Count("pk"), mean=Avg("rating"))
    weeks = recent.annotate(week=TruncWeek("given_at")).values("week").order_by("week")
    counted = {label: Count("pk", filter=Q(reasons__contains=[value])) for value, label in FeedbackReason.choices}
    reasons = recent.aggregate(**{f"reason_{place}": count for place, count in enumerate(counted.values())})
    by_count = sorted(zip(counted, reasons.values(), strict=True), key=lambda pair: -pair[1])
    return Standing(
        given=totals["given"],
        mean=totals["mean"],
        unanswered=Feedback.objects.filter(answered_at__isnull=True).count(),
        weeks=tuple(
            Week(row["week"].date(), row["given"], row["mean"])
            for row in weeks.annotate(given=Count("pk"), mean=Avg("rating"))
        ),
        reasons=tuple((str(label), count) for label, count in by_count if count),
    )
