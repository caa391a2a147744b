"""Back-tests on their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import RiskVersion, SimulationStatus, Study, StudyKind
from orders.queries.studies import COMPARED, compare
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db(transaction=True)

BINS = [{"low": 0.0, "high": 0.5, "cases": 90, "said": 0.2, "was": 0.25}]


def figures(on_time: float, longest: int) -> dict[str, Any]:
    return {member: 0.5 for member, *_ in COMPARED} | {"on_time_value": on_time, "longest_wait_days": longest}


RESULT = {
    "from_on": "2026-08-01",
    "until_on": "2026-11-01",
    "orders": 1200,
    "working_days": 65,
    "supply": 1.0,
    "strategies": {"fifo": figures(0.94, 60), "automated": figures(0.96, 90)},
    "calibration": {"automated": {"bins": BINS}},
}


def make_study(kind: StudyKind = StudyKind.BACKTEST_POLICIES, **fields: Any) -> Study:
    now = timezone.now()
    known = {"status": SimulationStatus.DONE, "result": RESULT, "finished_at": now}
    return Study.objects.create(kind=kind, not_before=now, expires_at=now, **{**known, **fields})


def test_the_best_of_each_row_is_marked_whichever_way_is_better() -> None:
    found = compare(RESULT)

    assert found is not None
    rows = {words: [cell.is_best for cell in cells] for words, _, cells in found.rows}
    assert (found.best, rows["Value on time"], rows["Longest wait, days"]) == (
        "Automated",
        [False, True],
        [True, False],
    )
    assert compare({}) is None


def test_a_question_is_left_to_a_worker(ops: Client) -> None:
    answer = ops.post("/studies/ask/", {"kind": "backtest_policies", "weeks": "6", "supply": "80"})

    study = Study.objects.get()
    assert answer["Location"] == f"/studies/{study.pk}/"
    assert (study.kind, study.asked["weeks"], study.asked["supply"]) == ("backtest_policies", 6, 0.8)
    assert "Waiting for a worker" in ops.get(f"/studies/{study.pk}/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "backtest_policies", "weeks": "0"},
        {"kind": "backtest_policies", "supply": "many"},
        {"kind": "check_integrity"},
        {"kind": ""},
    ],
)
def test_a_wrong_question_is_refused_with_words(ops: Client, wrong: dict[str, str]) -> None:
    answer = ops.post("/studies/ask/", wrong)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Study.objects.exists()


def test_pages_show_what_was_found(ops: Client) -> None:
    compared = make_study()
    forecast = make_study(StudyKind.BACKTEST_FORECAST, result={"series": 3500, "median_mase": 0.489, "bias": None})
    chances = make_study(
        StudyKind.CALIBRATE_CHANCES, result={"bands": [{"mean_chance": 0.9, "came_true": 0.91, "said": 400}]}
    )
    failed = make_study(status=SimulationStatus.FAILED, result={}, last_error="There is no past.")

    assert "Automated keeps most value on time" in ops.get("/studies/").content.decode()
    assert "96.0%" in ops.get(f"/studies/{compared.pk}/").content.decode()
    assert "0.49" in ops.get(f"/studies/{forecast.pk}/").content.decode()
    assert "91.0%" in ops.get(f"/studies/{chances.pk}/").content.decode()
    assert "There is no past." in ops.get(f"/studies/{failed.pk}/").content.decode()


def test_the_model_shows_how_well_it_predicts(ops: Client) -> None:
    assert "Nothing was learned yet" in ops.get("/studies/").content.decode()
    RiskVersion.objects.create(
        until_on=timezone.localdate(), is_usable=False, refusal="Too few late lines.", cases=1000, late_cases=90,
        judgement={"brier": 0.0671, "brier_base_rate": 0.0861, "auc": 0.842, "bins": BINS}, costs={}, seconds=1,
        product_ids=[], late_shares=[], supplier_late_shares=[], weekly_units=[], otherwise=[0, 0, 0],
    )  # fmt: skip

    page = ops.get("/studies/").content.decode()

    assert "0.067, against 0.086" in page
    assert "Too few late lines." in page
    assert "said 20%, came true 25%" in page


def test_who_may_not_simulate_reads_only(client: Client) -> None:
    client.force_login(make_user("agent"))

    assert "Compare the strategies" not in client.get("/studies/").content.decode()
    assert client.post("/studies/ask/", {"kind": "train_late_risk"}).status_code == 403
