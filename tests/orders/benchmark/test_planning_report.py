from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from orders.benchmark.report import as_aims, as_peer_table, as_plot, as_table

FIGURES: dict[str, Any] = {
    "total_s": 3.0,
    "rows_written": 33_000,
    "bare_update_s": 6.0,
    "ratio_to_bare_update": 0.5,
    "rerun_s": 1.0,
    "rerun_ratio": 0.17,
    "unchanged_s": 0.9,
    "unchanged_rows_written": 0,
    "times_faster_than_one_at_a_time": 100.4,
    "times_faster_than_one_at_a_time_in_sql": 30.0,
    "event_p50_ms": 20.0,
    "event_p95_ms": 40.0,
    "hot_event_p50_ms": 200.0,
    "hot_event_p95_ms": 400.0,
    "peak_rss_mb": 200.0,
}


def run(**changed: Any) -> dict[str, Any]:
    return FIGURES | {"lines": 10_000} | changed


def test_runs_of_one_size_share_a_column_with_median_and_range() -> None:
    table = as_table([run(total_s=3.0), run(total_s=5.0), run(total_s=4.0), run(lines=100_000, total_s=40.0)])

    assert "| 10,000 lines | 100,000 lines |" in table
    assert "| first full run, s | 4.00 (3.00–5.00) | 40.00 |" in table
    assert "| faster than one order at a time, Django's ORM | 100 × | 100 × |" in table


def test_a_figure_that_no_run_took_is_a_dash() -> None:
    assert "| the same by processor seconds | – |" in as_table([run(processor_ratio=None)])


def test_each_aim_is_met_or_missed_by_the_median_as_it_is_shown() -> None:
    table = as_aims([run(), run(lines=100_000, ratio_to_bare_update=0.504, rerun_ratio=0.26, event_p95_ms=50.6)])

    assert "| first full run ÷ bare UPDATE, at most 0.50 | 0.50 met | 0.50 met |" in table
    assert "| 1 % of lines changed ÷ bare UPDATE, at most 0.25 | 0.17 met | 0.26 **missed** |" in table
    assert "| event on an ordinary product, 95 %, at most 50 ms | 40 met | 51 **missed** |" in table
    assert "| two workers, at least 1.6 times as fast as one | – | – |" in table


def test_tables_go_where_a_document_marks_their_places(tmp_path: Path) -> None:
    figures, document = tmp_path / "run.json", tmp_path / "document.md"
    figures.write_text(json.dumps(run()))
    document.write_text(
        "Before\n<!-- figures -->\nold\n<!-- end of figures -->\n<!-- aims --><!-- end of aims -->\nAfter\n"
    )

    call_command("report_planning", figures, into=document, stdout=StringIO())

    filled = document.read_text()
    assert filled.startswith("Before\n<!-- figures -->\n|  | 10,000 lines |\n")
    assert filled.endswith("<!-- end of aims -->\nAfter\n")
    assert "old" not in filled
    document.write_text("no places")
    with pytest.raises(CommandError, match="no place for figures"):
        call_command("report_planning", figures, into=document, stdout=StringIO())
    assert document.read_text() == "no places"


def test_runs_of_the_peers_profile_stand_beside_the_fastest_of_them() -> None:
    table = as_peer_table([run(lines=1_000_000, planning_s=0.974), run(lines=7, planning_s=0.1)])

    assert "| frePPLe's solver, in memory, s | – | 48.70 |" in table
    assert "| planning alone, times as fast | – | 50 × |" in table


def test_the_plot_is_an_svg_that_says_what_it_shows() -> None:
    plot = ElementTree.fromstring(as_plot([run(), run(lines=100_000, total_s=30.0)]))

    words = "".join(plot.itertext())
    assert "first full run" in words
    assert "100,000 lines" in words


def test_one_size_alone_can_be_drawn() -> None:
    assert ElementTree.fromstring(as_plot([run()])) is not None
