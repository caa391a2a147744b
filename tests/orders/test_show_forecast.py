from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories.forecasts import MONDAY, make_forecast
from tests.factories.inventory import make_product

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("show_forecast", *arguments, stdout=out)
    return out.getvalue()


def test_a_product_is_forecast_in_words_and_weeks() -> None:
    make_forecast(make_product("MUG"), [12.0], lows=[4.0], highs=[19.0])

    text, found = said("mug"), json.loads(said("MUG", "--json"))

    assert text.startswith("About 12 a week. Four weeks in five should bring 4 to 19.\n")
    assert f"{MONDAY}        12.0  4 to 19" in text
    assert found["weeks"][-1] == {
        "week_on": MONDAY.isoformat(), "is_past": False, "units": 12.0, "low": 4.0, "high": 19.0,
    }  # fmt: skip
    assert found["kept"] == []


@pytest.mark.parametrize(("sku", "refusal"), [("NOPE", "no product"), ("RUG", "There is no forecast of RUG")])
def test_what_cannot_be_said_is_refused_with_words(sku: str, refusal: str) -> None:
    make_product("RUG")

    with pytest.raises(CommandError, match=refusal):
        said(sku)
