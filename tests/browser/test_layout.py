"""On a phone nothing is wider than the screen, in light and in dark."""

from __future__ import annotations

from typing import Any, Literal

from tests.browser import pages
from tests.browser.chromium import PHONE
from tests.browser.conftest import ComeIn
from tests.browser.person import picture
from tests.browser.stack import Stack

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# What could be scrolled sideways. A strip may: tabs, figures and navigation are one line that slides under a finger.
WIDER = """() => {
  const isStrip = (node) => node.matches('nav.views > div, .kpis, .side > .nav');
  const wide = [...document.querySelectorAll('*')].filter((node) => {
    const { overflowX } = getComputedStyle(node);
    const scrolls = node === document.documentElement || overflowX === 'auto' || overflowX === 'scroll';
    const isWider = node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1;
    return scrolls && isWider && node.checkVisibility() && !isStrip(node);
  });
  return wide.map((node) => `${node.tagName}.${node.className} ${node.scrollWidth} > ${node.clientWidth}`);
}"""


def test_no_page_scrolls_sideways_on_a_phone(come_in: ComeIn, stack: Stack, api_key: str) -> None:
    pages.see_to_a_message(stack, api_key)
    options: dict[str, Any] = {"viewport": PHONE, "has_touch": True}
    person, stranger = come_in("ops", **options), come_in("ops", signed_in=False, **options)
    person.expects(404)
    wider = {}

    for name, path in pages.addresses(stack).items():
        page = (stranger if name in pages.SIGNED_OUT else person).page
        page.goto(path)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture(page, f"{name}-phone-{scheme}")
            if found := page.evaluate(WIDER):
                wider[name, scheme] = found

    assert wider == {}
