"""Golden scenarios of where a line stands: who is ahead by which rule, and what would free it; one JSON file each."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orders.planning.grammar import parse_policy, rule_labels
from orders.planning.standing import BY_SEGMENT, PLACED_EARLIER, ahead, what_frees
from orders.planning.types import NO_DAY
from tests.orders.planning.cases import arrays
from tests.orders.planning.reading import run_by
from tests.orders.planning.scenario_policies import document_of
from tests.orders.planning.scenario_reading import read

STANDING = sorted((Path(__file__).parent / "scenarios" / "standing").glob("*.json"))


@pytest.mark.parametrize("path", STANDING, ids=lambda path: path.stem)
def test_where_a_line_stands(path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"))
    case, document = read(scenario), document_of(scenario)
    backlog, plan = arrays(case)[0], run_by(case, parse_policy(document))
    labels = {**dict(enumerate(rule_labels(document))), PLACED_EARLIER: "placed earlier", BY_SEGMENT: "segment"}
    due = {source.source_id: source.expected_on for source in case.sources}
    peg_days = np.array([due[source] for source in plan.pegs.source_id.tolist()], dtype=np.int64)

    said: dict[str, Any] = {}
    for line_id in scenario["expected"]:
        frees = what_frees(backlog, plan, int(line_id), peg_days)
        said[line_id] = {
            "ahead": [[row.line_id, labels[row.rule], row.gap] for row in ahead(backlog, plan, int(line_id))],
            "pinned": frees.short_qty,
            "received": frees.queue_qty,
            "nobody_ordered": frees.lacking_qty,
            "next_on": None if frees.next_peg_on == NO_DAY else date.fromordinal(frees.next_peg_on).isoformat(),
            "behind": frees.gate_line_id,
        }

    assert said == scenario["expected"], scenario["prose"]
