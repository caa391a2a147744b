"""Working calendars over REST: made, changed, closed for a day, given to warehouses and suppliers."""

from __future__ import annotations

from collections.abc import Callable

from inventory.models import Calendar, ClosedDay
from tests.api.conftest import Api
from tests.factories.inventory import make_supplier, make_warehouse

ENGLAND = {"code": "UK", "name": "England", "country": "gb", "subdivision": "eng", "is_company": True}


def test_a_calendar_is_made_changed_and_closed_for_a_day(api: Api) -> None:
    made = api.post("calendars/", ENGLAND)
    assert (made.status_code, made.json()["country"], made.json()["weekdays"]) == (201, "GB", "1111100")

    assert api.patch("calendars/UK/", {"weekdays": "1111110"}).json()["weekdays"] == "1111110"
    closed = api.post("calendars/UK/close/", {"day": "2026-12-29", "note": "Stock-take"}).json()
    assert closed["closed_days"] == [{"day": "2026-12-29", "note": "Stock-take"}]
    assert api.get("calendars/").json()["results"][0]["closed_days"] == closed["closed_days"]
    assert api.post("calendars/UK/open/", {"day": "2026-12-29"}).json()["closed_days"] == []


def test_what_is_wrong_is_said_and_nothing_changed(api: Api) -> None:
    api.post("calendars/", ENGLAND)

    assert api.post("calendars/", ENGLAND).status_code == 409
    assert "subdivision" in api.patch("calendars/UK/", {"subdivision": "BY"}).json()["fields"]
    assert api.post("calendars/UK/open/", {"day": "2026-12-25"}).status_code == 404
    assert Calendar.objects.get().subdivision == "ENG"
    assert not ClosedDay.objects.exists()


def test_a_warehouse_and_a_supplier_work_by_a_calendar_until_it_is_taken_back(api: Api) -> None:
    api.post("calendars/", ENGLAND)
    warehouse, supplier = make_warehouse("MAIN"), make_supplier()

    shown = api.patch(f"warehouses/{warehouse.code}/", {"calendar": "UK", "handling_days": 2}).json()
    assert (shown["calendar"], shown["handling_days"]) == ("UK", 2)
    assert api.patch(f"suppliers/{supplier.code}/", {"calendar": "UK"}).json()["calendar"] == "UK"

    assert api.patch(f"warehouses/{warehouse.code}/", {"calendar": ""}).json()["calendar"] is None
    assert api.patch(f"suppliers/{supplier.code}/", {"calendar": "nowhere"}).status_code == 422


def test_an_agent_may_look_and_not_touch(api_as: Callable[..., Api], api: Api) -> None:
    api.post("calendars/", ENGLAND)
    agent = api_as("agent")

    assert agent.get("calendars/UK/").status_code == 200
    assert agent.post("calendars/UK/close/", {"day": "2026-12-29"}).status_code == 403
