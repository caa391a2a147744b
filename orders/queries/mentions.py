"""Notes that name a colleague: their list, how many are unread, and whom an @ may mean."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet

from orders.models import Mention

MOST_UNREAD = 99  # beyond it nobody counts
MOST_PEOPLE = 8


def mentions_of(person: Any, *, unread_only: bool = False) -> QuerySet[Mention, Mention]:
    """Return a person's mentions with what their list shows, to be paged by descending key."""
    mentions = Mention.objects.filter(person_id=person.pk)
    if unread_only:
        mentions = mentions.filter(read_at=None)
    return mentions.select_related("note__author", "note__order__customer").prefetch_related("note__mentions__person")


def unread_count(person: Any) -> int:
    """Count a person's unread mentions, up to 99."""
    return Mention.objects.filter(person_id=person.pk, read_at=None)[:MOST_UNREAD].count()


def unread_on(order_id: int, person: Any) -> list[Mention]:
    """Return the mentions of a person on an order that they have not read, the oldest first."""
    unread = Mention.objects.filter(person_id=person.pk, read_at=None, note__order_id=order_id)
    return list(unread.select_related("note__author").order_by("pk"))


def people_like(text: str) -> list[AbstractBaseUser]:
    """Return active colleagues one of whose names starts with ``text``; all, up to eight, for none."""
    people = get_user_model().objects.filter(is_active=True)
    if text:
        people = people.filter(Q(name__istartswith=text) | Q(name__icontains=f" {text}") | Q(email__istartswith=text))
    return list(people.order_by("name", "pk")[:MOST_PEOPLE])
