"""Results on paper: no more than three landscape pages each, without the frame."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walk import Walk

A4_LANDSCAPE = (842, 595)
#: The smallest text on paper, in points: size as drawn, in charts by the scale of the drawing.
SMALLEST = """() => {
  const sizes = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const drawn = texts.currentNode.parentElement, range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    if (!texts.currentNode.textContent.trim() || range.getBoundingClientRect().width < 2) continue;
    const scale = drawn.ownerSVGElement ? drawn.getScreenCTM().a : drawn.currentCSSZoom;
    sizes.push(parseFloat(getComputedStyle(drawn).fontSize) * scale * 0.75);
  }
  return Math.min(...sizes);
}"""


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "query"), [("compliance", ""), ("alignment", ""), ("alignment", "?period=all")]
)
def test_results_fit_three_pages(walk: Walk, name: str, query: str) -> None:
    page = walk.tab("marketing_manager")
    page.set_viewport_size({"width": 1047, "height": 718})
    page.goto(walk.samples.address(name, "-") + query)
    paper = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert {(round(float(wide)), round(float(high))) for wide, high in sizes} == {A4_LANDSCAPE}
    assert len(sizes) <= 3
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".rail")).to_be_hidden()
    assert page.evaluate(SMALLEST) >= 8
