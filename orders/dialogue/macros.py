"""Admins prepare answers for the workspace: which date, why, in which words, and what is done besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.texts.languages import DEFAULT, codes
from orders.dialogue.telling import MAX_NOTE, reason_sentence
from orders.models import HoldKind, Macro
from orders.models.telling import DateChoice

# Letters that the workspace and the shell use themselves.
TAKEN = frozenset("dgjkxz")
MAX_GUIDANCE = 2000
FLAGS = ("compensates", "expedites", "takes_over")


@entry_verb
def keep_macro(macro_id: int | None, *, said: Mapping[str, Any], version: int | None, actor: Actor | None) -> Macro:
    """Make a macro, or change the one with this number: key, name, guidance, choice, reason, note, notes (the note in
    other languages, by code), hold_kind, and the flags compensates, expedites, takes_over. Raises Invalid naming the
    field, Conflict for a key that is in use."""
    macro = _locked(macro_id) if macro_id else Macro()
    if macro_id and version is not None and version != macro.version:
        raise Conflict("Somebody else changed this macro meanwhile. Look at it again.", code="stale")
    for name, value in _checked(said).items():
        setattr(macro, name, value)
    macro.version += 1 if macro_id else 0
    macro.changed_by_id = key_of(actor)
    try:
        with transaction.atomic():
            macro.save()
    except IntegrityError:
        wrong = f"Another macro has the key {macro.key}."
        raise Conflict(wrong, fields={"key": wrong}) from None
    return macro


@entry_verb
def remove_macro(macro_id: int, *, actor: Actor | None, now: datetime) -> Macro:
    """Remove a macro; what was told with it stays."""
    macro = _locked(macro_id)
    macro.removed_at, macro.changed_by_id = now, key_of(actor)
    macro.save(update_fields=["removed_at", "changed_by"])
    return macro


@entry_verb
def restore_macro(macro_id: int, *, actor: Actor | None) -> Macro:
    """Bring a removed macro back. Raises Conflict when another one has its key by now."""
    macro = Macro.objects.select_for_update(no_key=True).filter(pk=macro_id, removed_at__isnull=False).first()
    if macro is None:
        raise NotFound("There is no such macro to bring back.")
    if Macro.objects.filter(key=macro.key, removed_at=None).exists():
        raise Conflict(f"Another macro has the key {macro.key} by now.")
    macro.removed_at, macro.changed_by_id = None, key_of(actor)
    macro.save(update_fields=["removed_at", "changed_by"])
    return macro


def _locked(macro_id: int) -> Macro:
    macro = Macro.objects.select_for_update(no_key=True).filter(pk=macro_id, removed_at=None).first()
    if macro is None:
        raise NotFound("There is no such macro any more.")
    return macro


def _checked_notes(notes: Mapping[str, str]) -> dict[str, str]:
    """Return the words in other languages than English that we write to customers in; empty ones are left out."""
    wrong = [code for code in notes if code not in codes() or code == DEFAULT]
    if wrong:
        said = f"We do not write to customers in {', '.join(wrong)} besides English."
        raise Invalid(said, fields={"notes": said})
    cleaned = {
        code: clean_text(str(note), field="notes", max_length=MAX_NOTE, multiline=True) for code, note in notes.items()
    }
    return {code: note for code, note in cleaned.items() if note}


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    key = str(said.get("key", "")).strip().lower()
    if not (len(key) == 1 and key.isascii() and key.isalpha()) or key in TAKEN:
        wrong = f"Give one letter from a to z, but none of {', '.join(sorted(TAKEN))}."
        raise Invalid(wrong, fields={"key": wrong})
    name = clean_text(str(said.get("name", "")), field="name", max_length=80)
    if not name:
        raise Invalid("Give the macro a name.", fields={"name": "Give the macro a name."})
    for field, known in (("choice", DateChoice.values), ("hold_kind", HoldKind.values)):
        if said.get(field) and said[field] not in known:
            raise Invalid("Choose one from the list.", fields={field: "Choose one from the list."})
    if said.get("reason"):
        reason_sentence(str(said["reason"]))
    return {
        "key": key,
        "name": name,
        "guidance": clean_text(
            str(said.get("guidance", "")), field="guidance", max_length=MAX_GUIDANCE, multiline=True
        ),
        "note": clean_text(str(said.get("note", "")), field="note", max_length=MAX_NOTE, multiline=True),
        "notes": _checked_notes(said.get("notes") or {}),
        **{field: str(said.get(field) or "") for field in ("choice", "reason", "hold_kind")},
        **{flag: bool(said.get(flag)) for flag in FLAGS},
    }
