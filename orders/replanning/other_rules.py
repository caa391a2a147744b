"""A kept run planned by rules that it was not planned by: only what was read then can be read again.

docs/simulation.md, section Replay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kernel.errors import Conflict
from orders.learning.scoring import COLUMNS
from orders.planning.attributes import CATALOGUE, Source
from orders.planning.day import DAY_COLUMNS, day_columns
from orders.planning.rules import Policy
from orders.planning.types import Ints, Shipped
from orders.planning.windows import up_to_windows
from orders.replanning.inputs import Inputs
from orders.replanning.sites import context_of


def fitted(inputs: Inputs, kept: Policy, rules: Policy, *, today: int) -> Inputs:
    """Return what was read for the rules ``kept`` as ``rules`` read it, the facts of the day added.

    Raises Conflict, naming all of it, where they read what was not read then.
    """
    missing = list(_missing(inputs, kept, rules))
    if missing:
        raise Conflict(
            f"These rules read what the run did not: {'; '.join(missing)}. Try rules on the backlog of today instead, "
            "by a preview or a simulation.",
            code="not_kept",
        )
    of_day = day_columns(rules.attributes(), context_of(inputs.sites, today=today), len(inputs.backlog.line_id))
    return replace(
        inputs,
        attributes={**inputs.attributes, **of_day},
        shipped=_of_quotas(inputs.shipped, len(rules.quotas)) if rules.counts_shipped() else None,
    )


def _missing(inputs: Inputs, kept: Policy, rules: Policy) -> Iterator[str]:
    """Say what the rules read and the run did not."""
    names = rules.attributes()
    for name in sorted(names - inputs.attributes.keys() - DAY_COLUMNS):
        if CATALOGUE[name].source is not Source.FORECAST:
            yield name
    if COLUMNS & names & inputs.attributes.keys() and rules.lateness_costs != kept.lateness_costs:
        yield "what lateness costs by these rules"
    if rules.reads_forecast() and not kept.reads_forecast():
        yield "the forecast"
    elif rules.classes() and _told_apart(rules) != _told_apart(kept):
        yield "which part of the forecast is of which of these classes"
    if rules.segments and not kept.segments:
        yield "the plan before, which segments are measured against"
    windows = _windows(rules)
    if windows != _windows(kept)[: len(windows)]:
        yield "what left in the windows of these quotas"


def _told_apart(rules: Policy) -> object:
    """Return what decides which part of a forecast is of which class."""
    return rules.forecast and (rules.forecast.history_weeks, [entry.when for entry in rules.forecast.classes])


def _windows(rules: Policy) -> list[object]:
    """Return what decides which units that left count for which quota."""
    return [(quota.when, quota.window_days) for quota in up_to_windows(rules.quotas)]


def _of_quotas(shipped: Shipped | None, quotas: int) -> Shipped | None:
    """Return what left with a column for each of so many quotas: nothing for those after the last with a window."""
    if shipped is None:
        return None

    def widened(units: Ints) -> Ints:
        columns = np.zeros((len(units), quotas), dtype=np.int64)
        both = min(quotas, units.shape[1])
        columns[:, :both] = units[:, :both]
        return columns

    return Shipped(shipped.product_id, widened(shipped.own_qty), widened(shipped.all_qty))
