from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.models import ForecastRun
from tests.api.conftest import Api
from tests.factories import NOW
from tests.factories.forecasts import MONDAY, make_forecast
from tests.factories.inventory import make_product


def test_a_forecast_is_found_by_its_sku_week_by_week(api: Api) -> None:
    mug = make_product("MUG", name="Mug", category="Kitchen")
    make_forecast(mug, [12.0, 13.0], lows=[4.0, 4.0], highs=[19.0, 20.0])
    make_forecast(make_product("RUG"))

    [found] = api.get("forecasts/?sku=mug").json()["results"]

    assert found == api.get("forecasts/Mug/").json()
    assert (found["sku"], found["method"], found["sales_weeks"]) == ("MUG", "Theta", 20)
    assert found["words"] == "About 12 a week. Four weeks in five should bring 4 to 19."
    assert found["weeks"][1] == {
        "week_on": (MONDAY + timedelta(weeks=1)).isoformat(), "mean": 13.0, "p50": 13.0, "low": 4.0, "high": 20.0,
    }  # fmt: skip


def test_forecasts_are_listed_by_sku_and_filtered(api: Api) -> None:
    for sku, pattern in (("B", "few"), ("A", "few"), ("C", "steady")):
        make_forecast(make_product(sku, category="Kitchen" if sku == "A" else ""), pattern=pattern)

    def skus(query: str) -> list[str]:
        return [row["sku"] for row in api.get(f"forecasts/?{query}").json()["results"]]

    assert skus("") == ["A", "B", "C"]
    assert skus("pattern=few") == ["A", "B"]
    assert skus("category=Kitchen") == ["A"]
    first = api.get("forecasts/?page_size=2").json()
    assert [row["sku"] for row in first["results"]] == ["A", "B"]
    assert first["next"]


def test_a_page_of_forecasts_costs_the_same_however_many_there_are(
    api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make_forecast(make_product())

    with django_assert_max_num_queries(8):
        assert len(api.get("forecasts/").json()["results"]) == 30


def test_a_run_shows_how_far_it_is(api: Api) -> None:
    make_forecast(make_product())
    ForecastRun.objects.create(
        started_at=NOW, progress_at=NOW, step="Fitting Theta", steps_done=3, steps_total=20, products=0
    )

    rows = api.get("forecast-runs/").json()["results"]

    assert [(row["status"], row["step"], row["steps_done"], row["steps_total"]) for row in rows] == [
        ("running", "Fitting Theta", 3, 20),
        ("done", "", 0, 0),
    ]
    assert api.get(f"forecast-runs/{rows[0]['id']}/").json() == rows[0]
    assert [row["status"] for row in api.get("forecast-runs/?status=done").json()["results"]] == ["done"]


@pytest.mark.parametrize("path", ["forecasts/NOPE/", "forecast-runs/999999/"])
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404
