"""Every mail as mail programs show it: wide and on a phone, in the light and in the dark, in every language."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from notifications.texts.languages import codes
from notifications.texts.rendering import Mail, OrderNews, render, render_summary
from notifications.texts.words import KINDS, SUMMARY, words_in_file
from tests.factories.messages import make_payload

TODAY, TOLD_ON = date(2026, 11, 16), date(2026, 11, 21)
WIDE, PHONE = 600, 360
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES: dict[str, list[str] | bool] = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
LONG_WORD = "Weihnachtsbaumkugelaufhängerverpackungsmaschine"
LINES = [
    {"sku": "85123A", "name": LONG_WORD, "open_qty": 1250, "allocated_qty": 12, "eta_on": "2026-11-28"},
    {"sku": "22423", "name": "Regency Cakestand 3 Tier", "open_qty": 4, "allocated_qty": 4, "eta_on": "2026-11-20"},
    {"sku": "POST-2026-11-0000000042", "name": "Mug", "open_qty": 1, "allocated_qty": 0, "eta_on": None},
]


def mails_in(code: str) -> dict[str, Mail]:
    """Return a mail of every kind in the standard words of a language, with the longest that they may have to carry."""
    fields: dict[str, Any] = {
        "lines": LINES,
        "more_lines": 3,
        "note": f"It is on the ship.\n{LONG_WORD}",
        "notice": {"answer_by_on": "2026-11-23"},
        "shipped": [{"sku": "MUG", "name": LONG_WORD, "qty": 2}],
    }
    payload = make_payload(17, **fields)
    mails = {
        kind: render(kind, payload, language=code, told_on=TOLD_ON, today=TODAY, words=words_in_file(kind, code))
        for kind in KINDS
    }
    news = [OrderNews("eta_slipped", make_payload(order, **fields), TOLD_ON) for order in (1, 2, 3)]
    summary = render_summary(news, language=code, today=TODAY, words=words_in_file(SUMMARY, code))
    return {**mails, SUMMARY: summary}


@pytest.mark.parametrize("code", codes())
def test_every_mail_fits_and_can_be_read(browser: Browser, code: str) -> None:
    """Nothing reaches over the edge, the button is large enough for a thumb, and colours differ as WCAG asks."""
    page, axe, wrong = browser.new_page(), Axe(), []
    for kind, mail in mails_in(code).items():
        page.set_content(mail.body_html)
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 800})
            wrong += [f"{kind} at {width}: {name}" for name in page.evaluate(OVER_THE_EDGE)]
            for button in page.locator("a.act").all():
                box = button.bounding_box()
                assert box is not None
                assert box["height"] >= 44
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found = axe.run(page, options=RULES).response["violations"]
            wrong += [f"{kind} in the {scheme}: {each['id']} {each['nodes'][0]['html']}" for each in found]
    page.close()

    assert wrong == []


OVER_THE_EDGE = """() => [...document.querySelectorAll("body, body *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth || node.scrollWidth > node.clientWidth + 1
        && getComputedStyle(node).display !== "inline")
    .map((node) => `${node.tagName} ${node.textContent.trim().slice(0, 60)}`)"""
