"""What a browser has to fetch before it can paint the board."""

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


def test_the_first_paint_of_a_full_board_weighs_little(sign_in: Callable[..., Client]) -> None:
    product = make_product()
    for n in range(50):
        planned_order(float(n), product=product, slip_days=n % 9)

    html = sign_in().get("/triage/").content
    styles = set(re.findall(r'rel="stylesheet" href="/static/([^"]+)"', html.decode()))
    packed = len(gzip.compress(html)) + sum(len(gzip.compress((STATIC / each).read_bytes())) for each in styles)
    icons, font = gzip.compress((STATIC / "img/icons.svg").read_bytes()), (STATIC / FONT).read_bytes()

    assert len(styles) > 20
    assert packed + len(icons) + len(font) < MOST_BYTES  # scripts are deferred: nothing waits for them
