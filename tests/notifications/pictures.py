"""Take the pictures of mails in docs/messages.md: `bin/manage shell -c "from tests.notifications.pictures import take;
take('docs/img')"`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from notifications.texts.rendering import OrderNews, render, render_summary
from tests.browser.chromium import launch
from tests.factories.messages import make_payload

TODAY, TOLD_ON = date(2026, 11, 16), date(2026, 11, 21)
LINES = [
    {
        "sku": "85123A",
        "name": "White Hanging Heart Holder",
        "open_qty": 36,
        "allocated_qty": 12,
        "eta_on": "2026-11-28",
    },
    {"sku": "22423", "name": "Regency Cakestand 3 Tier", "open_qty": 4, "allocated_qty": 4, "eta_on": "2026-11-20"},
]


def take(directory: str) -> None:
    """Photograph a delay at 600 px in the light, a summary at 360 px in the dark."""
    news = [OrderNews("eta_slipped", make_payload(order), TOLD_ON) for order in (104218, 104203, 104155)]
    delay = render("eta_slipped", make_payload(104218, lines=LINES), language="en", told_on=TOLD_ON, today=TODAY)
    summary = render_summary(news, language="en", today=TODAY)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        for name, html, width, scheme in (
            ("mail-delay", delay.body_html, 600, "light"),
            ("mail-summary", summary.body_html, 360, "dark"),
        ):
            page = chromium.new_context(viewport={"width": width, "height": 600}, color_scheme=scheme).new_page()
            page.set_content(html)
            page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)
        chromium.close()
