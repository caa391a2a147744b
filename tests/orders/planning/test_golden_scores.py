"""Golden scenarios of attributes, comparisons and curves: columns, a policy and each line's points; one file each."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.grammar import parse_policy
from orders.planning.score import score_lines
from orders.planning.types import Attribute

ATTRIBUTES = sorted((Path(__file__).parent / "scenarios" / "attributes").glob("*.json"))


@pytest.mark.parametrize("path", ATTRIBUTES, ids=lambda path: path.stem)
def test_what_each_line_scores(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))
    columns = {name: column(name, values) for name, values in scenario["columns"].items()}

    score, points = score_lines(parse_policy(scenario["policy"]), columns, len(scenario["expected"]))

    assert points.tolist() == scenario["expected"], scenario["prose"]
    assert all(len(set(column)) > 1 for column in points.T.tolist()), "a rule that tells no lines apart shows nothing"
    assert score.tolist() == pytest.approx([sum(parts) for parts in scenario["expected"]])


def column(name: str, values: list[Any]) -> Attribute:
    """Return values as a column; null is unknown."""
    if CATALOGUE[name].kind is not Kind.TEXT:
        return Attribute(np.array([math.nan if value is None else value for value in values], dtype=np.float64))
    known = CATALOGUE[name].choices or tuple(sorted({value for value in values if value is not None}))
    codes = [-1 if value is None else known.index(value) for value in values]
    return Attribute(np.array(codes, dtype=np.int64), known)
