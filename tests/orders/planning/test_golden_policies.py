"""Golden scenarios of what is said of a policy: why it is refused, and what is doubtful about it; one file each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.linter import lint

FOLDER = Path(__file__).parent / "scenarios"
REFUSALS = sorted((FOLDER / "refusals").glob("*.json"))
FINDINGS = sorted((FOLDER / "findings").glob("*.json"))


@pytest.mark.parametrize("path", REFUSALS, ids=lambda path: path.stem)
def test_why_a_policy_is_refused(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))

    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(scenario["policy"])

    said = [list(problem) for problem in refused.value.problems]
    assert [place for place, _ in said] == [place for place, _ in scenario["expected"]], scenario["prose"]
    for (_, message), (_, words) in zip(said, scenario["expected"], strict=True):
        # … stands for what grows with the catalogue
        assert message.endswith(words.removeprefix("…")) if words.startswith("…") else message == words


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.stem)
def test_what_is_doubtful_about_a_policy(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))

    found = [[finding.place, finding.kind.value, finding.message] for finding in lint(scenario["policy"])]

    assert found == scenario["expected"], scenario["prose"]
