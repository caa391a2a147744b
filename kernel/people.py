"""Whoever acts: a signed-in colleague, a machine's key holder, or nobody (the system itself)."""

from __future__ import annotations

from typing import Any, Protocol


class Actor(Protocol):
    """What verbs need to know of a user; the model itself belongs to the composition root."""

    pk: Any

    def has_perm(self, perm: str, obj: Any = None) -> bool: ...


def key_of(actor: Actor | None) -> int | None:
    """Return the actor's key for an ``actor_id`` column; None for the system."""
    return None if actor is None else int(actor.pk)
