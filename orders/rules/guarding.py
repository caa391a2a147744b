"""The guard: limits on what one full run may change, and what it says of a plan. docs/simulation.md, section Guard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import Conflict, Invalid
from kernel.people import Actor
from kernel.transactions import entry_verb
from orders.models import Guard
from orders.rules.rules_lock import lock_rules
from orders.simulation.comparing import Comparison

# What one of them would be, what more would be, and how many may.
_WORDS = {
    "slipped_orders": ("1 order would slip", "{found:,} orders would slip", "{allowed:,} may"),
    "broken_promises": ("1 promise would be broken", "{found:,} promises would be broken", "{allowed:,} may be"),
    "rank_churn_percent": ("", "{found:g} % of orders would move far in line", "{allowed:g} % may"),
    "messages": ("1 message would go out", "{found:,} messages would go out", "{allowed:,} may"),
}
LIMITS = tuple(_WORDS)
_WORSE_THAN_SEEN = 1.1  # what was released may come a tenth worse, since the backlog moves on meanwhile


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that a plan goes beyond. ``limit`` is the field of the guard."""

    limit: str
    allowed: float
    found: float
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a plan would change, by limit, and which limits it goes beyond."""

    figures: Mapping[str, float]
    breaches: tuple[Breach, ...]

    @property
    def is_held(self) -> bool:
        return bool(self.breaches)

    @property
    def words(self) -> str:
        return " ".join(breach.words for breach in self.breaches)


def guard() -> Guard:
    """Return the guard as it is set; nothing is limited until somebody sets it."""
    return Guard.objects.filter(pk=1).first() or Guard(pk=1)


def is_on(limits: Guard) -> bool:
    """Tell whether any limit is set."""
    return any(getattr(limits, name) is not None for name in LIMITS)


def judge(limits: Guard, found: Comparison, *, seen: Mapping[str, float] | None = None) -> Verdict:
    """Return what the guard says of a plan that is compared with the one before.

    ``seen`` are the figures that a person released: they may be reached again, and a tenth more.
    """
    figures = {
        "slipped_orders": float(found.slips.sum()),
        "broken_promises": float(found.breaks.sum()),
        "rank_churn_percent": round(100 * found.churn, 2),
        "messages": float(found.messages),
    }
    breaches = []
    for name, value in figures.items():
        limit = getattr(limits, name)
        if limit is not None:
            allowed = max(float(limit), _WORSE_THAN_SEEN * float(seen.get(name, 0)) if seen else 0)
            if value > allowed:
                breaches.append(_breach(name, allowed, value))
    return Verdict(figures, tuple(breaches))


@entry_verb
def change_guard(*, changes: Mapping[str, Any], edits: int | None = None, actor: Actor | None) -> Guard:
    """Set limits (None: no limit) and whether rules need a second person; ``edits`` is what the caller saw."""
    lock_rules()
    Guard.objects.get_or_create(pk=1)
    row = Guard.objects.select_for_update(no_key=True).get(pk=1)
    if edits is not None and edits != row.edits:
        raise Conflict("Somebody changed the guard meanwhile. Look at it again.", code="stale")
    unknown = set(changes) - {*LIMITS, "four_eyes"}
    if unknown:
        raise Invalid("The guard has no such setting.", fields=dict.fromkeys(sorted(unknown), "Not known here."))
    for name, value in changes.items():
        setattr(row, name, value)
    row.edits += 1
    row.save(update_fields=[*changes, "edits"])
    return row


def _breach(name: str, allowed: float, found: float) -> Breach:
    one, more, may = _WORDS[name]
    number = float if name == "rank_churn_percent" else int
    would = one if one and found == 1 else more.format(found=number(found))
    return Breach(name, allowed, found, f"{would}; {may.format(allowed=number(allowed))}.")
