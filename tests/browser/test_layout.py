"""On a phone nothing is wider than the screen, in light and in dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import pages
from tests.browser.conftest import ComeIn
from tests.browser.person import picture
from tests.browser.stack import Stack

PHONE = {"width": 390, "height": 844}

# What could be scrolled sideways. A strip may: tabs and figures are one line that slides under the finger.
WIDER = """() => {
  const isStrip = (node) => node.matches('nav.views > div, .kpis');
  const wide = [...document.querySelectorAll('*')].filter((node) => {
    const { overflowX } = getComputedStyle(node);
    const scrolls = node === document.documentElement || overflowX === 'auto' || overflowX === 'scroll';
    const isWider = node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1;
    return scrolls && isWider && node.checkVisibility() && !isStrip(node);
  });
  return wide.map((node) => `${node.tagName}.${node.className} ${node.scrollWidth} > ${node.clientWidth}`);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_phone(come_in: ComeIn, stack: Stack, api_key: str, scheme: str) -> None:
    pages.see_to_a_message(stack, api_key)
    options: dict[str, Any] = {"viewport": PHONE, "color_scheme": scheme, "has_touch": True}
    person, stranger = come_in("ops", **options), come_in("ops", signed_in=False, **options)
    person.expects(404)
    wider = {}

    for name, path in pages.addresses(stack).items():
        page = (stranger if name in pages.SIGNED_OUT else person).page
        page.goto(path)
        picture(page, f"{name}-phone-{scheme}")
        if found := page.evaluate(WIDER):
            wider[name] = found

    assert wider == {}
