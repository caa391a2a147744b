"""Keeping forecasts: one run at a time, its progress while it goes, its result switched in at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from inventory.models import DemandForecast, ForecastRun, ForecastRunStatus
from kernel.transactions import entry_verb

if TYPE_CHECKING:
    # Not at run time: whoever only reads forecasts should not load what makes them.
    from inventory.forecasting.forecast import Forecast
    from inventory.forecasting.panel import Panel

NIGHTLY_HOUR = 2  # local time from which a new day's forecast is due
RUNS_KEPT = 30
_MOST_FAILURES = 3  # a night; then a person has to look
RUN_LOCK = "inventory.forecasts"  # held over a run: one at a time
_ROWS_AT_ONCE = 1_000


def is_due(now: datetime) -> bool:
    """Tell whether tonight's forecast is missing. A night that nobody was up for is made good by the next look."""
    local = timezone.localtime(now)
    since = local.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    if since > local:
        since -= timedelta(days=1)
    tonight = list(ForecastRun.objects.filter(started_at__gte=since).values_list("status", flat=True))
    return ForecastRunStatus.DONE not in tonight and tonight.count(ForecastRunStatus.FAILED) < _MOST_FAILURES


@entry_verb
def open_run(*, now: datetime) -> ForecastRun:
    """Begin a run. Call while ``alone``: what still says it runs belongs to a worker that died."""
    ForecastRun.objects.filter(status=ForecastRunStatus.RUNNING).update(
        status=ForecastRunStatus.FAILED, finished_at=now, error="Its worker died."
    )
    return ForecastRun.objects.create(started_at=now, progress_at=now)


@entry_verb
def report_progress(run: ForecastRun, *, step: str, done: int, total: int, now: datetime) -> None:
    """Say how far a run is, for those who watch."""
    run.step, run.steps_done, run.steps_total, run.progress_at = step, done, total, now
    run.save(update_fields=["step", "steps_done", "steps_total", "progress_at"])


@entry_verb
def fail_run(run: ForecastRun, *, error: str, now: datetime) -> None:
    """Close a run that came to nothing. The last forecast stays."""
    run.status, run.error = ForecastRunStatus.FAILED, error[:2000]
    run.finished_at = run.progress_at = now
    run.save(update_fields=["status", "error", "finished_at", "progress_at"])


@entry_verb
def store_forecast(run: ForecastRun, *, panel: Panel, found: Forecast, now: datetime) -> None:
    """Replace every product's forecast and close the run, all at once: nobody reads half of each.

    A product that ``panel`` leaves out loses its forecast. Locks products only while committing (the foreign key's
    deferred check, shared, like a verb on the product).
    """
    DemandForecast.objects.bulk_create(
        _rows(run, panel, found),
        batch_size=_ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["run", "first_week_on", "method", "pattern", "sales_weeks", "means", "p50s", "lows", "highs"],
    )
    DemandForecast.objects.exclude(run=run).delete()
    run.status, run.step, run.steps_done = ForecastRunStatus.DONE, "Stored", run.steps_total
    run.products, run.weeks_of_history, run.is_calibrated = len(panel.ids), panel.length, found.is_calibrated
    run.first_week_on, run.finished_at, run.progress_at = panel.next_week_on, now, now
    run.save()
    kept = ForecastRun.objects.order_by("-pk").values("pk")[:RUNS_KEPT]
    ForecastRun.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


def _rows(run: ForecastRun, panel: Panel, found: Forecast) -> list[DemandForecast]:
    traits = found.traits
    columns = zip(
        panel.ids.tolist(),
        found.methods,
        traits.pattern_names(),
        traits.sales.tolist(),
        found.means.round(3).tolist(),
        found.p50s.round(3).tolist(),
        found.lows.round(3).tolist(),
        found.highs.round(3).tolist(),
        strict=True,
    )
    return [
        DemandForecast(
            product_id=product,
            run=run,
            first_week_on=panel.next_week_on,
            method=method,
            pattern=pattern,
            sales_weeks=sales,
            means=means,
            p50s=p50s,
            lows=lows,
            highs=highs,
        )
        for product, method, pattern, sales, means, p50s, lows, highs in columns
    ]
