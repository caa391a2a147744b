"""The learned columns in a replay, and a record of what was said, to compare with what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from orders.backtesting.columns import Moment
from orders.backtesting.replay import Lived, Stage
from orders.learning.judging import Judgement, judge
from orders.learning.scoring import COLUMNS, LATE_RISK, Learned, LineFacts, learned_columns
from orders.planning.types import (
    Attribute,
    Attributes,
    Backlog,
    Calendar,
    Context,
    Floats,
    Frozen,
    Ints,
    Products,
    Supply,
)

_NONE = np.zeros(0, dtype=np.int64)
_NO_FROZEN = Frozen(_NONE, _NONE, _NONE)


@dataclass(slots=True)
class Oracle:
    """Answers each morning's question for the learned columns, and remembers the risks that it named.

    Without a model all of them are unknown, as in a run.
    """

    learned: Learned | None
    calendar: Calendar
    lines: list[Ints] = field(default_factory=list)
    days: list[Ints] = field(default_factory=list)
    risks: list[Floats] = field(default_factory=list)

    def __call__(self, moment: Moment, backlog: Backlog, supply: Supply, products: Products) -> Attributes:
        """Return the learned columns of the morning's open lines."""
        if self.learned is None:
            return {name: Attribute(np.full(len(moment.line), np.nan)) for name in COLUMNS}
        orders = moment.history.orders
        facts = LineFacts(
            placed_on=orders.placed_on[moment.order],
            promised_on=orders.promised_on[moment.order],
            price_minor=moment.history.lines.price_minor[moment.line],
            tier=orders.tier[moment.order],
        )
        context = Context(today=moment.today, calendar=self.calendar)
        columns = learned_columns(self.learned, facts, backlog, supply, _NO_FROZEN, products, context)
        self.lines.append(moment.line)
        self.days.append(np.full(len(moment.line), moment.today))
        self.risks.append(columns[LATE_RISK].values.astype(np.float64))
        return columns

    def judged(self, stage: Stage, lived: Lived) -> Judgement | None:
        """Compare every risk named for a line that was not late yet with what became of it; None without cases."""
        if not self.lines:
            return None
        line, day, risk = (np.concatenate(parts) for parts in (self.lines, self.days, self.risks))
        promised = stage.history.orders.promised_on[stage.history.lines.order[line]]
        known = (promised >= day) & (promised < stage.until_on) & ~np.isnan(risk)
        if not known.any():
            return None
        return judge(risk[known], lived.done_on[line[known]] > promised[known])
