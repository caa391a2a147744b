"""What changed between two documents, in words, one line a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orders.drafting import words
from orders.drafting.conversion import is_ordered
from orders.drafting.edits import DIVIDERS, SAFEGUARDS, SECTIONS, entries_of
from orders.planning.attributes import CATALOGUE

Entry = dict[str, Any]
_NOUNS = {
    "rules": "rule",
    "segments": "segment",
    "quotas": "quota",
    "promises": "promise rule",
    "classes": "demand class",
}
_ASIDE = ("id", "label", "when", "off")


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``entry`` and ``section`` say of what, both "" for the document as a whole; ``label`` is for people.

    ``kind`` is added, removed, moved, on, off or changed; ``before`` and ``after`` are words, "" for nothing.
    """

    kind: str
    section: str
    entry: str
    label: str
    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if self.kind == "changed":
            what = f"{self.what} " if self.what else ""
            return f"{self.label}: {what}{self.before or 'none'} → {self.after or 'none'}"
        return f"{self.label}: {self.what}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what changed from one document to another, in the order of the document after; [] where nothing did.

    Entries are the same where their ids are. O(entries).
    """
    return [*_whole(before, after), *(one for section in SECTIONS for one in _section(section, before, after))]


def _whole(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    if before.get("strategy") != after.get("strategy"):
        yield _changed(
            "", {}, "Strategy", "", *(words.STRATEGIES.get(str(d.get("strategy")), "") for d in (before, after))
        )
    divided = [next((name for name in DIVIDERS if name in document), "rank") for document in (before, after)]
    if divided[0] != divided[1]:
        yield _changed("", {}, "Stock", "divided", *(words.DIVIDERS[name].lower() for name in divided))
    shares = [
        CATALOGUE[name].label if (name := document.get("fair_share", "")) in CATALOGUE else ""
        for document in (before, after)
    ]
    if shares[0] != shares[1]:
        yield _changed("", {}, "Fair share", "among", *shares)
    if before.get("whole_orders") != after.get("whole_orders"):
        said = (words.WHOLE_ORDERS.get(document.get("whole_orders", ""), "") for document in (before, after))
        yield _changed("", {}, "Orders that ship together", "", *said)
    for name, days in SAFEGUARDS.items():
        values = [words.shown(document.get(name, {}).get(days)) for document in (before, after)]
        if before.get(name) != after.get(name):
            yield _changed("", {}, words.SAFEGUARDS[name], "after days", *values)
    for name, label in (("horizon_days", "Forecast horizon"), ("history_weeks", "Forecast history")):
        values = [words.shown(document.get("forecast", {}).get(name)) for document in (before, after)]
        if values[0] != values[1]:
            yield _changed("", {}, label, "", *values)


def _section(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old = {entry["id"]: entry for entry in entries_of(before, section)}
    new = {entry["id"]: entry for entry in entries_of(after, section)}
    for name, entry in old.items():
        if name not in new:
            yield Difference("removed", section, name, entry["label"], f"{_NOUNS[section]} removed")
    kept_before = [name for name in old if name in new]
    kept_after = [name for name in new if name in old]
    moved = _moved(kept_before, kept_after)
    places = {name: place for place, name in enumerate(new, start=1)}
    ordered = [is_ordered(str(document.get("strategy"))) for document in (before, after)]
    for name, entry in new.items():
        if name not in old:
            said = words.entry_in_words(section, entry, is_ordered=ordered[1])
            yield Difference("added", section, name, entry["label"], f"{_NOUNS[section]} added: {said}")
            continue
        if name in moved:
            yield Difference("moved", section, name, entry["label"], f"moved to place {places[name]}")
        yield from _entry(section, old[name], entry, ordered)


def _entry(section: str, old: Entry, new: Entry, ordered: list[bool]) -> Iterator[Difference]:
    if bool(old.get("off")) != bool(new.get("off")):
        kind = "off" if new.get("off") else "on"
        yield Difference(kind, section, new["id"], new["label"], f"switched {kind}")
    if old["label"] != new["label"]:
        yield _changed(section, new, new["label"], "renamed from", old["label"], new["label"])
    if old.get("attribute") != new.get("attribute"):
        labels = [
            CATALOGUE[name].label if (name := entry.get("attribute", "")) in CATALOGUE else "" for entry in (old, new)
        ]
        yield _changed(section, new, new["label"], "reads", *labels)
    if _plain(old) != _plain(new):
        said = [
            words.entry_in_words(section, _plain(entry), is_ordered=is_list)
            for entry, is_list in zip((old, new), ordered, strict=True)
        ]
        if said[0] != said[1]:
            yield _changed(section, new, new["label"], "", *said)
    if old.get("when") != new.get("when"):
        said = [words.condition_in_words(entry["when"]) if "when" in entry else "every line" for entry in (old, new)]
        yield _changed(section, new, new["label"], "where", *said)


def _plain(entry: Entry) -> Entry:
    """Return the members that are neither name nor condition."""
    return {name: value for name, value in entry.items() if name not in _ASIDE}


def _changed(section: str, entry: Entry, label: str, what: str, before: str, after: str) -> Difference:
    return Difference("changed", section, entry.get("id", ""), label, what, before, after)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the fewest entries that must have moved: those outside the longest run that kept its order."""
    place = {name: i for i, name in enumerate(before)}
    runs: list[list[str]] = []
    for name in after:
        before_it = [run for run in runs if place[run[-1]] < place[name]]
        runs.append([*_longest(before_it), name])
    kept = set(_longest(runs))
    return {name for name in after if name not in kept}


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=lambda run: len(run), default=[])
