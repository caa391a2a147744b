"""The plan against an independent implementation, on random small cases with every constraint mixed in.

``PLANNING_CASES=20000`` in the environment runs more of them.
"""

from __future__ import annotations

import os
import random
from dataclasses import asdict

from tests.orders.planning.oracle import Oracle
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import rows, run

CASES = int(os.environ.get("PLANNING_CASES", "4000"))


def test_plan_equals_the_oracle_on_random_cases():
    for seed in range(CASES):
        case = random_case(random.Random(seed))

        planned = {line: asdict(row) for line, row in rows(run(case)).items()}

        expected = {line: asdict(row) for line, row in Oracle(case).answer().items()}
        assert planned == expected, f"seed {seed}: {case}"


def test_random_cases_reach_every_reason_and_policy():
    reasons = {row.reason for seed in range(400) for row in rows(run(random_case(random.Random(seed)))).values()}

    assert reasons == set(range(9))
