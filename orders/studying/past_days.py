"""The days before anybody kept them: what a plan of each evening would have said of the backlog (docs/workspace.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from kernel.transactions import entry_verb
from orders.backtesting.columns import KNOWN, PER_ORDER, PER_PRODUCT
from orders.backtesting.replay import Stage
from orders.backtesting.standing import Standing, standings
from orders.models import BacklogDay, LinePlan
from orders.planning.grammar import parse_policy
from orders.queries.board import FILL_RATE_DAYS
from orders.queries.history import load_history, load_texts
from orders.queries.status import LATE_FROM_DAYS
from orders.replanning.sites import company_calendar
from orders.rules.policies import published

HISTORY_DAYS = 120  # read before the first day, to know how late suppliers are
MOST_LINES = 50_000  # open now; more would take minutes


def plan_past_days(first: date, last: date) -> int:
    """Work out what was late, at risk and filled on the kept days from ``first`` to ``last`` where that is not known.

    Each evening is planned by the rules in force now, from the facts of then: 0.1 s for 2,500 open lines. Nothing is
    done where the rules read what the past does not know, or where there are too many lines. Returns how many days.
    """
    unknown = BacklogDay.objects.filter(day__range=(first, last), late_orders=None).order_by("day")
    days = list(unknown.values_list("day", flat=True))
    policy = parse_policy(published().rules)
    if not days or policy.attributes() - KNOWN or policy.reads_forecast() or LinePlan.objects.count() > MOST_LINES:
        return 0
    history = load_history(from_on=first - timedelta(days=HISTORY_DAYS), until_on=last + timedelta(days=1))
    texts = load_texts(history, policy.attributes() & {*PER_ORDER, *PER_PRODUCT})
    stage = Stage(history, first.toordinal(), last.toordinal() + 1, company_calendar(last), texts)
    mornings = [day.toordinal() + 1 for day in days]
    return _keep(list(standings(stage, policy, mornings, late_from=LATE_FROM_DAYS, lately=FILL_RATE_DAYS)))


@entry_verb
def _keep(found: Iterable[Standing]) -> int:
    by_day = {date.fromordinal(each.day - 1): each for each in found}
    days = list(BacklogDay.objects.select_for_update().filter(day__in=by_day, late_orders=None).order_by("day"))
    for day in days:
        known = by_day[day.day]
        day.late_orders, day.risk_value_minor, day.fill_rate = known.late_orders, known.risk_minor, known.fill_rate
    return BacklogDay.objects.bulk_update(days, ["late_orders", "risk_value_minor", "fill_rate"])
