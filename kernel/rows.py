"""Rows that people fill in: cleaned, checked against their model, all that is wrong said at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from kernel.errors import Conflict, Invalid
from kernel.text import clean_text

LONGEST_TEXT = 200
UNIQUE_VIOLATION = "23505"


def check_row(row: models.Model, names: Collection[str]) -> None:
    """Clean the named fields in place; raise Invalid with everything that the model's fields refuse."""
    wrong: dict[str, str] = {}
    for name in names:
        value = getattr(row, name)
        if isinstance(value, str):
            longest = getattr(row._meta.get_field(name), "max_length", None) or LONGEST_TEXT
            try:
                setattr(row, name, clean_text(value, field=name, max_length=longest))
            except Invalid as error:
                wrong.update(error.fields)
    others = {field.name for field in row._meta.fields} - set(names) - set(wrong)
    try:
        row.clean_fields(exclude=others | set(wrong))
    except ValidationError as error:
        wrong.update({name: " ".join(words) for name, words in error.message_dict.items()})
    if wrong:
        raise Invalid("Correct what is marked; nothing was changed.", fields=wrong)


def change_row(row: models.Model, given: Mapping[str, Any]) -> set[str]:
    """Set what is given (None: as it is), save what differs, and return the names of the fields that did.

    The caller has locked the row. Raises Invalid as ``check_row`` does.
    """
    before = {name: getattr(row, name) for name, value in given.items() if value is not None}
    for name in before:
        setattr(row, name, given[name])
    check_row(row, before)
    changed = {name for name, value in before.items() if getattr(row, name) != value}
    if changed:
        row.save(update_fields=sorted(changed))
    return changed


def insert_row(row: models.Model, *, code: str) -> None:
    """Insert a checked row; raise Conflict naming the field ``code`` when that code is taken."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != UNIQUE_VIOLATION:
            raise
        taken = f"There is {getattr(row, code)} already. Change that one, or choose another code."
        raise Conflict(taken, code="exists", fields={code: taken}) from error
