"""Adding a condition to the board: first its field, then operator and value; each step is an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from kernel.pages import address
from orders.board.filters import CONDITIONS
from orders.board_conditions import FIELDS, Condition, Field, read_condition

FIELD, OPERATOR, VALUE = "new", "op", "val"
STEPS = (FIELD, OPERATOR, VALUE)
_CURSOR = ("after", "before", "live")


@dataclass(frozen=True, slots=True)
class Editor:
    """A condition that is being added: what was chosen and typed so far, and what is wrong with it."""

    field: Field
    operator: str
    value: str
    error: str = ""


def editor_of(request: HttpRequest) -> Editor | None:
    """Return what is being added; with a value that can be read, ``added_address`` has already led on."""
    field = FIELDS.get(request.GET.get(FIELD, ""))
    if field is None:
        return None
    operator, value = request.GET.get(OPERATOR, ""), request.GET.get(VALUE, "")
    return Editor(field, operator, value, _wrong(field, operator, value) if OPERATOR in request.GET else "")


def added_address(request: HttpRequest) -> str:
    """Return the address with the condition that was just filled in, or "" where there is none yet."""
    field, operator, value = (request.GET.get(name, "") for name in STEPS)
    if field not in FIELDS or not operator or _wrong(FIELDS[field], operator, value):
        return ""
    return _with(request, [*request.GET.getlist(CONDITIONS), read_condition(f"{field}:{operator}:{value}").text])


def condition_context(request: HttpRequest, added: list[Condition]) -> dict[str, Any]:
    """Return the chips of the conditions, the fields on offer, and what is being added."""
    texts = [condition.text for condition in added]
    kept = [
        (name, value) for name, values in request.GET.lists() for value in values if name not in (*STEPS, *_CURSOR, "o")
    ]
    return {
        "conditions": [
            (condition, _with(request, [text for text in texts if text != condition.text])) for condition in added
        ],
        "condition_fields": [
            (field, address(request, drop=(*STEPS, *_CURSOR), **{FIELD: field.key})) for field in FIELDS.values()
        ],
        "editor": editor_of(request),
        "editor_params": kept,
        "editor_close": address(request, drop=(*STEPS, *_CURSOR)),
    }


def _with(request: HttpRequest, texts: list[str]) -> str:
    params = request.GET.copy()
    for name in (*STEPS, *_CURSOR):
        params.pop(name, None)
    params.setlist(CONDITIONS, list(dict.fromkeys(texts)))
    return f"{request.path}?{params.urlencode()}" if params else request.path


def _wrong(field: Field, operator: str, value: str) -> str:
    try:
        read_condition(f"{field.key}:{operator}:{value}")
    except ValidationError as error:
        return str(error.messages[0])
    return ""
