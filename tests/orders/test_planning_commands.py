from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.planning.presets import BALANCED_PRIORITY, FIFO
from tests.factories.inventory import make_product, make_stock


def run(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_availability_is_said_for_each_item_and_for_all() -> None:
    make_stock(make_product("MUG"), on_hand=5)
    make_product("A:B")

    mug, plate, together = run("availability", "mug:3", "A:B:1")

    assert mug.startswith("mug: 2")
    assert "(3 2" in mug
    assert plate == "A:B: nobody can say, safely nobody can say (1 nobody can say)"
    assert together == "all: nobody can say, safely nobody can say"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("item", "words"), [("MUG", "as in MUG:3"), ("MUG:-1", "as in MUG:3"), ("NONE:1", "items.0.sku"), (":1", "MUG:3")]
)
def test_what_cannot_be_asked_is_refused_with_the_place(item: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run("availability", item)


def write(folder: Path, document: Any) -> str:
    file = folder / "policy.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(file)


def test_a_policy_without_doubts_has_no_findings(tmp_path: Path) -> None:
    assert run("lint_policy", write(tmp_path, FIFO)) == ["0 findings"]


def test_doubts_are_printed_with_place_kind_and_advice(tmp_path: Path) -> None:
    first = BALANCED_PRIORITY["rules"][0]
    rules = {**BALANCED_PRIORITY, "rules": [first, {**first, "id": "again"}]}

    finding, count = run("lint_policy", write(tmp_path, rules))

    assert finding.startswith("shadowed rules[1]: ")
    assert "Remove one of them" in finding
    assert count == "1 finding"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({**FIFO, "strategy": "magic"}, "strategy: "),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("9" * 10_000, "is not JSON"),
        ('{"version": 1, "version": 1}', "the name version is given twice"),
        ([], "The rules have errors"),
    ],
)
def test_a_refused_policy_fails_with_the_place(tmp_path: Path, document: Any, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run("lint_policy", write(tmp_path, document))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("lint_policy", str(tmp_path / "none.json"))
