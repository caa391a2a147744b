"""A condition as a tree of fields. The counterpart, form to condition, is ``orders.drafting.conditions``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.drafting.conditions import UNARY
from orders.drafting.fields import shown
from orders.drafting.words import unit_sign
from orders.planning.attributes import CATALOGUE, AttributeSpec, Kind
from orders.planning.conditions import OPERATORS
from orders.planning.schema import MAX_DEPTH
from orders.planning.wording import OPERATOR_WORDS

Entry = dict[str, Any]
Choice = tuple[str, str]
Notes = Mapping[str, str]
Known = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is said of places (``problems`` refuse the document, ``doubts`` do not), and which values are known."""

    problems: Notes
    doubts: Notes
    known: Known


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a condition tree. ``is_bare`` is one right below a *not*, which has no buttons of its own.

    ``widget`` says how values are entered: number, between, choice, choices, text, texts.
    """

    path: str
    kind: str
    parts: tuple[Node, ...] = ()
    attribute: str = ""
    op: str = ""
    operators: tuple[Choice, ...] = ()
    widget: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    unit: str = ""
    problem: str = ""
    doubt: str = ""
    is_bare: bool = False
    may_nest: bool = True


def condition_node(when: Any, path: str, place: str, remarks: Remarks, *, is_bare: bool = False) -> Node:
    """Return the tree of a condition, whose fields begin with ``path``, at ``place`` of the document."""
    said: Entry = {
        "problem": remarks.problems.get(place, ""),
        "doubt": remarks.doubts.get(place, ""),
        "is_bare": is_bare,
        "may_nest": path.count(".") + 2 < MAX_DEPTH,
    }
    for kind in ("all", "any"):
        if kind in when:
            inside = enumerate(when[kind])
            parts = (condition_node(part, f"{path}.{i}", f"{place}.{kind}[{i}]", remarks) for i, part in inside)
            return Node(path, kind, tuple(parts), **said)
    if "not" in when:
        inner = condition_node(when["not"], f"{path}.0", f"{place}.not", remarks, is_bare=True)
        return Node(path, "not", (inner,), **said)
    return _compare(when, path, place, remarks, said)


def _compare(when: Entry, path: str, place: str, remarks: Remarks, said: Entry) -> Node:
    spec = CATALOGUE[when["attribute"]]
    op = when.get("op", "eq")
    value = when.get("value")
    values = tuple(shown(one) for one in (value if isinstance(value, list) else [value]) if one is not None)
    choices = closed_values(spec) or tuple(remarks.known.get(spec.name, ()))
    others = tuple(one for one in values if one and one not in choices)
    problem = said["problem"] or said_at(remarks.problems, f"{place}.value") or said_at(remarks.problems, f"{place}.op")
    if problem and op not in UNARY and not any(values):
        problem = "Choose a value." if choices else "Type a value."
    return Node(
        path,
        "compare",
        attribute=spec.name,
        op=op,
        operators=tuple((name, OPERATOR_WORDS[name]) for name in OPERATORS[spec.kind]),
        widget=_widget(spec, op, has_choices=bool(choices)),
        values=values,
        choices=(*choices, *others) if choices else (),
        unit=unit_sign(spec.unit),
        **{**said, "problem": problem},
    )


def _widget(spec: AttributeSpec, op: str, *, has_choices: bool) -> str:
    if op in UNARY:
        return ""
    if spec.kind is Kind.NUMBER:
        return {"between": "between", "in": "texts", "not_in": "texts"}.get(op, "number")
    if op in ("in", "not_in"):
        return "choices" if has_choices else "texts"
    return "choice" if has_choices else "text"


def closed_values(spec: AttributeSpec | None) -> tuple[str, ...]:
    """Return the values that an attribute can have where they are ours, not data; () otherwise."""
    if spec is None:
        return ()
    return ("yes", "no") if spec.kind is Kind.YES_NO else spec.choices


def said_at(notes: Notes, place: str) -> str:
    """Return what is said of a place or of anything inside it."""
    return next((text for at, text in notes.items() if at == place or at.startswith((f"{place}.", f"{place}["))), "")
