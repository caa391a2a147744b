from __future__ import annotations

from celery import shared_task
from celery.signals import worker_process_init
from django.utils import timezone

from inventory.forecasts import is_due
from kernel.kick import kick
from orders.board.history import keep_day
from orders.bulk.jobs import BULK_TASK
from orders.bulk.working import work_jobs
from orders.dialogue.delays import cancel_unanswered, give_overdue_notices
from orders.dialogue.following_up import ask_for_feedback, follow_up_on_silence, tell_of_stock
from orders.handling.ending import end_what_is_over
from orders.handling.substituting import take_substitutes
from orders.hands import keep_pick_days
from orders.party_backlogs import keep_party_backlogs
from orders.replan import PLAN_TASK, finish_full_runs, is_full_run_due, request_full_run
from orders.replanning.queue import plan_due_marks
from orders.replanning.side_by_side import keep_second_connection
from orders.simulation.simulations import SIMULATE_TASK, run_waiting
from orders.studying import late_risk
from orders.studying.forecast_demand import forecast_demand
from orders.studying.studies import STUDY_TASK, answer_waiting

worker_process_init.connect(lambda **_: keep_second_connection(), weak=False)

# A full run of a million lines takes over a minute; one that is cut short starts again from the beginning.
_SOFT_LIMIT, _LIMIT = 1740, 1800  # seconds


@shared_task(soft_time_limit=_SOFT_LIMIT, time_limit=_LIMIT)
def plan_dirty() -> None:
    """Plan what changed; execute full runs that wait; then look who waits for hands.

    Doubling or losing this task costs latency only.
    """
    finish_full_runs(now=timezone.now())
    if plan_due_marks(timezone.now):
        kick(PLAN_TASK)
    else:
        keep_pick_days(now=timezone.now())


@shared_task(soft_time_limit=_SOFT_LIMIT, time_limit=_LIMIT)
def replan_all_daily() -> None:
    """Plan the whole backlog when the day or the policy has changed."""
    finish_full_runs(now=timezone.now())
    if is_full_run_due(now=timezone.now()):
        request_full_run(cause="New day or new policy", now=timezone.now())
        finish_full_runs(now=timezone.now())


@shared_task(soft_time_limit=_SOFT_LIMIT, time_limit=_LIMIT)
def forecast_demand_nightly() -> None:
    """Forecast demand once a night; a look finds nothing to do on all other occasions."""
    if is_due(timezone.now()):
        forecast_demand(timezone.now)


@shared_task(soft_time_limit=_SOFT_LIMIT, time_limit=_LIMIT)
def train_late_risk_nightly() -> None:
    """Learn once a night which lines become late; a look finds nothing to do on all other occasions."""
    if late_risk.is_due(timezone.now()):
        late_risk.train_late_risk(timezone.now)


@shared_task
def swap_for_substitutes() -> None:
    """Send substitutes that need no consent for what lacks; a look finds nothing to do on most occasions."""
    take_substitutes(now=timezone.now())


@shared_task
def end_holds_and_expedites() -> None:
    """Release holds and take expedites back whose day has come; a look finds nothing to do on most occasions."""
    end_what_is_over(now=timezone.now())


@shared_task
def cancel_unanswered_delays() -> None:
    """Cancel orders whose customers did not agree to a delay in time, and ask those whose day has passed; nothing while
    the law is not kept."""
    cancel_unanswered(now=timezone.now())
    give_overdue_notices(now=timezone.now())


@shared_task
def follow_up_customers() -> None:
    """Break silence, tell of stock that came, ask how it was; a look finds nothing to do on most occasions."""
    now = timezone.now()
    tell_of_stock(now=now)
    follow_up_on_silence(now=now)
    ask_for_feedback(now=now)


@shared_task
def keep_backlog_day() -> None:
    """Keep today's backlog for the trends; the first time of a day, also its ranks."""
    keep_day(now=timezone.now())


@shared_task
def keep_figures() -> None:
    """Keep what customers and suppliers wait for, as their lists show it; a look costs two small reads."""
    keep_party_backlogs(now=timezone.now())


@shared_task
def work_bulk_jobs() -> None:
    """Go on with actions on many orders."""
    if work_jobs(timezone.now):
        kick(BULK_TASK)


@shared_task(soft_time_limit=_SOFT_LIMIT, time_limit=_LIMIT)
def work_studies() -> None:
    """Answer questions to our own records that wait, one at a time."""
    if answer_waiting(timezone.now):
        kick(STUDY_TASK)


@shared_task(soft_time_limit=_SOFT_LIMIT, time_limit=_LIMIT)
def run_simulations() -> None:
    """Plan scenarios that wait, one simulation at a time."""
    if run_waiting(timezone.now):
        kick(SIMULATE_TASK)
