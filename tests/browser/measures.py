"""What a page is measured by."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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
# Frames show mails, and run no scripts: axe cannot look into them.
ALL: dict[str, list[str] | bool] = {"resultTypes": ["violations"], "iframes": False}
COLOURS: dict[str, list[str] | bool] = {"runOnly": ["color-contrast", "link-in-text-block"], **ALL}


def violations_of(axe: Axe, page: Page, options: dict[str, list[str] | bool]) -> list[str]:
    found = axe.run(page, options=options).response["violations"]
    return [f"{each['id']} {node['target']}" for each in found for node in each["nodes"]]
