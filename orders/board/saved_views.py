"""Addresses of the board that people keep under a name. They change no order, so they ask for no plan."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.models import SavedView

MOST_VIEWS = 30  # of one person
PASSING = {"after", "before", "o", "live", "saved"}  # parts of an address that belong to a moment, not to a view


@entry_verb
def save_view(*, name: str, query: str, is_shared: bool, actor: Actor, now: datetime) -> SavedView:
    """Keep an address under a name; the same name of the same person again replaces it."""
    name = clean_text(name, field="name", max_length=40)
    if not name:
        raise Invalid("Give the view a name.", fields={"name": "Give the view a name."})
    query = lasting(query)
    if len(query) > 1000:
        raise Invalid("These filters are too long to keep. Use fewer.", fields={"name": "The filters are too long."})
    views = SavedView.objects.filter(owner_id=actor.pk)
    found = views.select_for_update().filter(name=name).first()
    if found is None:
        if views.count() >= MOST_VIEWS:
            raise Conflict(f"You have {MOST_VIEWS} views. Delete one first.", code="too_many")
        return SavedView.objects.create(owner_id=actor.pk, name=name, query=query, is_shared=is_shared, created_at=now)
    found.query, found.is_shared = query, is_shared
    found.save(update_fields=["query", "is_shared"])
    return found


@entry_verb
def delete_view(view_id: int, *, actor: Actor) -> SavedView:
    """Drop a view of one's own, and return it as it was; other people's are not found."""
    view = SavedView.objects.filter(pk=view_id, owner_id=actor.pk).first()
    if view is None:
        raise NotFound("You have no such view.")
    view.delete()
    return view


def lasting(query: str) -> str:
    """Return what of an address makes a view: filters, sort and columns, in one order, without empty ones."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in PASSING]
    return urlencode(sorted(pairs))
