from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from orders.models import SampleLoad
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def ops(client: Client) -> Client:
    client.force_login(make_user("ops"), backend=BACKEND)
    return client


def test_choices_are_kept_in_cookies_and_rendered_by_the_server(ops: Client) -> None:
    response = ops.post("/preferences/", {"theme": "dark", "density": "compact", "next": "/triage/?view=late"})
    html = ops.get("/triage/").content.decode()

    assert response.headers["Location"] == "/triage/?view=late"
    assert 'data-theme="dark"' in html
    assert 'data-density="compact"' in html


def test_an_unknown_choice_is_ignored_wherever_it_comes_from(ops: Client) -> None:
    ops.post("/preferences/", {"theme": '"><script>'})
    ops.cookies["nav"] = '"><script>'

    html = ops.get("/triage/").content.decode()

    assert "data-theme" not in html
    assert 'data-nav="rail"' in html


def test_the_board_has_a_rail_and_other_pages_what_fits_the_window_until_somebody_chooses(ops: Client) -> None:
    assert 'data-nav="rail"' in ops.get("/triage/").content.decode()
    assert 'data-nav="auto"' in ops.get("/inventory/").content.decode()

    ops.cookies["nav"] = "full"

    assert 'data-nav="full"' in ops.get("/triage/").content.decode()
    assert 'data-nav="full"' in ops.get("/inventory/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_the_way_back_stays_on_this_site(ops: Client, target: str) -> None:
    assert ops.post("/preferences/", {"next": target}).headers["Location"] == "/"


def test_the_sample_is_labelled_on_every_page(ops: Client) -> None:
    assert "simulated supply" not in ops.get("/triage/").content.decode()

    SampleLoad.objects.create(source="sample", lines=1, file_rows=1)

    assert "Real demand, simulated supply" in ops.get("/triage/").content.decode()


def test_navigation_leads_only_where_the_person_may_go(client: Client) -> None:
    client.force_login(make_user("agent"), backend=BACKEND)

    assert 'title="Triage"' in client.get("/triage/").content.decode()


def test_a_page_has_nothing_that_the_content_policy_refuses(ops: Client) -> None:
    html = ops.get("/triage/").content.decode()

    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)
    assert "'unsafe-inline'" not in ops.get("/triage/").headers["Content-Security-Policy"]


def test_every_stylesheet_and_script_exists_and_every_stylesheet_is_used(ops: Client) -> None:
    html = ops.get("/triage/").content.decode()
    root = Path(settings.BASE_DIR) / "static"

    used = {match.removeprefix("/static/") for match in re.findall(r'(?:href|src)="(/static/[^"#]+)"', html)}

    assert not [path for path in used if not (root / path).is_file()]
    listed = [
        (Path(settings.BASE_DIR) / "templates" / name).read_text()
        for name in ("_partials/stylesheets.html", "customer/base.html")
    ]
    assert {path for text in listed for path in re.findall(r"'(css/[^']+)'", text)} == {
        path.relative_to(root).as_posix() for path in root.glob("css/**/*.css")
    }


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    root = Path(settings.BASE_DIR)
    sprite = set(re.findall(r'<symbol id="i-([^"]+)"', (root / "static/img/icons.svg").read_text()))

    named = {
        name
        for template in (root / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([a-z0-9-]+)"', template.read_text())
    }

    assert named <= sprite


def test_a_missing_page_answers_in_words(ops: Client) -> None:
    response = ops.get("/nothing-here/")

    assert response.status_code == 404
    assert "Back to triage" in response.content.decode()


def test_signing_in_with_a_wrong_password_says_so(client: Client) -> None:
    make_user("ops", email="ops@example.com", password="right")

    html = client.post("/sign-in/", {"username": "ops@example.com", "password": "wrong"}).content.decode()

    assert 'role="alert"' in html
    assert client.get("/triage/").status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(ops: Client) -> None:
    assert ops.get("/sign-out/").status_code == 405

    ops.post("/sign-out/")

    assert ops.get("/triage/").status_code == 302
