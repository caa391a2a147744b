"""Every entry verb, by its dotted name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backlog", "orders", "inventory", "notifications", "kernel", "tests")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def is_verb(node: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "entry_verb" for mark in node.decorator_list)


def _entry_verbs() -> Iterator[tuple[str, Path, ast.FunctionDef]]:
    for path in modules():
        tree = ast.parse(path.read_text())
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and is_verb(node):
                yield f"{dotted}.{node.name}", path, node


VERBS = {name: (path, node) for name, path, node in _entry_verbs()}
