"""Whoever looks sees moments as on their own clock; days stay the company's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from kernel.zones import aware_of_viewer, seen_from, viewer_time, viewer_zone
from orders.templatetags.display import at, clock, moment
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def ops(client: Client) -> Client:
    client.force_login(make_user("ops"), backend=BACKEND)
    return client


def test_a_zone_is_kept_and_said_on_every_page(ops: Client) -> None:
    assert "Times of Europe/London" in ops.get("/triage/").content.decode()

    response = ops.post("/preferences/", {"zone": "America/New_York", "next": "/triage/"}, follow=True)

    assert "Times are those of America/New_York" in response.content.decode()
    assert "Times of America/New_York" in ops.get("/triage/").content.decode()
    assert '<option value="America/New_York" selected>' in ops.get("/time-zone/").content.decode()
    assert "Europe/London (the company)" in ops.get("/time-zone/").content.decode()


@pytest.mark.parametrize("zone", ["Mars/Olympus", '"><script>', "", "Europe/../../etc/passwd"])
def test_a_zone_that_is_none_is_the_company_s_wherever_it_comes_from(ops: Client, zone: str) -> None:
    ops.post("/preferences/", {"zone": zone})
    ops.cookies["zone"] = zone

    assert "Times of Europe/London" in ops.get("/triage/").content.decode()


def test_moments_are_shown_and_read_in_the_viewer_s_zone_and_only_while_they_look() -> None:
    with seen_from("Asia/Tokyo"):
        assert (viewer_zone(), viewer_time(NOON).hour, clock(NOON)) == ("Asia/Tokyo", 21, "21:00")
        assert "21:00" in moment(NOON)
        assert "Monday 2 March 2026, 21:00 JST" in at(NOON)
        assert aware_of_viewer(datetime(2026, 3, 2, 21)) == NOON

    assert (viewer_zone(), clock(NOON)) == ("Europe/London", "12:00")


def test_yesterday_and_today_are_those_of_the_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)

    with seen_from("Pacific/Auckland"):  # 3 March, 01:00
        assert moment(NOON.replace(hour=10)) == "yesterday, 23:00"
    assert moment(NOON.replace(hour=10)) == "today, 10:00"


def test_the_company_s_day_does_not_move_with_who_looks() -> None:
    with seen_from("Pacific/Kiritimati"):
        assert timezone.get_current_timezone_name() == "Europe/London"
