"""The macros that a person may use, and what one fills into the workspace's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.people import Actor
from orders.dialogue.compensating import Offer
from orders.dialogue.telling import missing_permissions
from orders.models import Macro
from orders.queries.untold import DateChoice


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What a macro puts into the form for one order; "" and None leave the form as it is."""

    macro: Macro
    choice: DateChoice | None
    reason: str
    note: str
    offer: Offer | None


def macros_of(actor: Actor) -> list[Macro]:
    """Return the macros of which this person may do everything, by key."""
    return [macro for macro in Macro.objects.filter(removed_at=None) if not missing_permissions(macro, actor)]


def fill_in(macro: Macro, choices: Sequence[DateChoice], offers: Sequence[Offer]) -> FilledIn:
    """Return what a macro says of an order with these dates and offers; a date that it lacks is left as it is."""
    best = next((offer for offer in offers if not offer.refusal), None)
    return FilledIn(
        macro=macro,
        choice=next((choice for choice in choices if choice.key == macro.choice), None),
        reason=macro.reason,
        note=macro.note,
        offer=best if macro.compensates else None,
    )
