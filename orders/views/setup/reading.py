"""Numbers of a form as people type them."""

from __future__ import annotations

from django.http import HttpRequest

from kernel.bounds import MAX_QTY, whole_number
from kernel.errors import Invalid


def version_in(request: HttpRequest) -> int | None:
    """Return the version that the form was made of (inventory.setup_history); None where it says none."""
    return whole_number(request.POST.get("version", ""), digits=18)


def units_in(text: str, *, field: str) -> int:
    """Return whole units, thousands grouped or not; raise Invalid naming ``field``."""
    units = whole_number(text.strip().replace(",", ""))
    if units is None or units > MAX_QTY:
        wrong = f"Give whole units from 0 to {MAX_QTY:,}."
        raise Invalid(wrong, fields={field: wrong})
    return units
