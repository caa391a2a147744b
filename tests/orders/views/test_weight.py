"""What a browser has to fetch before it can paint the board, and to work with it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories.inventory import make_product
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
STATIC = Path(settings.BASE_DIR) / "static"
MOST_BYTES = 120_000
FONT = "fonts/inter-latin-wght-normal.woff2"
GZIP = {"Accept-Encoding": "gzip"}


def test_a_full_board_with_its_scripts_weighs_little(sign_in: Callable[..., Client]) -> None:
    product = make_product()
    for n in range(50):
        planned_order(float(n), product=product, slip_days=n % 9)

    client = sign_in()
    page = client.get("/triage/", headers=GZIP)
    html = gzip.decompress(page.content).decode()
    styles = re.findall(r'rel="stylesheet" href="([^"]+)"', html)
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', html)
    weights = {
        "page": len(page.content),
        "styles": sum(len(client.get(each, headers=GZIP).content) for each in styles),
        "scripts": sum(len(gzip.compress((STATIC / each).read_bytes())) for each in scripts),
        "icons": len(gzip.compress((STATIC / "img/icons.svg").read_bytes())),
        "font": (STATIC / FONT).stat().st_size,
    }

    assert len(styles) == 1
    assert len(scripts) > 5
    assert sum(weights.values()) < MOST_BYTES, weights
