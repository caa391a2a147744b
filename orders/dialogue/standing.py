"""Which day a customer knows, as SQL: what keeps a plan's day from being news to them.

One place for planning, which records news, and for what shows why somebody was not told.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, ExpressionWrapper, F, Func, IntegerField, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

from notifications.models import MessageRules, Move
from notifications.rules.thresholds import CHANNELS_SQL, days_sql, most_days_sql
from orders.models import OrderPlan, OrderPromise, Reason

# A plan names an earlier day than the customer knows, and not all units are there: it may slip again. A day set by a
# person is meant to be told. {plan} and {promise} are aliases of rows with their columns.
IS_HELD_BACK = f"""(
    {{plan}}.eta_p50 < {{promise}}.told_on AND {{plan}}.short_units > 0
    AND {{plan}}.reason <> {int(Reason.ETA_BY_HAND)}
    AND COALESCE((SELECT firm_only FROM notifications_messagerules WHERE id = 1), true)
)"""


def least_days(customer: str) -> dict[str, str]:
    """Return SQL for the days from which a later and an earlier date are told to the row with alias ``customer``."""
    channels = CHANNELS_SQL.format(code=f"{customer}.code")
    return {
        "later": days_sql(Move.LATER, tier=f"{customer}.tier", channels=channels),
        "earlier": days_sql(Move.EARLIER, tier=f"{customer}.tier", channels=channels),
    }


class LeastDays(Func):
    """The days from which a ``move`` is told to a customer, given by tier and code."""

    output_field = IntegerField()

    def __init__(self, move: Move, *, customer: str) -> None:
        super().__init__(F(f"{customer}__tier"), F(f"{customer}__code"))
        self.move = move

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        (tier, first), (code, second) = (compiler.compile(each) for each in self.get_source_expressions())
        return days_sql(self.move, tier=tier, channels=CHANNELS_SQL.format(code=code)), (*first, *second)


def is_untold() -> Q:
    """Tell of an OrderPlan row whether its customer still expects a day that is earlier by as much as they hear of.

    A later day that a promise rule keeps from them is not untold, nor one that is later by less than their threshold.
    """
    # Nearly all are sorted out before anybody's threshold is looked up, which takes longer than all the rest.
    is_later = Q(order__promise__kept_because__isnull=True, order__promise__told_on__lt=F("eta_p50"))
    most = RawSQL(most_days_sql(Move.LATER), (), output_field=IntegerField())
    for_all, for_them = (
        Q(order__promise__told_on__lte=ExpressionWrapper(F("eta_p50") - days, output_field=DateField()))
        for days in (most, LeastDays(Move.LATER, customer="order__customer"))
    )
    return is_later & (for_all | for_them)


def with_least_days(rows: QuerySet[OrderPromise]) -> QuerySet[OrderPromise]:
    """Annotate promises with what ``spared`` asks of them."""
    return rows.annotate(
        least_later=LeastDays(Move.LATER, customer="order__customer"),
        least_earlier=LeastDays(Move.EARLIER, customer="order__customer"),
        firm_only=Subquery(MessageRules.objects.filter(pk=1).values("firm_only")),
    )


def spared(plan: OrderPlan, promise: OrderPromise) -> str:
    """Return why the rules of writing keep a plan's day from the customer; empty where they do not, or none differs."""
    if plan.eta_p50 is None or plan.eta_p50 == promise.told_on or plan.reason in (Reason.READY, Reason.FROZEN):
        return ""
    found, days = vars(promise), (plan.eta_p50 - promise.told_on).days
    is_firm = plan.short_units == 0 or plan.reason == Reason.ETA_BY_HAND
    if days < 0 and not is_firm and found["firm_only"] is not False:
        return "An earlier day is told when the units are there"
    least = found["least_later"] if days > 0 else found["least_earlier"]
    if abs(days) >= least:
        return ""
    moved = f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'later' if days > 0 else 'earlier'}"
    return f"It is {moved}, and this customer hears of {least} days or more"
