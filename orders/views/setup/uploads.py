"""A file that somebody uploads to Setup: taken in whole or not at all, with what is wrong by line."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from inventory.imports.running import Outcome
from kernel.errors import DomainError, Invalid

MOST_BYTES = 2 * 1024 * 1024

Import = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of a file: where to go, or else the errors in its lines, or why it could not be read at all."""

    response: HttpResponse | None = None
    outcome: Outcome | None = None
    refusal: DomainError | None = None


def upload(request: HttpRequest, back: str, take_in: Import, done: str) -> Uploaded:
    """Take in the file of the form; ``done`` says what its rows became ("days closed")."""
    try:
        outcome = _take_in(request, take_in)
    except DomainError as refusal:
        return Uploaded(refusal=refusal)
    if outcome.errors:
        return Uploaded(outcome=outcome)
    same = f", {outcome.unchanged:,} were there already" if outcome.unchanged else ""
    messages.success(request, f"{outcome.done:,} {done}{same}")
    return Uploaded(response=redirect(back))


def _take_in(request: HttpRequest, take_in: Import) -> Outcome:
    sent = request.FILES.get("file")
    if sent is None:
        raise Invalid("Choose a CSV file first.", fields={"file": "Choose a CSV file first."})
    if (sent.size or 0) > MOST_BYTES:
        raise Invalid(f"The file is larger than {MOST_BYTES // 1024**2} MB. Split it.")
    with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
        for chunk in sent.chunks():
            kept.write(chunk)
        kept.flush()
        return take_in(Path(kept.name), good_rows=False, encoding="utf-8", actor=request.user, now=timezone.now())
