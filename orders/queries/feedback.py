"""What customers think of us: the inbox, what was behind each rating, and the score over time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Avg, Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from orders.models import Feedback, FeedbackReason, Origin, Reason

WEEKS = 12

# The last slip of the order before the rating was given.
_SLIPS = """
    FROM orders_feedback f
    JOIN LATERAL (
        SELECT r.reason, r.origin, r.new_on, r.new_on - r.old_on AS days
        FROM orders_etarevision r
        WHERE r.order_id = f.order_id AND r.kind IN ('planned', 'by_hand') AND r.new_on > r.old_on
            AND r.at <= f.given_at
        ORDER BY r.at DESC, r.id DESC LIMIT 1
    ) slip ON true
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """The last slip before a rating: by how many days, to which day, why, and whose doing it was."""

    days: int
    new_on: date
    reason: str
    origin: str


@dataclass(frozen=True, slots=True)
class OriginScore:
    """The ratings after slips of one origin."""

    origin: str
    given: int
    mean: float


@dataclass(frozen=True, slots=True)
class Week:
    """The feedback of one week: how many gave it, and their mean rating."""

    starts_on: date
    given: int
    mean: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How customers find us over twelve weeks; ``reasons`` by count, the commonest first, ``by_origin`` the worst."""

    given: int
    mean: float | None
    unanswered: int
    weeks: tuple[Week, ...]
    reasons: tuple[tuple[str, int], ...]
    by_origin: tuple[OriginScore, ...]

    @property
    def means(self) -> list[float]:
        """The mean rating of each week, the oldest first."""
        return [week.mean for week in self.weeks]


def inbox(view: str) -> QuerySet[Feedback]:
    """Return feedback for a view: unanswered, bad (1 or 2), all."""
    rows = Feedback.objects.select_related("order__customer", "answered_by")
    if view == "unanswered":
        return rows.filter(answered_at__isnull=True)
    return rows.filter(rating__lte=2) if view == "bad" else rows


def standing(today: date) -> Standing:
    """Read the figures in five queries."""
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
        by_origin=_by_origin(today - timedelta(weeks=WEEKS)),
    )


def causes_of(feedback_ids: Collection[int]) -> dict[int, Cause]:
    """Return what was behind each of these ratings, where a date had slipped before; one query."""
    query = f"SELECT f.id, slip.days, slip.new_on, slip.reason, slip.origin {_SLIPS} WHERE f.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(query, [list(feedback_ids)])
        return {
            key: Cause(days, new_on, "" if reason is None else Reason(reason).label, _words(origin))
            for key, days, new_on, reason, origin in cursor.fetchall()
        }


def _by_origin(since: date) -> tuple[OriginScore, ...]:
    query = f"SELECT slip.origin, count(*), avg(f.rating) {_SLIPS} WHERE f.given_at::date > %s GROUP BY 1 ORDER BY 3"
    with connection.cursor() as cursor:
        cursor.execute(query, [since])
        return tuple(OriginScore(_words(origin), given, float(mean)) for origin, given, mean in cursor.fetchall())


def _words(origin: str) -> str:
    return Origin(origin).label if origin else "Nobody’s doing"
