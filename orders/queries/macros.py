"""The macros that a person may use, and what one fills into the workspace's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language_info

from kernel.people import Actor
from orders.dialogue.compensating import Offer
from orders.dialogue.telling import missing_permissions
from orders.models import Macro
from orders.queries.untold import DateChoice


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What a macro puts into the form for one order; "" and None leave the form as it is.

    ``refusal`` says why its date may not be told by this person; then its words, which speak of that date, are left out
    too. ``lacks`` names the customer's language where nobody wrote its words in it.
    """

    macro: Macro
    choice: DateChoice | None
    reason: str
    note: str
    offer: Offer | None
    refusal: str = ""
    lacks: str = ""


def macros_of(actor: Actor) -> list[Macro]:
    """Return the macros of which this person may do everything, by key."""
    return [macro for macro in Macro.objects.filter(removed_at=None) if not missing_permissions(macro, actor)]


def fill_in(macro: Macro, choices: Sequence[DateChoice], offers: Sequence[Offer], *, language: str) -> FilledIn:
    """Return what a macro says of an order with these dates and offers to a customer who reads ``language`` (a code); a
    date that it lacks is left as it is."""
    best = next((offer for offer in offers if not offer.refusal), None)
    choice = next((choice for choice in choices if choice.key == macro.choice), None)
    refusal, note = choice.refusal if choice else "", macro.note_in(language)
    return FilledIn(
        macro=macro,
        choice=None if refusal else choice,
        reason=macro.reason,
        note="" if refusal else note,
        offer=best if macro.compensates else None,
        refusal=refusal,
        lacks=get_language_info(language)["name"] if macro.note and not note else "",
    )
