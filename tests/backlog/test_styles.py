"""The stylesheets of a page travel as one file, which browsers keep."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from backlog.styles import CSS, all_styles, styles_url

pytestmark = pytest.mark.django_db


def test_every_stylesheet_of_the_app_is_in_it_once() -> None:
    text = all_styles().decode()

    sheets = [path for path in CSS.rglob("*.css") if path.name != "customer.css"]
    assert len(sheets) > 50
    assert [path.name for path in sheets if text.count(path.read_text().replace("url(../", "url(/static/")) != 1] == []


def test_what_it_points_at_is_there() -> None:
    addresses = re.findall(r"url\((/static/[^)]+)\)", all_styles().decode())

    assert addresses
    assert all(finders.find(address.removeprefix("/static/")) for address in addresses)


def test_browsers_keep_the_version_that_a_page_names_and_ask_again_for_others(client: Client) -> None:
    page = client.get("/sign-in/").content.decode()

    assert f'href="{styles_url()}"' in page
    assert "immutable" in client.get(styles_url())["Cache-Control"]
    assert client.get("/styles.css?v=old")["Cache-Control"] == "no-cache"
