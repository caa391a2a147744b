"""GET risk-model/: what the model of lateness is worth, and whether planning uses it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from orders.learning.costs import Costs
from orders.learning.habits import Habits
from orders.learning.judging import judge
from orders.learning.training import Trained
from orders.models import RiskVersion
from orders.studying.late_risk import store_version
from tests.api.conftest import Api
from tests.orders.learning.models import model_of

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def keep(refusal: str = "") -> RiskVersion:
    nothing = np.zeros(0)
    habits = Habits(nothing.astype(np.int64), nothing, nothing, nothing, np.array([0.05, 0.05, 3.0]))
    judgement = judge(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    costs = Costs(np.zeros(5), np.zeros(5))
    trained = Trained(model_of(tier=0.1), habits, costs, judgement, 2000, 100, refusal)
    return store_version(trained, seconds=1.0, now=NOW)


@pytest.mark.django_db
def test_versions_show_their_calibration(api: Api) -> None:
    version = keep()

    (shown,) = api.get("risk-model/").json()["results"]

    assert (shown["id"], shown["is_usable"], shown["cases"]) == (version.pk, True, 2000)
    assert shown["judgement"]["brier"] == pytest.approx(0.1581)
    assert shown["judgement"]["brier_base_rate"] == pytest.approx(0.25)
    assert [each["cases"] for each in shown["judgement"]["bins"]] == [1, 2, 1]
    assert shown["costs"]["gold"]["per_pound"] == pytest.approx(0.03)


@pytest.mark.django_db
def test_a_version_shows_what_each_figure_adds(api: Api) -> None:
    shown = api.get(f"risk-model/{keep().pk}/").json()

    tier = next(part for part in shown["parts"] if part["feature"] == "tier")
    assert tier == {
        "feature": "tier",
        "words": "Customer tier",
        "knots": [-100.0, 100.0],
        "values": [-10.0, 10.0],
        "unknown": 0.0,
    }


@pytest.mark.django_db
def test_it_says_whether_the_model_or_the_rules_decide(api: Api) -> None:
    assert api.get("risk-model/in-use/").json() == {
        "decides": "rules",
        "version": None,
        "why": "No model has been trained yet.",
        "is_asked": False,
    }
    used = keep()
    assert api.get("risk-model/in-use/").json()["decides"] == "model"

    refused = keep("No better than the base rate.")

    said = api.get("risk-model/in-use/").json()
    assert (said["decides"], said["version"], said["why"]) == ("rules", refused.pk, "No better than the base rate.")
    assert refused.pk > used.pk
