"""Colleagues named in notes: ``@Olivia Marsh``, ``@olivia`` where there is one Olivia, or ``@olivia.marsh`` as in her
e-mail address. They find the note among their mentions until they have read it. Planning does not mind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model

from kernel.errors import NotFound
from kernel.live import announce
from kernel.people import Actor
from kernel.transactions import entry_verb, require_transaction
from orders.models import Mention, OrderNote

# Not within a word, so that an e-mail address names nobody.
_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_WORD = re.compile(r"[\w.'-]*\w")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a text names: keys of people, and the words after an @ that are nobody's name."""

    people: frozenset[int]
    unknown: tuple[str, ...]


def named_in(text: str, names: Mapping[str, int]) -> Named:
    """Find whom ``text`` names; ``names`` maps every name that is one person's, casefolded, to that person's key.

    After an @ the longest name that fits counts, so that ``@ann lee`` is not Ann.
    """
    found: set[int] = set()
    unknown: list[str] = []
    longest_first = sorted(names, key=len, reverse=True)
    for at in _AT.finditer(text):
        rest = text[at.end() :]
        folded = rest.casefold()
        name = next((name for name in longest_first if folded.startswith(name) and _ends(folded, len(name))), None)
        if name is not None:
            found.add(names[name])
        elif (word := _WORD.match(rest)) and word[0] not in unknown:
            unknown.append(word[0])
    return Named(frozenset(found), tuple(unknown))


def names_of(people: Iterable[tuple[int, str, str]]) -> dict[str, int]:
    """Return the names by which each of ``people`` (key, name, e-mail) can be meant; what two share means neither."""
    means: dict[str, set[int]] = {}
    for key, name, email in people:
        words = name.split()
        for said in {name, words[0] if words else "", email.partition("@")[0], email}:
            if said:
                means.setdefault(said.casefold(), set()).add(key)
    return {said: keys.pop() for said, keys in means.items() if len(keys) == 1}


def mention(note: OrderNote) -> None:
    """Keep whom a new note names, but for its author. Takes part in a verb."""
    require_transaction()
    others = sorted(_named(note.body).people - {note.author_id})
    Mention.objects.bulk_create(Mention(note=note, person_id=person) for person in others)
    _tell(others)


def unknown_names(body: str) -> tuple[str, ...]:
    """Return the words after an @ by which nobody is known, or more than one colleague."""
    return _named(body).unknown


@entry_verb
def read_mentions(*, reader: Actor, now: datetime, mention_id: int | None = None) -> int:
    """Mark one mention of ``reader`` as read, or all; return how many were unread. Again, it changes nothing."""
    unread = Mention.objects.filter(person_id=reader.pk, read_at=None)
    if mention_id is not None:
        _require_own(mention_id, reader)
        unread = unread.filter(pk=mention_id)
    read = unread.update(read_at=now)
    _tell([reader.pk] if read else [])
    return read


@entry_verb
def unread_mention(mention_id: int, *, reader: Actor) -> None:
    """Mark a mention of ``reader`` as unread again."""
    _require_own(mention_id, reader)
    Mention.objects.filter(pk=mention_id).update(read_at=None)
    _tell([reader.pk])


def _tell(people: Sequence[int]) -> None:
    """Have the open pages of these people count their mentions anew."""
    if people:
        announce("mention", {"people": list(people)})


def _named(body: str) -> Named:
    if "@" not in body:
        return Named(frozenset(), ())
    colleagues = get_user_model().objects.filter(is_active=True).values_list("pk", "name", "email")
    return named_in(body, names_of(colleagues))


def _require_own(mention_id: int, reader: Actor) -> None:
    if not Mention.objects.filter(pk=mention_id, person_id=reader.pk).exists():
        raise NotFound("You are not mentioned there.")


def _ends(text: str, at: int) -> bool:
    """Tell whether a word ends before ``at``."""
    return at == len(text) or not (text[at].isalnum() or text[at] == "_")
