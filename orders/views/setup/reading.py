"""Numbers of a form as people type them."""

from __future__ import annotations

from django.http import HttpRequest

from kernel.bounds import MAX_QTY
from kernel.errors import Invalid


def version_in(request: HttpRequest) -> int | None:
    """Return the version that the form was made of (inventory.setup_history); None where it says none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def units_in(text: str, *, field: str) -> int:
    """Return whole units, thousands grouped or not; raise Invalid naming ``field``."""
    plain = text.strip().replace(",", "")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9 or int(plain) > MAX_QTY:
        wrong = f"Give whole units from 0 to {MAX_QTY:,}."
        raise Invalid(wrong, fields={field: wrong})
    return int(plain)
