"""Figures of several benchmark runs as one Markdown table and one plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import log10
from operator import ge, le
from statistics import median
from typing import Any

Figures = dict[str, Any]

_ROWS: tuple[tuple[str, str, str], ...] = (
    ("first full run, s", "total_s", ".2f"),
    ("rows it wrote", "rows_written", ",.0f"),
    ("bare UPDATE of the same rows, s", "bare_update_s", ".2f"),
    ("first full run ÷ bare UPDATE", "ratio_to_bare_update", ".2f"),
    ("the same by processor seconds", "processor_ratio", ".2f"),
    ("full run, 1 % of lines changed ÷ bare UPDATE", "rerun_ratio", ".2f"),
    ("the same by processor seconds", "rerun_processor_ratio", ".2f"),
    ("full run, nothing changed, s", "unchanged_s", ".2f"),
    ("rows that wrote", "unchanged_rows_written", ",.0f"),
    ("faster than one order at a time, Django's ORM", "times_faster_than_one_at_a_time", ".0f ×"),
    (
        "faster than one order at a time, plain SQL",
        "times_faster_than_one_at_a_time_in_sql",
        ".0f ×",
    ),
    ("event on an ordinary product, median ms", "event_p50_ms", ".0f"),
    ("the same, 95 %", "event_p95_ms", ".0f"),
    ("event on the hot product, median ms", "hot_event_p50_ms", ",.0f"),
    ("the same, 95 %", "hot_event_p95_ms", ",.0f"),
    ("two workers, times as fast as one", "two_workers_ratio", ".2f"),
    ("peak memory, MB", "peak_rss_mb", ",.0f"),
)
_PEER_ROWS: tuple[tuple[str, str, str], ...] = (
    ("read, planned and committed, s", "total_s", ".2f"),
    ("rows it wrote", "rows_written", ",.0f"),
    ("planning alone (score, allocate, promise), s", "planning_s", ".3f"),
    ("frePPLe's solver, in memory, s", "frepple_s", ".2f"),
    ("planning alone, times as fast", "times_as_fast_as_frepple", ".0f ×"),
)
# What is aimed at: a figure at most, or at least, so high.
_AIMS: tuple[tuple[str, str, str, Callable[[float, float], bool], float], ...] = (
    ("first full run ÷ bare UPDATE, at most 0.50", "ratio_to_bare_update", ".2f", le, 0.5),
    ("1 % of lines changed ÷ bare UPDATE, at most 0.25", "rerun_ratio", ".2f", le, 0.25),
    ("nothing changed: rows written, none", "unchanged_rows_written", ".0f", le, 0),
    ("event on an ordinary product, 95 %, at most 50 ms", "event_p95_ms", ".0f", le, 50),
    ("event on the hot product, 95 %, at most 2,000 ms", "hot_event_p95_ms", ",.0f", le, 2_000),
    ("two workers, at least 1.6 times as fast as one", "two_workers_ratio", ".2f", ge, 1.6),
    ("peak memory, at most 2,500 MB", "peak_rss_mb", ",.0f", le, 2_500),
)
# Its C++ solver over the same work, without building its model (9.4 s at a million lines) and with nothing persisted.
_FREPPLE_S = {10_000: 0.07, 100_000: 0.69, 1_000_000: 48.7}
_LINES = (
    ("first full run", "total_s", "#2563eb"),
    ("bare UPDATE", "bare_update_s", "#9ca3af"),
    ("1 % changed", "rerun_s", "#059669"),
    ("event, hot product", "hot_event_p95_ms", "#d97706"),
    ("event, ordinary product", "event_p95_ms", "#dc2626"),
)
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 420, 70, 190, 20, 50
_SLOWEST, _FASTEST = 2, -2  # powers of ten of a second


def as_table(runs: Sequence[Figures]) -> str:
    """Return Markdown: a column for each size, the median of its runs and, of several, their range."""
    return _table(runs, _ROWS)


def as_aims(runs: Sequence[Figures]) -> str:
    """Return Markdown: for each aim and size the median of its runs, and whether that meets the aim."""
    sizes = sorted({run["lines"] for run in runs})
    rows = [["aim", *(f"{size:,} lines" for size in sizes)], ["---"] + ["---:"] * len(sizes)]
    for words, name, form, holds, limit in _AIMS:
        rows.append([words, *(_judged(_values(runs, size, name), form, holds, limit) for size in sizes)])
    return _rows(rows)


def as_peer_table(runs: Sequence[Figures]) -> str:
    """Return Markdown of runs of the profile that peers were measured on, beside the fastest of them."""
    return _table([run | _beside_frepple(run) for run in runs], _PEER_ROWS)


def as_plot(runs: Sequence[Figures]) -> str:
    """Return an SVG: seconds over lines, both logarithmic, the median of each size."""
    sizes = sorted({run["lines"] for run in runs})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#6b7280">',
        "<title>Seconds to plan, by open lines</title>",
        *(_gridline(power) for power in range(_FASTEST, _SLOWEST + 1)),
        *(_text(_x(size, sizes), _HEIGHT - _BOTTOM + 22, f"{size:,} lines", "middle") for size in sizes),
    ]
    for words, name, colour in _LINES:
        scale = 1000 if name.endswith("_ms") else 1
        points = [(_x(size, sizes), _y(median(_values(runs, size, name)) / scale)) for size in sizes]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points]
        parts.append(_text(points[-1][0] + 12, points[-1][1] + 4, words, "start", colour))
    return "\n".join([*parts, "</svg>", ""])


def _table(runs: Sequence[Figures], figures: Sequence[tuple[str, str, str]]) -> str:
    sizes = sorted({run["lines"] for run in runs})
    head = ["", *(f"{size:,} lines" for size in sizes)]
    rows = [head, ["---"] + ["---:"] * len(sizes)]
    for words, name, form in figures:
        rows.append([words, *(_cell(_values(runs, size, name), form) for size in sizes)])
    return _rows(rows)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _judged(values: Sequence[float], form: str, holds: Callable[[float, float], bool], limit: float) -> str:
    if not values:
        return "–"
    figure = format(median(values), form)
    return f"{figure} met" if holds(float(figure.replace(",", "")), limit) else f"{figure} **missed**"


def _beside_frepple(run: Figures) -> Figures:
    seconds = _FREPPLE_S.get(run["lines"])
    if seconds is None or not run["planning_s"]:
        return {}
    return {"frepple_s": seconds, "times_as_fast_as_frepple": seconds / run["planning_s"]}


def _values(runs: Sequence[Figures], size: int, name: str) -> list[float]:
    """Return one figure of all runs of a size that took it."""
    return [run[name] for run in runs if run["lines"] == size and run.get(name) is not None]


def _cell(values: Sequence[float], form: str) -> str:
    if not values:
        return "–"
    unit = " ×" if form.endswith(" ×") else ""
    shown = [format(value, form.removesuffix(" ×")) for value in (median(values), min(values), max(values))]
    spread = f" ({shown[1]}–{shown[2]})" if shown[1] != shown[2] else ""
    return f"{shown[0]}{unit}{spread}"


def _x(size: int, sizes: Sequence[int]) -> float:
    span = log10(sizes[-1] / sizes[0]) or 1.0
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * log10(size / sizes[0]) / span


def _y(seconds: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (_SLOWEST - log10(seconds)) / (_SLOWEST - _FASTEST)


def _gridline(power: int) -> str:
    y = _y(10.0**power)
    line = f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#d1d5db"/>'
    return line + _text(_LEFT - 8, y + 4, f"{10.0**power:g} s", "end")


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#6b7280") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
