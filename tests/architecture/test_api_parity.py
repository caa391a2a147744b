"""What people can do on a page, programs can do over REST: every verb that a page calls, an endpoint calls, too."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.architecture.entry_verbs import ROOT, VERBS

PAGES = ("orders/views", "orders/imports", "inventory/views", "notifications/views.py")
ENDPOINTS = ("orders/api", "inventory/api", "notifications/api")

# Verbs of pages without an endpoint, and why.
ONLY_ON_PAGES = {
    "notifications.channels.configuring.set_gateway": "holds the secrets of providers",
    "notifications.texts.wording.edit": "an endpoint writes a draft as a whole",
    "notifications.texts.wording.restore": "likewise: it writes the words of an earlier version",
    "notifications.texts.wording.start": "likewise",
    "notifications.unsubscribing.subscribe_again": "the customer's own, from the mail that they were sent",
    "notifications.unsubscribing.unsubscribe": "the customer's own, from the mail that they were sent",
    "orders.bulk.jobs.work_chunk": "a worker's step of a job, which a page of few orders takes at once",
    "orders.dialogue.customer_wishes.wish_to_be_told": "the customer's own; contact-preferences/ for programs",
    "orders.rules.policy_drafts.edit": "one edit of a form; an endpoint changes a draft as a whole",
    "orders.rules.policy_drafts.start": "likewise: an endpoint makes it of rules that it gives",
}


def _called(places: Iterable[str]) -> set[str]:
    """Return the dotted names that the modules import and then use: functions, and members of modules."""
    return {name for place in places for path in _modules(ROOT / place) for name in _names(ast.parse(path.read_text()))}


def _modules(place: Path) -> Iterator[Path]:
    yield from place.rglob("*.py") if place.is_dir() else [place]


def _names(tree: ast.Module) -> Iterator[str]:
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield imported.get(node.id, "")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{imported.get(node.value.id, '')}.{node.attr}"


def test_every_verb_of_a_page_has_an_endpoint() -> None:
    missing = (_called(PAGES) & set(VERBS)) - _called(ENDPOINTS)

    assert missing - set(ONLY_ON_PAGES) == set()


def test_no_verb_is_excused_that_has_an_endpoint_or_is_gone() -> None:
    assert set(ONLY_ON_PAGES) <= set(VERBS)
    assert set(ONLY_ON_PAGES) & _called(ENDPOINTS) == set()
