"""Condition trees as form fields, and the edits that people make to them.

A node at ``path`` (``when``, ``when.0``, ``when.0.1`` …) has a field ``path.kind``: ``all``, ``any``, ``not`` or
``compare``. Branches are at ``path.0``, ``path.1`` …; a comparison has ``path.attribute``, ``path.op`` and
``path.value`` (several of them, or several lines, for lists), and ``path.was``, the attribute when the form was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orders.drafting.fields import Fields, first, lines, number
from orders.drafting.starts import Condition, has_usual, new_compare, span, unlike, usual_value
from orders.planning.attributes import CATALOGUE, AttributeSpec, Kind
from orders.planning.conditions import OPERATORS
from orders.planning.schema import MAX_CHOICES, MAX_DEPTH

ROOT = "when"
UNARY = ("is_known", "is_unknown")
LISTS = ("in", "not_in")


def read_tree(fields: Fields, path: str = ROOT, depth: int = 1) -> Condition | None:
    """Return the condition that a form describes, None where it has none. Values are as typed, fitted to their kind."""
    kind = first(fields, f"{path}.kind")
    if kind == "compare":
        return _read_compare(fields, path)
    if kind not in ("all", "any", "not") or depth > MAX_DEPTH:
        return None
    parts = [part for i in range(MAX_CHOICES) if (part := read_tree(fields, f"{path}.{i}", depth + 1))]
    if not parts:
        return None
    return {"not": parts[0]} if kind == "not" else {kind: parts}


def means_the_same(one: Any, other: Any) -> bool:
    """Tell whether two conditions differ in nothing but the order of the values in a list of choices."""
    return bool(_in_order(one) == _in_order(other))


def _in_order(node: Any) -> Any:
    if isinstance(node, list):
        return [_in_order(part) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("op") in LISTS:
        return {**node, "value": sorted(node.get("value", ()), key=repr)}
    return {name: _in_order(member) for name, member in node.items()}


def add_branch(tree: Condition | None, path: str, branch: Condition | None = None) -> Condition:
    """Add a branch to the group at ``path``; a single comparison there becomes a group of both.

    Without ``branch`` it is a comparison of something that the tree does not read yet.
    """
    branch = branch or unlike(tree)
    if tree is None:
        return branch

    def grown(node: Condition) -> Condition:
        for kind in ("all", "any"):
            if kind in node:
                return {kind: [*node[kind], branch]}
        return {"all": [node, branch]}

    return _changed(tree, _steps(path), grown) or branch


def add_group(tree: Condition | None, path: str) -> Condition:
    """Add a group of two alternatives to start from, inside the group at ``path``."""
    one = unlike(tree)
    return add_branch(tree, path, {"any": [one, unlike(tree, one)]})


def remove(tree: Condition, path: str) -> Condition | None:
    """Take the node at ``path`` away; groups that are left with nothing go with it, groups of one become that one."""
    return _changed(tree, _steps(path), lambda node: None)


def negate(tree: Condition, path: str) -> Condition | None:
    """Turn the node at ``path`` into its opposite, or back."""
    return _changed(tree, _steps(path), lambda node: node.get("not", {"not": node}))


def _changed(node: Condition, steps: list[int], change: Callable[[Condition], Condition | None]) -> Condition | None:
    if not steps:
        return change(node)
    here, rest = steps[0], steps[1:]
    if "not" in node:
        inner = _changed(node["not"], rest, change)
        return {"not": inner} if inner else None
    for kind in ("all", "any"):
        if here < len(node.get(kind, ())):
            parts = [part if i != here else _changed(part, rest, change) for i, part in enumerate(node[kind])]
            kept = [part for part in parts if part is not None]
            if len(kept) < len(parts) and len(kept) == 1:
                return kept[0]
            return {kind: kept} if kept else None
    return node


def _steps(path: str) -> list[int]:
    """Return the branches that lead from the root to ``path``; what is no path leads to the root."""
    return [int(step) for step in path.split(".")[1:] if step.isascii() and step.isdigit() and len(step) < 5]


def _read_compare(fields: Fields, path: str) -> Condition | None:
    spec = CATALOGUE.get(first(fields, f"{path}.attribute"))
    if spec is None:
        return None
    op = first(fields, f"{path}.op")
    if first(fields, f"{path}.was", spec.name) != spec.name:
        fresh = new_compare(spec.name)
        if op not in OPERATORS[spec.kind] or op in UNARY:
            return fresh
        return {"attribute": spec.name, "op": op, "value": _fitted(op, [], spec)}
    if op not in OPERATORS[spec.kind]:
        op = "eq"
    if op in UNARY:
        return {"attribute": spec.name, "op": op}
    return {"attribute": spec.name, "op": op, "value": _fitted(op, lines(fields, f"{path}.value"), spec)}


def _fitted(op: str, texts: list[str], spec: AttributeSpec) -> Any:
    """Return what ``op`` compares with, of the texts that there are: one, two or a list of them."""
    values = [_scalar(text, spec) for text in texts]
    if op in LISTS:
        return values or ([usual_value(spec)] if has_usual(spec) else [])
    usual = usual_value(spec) if has_usual(spec) else ""
    if op == "between":
        if not values:
            return [span(spec).small, usual]
        low = values[0]
        return [low, values[1] if len(values) > 1 else low]
    return values[0] if values else usual


def _scalar(text: str, spec: AttributeSpec) -> Any:
    if spec.kind is Kind.NUMBER:
        return number(text)
    if spec.kind is Kind.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    return text
