from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orders.models import Order

FIGURES = [
    "lines",
    "products",
    "warehouses",
    "load_s",
    "score_s",
    "allocate_s",
    "promise_s",
    "diff_s",
    "write_s",
    "total_s",
    "rows_written",
    "bare_update_s",
    "ratio_to_bare_update",
    "one_at_a_time_s",
    "one_at_a_time_lines",
    "rerun_ratio",
    "unchanged_rows_written",
    "event_p50_ms",
    "event_p95_ms",
    "hot_event_p95_ms",
    "two_workers_ratio",
    "planning_s",
    "peak_rss_mb",
]


@pytest.mark.django_db(transaction=True)
def test_the_benchmark_prints_its_figures_and_leaves_nothing_behind() -> None:
    name, out = connection.settings_dict["NAME"], StringIO()

    call_command("bench_planning", lines=1000, json=True, stdout=out, stderr=StringIO())

    figures = json.loads(out.getvalue())
    assert set(FIGURES) <= set(figures)
    assert (figures["lines"], figures["unchanged_rows_written"], figures["data"]) == (1000, 0, "synthetic")
    assert figures["rows_written"] > 1000
    assert figures["bare_update_rows"] >= figures["rows_written"]  # all stock levels, of which some did not move
    assert figures["two_workers_s"] > 0
    assert connection.settings_dict["NAME"] == name
    assert not Order.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'bench\\_%%'", [])
        assert cursor.fetchone() == (0,)


def test_a_size_out_of_bounds_is_refused() -> None:
    with pytest.raises(CommandError, match="from 1,000"):
        call_command("bench_planning", lines=0)
