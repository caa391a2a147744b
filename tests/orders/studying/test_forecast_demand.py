from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from inventory import forecasts
from inventory.models import DemandForecast, ForecastRun
from orders.queries.demand import weekly_demand
from orders.studying.forecast_demand import HORIZON_WEEKS, forecast_demand
from orders.tasks import forecast_demand_nightly
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

KEYS = {
    "series",
    "median_mase",
    "median_mase_naive",
    "median_mase_seasonal_naive",
    "coverage_80",
    "bias",
    "seconds",
}
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = SATURDAY.date()


def order_weekly(weeks: int, *, until: datetime = SATURDAY, qty: int = 5, **product: object) -> int:
    """Have a product ordered on each of the last ``weeks`` Wednesdays; return its key."""
    made = make_product(**product)
    for week in range(weeks):
        make_order([(made, qty + week % 3)], placed_at=until - timedelta(days=3, weeks=week))
    return made.pk


@pytest.mark.django_db
def test_demand_is_summed_by_complete_weeks_of_the_shop() -> None:
    product = make_product()
    make_order([(product, 2)], placed_at=datetime(2026, 11, 4, 9, tzinfo=UTC))  # Wednesday: an incomplete first week
    make_order([(product, 3)], placed_at=datetime(2026, 11, 9, 9, tzinfo=UTC))
    make_order([(product, 4)], placed_at=datetime(2026, 11, 15, 23, 59, tzinfo=UTC))
    make_order([(product, 9)], placed_at=datetime(2026, 11, 16, 0, 1, tzinfo=UTC))  # this week

    past = weekly_demand(today=TODAY)

    assert (past.from_on, past.until_on) == (date(2026, 11, 9), date(2026, 11, 16))
    assert past.rows["qty"].tolist() == [7]
    assert past.rows["week_on"].tolist() == [date(2026, 11, 9).toordinal()]


@pytest.mark.django_db
def test_a_week_begins_at_local_midnight() -> None:
    product = make_product()
    make_order([(product, 1)], placed_at=datetime(2026, 6, 29, 9, tzinfo=UTC))
    make_order([(product, 5)], placed_at=datetime(2026, 7, 5, 23, 30, tzinfo=UTC))  # Monday 00:30 in London

    past = weekly_demand(today=date(2026, 7, 14))

    assert past.rows["qty"].tolist() == [1, 5]


@pytest.mark.django_db
def test_what_was_cancelled_is_not_demand() -> None:
    order = make_order([(make_product(), 8)], placed_at=datetime(2026, 11, 9, 9, tzinfo=UTC))
    order.lines.update(cancelled_qty=6)

    assert weekly_demand(today=TODAY).rows["qty"].tolist() == [2]


@pytest.mark.django_db
def test_without_orders_there_is_no_history() -> None:
    past = weekly_demand(today=TODAY)

    assert past.from_on == past.until_on
    assert len(past.rows["qty"]) == 0


@pytest.mark.django_db(transaction=True)
def test_forecasts_of_active_products_are_stored_with_their_run() -> None:
    sold = order_weekly(20)
    idle = make_product(is_active=False).pk

    run = forecast_demand(lambda: SATURDAY)

    assert run is not None
    stored = DemandForecast.objects.get(product=sold)
    assert (run.status, run.products, run.weeks_of_history) == ("done", 1, 18)
    assert (stored.run, stored.first_week_on) == (run, date(2026, 11, 16))
    assert len(stored.means) == len(stored.highs) == HORIZON_WEEKS
    assert stored.means[0] == pytest.approx(6, abs=1)
    assert not DemandForecast.objects.filter(product=idle).exists()


@pytest.mark.django_db(transaction=True)
def test_the_next_run_replaces_the_last_and_drops_what_is_sold_no_more() -> None:
    kept, gone = make_product(), make_product()
    forecast_demand(lambda: SATURDAY)
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    run = forecast_demand(lambda: SATURDAY + timedelta(days=1))

    assert list(DemandForecast.objects.values_list("product", "run")) == [(kept.pk, run.pk if run else None)]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_fails_keeps_the_last_forecast_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    make_product()
    first = forecast_demand(lambda: SATURDAY)
    monkeypatch.setattr("inventory.forecasting.forecast.traits_of", lambda panel: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        forecast_demand(lambda: SATURDAY)

    failed = ForecastRun.objects.get(status="failed")
    assert failed.error == "ZeroDivisionError: division by zero"
    assert DemandForecast.objects.get().run == first


@pytest.mark.django_db(transaction=True)
def test_a_dead_workers_run_is_closed_by_the_next() -> None:
    dead = forecasts.open_run(now=SATURDAY)

    forecast_demand(lambda: SATURDAY)

    dead.refresh_from_db()
    assert (dead.status, dead.error) == ("failed", "Its worker died.")


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_forecast_at_once() -> None:
    other = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [forecasts.RUN_LOCK])
    try:
        assert forecast_demand(lambda: SATURDAY) is None
        with pytest.raises(CommandError, match="already"):
            call_command("forecast_demand")
    finally:
        other.close()
    assert not ForecastRun.objects.exists()


@pytest.mark.django_db
def test_a_forecast_is_due_once_a_night_and_is_made_good_when_missed() -> None:
    night = timezone.make_aware(datetime(2026, 11, 21, 2, 10))
    assert forecasts.is_due(night)

    ForecastRun.objects.create(started_at=night, progress_at=night, finished_at=night, status="done")

    assert not forecasts.is_due(night + timedelta(hours=20))
    assert not forecasts.is_due(night + timedelta(hours=23, minutes=45))  # 01:55
    assert forecasts.is_due(night + timedelta(hours=24))


@pytest.mark.django_db
def test_a_night_of_failures_is_left_alone_after_three() -> None:
    night = timezone.make_aware(datetime(2026, 11, 21, 2, 10))
    for _ in range(3):
        assert forecasts.is_due(night + timedelta(hours=1))
        ForecastRun.objects.create(started_at=night, progress_at=night, finished_at=night, status="failed")

    assert not forecasts.is_due(night + timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_the_nightly_task_forecasts_once() -> None:
    make_product()

    forecast_demand_nightly()
    forecast_demand_nightly()

    assert ForecastRun.objects.count() == 1


@pytest.mark.django_db
def test_the_back_test_command_prints_its_figures_as_json() -> None:
    order_weekly(30, until=timezone.now())
    out = StringIO()

    call_command("backtest_forecast", weeks=8, json=True, stdout=out, stderr=StringIO())

    figures = json.loads(out.getvalue())
    assert set(figures) >= KEYS
    assert figures["series"] == 1
    assert figures["median_mase"] is not None


@pytest.mark.django_db
def test_three_days_of_orders_are_no_back_test() -> None:
    make_order([(make_product(), 3)], placed_at=timezone.now() - timedelta(days=3))
    out = StringIO()

    call_command("backtest_forecast", json=True, stdout=out, stderr=StringIO())

    figures = json.loads(out.getvalue())
    assert set(figures) >= KEYS
    assert (figures["series"], figures["median_mase"], figures["coverage_80"]) == (0, None, None)


@pytest.mark.parametrize("weeks", [0, 27])
def test_the_back_test_command_refuses_odd_lengths(weeks: int) -> None:
    with pytest.raises(CommandError, match="from 1 to 26"):
        call_command("backtest_forecast", weeks=weeks)


def test_processes_that_do_not_forecast_do_not_load_what_forecasts() -> None:
    look = "import django; django.setup(); import orders.tasks, sys; print('pandas' in sys.modules)"
    environment = {"DJANGO_SETTINGS_MODULE": "backlog.settings"}
    root = Path(__file__).resolve().parents[3]

    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, cwd=root, env=os.environ | environment
    )

    assert done.stdout.strip() == "False", done.stderr
